"""The road by stick from a school's laptop to the office and back: the same lines, the same ingest, true receipts."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from field_app.services.carrying import pack_bundle
from field_app.services.county import newer_plan
from field_app.services.hand_in import hand_in, look_at_close_out
from field_app.services.records import log_file
from field_app.services.takeover import survey, take_over
from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_head
from shared.log.chain import Head, next_hash
from shared.log.logfile import join_records
from shared.log.receipt import ACCEPTED
from shared.log.signing import SigningKey, sign_head
from shared.wire.bundle import BundledLog, read_bundle, write_bundle
from shared.wire.kit import Kit
from shared.wire.problems import sentence
from shared.wire.receipt_file import read_receipt_file
from shared.wire.sealing import seal
from sync_server.services.bundles import Bundles
from tests.field_house import CHIEF_PROCTOR, DEPUTY, PROCTOR, make_bare
from tests.made_up_office import NAN_HU, make_office_house
from tests.stick_house import StickHouse, enrol_by_files, make_stick_house


@pytest.fixture
def town(tmp_path: Path) -> Iterator[StickHouse]:
    made = make_stick_house(tmp_path)
    yield made
    made.close()


def refused(bundles: Bundles, data: bytes) -> ErrorCode:
    """With which code the office refuses a file."""
    with pytest.raises(DomainError) as problem:
        bundles.take(data, "x.bundle")
    return problem.value.code


def own_lines(town: StickHouse) -> list[bytes]:
    return town.school.laptop.store.lines()


def test_the_office_holds_the_laptops_lines_byte_for_byte(town: StickHouse) -> None:
    taken = town.bring()
    assert [line for _, _, lines in town.stored() for line in lines] == own_lines(town)
    assert taken.logs[0].new_lines == len(own_lines(town))
    assert taken.logs[0].device == town.school.laptop.enrolment.device  # type: ignore[union-attr]


def test_a_receipt_file_says_that_all_has_arrived(town: StickHouse) -> None:
    laptop = town.school.laptop
    hand_in(laptop, CHIEF_PROCTOR, (DEPUTY,), "停电", "request-hand-in")
    assert not look_at_close_out(laptop, town.school.house.sync.status()).finished
    town.bring()
    town.take_back()
    received = town.school.house.sync.status().received
    assert received == laptop.journal.head.seq
    assert look_at_close_out(laptop, town.school.house.sync.status()).finished
    town.school.record("attendance_marked", PROCTOR, block="chinese", seat=3, status="present")
    assert not look_at_close_out(laptop, town.school.house.sync.status()).finished


def test_starting_the_laptop_again_to_read_the_receipt_does_not_undo_it(town: StickHouse) -> None:
    laptop = town.school.laptop
    hand_in(laptop, CHIEF_PROCTOR, (DEPUTY,), "停电", "request-hand-in")
    town.bring()
    laptop.journal.start("0.1.0", "request-next-morning")
    town.take_back()
    close_out = look_at_close_out(laptop, town.school.house.sync.status())
    assert close_out.finished
    assert close_out.trailing == 1


def test_importing_twice_and_in_any_order_changes_nothing(town: StickHouse) -> None:
    packed = [pack_bundle(town.school.laptop)]
    for seat in range(1, 5):
        town.school.record("attendance_marked", PROCTOR, block="chinese", seat=seat, status="present")
        packed.append(pack_bundle(town.school.laptop))
    order = [*packed, *packed]
    random.Random(7).shuffle(order)
    for one in order:
        assert town.bundles.take(one.data, one.name).complete
    assert [(branch, lines) for _, branch, lines in town.stored()] == [(0, own_lines(town))]
    before = town.stored()
    taken = town.bring()
    assert [run.result for run in taken.logs[0].accepted.runs] == ["duplicate"]  # type: ignore[union-attr]
    assert town.stored() == before


def test_a_receipt_file_twice_or_an_older_one_later_changes_nothing(town: StickHouse) -> None:
    office, school = town.county.office, town.school
    home = office.store.read(lambda book: book.get_school(1))
    town.bring()
    office.county_logs.append(home, "message_sent", {"text": "请核对领卷人签名"}, "李娜")
    older = town.bundles.receipt_file(NAN_HU)
    office.county_logs.append(home, "message_sent", {"text": "今天有雾"}, "李娜")
    newer = town.bundles.receipt_file(NAN_HU)
    sync = school.house.sync
    found = [sync.take_receipt_file(one.encode(), one.name).county_lines for one in (newer, older, newer, older)]
    assert found == [2, 0, 0, 0]
    assert school.house.office.county_lines() == office.county_logs.lines(home)
    assert len(school.house.office.receipts(school.laptop.journal.head.log, ACCEPTED)) == 1


def test_an_office_that_takes_back_what_it_said_is_noticed_on_this_road_too(town: StickHouse) -> None:
    office, laptop = town.county.office, town.school.laptop
    home = office.store.read(lambda book: book.get_school(1))
    town.bring()
    office.county_logs.append(home, "message_sent", {"text": "请核对领卷人签名"}, "李娜")
    town.take_back()
    said = town.bundles.receipt_file(NAN_HU)
    assert said.county_log is not None
    lines = said.county_log.splitlines()
    start = birth_head(lines[0])
    other = lines[1].replace("核对".encode(), "作废".encode())
    end = Head(start.log, 1, next_hash(start.hash, other))
    rewritten = join_records([lines[0], other, sign_head(office.key, end).record()])
    town.school.house.sync.take_receipt_file(replace(said, county_log=rewritten).encode(), said.name)
    event = laptop.journal.events()[-1]
    assert (event.type, event.data) == ("office_went_back", {"what": "county_log", "had": 1, "has": 0})


def test_the_countys_new_plan_comes_back_with_the_receipt(town: StickHouse) -> None:
    home = town.county.office.store.read(lambda book: book.get_school(1))
    body = town.school.laptop.contents.find_content(home.plan)
    assert body is not None
    changed = body.replace(b"revision: 1", b"revision: 2")
    assert changed != body
    town.county.office.plans.add_plan(changed, "plan.yaml", "admin")
    town.bring()
    town.take_back()
    assert newer_plan(town.school.laptop) is not None


def test_a_laptop_that_is_barred_still_hands_over_its_lines_and_people_vouch(town: StickHouse) -> None:
    office = town.county.office
    office.store.write(lambda book: book.set_barred(1, True))
    taken = town.bring()
    assert taken.complete
    assert taken.logs[0].device is None
    assert [log.device_no for log in office.store.read(lambda book: book.list_logs())] == [None]


def test_a_stick_is_no_contact_with_the_laptop(town: StickHouse) -> None:
    town.bring()
    assert [device.last_contact for device in town.county.office.store.read(lambda book: book.list_devices(1))] == [
        None
    ]


def test_a_log_of_another_laptop_travels_first_and_people_vouch_for_it(town: StickHouse, tmp_path: Path) -> None:
    spare = enrol_by_files(town.county, tmp_path / "spare")
    first, second = pack_bundle(town.school.laptop), pack_bundle(spare.laptop)
    office = town.county.office.key
    old, new = read_bundle(first.data, office, "a"), read_bundle(second.data, office, "b")
    ancestor = replace(old.logs[0], vouch="")
    both = write_bundle(replace(new, logs=(ancestor, *new.logs)), spare.laptop.keys.device, office.public)
    taken = town.bundles.take(both, "both.bundle")
    spare.close()
    assert [log.device for log in taken.logs] == [None, new.device]
    assert taken.complete
    assert [log for log, _, _ in town.stored()] == [old.logs[0].head.log, new.logs[0].head.log]


def test_a_spare_laptop_brings_the_day_that_it_took_over(town: StickHouse, tmp_path: Path) -> None:
    old = town.school.laptop
    assert old.enrolment is not None
    plan = old.contents.find_content(old.enrolment.plan)
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "testday-530521001.log").write_bytes(log_file(old))
    (tmp_path / "box" / "testday-530521001.kit").write_bytes(Kit(old.enrolment, (plan or b"",), b"").encode())
    town.school.record("attendance_marked", PROCTOR, block="chinese", seat=3, status="present")
    town.bring()  # the first laptop came back with a line more than the box had
    spare = make_bare(tmp_path / "spare")
    take_over(spare.laptop, survey(tmp_path / "box")[0], "broken")
    spare.house.sync.start()
    packed = pack_bundle(spare.laptop)
    taken = town.bundles.take(packed.data, packed.name)
    assert [(log.new_lines, log.device) for log in taken.logs] == [(0, None), (spare.laptop.journal.head.seq, None)]
    back = town.bundles.receipt_file(NAN_HU)
    spare.house.sync.take_receipt_file(back.encode(), back.name)
    assert spare.house.sync.status().pending == 0
    assert [branch for _, branch, _ in town.stored()] == [0, 0]
    spare.close()


def test_another_offices_bundle_is_said_to_be_so(town: StickHouse, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make_office_house(tmp_path / "other")
    assert refused(Bundles(other.office), pack_bundle(town.school.laptop).data) is ErrorCode.BUNDLE_FOR_ANOTHER
    assert other.office.store.read(lambda book: book.list_logs()) == []
    other.office.close()


def test_what_is_no_good_bundle_is_refused_by_name_and_nothing_is_written(town: StickHouse) -> None:
    office = town.county.office.key
    good = pack_bundle(town.school.laptop).data
    rows = good.splitlines(keepends=True)
    middle = len(good) // 2
    other = b"B" if good[middle : middle + 1] == b"A" else b"A"
    strange = write_bundle(read_bundle(good, office, "x"), SigningKey.new(), office.public)
    for bad, code in (
        (b"", ErrorCode.BUNDLE_CUT),
        ("各位老师：".encode() * 100, ErrorCode.NOT_A_BUNDLE),
        (good[:middle], ErrorCode.BUNDLE_CUT),
        (good[:middle] + bytes(len(good) - middle), ErrorCode.BUNDLE_CUT),
        (good[:middle] + other + good[middle + 1 :], ErrorCode.BUNDLE_DAMAGED),
        (b"".join(rows[:9] + rows[10:]), ErrorCode.BUNDLE_DAMAGED),
        (seal(b"hello", office.public), ErrorCode.BUNDLE_UNREADABLE),
        (strange, ErrorCode.BUNDLE_SIGNATURE_WRONG),
    ):
        assert refused(town.bundles, bad) is code
    assert town.stored() == []
    assert town.county.office.store.read(lambda book: book.list_quarantined()) == []


def test_a_bundle_of_a_school_that_is_not_here_is_refused(town: StickHouse) -> None:
    office = town.county.office.key
    good = read_bundle(pack_bundle(town.school.laptop).data, office, "x")
    log = town.county.log("530521099")
    away = replace(good, school="530521099", logs=(BundledLog(log.head, "", log.file()),))
    device = town.school.laptop.keys.device
    assert refused(town.bundles, write_bundle(away, device, office.public)) is ErrorCode.SCHOOL_UNKNOWN
    apart = town.county.office.store.read(lambda book: book.list_quarantined())
    assert [(item.code, item.log, item.school_no) for item in apart] == [("school_unknown", log.head.log, None)]
    mixed = replace(good, school="530521002")  # its log says another school than its manifest
    assert refused(town.bundles, write_bundle(mixed, device, office.public)) is ErrorCode.BUNDLE_UNREADABLE


def test_a_changed_receipt_file_is_refused_whole(town: StickHouse) -> None:
    town.bring()
    good = town.bundles.receipt_file(NAN_HU)
    sync = town.school.house.sync
    head = town.school.laptop.journal.head
    changed = replace(
        good,
        receipts=(
            {**good.receipts[0], "receipt": good.receipts[0]["receipt"].replace(f'"seq":{head.seq}', '"seq":9')},
        ),
    )
    for bad, code in (
        (b"{}", ErrorCode.RECEIPT_UNREADABLE),
        (changed.encode(), ErrorCode.RECEIPT_UNREADABLE),
        (replace(good, school="530521002").encode(), ErrorCode.RECEIPT_FOR_ANOTHER),
        (replace(good, school="5" * 6000).encode(), ErrorCode.RECEIPT_FOR_ANOTHER),
        (replace(good, receipts=()).encode(), ErrorCode.RECEIPT_FOR_ANOTHER),
    ):
        with pytest.raises(DomainError) as problem:
            sync.take_receipt_file(bad, "x.receipt")
        assert problem.value.code is code
        assert len(sentence(problem.value, "zh")) < 300
    assert sync.status().received == 0
    assert read_receipt_file(good.encode(), "x").receipts == good.receipts
