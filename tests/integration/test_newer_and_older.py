"""A newer laptop at an older office, and the other way round: every fact is kept whole and shown as what it is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from field_app.app import create_app, open_house
from field_app.config import FieldConfig
from field_app.sync.client import OfficeClient
from field_app.sync.runner import SyncRunner
from shared.domain.errors import ErrorCode
from shared.domain.event import Draft
from shared.log.chain import Head, next_hash
from shared.wire.county_log import fold_county
from tests.field_house import CHIEF_PROCTOR, LAUNCH
from tests.made_up_office import NAN_HU
from tests.office_house import ServedOffice
from tests.road import Crossing, Road
from tests.stick_house import StickHouse, make_stick_house
from tests.sync_house import make_runner

NEWER = (
    ("pupil_fed", 1, {"seat": 7, "meal": "午餐", "nested": {"deep": [1, 2, {"x": None}]}}),
    ("attendance_marked", 2, {"block": "chinese", "seat": 7, "status": "present", "mood": "cheerful"}),
    ("attendance_marked", 2, {"block": "chinese", "seat": 8, "status": "asleep"}),
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[StickHouse]:
    """An office, and a laptop in the middle of its morning."""
    made = make_stick_house(tmp_path)
    yield made
    made.close()


def write_as_newer(house: StickHouse) -> list[bytes]:
    """Lines as a later release would write them, in the laptop's own log."""
    store = house.school.laptop.store
    pattern = json.loads(store.lines()[-1])
    written = []
    for type_, version, data in NEWER:
        before = store.head()
        told = {**pattern, "seq": before.seq + 1, "type": type_, "tv": version, "data": data}
        told |= {"actor": {"person": "p3", "role": "chief_proctor"}, "witnesses": []}
        line = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        store.append(line, Head(before.log, before.seq + 1, next_hash(before.hash, line)), f"newer-{before.seq}")
        written.append(line)
    return written


def run_pass(house: StickHouse, url: str) -> SyncRunner:
    """One pass of the laptop over a real socket."""
    laptop, client = house.school.laptop, OfficeClient(url)
    runner = make_runner(laptop, client)
    assert runner.run_pass() is None
    client.close()
    return runner


def test_an_older_office_keeps_a_newer_laptops_lines_whole_and_shows_them(house: StickHouse) -> None:
    written = write_as_newer(house)
    served = ServedOffice(house.county.office)
    try:
        runner = run_pass(house, served.url)
        assert runner.received == runner.recorded
        (stored,) = house.stored()
        assert stored[2][-3:] == written
        (log,) = house.county.office.store.read(lambda book: book.list_logs())
        verdicts = [item.code for item in house.county.office.store.read(lambda book: book.verdicts(log, 0))]
        assert verdicts == [ErrorCode.UNKNOWN_EVENT_TYPE, ErrorCode.EVENT_TYPE_NEWER, ErrorCode.EVENT_TYPE_NEWER]
        page = house.county.client("李娜").get(f"/schools/{NAN_HU}/log").text
        assert "不认识的记录类型：pupil_fed" in page
        assert "新版程序写的“检录”（第 2 版）" in page
        assert house.county.client("李娜").get(f"/schools/{NAN_HU}").status_code == 200
    finally:
        served.close()


def test_an_older_laptop_opens_a_log_with_newer_lines_shows_them_and_goes_on(house: StickHouse) -> None:
    write_as_newer(house)
    folder = house.school.laptop.folder
    house.school.close()
    again = open_house(FieldConfig(folder, open_browser=False, sync=False))
    client = create_app(again, LAUNCH).test_client()
    client.get(f"/?launch={LAUNCH}")
    with client.session_transaction() as session:
        session["actor"] = [CHIEF_PROCTOR.person, CHIEF_PROCTOR.role, again.laptop.clock.now().tick]
    page = client.get("/log/").text
    assert "不认识的记录类型：pupil_fed" in page
    assert "新版程序写的“检录”（第 2 版）" in page
    assert 7 not in again.laptop.journal.day.attendance.marks.get("chinese", {})
    before = again.laptop.journal.head.seq
    recorded = again.laptop.journal.record(Draft("note_added", CHIEF_PROCTOR, {"text": "照常"}), "a-request-after")
    assert recorded.event.seq == before + 1
    again.close()


def tell_more(crossing: Crossing) -> None:
    """The answer of a later office: the same, with a key that nobody here knows."""
    head, _, body = crossing.ask_office().partition(b"\r\n\r\n")
    body = body.replace(b"{", b'{"of_a_later_release":{"x":[1]},', 1)
    head = re.sub(rb"(?i)content-length: \d+", f"Content-Length: {len(body)}".encode(), head)
    crossing.answer(head + b"\r\n\r\n" + body)


def test_an_older_laptop_passes_over_what_a_newer_office_adds(house: StickHouse) -> None:
    served = ServedOffice(house.county.office)
    road = Road(served.url)
    for path in ("/hello", "/session", "/probe", "/push"):
        road.add(path, tell_more)
    try:
        runner = run_pass(house, road.url)
        assert runner.received == runner.recorded
        assert road.faults == []
    finally:
        road.close()
        served.close()


def test_an_older_laptop_passes_over_county_lines_of_a_newer_office(house: StickHouse) -> None:
    office = house.county.office
    school = office.store.read(lambda book: book.find_school(NAN_HU))
    assert school is not None
    for text in ("第一条", "第二条"):
        office.county_logs.append(school, "message_sent", {"text": text}, "admin")
    first, second = office.store.read(lambda book: book.county_lines(school.no))
    said = fold_county([first.replace(b'"message_sent"', b'"snack_announced"'), second])
    assert [message.text for message in said.messages] == ["第二条"]
