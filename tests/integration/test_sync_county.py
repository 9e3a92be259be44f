"""What the county says travels the other way: chained, signed, checked before a line is kept."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.domain.errors import DomainError, ErrorCode
from shared.domain.office import Kept
from shared.log.birth import birth_head, decode_birth
from shared.log.chain import Head, next_hash
from shared.log.logfile import from_record, join_records, read_fragment
from shared.log.signing import SignedHead, SigningKey, log_id, sign_head
from shared.wire.county_log import fold_county
from shared.wire.routes import LOG_TYPE
from tests.office_house import FIRST, PLAN, SECOND, ServedOffice
from tests.road import Road, change, say
from tests.sync_house import SyncLaptop, enrol_laptop, serve


class County:
    """The office as county staff use it."""

    def __init__(self, served: ServedOffice) -> None:
        self.served = served

    def say(self, text: str, school: str = FIRST) -> None:
        """Send a message."""
        found = self.served.office.store.read(lambda book: book.find_school(school))
        assert found is not None
        self.served.office.county_logs.append(found, "message_sent", {"text": text}, "admin")

    def revise_plan(self) -> bytes:
        """Publish the plan's second revision; returns its bytes."""
        data = PLAN.replace(b"revision: 1", b"revision: 2")
        assert data != PLAN
        self.served.office.plans.add_plan(data, "plan.yaml", "admin")
        return data


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    """An office on a real socket."""
    made = County(serve(tmp_path / "office"))
    yield made
    made.served.close()


@pytest.fixture
def road(county: County) -> Iterator[Road]:
    """The road to it."""
    made = Road(county.served.url)
    yield made
    made.close()


@pytest.fixture
def laptop(county: County, road: Road, tmp_path: Path) -> Iterator[SyncLaptop]:
    """A laptop that the county has already spoken to twice."""
    made = enrol_laptop(county.served, tmp_path / "laptop", url=road.url).record(3)
    county.say("今天有雾，送卷车可能晚到十分钟")
    county.say("请核对领卷人签名")
    made.runner.run_pass()
    yield made
    made.close()


def heard(laptop: SyncLaptop) -> list[str]:
    """What the laptop knows that the county said."""
    return [message.text for message in fold_county(laptop.office.county_lines()).messages]


def pulled(laptop: SyncLaptop, after: int = 0) -> bytes:
    """What the office hands out."""
    laptop.client.open_session(laptop.enrolment, laptop.keys.device, 0)
    body = laptop.client.county_log(after)
    assert body is not None
    return body


def test_messages_arrive_and_only_new_ones_follow(county: County, laptop: SyncLaptop, road: Road) -> None:
    assert heard(laptop) == ["今天有雾，送卷车可能晚到十分钟", "请核对领卷人签名"]
    road.seen.clear()
    laptop.runner.run_pass()
    assert not any(path.endswith("county-log") for path in road.seen)
    county.say("辛苦了")
    county.say("给别的学校", SECOND)
    laptop.runner.run_pass()
    assert heard(laptop)[2:] == ["辛苦了"]


def test_the_plan_and_its_revision_arrive_by_hash(county: County, laptop: SyncLaptop) -> None:
    assert laptop.office.find_content(laptop.enrolment.plan) == PLAN
    data = county.revise_plan()
    laptop.runner.run_pass()
    said = fold_county(laptop.office.county_lines())
    assert said.revision == 2
    assert laptop.office.find_content(said.plan or "") == data


def test_a_plan_with_another_byte_is_not_kept(county: County, laptop: SyncLaptop, road: Road) -> None:
    county.revise_plan()
    sha256 = county.served.office.store.read(lambda book: book.list_contents("plan"))[0].sha256
    road.add(sha256, change(b"revision: 2", b"revision: 3"))
    assert laptop.fails().code is ErrorCode.BODY_DAMAGED
    assert laptop.office.find_content(sha256) is None
    laptop.runner.run_pass()
    assert laptop.office.find_content(sha256) is not None


def test_a_changed_line_of_the_county_is_refused(county: County, laptop: SyncLaptop, road: Road) -> None:
    county.say("提前十分钟")
    road.add("/county-log", change("提前".encode(), "推迟".encode()))
    assert laptop.fails().code is ErrorCode.HEAD_MISSING
    assert len(heard(laptop)) == 2
    laptop.runner.run_pass()
    assert heard(laptop)[2:] == ["提前十分钟"]


