"""The clock check: by press, by hand, hours off, days off, stepped in between; and who may not."""

from typing import Any

import pytest

from field_app.services import clock_checks
from shared.domain.event import Actor
from tests.field_house import CHIEF_PROCTOR, DEPUTY, INFO_OFFICER, PROCTOR, TIMEKEEPER, FieldHouse
from tests.unit.field_app.asking import ask, say

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def clocked(field: FieldHouse) -> FieldHouse:
    """The timekeeper at the keyboard at 08:15:00."""
    field.sign_in(TIMEKEEPER)
    return field


def check(house: FieldHouse, witness: Actor | None = CHIEF_PROCTOR, /, **fields: Any) -> tuple[int, dict[str, Any]]:
    return say(house, "/clock", witness, **{"reference": "phone"} | fields)


def press(house: FieldHouse) -> dict[str, Any]:
    told = house.client.get("/clock/press.json").get_json()
    return {"pressed_run": told["run"], "pressed_tick": told["tick"]}


def test_offset_given_directly(clocked: FieldHouse) -> None:
    status, told = check(clocked, offset="-2500", error="500")
    event = clocked.laptop.journal.event(told["seq"])
    assert (status, told["warnings"]) == (200, [])
    assert dict(event.data) == {"reference": "phone", "offset": -2500, "error": 500}
    assert event.witnesses == (CHIEF_PROCTOR,)
    assert event.at.offset is None
    now = clocked.laptop.clock.now()
    assert (now.offset, now.error, now.corrected) == (-2500, 500, now.wall - 2500)


def test_the_error_is_a_second_unless_said(clocked: FieldHouse) -> None:
    check(clocked, offset="0")
    assert clocked.laptop.journal.day.readiness.error == 1000
    check(clocked, offset="0", error="0")
    assert clocked.laptop.journal.day.readiness.error == 0


def test_the_reference_at_a_press(clocked: FieldHouse) -> None:
    clocked.clock.move(2.5)
    pressed = press(clocked)
    clocked.clock.move(45)
    _, told = check(clocked, reference_time="08:15", **pressed)
    assert told["offset"] == -2500


@pytest.mark.parametrize(
    ("time", "date", "offset"),
    [
        ("11:15", "", 3 * HOUR),
        ("05：15：30", "", -3 * HOUR + 30_000),
        ("08:15", "2022-05-27", 2 * DAY),
        ("08:15:00", "2021-05-25", -365 * DAY),
        ("23:55", "", -8 * HOUR - 20 * 60_000),
    ],
)
def test_the_time_and_date_of_the_reference(clocked: FieldHouse, time: str, date: str, offset: int) -> None:
    assert check(clocked, reference_time=time, reference_date=date)[1]["offset"] == offset


def test_seconds_by_hand(clocked: FieldHouse) -> None:
    assert check(clocked, seconds="2.5", side="behind")[1]["offset"] == 2500
    assert check(clocked, seconds="90", side="ahead")[1]["offset"] == -90_000


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"offset": "x"}, "field_invalid"),
        ({"offset": "9" * 20}, "field_invalid"),
        ({"offset": "0", "error": "-1"}, "field_invalid"),
        ({"offset": "0", "reference": "sundial"}, "field_invalid"),
        ({"seconds": ""}, "field_invalid"),
        ({"seconds": "-3"}, "field_invalid"),
        ({"seconds": "nan"}, "field_invalid"),
        ({"seconds": "inf"}, "field_invalid"),
        ({"reference_time": "25:00"}, "clock_time_unreadable"),
        ({"reference_time": "8点"}, "clock_time_unreadable"),
        ({"reference_time": "08:15:00:00"}, "clock_time_unreadable"),
        ({"reference_time": "08:15", "reference_date": "明天"}, "clock_time_unreadable"),
        ({"reference_time": "08:15", "pressed_tick": "x"}, "field_invalid"),
        ({"reference_time": "08:15", "pressed_tick": "1"}, "press_too_old"),
    ],
)
def test_what_cannot_be_a_check(clocked: FieldHouse, fields: dict[str, str], code: str) -> None:
    head = clocked.laptop.journal.head
    status, told = check(clocked, **fields)
    assert (status in (409, 422), told["code"]) == (True, code)
    assert told["zh"] != told["en"]
    assert clocked.laptop.journal.head == head


@pytest.mark.parametrize("seconds", [-10_800, -1, 0.2, 1, 5, 86_400])
def test_a_clock_set_after_the_press_loses_nothing(clocked: FieldHouse, seconds: float) -> None:
    pressed = press(clocked)
    clocked.clock.move(20)
    clocked.clock.time.step(seconds)
    clocked.clock.move(25)
    told = check(clocked, reference_time="08:15", reference_date="2022-05-25", **pressed)[1]
    assert told["offset"] == -seconds * 1000
    assert clocked.clock.now().corrected == clocked.clock.wall - seconds * 1000


