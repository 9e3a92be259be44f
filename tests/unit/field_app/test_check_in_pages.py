"""Check-in through the app's own forms: one touch a pupil, undo with a reason, the end, the printed list."""

import pytest

from tests.field_house import PROCTOR, PUPILS, SECRECY_OFFICER, TIMEKEEPER, FieldHouse, make_laptop

MARK = {"block": "chinese", "seat": "7", "status": "present"}


def test_one_touch_records_one_line_with_the_new_totals(field: FieldHouse) -> None:
    told = field.say("/check-in/mark", **MARK)
    assert told["totals"] == {"expected": 30, "present": 1, "late": 0, "absent": 0, "unrecorded": 29}
    assert field.laptop.journal.event(told["seq"]).data == {"block": "chinese", "seat": 7, "status": "present"}
    assert PUPILS[6].name not in str(told)


def test_every_pupil_stands_on_the_page_in_seat_order(field: FieldHouse) -> None:
    page = field.read("/check-in/?block=chinese")
    places = [page.index(pupil.name) for pupil in PUPILS]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"seat": "31"}, "seat_unknown"),
        ({"seat": "x"}, "field_invalid"),
        ({"status": "asleep"}, "field_invalid"),
        ({"block": "lunch"}, "block_unknown"),
        ({"status": "absent"}, "reason_missing"),
        ({"note": f"{PUPILS[6].name}说肚子疼", "status": "left_early", "reason": "sick"}, "name_in_text"),
    ],
)
def test_what_a_mark_may_not_be(field: FieldHouse, change: dict[str, str], code: str) -> None:
    before = field.laptop.journal.head
    told = field.say("/check-in/mark", **(MARK | change))
    assert told["code"] == code
    assert PUPILS[6].name not in told["zh"] + told["en"]
    assert field.laptop.journal.head == before


def test_a_double_click_records_once(field: FieldHouse) -> None:
    answers = [field.say("/check-in/mark", request_id="one-touch-twice", **MARK) for _ in range(2)]
    assert answers[0]["seq"] == answers[1]["seq"]
    assert [answer["repeated"] for answer in answers] == [False, True]


def test_undo_asks_for_a_reason_and_brings_the_earlier_mark_back(field: FieldHouse) -> None:
    field.say("/check-in/mark", **MARK)
    absent = field.say("/check-in/mark", **(MARK | {"status": "absent", "reason": "sick"}))
    assert field.say("/check-in/undo", block="chinese", line=absent["seq"])["code"] == "reason_missing"
    undone = field.say("/check-in/undo", block="chinese", line=absent["seq"], reason="点错")
    assert undone["totals"]["present"] == 1
    assert field.say("/check-in/undo", block="chinese", line=absent["seq"], reason="点错")["code"] == "already_void"


def test_presence_is_carried_on_and_may_differ_in_the_next_block(field: FieldHouse) -> None:
    for seat, status in ((7, "left_early"), (8, "present"), (9, "present")):
        reason = {"reason": "unwell"} if status == "left_early" else {}
        told = field.say("/check-in/mark", block="chinese", seat=seat, status=status, **reason)
    assert told["totals"]["present"] == 3
    gone = field.say("/check-in/mark", block="q1", seat=9, status="absent", reason="unwell")
    assert (gone["totals"]["present"], gone["totals"]["absent"]) == (1, 2)


def test_the_end_of_check_in_states_its_totals(field: FieldHouse) -> None:
    field.say("/check-in/mark", **MARK)
    closed = field.laptop.journal.event(field.say("/check-in/close", block="chinese")["seq"])
    assert closed.data == {"block": "chinese", "expected": 30, "present": 1, "absent": 0, "unrecorded": 29}


def test_the_list_for_the_notice_board_has_who_is_there_and_the_head(field: FieldHouse) -> None:
    for seat in (7, 8):
        field.say("/check-in/mark", **(MARK | {"seat": seat}))
    page = field.read("/check-in/list?block=chinese")
    assert [pupil.seat for pupil in PUPILS if pupil.name in page] == [7, 8]
    assert field.laptop.journal.head.seal_code in page
    assert "seq" in field.say("/check-in/posted", block="chinese")


def test_only_those_who_check_in_may(field: FieldHouse) -> None:
    for actor, allowed in ((TIMEKEEPER, False), (SECRECY_OFFICER, False), (PROCTOR, True)):
        field.sign_in(actor)
        assert ("seq" in field.say("/check-in/mark", **MARK)) is allowed


def test_with_the_roster_locked_check_in_goes_on_by_seat(field: FieldHouse) -> None:
    field.laptop.roster.lock()
    page = field.read("/check-in/?block=chinese")
    assert PUPILS[0].name not in page
    assert field.say("/check-in/mark", **MARK)["totals"]["present"] == 1


def test_with_the_roster_damaged_check_in_goes_on_by_seat(field: FieldHouse) -> None:
    field.laptop.roster.path.write_bytes(b"not what it was")
    assert PUPILS[0].name not in field.read("/check-in/?block=chinese")
    assert field.say("/check-in/mark", **MARK, note="忘带橡皮")["totals"]["present"] == 1


def test_a_late_entry_says_when_it_happened(field: FieldHouse) -> None:
    entered = field.say("/check-in/mark", happened="08:05", **MARK)
    event = field.laptop.journal.event(entered["seq"])
    assert event.at.corrected - (event.happened or 0) == 10 * 60_000
    assert field.say("/check-in/mark", happened="23:59", **MARK)["code"] == "time_impossible"


def test_without_a_roster_the_page_says_what_to_do_first(tmp_path: object) -> None:
    house = make_laptop(tmp_path / "field", pupils=0)  # type: ignore[operator]
    assert "/roster" in house.read("/check-in/")
    house.close()