def forge(laptop: SyncLaptop, name: str) -> bytes:
    """A county log that our office never wrote."""
    fragment = read_fragment(pulled(laptop))
    assert fragment.birth is not None
    stranger = SigningKey.new()
    birth = decode_birth(fragment.birth)
    start = birth_head(fragment.birth)
    match name:
        case "no head":
            return join_records([fragment.birth, *fragment.lines])
        case "head of an earlier line":
            sql = "SELECT hash, signature FROM county_head WHERE seq = 2"
            digest, signature = laptop.writer.read(lambda connection: connection.execute(sql).fetchone())
            early = SignedHead(Head(start.log, 2, digest), signature)
            return join_records([fragment.birth, *fragment.lines[:2], early.record(), fragment.lines[2]])
        case "signed by a stranger":
            end = fragment.heads[-1].head
            return join_records([fragment.birth, *fragment.lines, sign_head(stranger, end).record()])
        case "of another school":
            other = replace(birth, school=SECOND).encode()
            return join_records([other, *fragment.lines, fragment.heads[-1].record()])
        case "born of another key":
            mine = replace(birth, key=stranger.public, log=log_id(stranger.public)).encode()
            return join_records([mine, sign_head(stranger, birth_head(mine)).record()])
        case "after a head that is not ours":
            lie = Head(start.log, 2, b"\0" * 32)
            end = Head(start.log, 3, next_hash(lie.hash, fragment.lines[2]))
            return join_records([from_record(lie), fragment.lines[2], sign_head(stranger, end).record()])
    raise AssertionError(name)


FORGED = {
    "no head": ErrorCode.HEAD_MISSING,
    "head of an earlier line": ErrorCode.HEAD_MISSING,
    "signed by a stranger": ErrorCode.HEAD_SIGNATURE_WRONG,
    "of another school": ErrorCode.SCHOOL_WRONG,
    "born of another key": ErrorCode.SCHOOL_WRONG,
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_county_log_is_refused(county: County, laptop: SyncLaptop, road: Road, name: str) -> None:
    county.say("第三条")
    road.add("/county-log", say("200 OK", forge(laptop, name), Content_Type=LOG_TYPE))
    assert laptop.fails().code is FORGED[name]
    assert len(heard(laptop)) == 2
    laptop.runner.run_pass()
    assert heard(laptop)[2:] == ["第三条"]


def test_lines_after_a_strange_head_make_the_laptop_ask_for_all(county: County, laptop: SyncLaptop, road: Road) -> None:
    county.say("第三条")
    forged = forge(laptop, "after a head that is not ours")
    road.add("/county-log", say("200 OK", forged, Content_Type=LOG_TYPE))
    laptop.runner.run_pass()
    assert heard(laptop)[2:] == ["第三条"]


@pytest.fixture
def restore(county: County, tmp_path: Path) -> Callable[[], None]:
    """Takes the office back to the moment when the fixture was made."""
    county.served.office.store.backup(tmp_path / "backup.sqlite")

    def again() -> None:
        port = county.served.port
        county.served.close()
        for name in ("server.sqlite-wal", "server.sqlite-shm"):
            (tmp_path / "office" / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "backup.sqlite", tmp_path / "office" / "server.sqlite")
        county.served = serve(tmp_path / "office", port)

    return again


def test_a_restored_county_that_says_other_things_is_followed_and_nothing_is_forgotten(
    county: County, laptop: SyncLaptop, restore: Callable[[], None]
) -> None:
    county.say("旧的第三条")
    laptop.runner.run_pass()
    restore()
    noticed: list[tuple[Kept, int, int]] = []
    laptop.runner.notice = lambda *what: noticed.append(what)
    laptop.runner.run_pass()
    assert heard(laptop)[2:] == ["旧的第三条"], "an office that forgot does not make the laptop forget"
    assert noticed == [(Kept.COUNTY_LOG, 3, 2)]
    for text in ("新的第三条", "新的第四条"):
        county.say(text)
        laptop.runner.run_pass()
    assert heard(laptop)[2:] == ["新的第三条", "新的第四条"]
    assert noticed == [(Kept.COUNTY_LOG, 3, 2), (Kept.COUNTY_LOG, 3, 2)]
    kept = laptop.writer.read(lambda c: [json.loads(row[0]) for row in c.execute("SELECT raw FROM county_line")])
    assert "旧的第三条" in [line["data"]["text"] for line in kept]


def test_a_county_log_position_nobody_holds_is_said_so(laptop: SyncLaptop) -> None:
    laptop.client.open_session(laptop.enrolment, laptop.keys.device, 0)
    with pytest.raises(DomainError) as failure:
        laptop.client.county_log(77)
    assert getattr(failure.value, "refused", "") == ErrorCode.HEAD_UNKNOWN


def test_a_school_that_heard_nothing_has_no_county_log(county: County, tmp_path: Path) -> None:
    quiet = enrol_laptop(county.served, tmp_path / "quiet", SECOND)
    try:
        quiet.client.open_session(quiet.enrolment, quiet.keys.device, 0)
        assert quiet.client.county_log(0) is None
        quiet.runner.run_pass()
        assert quiet.office.county_birth() is None
    finally:
        quiet.close()
