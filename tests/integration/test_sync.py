"""Sync over real sockets: whatever happens on the road, both sides come to hold the same lines, once."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from field_app.sync.client import OfficeClient, SyncFailure
from field_app.sync.runner import SyncRunner
from shared.domain.errors import ErrorCode
from shared.domain.office import Kept
from shared.log.birth import birth_head
from shared.log.signing import SigningKey
from shared.wire.routes import CONTEXT_VOUCH, vouch_message
from tests.office_house import SECOND, ServedOffice, fragment
from tests.road import Fault, Road, cut_answer, cut_request, lose_answer, reset
from tests.sync_house import SyncLaptop, enrol_laptop, list_branches, list_verdicts, serve, stored_lines

Enrol = Callable[..., SyncLaptop]


@pytest.fixture
def enrol(served: ServedOffice, road: Road, tmp_path: Path) -> Iterator[Enrol]:
    """Enrols laptops whose lines travel the road."""
    made: list[SyncLaptop] = []

    def one(name: str = "laptop", **more: object) -> SyncLaptop:
        made.append(enrol_laptop(served, tmp_path / name, url=road.url, **more))  # type: ignore[arg-type]
        return made[-1]

    yield one
    for laptop in made:
        laptop.close()


def test_whole_log_arrives_byte_for_byte(served: ServedOffice, enrol: Enrol) -> None:
    laptop = enrol(size=1203).record(1203)
    noticed: list[tuple[Kept, int, int]] = []
    laptop.runner.notice = lambda *what: noticed.append(what)
    assert laptop.runner.run_pass() is None
    assert noticed == []
    assert stored_lines(served, laptop.log) == laptop.store.lines() == laptop.log.lines
    assert laptop.runner.received == laptop.runner.recorded == 1203
    assert list_verdicts(served, laptop.log) == {}


def test_an_empty_log_is_known_to_the_office_too(served: ServedOffice, enrol: Enrol) -> None:
    laptop = enrol()
    assert laptop.runner.run_pass() is None
    assert list_branches(served, laptop.log) == [(-1, 0)]


def test_a_pass_without_news_sends_nothing(road: Road, enrol: Enrol) -> None:
    laptop = enrol().record(40)
    laptop.runner.run_pass()
    road.seen.clear()
    laptop.runner.run_pass()
    assert [path.rpartition("/")[2] for path in road.seen] == ["hello", "session", "probe"]


def test_only_new_lines_follow(served: ServedOffice, enrol: Enrol) -> None:
    laptop = enrol(size=40)
    laptop.client.sent = 0
    for _ in range(4):
        laptop.record(10).runner.run_pass()
    assert stored_lines(served, laptop.log) == laptop.log.lines
    assert laptop.store.heads()[-1].head.seq == 40


def test_everything_pushed_again_is_stored_once(served: ServedOffice, enrol: Enrol) -> None:
    laptop = enrol().record(40)
    laptop.runner.run_pass()
    laptop.client.open_session(laptop.enrolment, laptop.keys.device, 0)
    answer = laptop.client.push(laptop.client.pack(fragment(laptop.log)))
    assert answer["runs"] == [{"first": 1, "last": 40, "result": "duplicate"}]
    assert stored_lines(served, laptop.log) == laptop.log.lines


def test_a_lost_answer_costs_one_batch(served: ServedOffice, road: Road, enrol: Enrol) -> None:
    laptop = enrol(size=1100).record(1100)
    road.add("/push", lose_answer)
    assert laptop.fails().code is ErrorCode.REPLY_CUT
    assert len(stored_lines(served, laptop.log)) == 500
    assert laptop.runner.received == 0
    road.seen.clear()
    laptop.runner.run_pass()
    assert [path for path in road.seen if path.endswith("/push")] == ["/api/v1/push"] * 2
    assert stored_lines(served, laptop.log) == laptop.log.lines
    assert laptop.runner.received == 1100


CUTS: dict[str, Fault] = {
    "reset": reset,
    "answer lost": lose_answer,
    **{f"answer cut at {share}": cut_answer(share) for share in (0.01, 0.1, 0.2, 0.4, 0.7, 0.99)},
    **{f"request cut at {share}": cut_request(share) for share in (0.01, 0.5, 0.99)},
}


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_anywhere_loses_nothing_and_doubles_nothing(
    served: ServedOffice, road: Road, enrol: Enrol, name: str
) -> None:
    laptop = enrol(size=30)
    for path in ("/hello", "/session", "/probe", "/push"):
        laptop.record(7)
        road.add(path, CUTS[name])
        assert laptop.fails().code in (ErrorCode.REPLY_CUT, ErrorCode.CONNECTION_RESET), path
    assert laptop.runner.run_pass() is None
    assert stored_lines(served, laptop.log) == laptop.log.lines[:28]
    assert laptop.runner.received == 28


def test_a_request_cut_in_mid_body_stores_nothing(served: ServedOffice, road: Road, enrol: Enrol) -> None:
    laptop = enrol().record(40)
    road.add("/push", cut_request(0.9))
    laptop.fails()
    assert stored_lines(served, laptop.log) == []
    assert served.office.store.read(lambda book: book.list_quarantined()) == []


def test_an_office_restored_from_an_older_backup_gets_the_lines_again(
    served: ServedOffice, enrol: Enrol, tmp_path: Path
) -> None:
    laptop = enrol(size=60).record(20)
    laptop.runner.run_pass()
    served.office.store.backup(tmp_path / "backup.sqlite")
    laptop.record(40).runner.run_pass()
    served.close()
    for name in ("server.sqlite", "server.sqlite-wal", "server.sqlite-shm"):
        (tmp_path / "office" / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.sqlite", tmp_path / "office" / "server.sqlite")
    restored = serve(tmp_path / "office", served.port)
    try:
        assert stored_lines(restored, laptop.log) == laptop.log.lines[:20]
        noticed: list[tuple[Kept, int, int]] = []
        laptop.runner.notice = lambda *what: noticed.append(what)
        assert laptop.runner.run_pass() is None
        assert stored_lines(restored, laptop.log) == laptop.log.lines
        assert noticed == [(Kept.LINES, 60, 20)]
        assert laptop.runner.received == 60
    finally:
        restored.close()


def test_a_copied_laptop_that_went_on_is_kept_beside_the_first(
    served: ServedOffice, road: Road, enrol: Enrol, tmp_path: Path
) -> None:
    laptop = enrol(size=60).record(30)
    laptop.runner.run_pass()
    copy = laptop.copy(tmp_path / "copy", road.url)
    try:
        laptop.record(20).runner.run_pass()
        copy.goes_on_otherwise(31, 9)
        finding = copy.record(10).runner.run_pass()
        assert finding is not None
        assert (finding.code, finding.values) == (ErrorCode.LOG_FORKED, {"seq": 31})
        assert list_branches(served, laptop.log) == [(-1, 50), (30, 40)]
        assert stored_lines(served, laptop.log) == laptop.log.lines[:50]
        assert stored_lines(served, copy.log, 1) == copy.log.lines[30:40]
        assert copy.runner.received == 40
        assert copy.runner.run_pass() is not None, "said again at every pass"
        first = laptop.record(10).runner.run_pass()
        assert first is not None, "the other laptop hears of it too"
        assert list_branches(served, laptop.log) == [(-1, 60), (30, 40)]
    finally:
        copy.close()


def test_a_laptop_restored_from_an_older_copy_hears_that_it_is_behind(
    served: ServedOffice, road: Road, enrol: Enrol, tmp_path: Path
) -> None:
    laptop = enrol(size=60).record(10)
    copy = laptop.copy(tmp_path / "copy", road.url)
    try:
        laptop.record(25).runner.run_pass()
        finding = copy.runner.run_pass()
        assert finding is not None
        assert (finding.code, finding.values) == (ErrorCode.LOG_BEHIND, {"count": 25})
        assert copy.runner.received == 10
        assert list_branches(served, laptop.log) == [(-1, 35)]
    finally:
        copy.close()


def test_a_laptop_restored_on_a_branch_that_came_second_hears_that_it_is_behind(
    served: ServedOffice, road: Road, enrol: Enrol, tmp_path: Path
) -> None:
    first = enrol(size=60).record(6)
    second = first.copy(tmp_path / "second", road.url)
    second.goes_on_otherwise(7, 5)
    second.record(4)
    old = second.copy(tmp_path / "old", road.url)
    try:
        first.record(3).runner.run_pass()
        second.record(2).runner.run_pass()
        assert list_branches(served, first.log) == [(-1, 9), (6, 12)]
        for _ in range(2):
            finding = old.runner.run_pass()
            assert finding is not None
            assert (finding.code, finding.values) == (ErrorCode.LOG_BEHIND, {"count": 2})
        assert old.runner.received == 10
        assert list_branches(served, first.log) == [(-1, 9), (6, 12)]
        finding = second.runner.run_pass()
        assert finding is not None
        assert finding.code is ErrorCode.LOG_FORKED
    finally:
        old.close()
        second.close()


def test_in_the_middle_of_a_second_branch_no_office_went_back(
    served: ServedOffice, road: Road, enrol: Enrol, tmp_path: Path
) -> None:
    laptop = enrol(size=60).record(30)
    laptop.runner.run_pass()
    copy = laptop.copy(tmp_path / "copy", road.url)
    older = copy.copy(tmp_path / "older", road.url)
    try:
        laptop.record(5).runner.run_pass()
        copy.goes_on_otherwise(31, 9)
        older.log = copy.log
        copy.record(10).runner.run_pass()
        older.record(4).runner.run_pass()
        noticed: list[tuple[Kept, int, int]] = []
        older.runner.notice = lambda *what: noticed.append(what)
        finding = older.runner.run_pass()
        assert finding is not None
        assert finding.code is ErrorCode.LOG_BEHIND
        assert noticed == [], "the office holds line 34, on its second branch"
    finally:
        older.close()
        copy.close()


def test_unknown_types_are_kept_with_a_verdict(served: ServedOffice, enrol: Enrol) -> None:
    laptop = enrol(size=12)
    line = laptop.log.lines[11].replace(b'"type":"', b'"type":"of_a_later_release_')
    laptop.log.lines[11] = line
    laptop.goes_on_otherwise(12)
    laptop.record(12).runner.run_pass()
    assert stored_lines(served, laptop.log) == laptop.log.lines
    assert list_verdicts(served, laptop.log) == {12: ErrorCode.UNKNOWN_EVENT_TYPE}
    assert laptop.runner.received == 12


def test_bytes_that_are_no_line_keep_their_place(served: ServedOffice, enrol: Enrol) -> None:
    laptop = enrol(size=12)
    laptop.log.lines[6] = b"\xff not a line \x00"
    laptop.goes_on_otherwise(7, 5)
    assert laptop.record(12).runner.run_pass() is None
    assert stored_lines(served, laptop.log) == laptop.log.lines
    assert list_verdicts(served, laptop.log)[7] == ErrorCode.NOT_A_LINE


def test_identical_posts_at_the_same_time_store_once(served: ServedOffice, enrol: Enrol) -> None:
    laptop = enrol(size=200)
    answers = []
    start = birth_head(laptop.log.birth)
    vouch = laptop.keys.device.sign(CONTEXT_VOUCH, vouch_message(start.log, start.hash))
    together = threading.Barrier(8)

    def post() -> None:
        client = OfficeClient(served.url)
        client.open_session(laptop.enrolment, laptop.keys.device, 0)
        together.wait(10)
        answers.append(client.push(client.pack(fragment(laptop.log)), vouch)["runs"])
        client.close()

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    results = sorted(run["result"] for runs in answers for run in runs)
    assert results == ["duplicate"] * 7 + ["stored"]
    assert stored_lines(served, laptop.log) == laptop.log.lines


def test_passes_at_the_same_time_wait_for_each_other(served: ServedOffice, enrol: Enrol) -> None:
    laptop = enrol(size=100).record(100)
    runners: list[SyncRunner] = [laptop.runner, laptop.runner, laptop.new_runner()]
    threads = [threading.Thread(target=runner.run_pass) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert stored_lines(served, laptop.log) == laptop.log.lines


def test_a_log_of_another_school_is_refused_and_kept_apart(served: ServedOffice, enrol: Enrol) -> None:
    ours, other = enrol(size=10).record(10), enrol("other", size=10, school=SECOND).record(10)
    ours.client.open_session(ours.enrolment, ours.keys.device, 0)
    with pytest.raises(SyncFailure) as failure:
        ours.client.push(ours.client.pack(fragment(other.log)))
    assert failure.value.refused == ErrorCode.SCHOOL_WRONG
    assert stored_lines(served, other.log) == []
    assert [item.code for item in served.office.store.read(lambda book: book.list_quarantined())] == ["school_wrong"]


def test_a_new_log_needs_a_vouch_of_its_laptop(served: ServedOffice, enrol: Enrol) -> None:
    laptop = enrol(size=10).record(10)
    start = birth_head(laptop.log.birth)
    strange = SigningKey.new().sign(CONTEXT_VOUCH, vouch_message(start.log, start.hash))
    laptop.client.open_session(laptop.enrolment, laptop.keys.device, 0)
    for vouch in ("", strange, "0" * 128):
        with pytest.raises(SyncFailure) as failure:
            laptop.client.push(laptop.client.pack(fragment(laptop.log)), vouch)
        assert failure.value.refused == ErrorCode.LOG_NOT_VOUCHED
    assert stored_lines(served, laptop.log) == []


def test_lines_too_many_for_one_body_travel_in_several(served: ServedOffice, road: Road, enrol: Enrol) -> None:
    laptop = enrol(size=40)
    for seq in range(1, 41):
        noise = SigningKey.new().raw.hex() * 2 + "".join(SigningKey.new().public for _ in range(200))
        laptop.log.lines[seq - 1] = laptop.log.lines[seq - 1].replace(
            b'"data":{', b'"data":{"x":"%b",' % noise.encode()
        )
    laptop.goes_on_otherwise(1, 39)
    laptop.record(40).runner.run_pass()
    assert stored_lines(served, laptop.log) == laptop.log.lines
    assert road.seen.count("/api/v1/push") > 1