def test_a_check_between_press_and_record_counts_once(clocked: FieldHouse) -> None:
    pressed = press(clocked)
    check(clocked, offset="-90000")
    assert check(clocked, reference_time="08:14", **pressed)[1]["offset"] == -60_000


def test_a_press_is_good_for_ten_minutes_of_one_run(clocked: FieldHouse) -> None:
    pressed = press(clocked)
    clocked.clock.move(600)
    assert check(clocked, reference_time="08:15", **pressed)[1]["offset"] == 0
    elsewhere = pressed | {"pressed_run": "aaaa-000000"}
    assert check(clocked, reference_time="08:15", **elsewhere)[1]["code"] == "press_too_old"
    clocked.clock.move(1)
    assert check(clocked, reference_time="08:15", **pressed)[1]["code"] == "press_too_old"


@pytest.mark.parametrize(
    ("actor", "witness", "code"),
    [
        (TIMEKEEPER, None, "witness_missing"),
        (TIMEKEEPER, TIMEKEEPER, "witness_is_actor"),
        (PROCTOR, DEPUTY, "not_allowed"),
        (INFO_OFFICER, DEPUTY, "not_allowed"),
    ],
)
def test_who_may_not_check(field: FieldHouse, actor: Actor, witness: Actor | None, code: str) -> None:
    field.sign_in(actor)
    assert check(field, witness, offset="0")[1]["code"] == code
    assert field.laptop.journal.day.readiness.clock_seq is None


def test_three_hours_off_is_taken_and_explained(clocked: FieldHouse) -> None:
    before = clocked.record("attendance_marked", CHIEF_PROCTOR, block="chinese", seat=1, status="present")
    status, told = check(clocked, offset=str(3 * HOUR))
    assert status == 200
    assert told["warnings"][0].startswith("电脑慢 3 小时 0 分 0 秒")
    assert "对时以前的记录保留当时电脑上的时间" in told["warnings"][1]
    page = ask(clocked, "/clock/")
    assert all(sentence in page for sentence in told["warnings"])
    assert "11:15:00" in page
    assert "08:15:00" in page
    after = clocked.record("attendance_marked", CHIEF_PROCTOR, block="chinese", seat=2, status="present")
    journal = clocked.laptop.journal
    assert journal.event(after).time - journal.event(before).time == 3 * HOUR
    assert "3 h 0 min 0 s slow" in ask(clocked, "/clock/?lang=en")


@pytest.mark.parametrize("days", [-1, 2, 365 * 56])
def test_days_off_is_taken_and_asks_for_a_look_at_the_date(clocked: FieldHouse, days: int) -> None:
    status, told = check(clocked, offset=str(days * DAY))
    assert (status, len(told["warnings"])) == (200, 3)
    assert "日期" in told["warnings"][2]
    assert ask(clocked, "/clock")


def test_the_page_asks_for_a_check_when_there_is_none_or_an_old_one(clocked: FieldHouse) -> None:
    assert "还没有对时" in ask(clocked, "/clock/")
    check(clocked, offset="0")
    assert "已对时，误差 ±1 秒" in ask(clocked, "/clock/")
    clocked.clock.move_to("13:10")
    clocked.sign_in(TIMEKEEPER)
    assert "不在这个半天" in ask(clocked, "/clock/")


def test_a_stepped_clock_asks_for_a_check_at_once(clocked: FieldHouse) -> None:
    check(clocked, offset="0")
    clocked.clock.time.step(-60)
    clocked.laptop.journal.note_clock()
    assert "电脑时钟被改动过" in ask(clocked, "/clock/")
    assert "请再对时" in ask(clocked, "/")
    check(clocked, offset="60000")
    assert "已对时" in ask(clocked, "/clock/")


def test_a_void_check_is_struck_out_and_counts_no_more(clocked: FieldHouse) -> None:
    _, told = check(clocked, offset=str(HOUR))
    clocked.record("record_voided", TIMEKEEPER, CHIEF_PROCTOR, line=told["seq"], reason="填错")
    assert clocked.laptop.clock.now().offset is None
    assert "text-decoration-line-through" in ask(clocked, "/clock/")


def test_who_may_not_sees_no_form(clocked: FieldHouse) -> None:
    assert 'id="check"' in ask(clocked, "/clock/")
    clocked.sign_in(PROCTOR)
    assert 'id="check"' not in ask(clocked, "/clock/")


@pytest.mark.parametrize(("offset", "size"), [(0, "small"), (599_999, "small"), (-600_000, "large"), (DAY, "days")])
def test_how_far_off(offset: int, size: str) -> None:
    assert clock_checks.size_of(offset) == size
