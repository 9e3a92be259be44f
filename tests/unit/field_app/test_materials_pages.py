"""Counting and sealing: two people, identities that hold or say why, never in the way (domain §6)."""

from typing import Any

import pytest

from field_app.services.materials import current_block, look_up
from shared.domain.event import Actor
from shared.domain.materials import COLUMNS
from tests.field_house import (
    CHIEF_PROCTOR,
    INFO_OFFICER,
    PINS,
    PROCTOR,
    PUPILS,
    SECRECY_OFFICER,
    TIMEKEEPER,
    FieldHouse,
)

FORMS = "ABCDEF"
FULL = (6, 5, 1, 0, 5, 0, 0)
BAG = {"block": "chinese", "bag": "1", "seal": "YX0001234", "sheets": "36", "contents": "题本 36"}


@pytest.fixture
def house(field: FieldHouse) -> FieldHouse:
    """30 pupils present, the Chinese test over, the chief proctor at the keyboard."""
    for pupil in PUPILS:
        field.record("attendance_marked", PROCTOR, block="pre", seat=pupil.seat, status="present")
    field.clock.move_to("10:24")
    field.sign_in(CHIEF_PROCTOR)
    return field


def say(
    house: FieldHouse, act: str, witness: Actor | None = SECRECY_OFFICER, /, **fields: str
) -> tuple[int, dict[str, Any]]:
    """The status and the JSON answer of a form."""
    house.client.environ_base["HTTP_ACCEPT"] = "application/json"
    answer = house.post(f"/materials/{act}", witness, **fields)
    return answer.status_code, answer.get_json()


def page(house: FieldHouse, address: str = "/materials/") -> str:
    """A page as a reader gets it."""
    return house.client.get(address, headers={"Accept": "text/html"}).get_data(as_text=True)


def row(name: str, *numbers: int | str) -> dict[str, str]:
    """The fields of one row, in the order of the columns."""
    return {f"{name}.{column}": str(number) for column, number in zip(COLUMNS, numbers, strict=False)}


def whole_count(**changed: str) -> dict[str, str]:
    """Both materials in all six forms, everything in order."""
    fields = {"block": "chinese"}
    for material in ("booklet", "card"):
        for form in FORMS:
            fields |= row(f"{material}.{form}", *FULL)
    return fields | changed


def test_a_whole_count_balances(house: FieldHouse) -> None:
    status, told = say(house, "count", **whole_count())
    assert (status, told["balanced"]) == (200, True)
    counting = look_up(house.laptop, "chinese")
    assert (counting.collected, counting.present, counting.is_balanced) == (30, 30, True)
    assert counting.all_to_bag == 72
    assert "✓ 答题卡收回 30，到场 30 人" in page(house)
    witnesses = house.laptop.journal.events()[-1].witnesses
    assert [witness.person for witness in witnesses] == [SECRECY_OFFICER.person]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((6, 4, 1, 0, 4), "✕ 少 1：领到 6，发出＋未用＋破损 5"),
        ((6, 6, 1, 0, 6), "✕ 多 1：领到 6，发出＋未用＋破损 7"),
        ((6, 5, 1, 0, 3), "✕ 少 2：发出 5，收回＋作废＋缺少 3"),
        ((6, 5, 1, 0, 5, 1), "✕ 多 1：发出 5，收回＋作废＋缺少 6"),
        ((6, 5, 1, 0, 4, 0, 1), "✕ 缺 1，请登记事件"),
        ((6, 5, 1), "– 未数完"),
        (FULL, "✓ 对上"),
    ],
)
def test_each_identity_is_said_and_recorded(house: FieldHouse, numbers: tuple[int, ...], said: str) -> None:
    assert say(house, "count", block="chinese", **row("card.B", *numbers))[0] == 200
    assert said in page(house)


def test_fewer_cards_than_pupils_lead_to_an_incident(house: FieldHouse) -> None:
    status, told = say(house, "count", **whole_count(**row("card.C", 6, 5, 1, 0, 4, 0, 1)))
    assert (status, told["balanced"]) == (200, False)
    shown = page(house)
    assert "✕ 答题卡少 1：收回 29，到场 30 人" in shown
    assert "数目没有对上，不影响下一场。" in shown
    assert "/incidents/new?type=paper_missing&amp;block=chinese&amp;what=" in shown
    house.record(
        "incident_opened", PROCTOR, family="administration", type="leak", level=3, block="chinese", what="少一张"
    )
    assert "本场事件 " in page(house)


def test_a_count_that_is_off_does_not_hold_up_the_next_block(house: FieldHouse) -> None:
    say(house, "count", block="chinese", **row("card.A", 6, 5, 1, 0, 3))
    assert say(house, "count", block="q1", **row("questionnaire.", 32, 30, 2, 0, 30))[1]["balanced"] is True


def test_what_is_left_blank_keeps_what_was_counted(house: FieldHouse) -> None:
    say(house, "count", block="chinese", **row("card.A", 6, 5))
    say(house, "count", block="chinese", **{"card.A.unused": "１", "card.A.collected": "5"})
    counted = house.laptop.journal.day.materials.counts["chinese"]["card", "A"]
    assert (counted.received, counted.unused, counted.is_complete) == (6, 1, True)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"block": "chinese"}, "field_missing"),
        ({"block": "lunch"}, "block_unknown"),
        ({"block": "chinese", "card.A.received": "-1"}, "field_invalid"),
        ({"block": "chinese", "card.A.received": "5.5"}, "field_invalid"),
        ({"block": "chinese", "card.A.received": "六"}, "field_invalid"),
        ({"block": "chinese", "card.A.received": "10000"}, "field_invalid"),
        ({"block": "chinese", "card.A.received": "6", "note": "沈清扬的卡破了"}, "name_in_text"),
        ({"block": "chinese", "card.A.received": "6", "happened": "23:00"}, "time_impossible"),
    ],
)
def test_what_cannot_be_counted(house: FieldHouse, fields: dict[str, str], code: str) -> None:
    head = house.laptop.journal.head
    status, told = say(house, "count", **fields)
    assert (status >= 400, told["code"]) == (True, code)
    assert told["zh"] != told["en"]
    assert house.laptop.journal.head == head


def test_a_wrong_number_is_named_by_its_row_and_column(house: FieldHouse) -> None:
    told = say(house, "count", block="chinese", **{"card.D.collected": "x"})[1]
    assert ("答题卡 D" in told["zh"], "收回" in told["zh"]) == (True, True)


@pytest.mark.parametrize(("act", "fields"), [("count", whole_count()), ("bag", BAG), ("sealed", {"block": "chinese"})])
def test_every_step_needs_a_second_person_with_their_own_pin(
    house: FieldHouse, act: str, fields: dict[str, str]
) -> None:
    fields = {**fields, "note": "只为试"}
    assert say(house, act, None, **fields)[1]["code"] == "witness_missing"
    assert say(house, act, CHIEF_PROCTOR, **fields)[1]["code"] == "witness_is_actor"
    wrong = {**fields, "witness_person": SECRECY_OFFICER.person, "witness_pin": "000000"}
    assert say(house, act, None, **wrong)[1]["code"] == "pin_wrong"
    borrowed = {**fields, "witness_person": SECRECY_OFFICER.person, "witness_pin": PINS[CHIEF_PROCTOR.person]}
    assert say(house, act, None, **borrowed)[1]["code"] == "pin_wrong"
    assert say(house, act, SECRECY_OFFICER, **fields)[0] == 200


@pytest.mark.parametrize(("act", "fields"), [("count", whole_count()), ("bag", BAG), ("sealed", {"block": "chinese"})])
def test_who_may_not_do_it_sees_who_may(house: FieldHouse, act: str, fields: dict[str, str]) -> None:
    house.sign_in(TIMEKEEPER)
    assert say(house, act, SECRECY_OFFICER, **{**fields, "note": "试"})[1]["code"] == "not_allowed"
    shown = page(house)
    for sentence in (
        "请监测员、主监或保密员来清点。",
        "请监测员或保密员来封袋。",
        "请监测员来登记封装完成。",
    ):
        assert sentence in shown


def test_a_bag_has_a_number_a_seal_and_two_people(house: FieldHouse) -> None:
    assert say(house, "bag", **BAG, happened="10:22")[0] == 200
    (bag,) = look_up(house.laptop, "chinese").bags
    assert (bag.bag, bag.seal, bag.sheets) == ("1", "YX0001234", 36)
    assert bag.people == (CHIEF_PROCTOR.person, SECRECY_OFFICER.person)
    shown = page(house)
    assert (
        "1 号袋：36 份，封条 YX0001234" in shown,
        "10:22" in shown,
        'name="bag" maxlength="40" required value="2"' in shown,
    ) == (True, True, True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"bag": ""}, "field_missing"),
        ({"seal": ""}, "field_missing"),
        ({"sheets": ""}, "field_invalid"),
        ({"sheets": "许多"}, "field_invalid"),
        ({"block": "lunch"}, "block_unknown"),
        ({"contents": "石敢当的答题卡"}, "name_in_text"),
    ],
)
def test_what_cannot_be_bagged(house: FieldHouse, changed: dict[str, str], code: str) -> None:
    assert say(house, "bag", **{**BAG, **changed})[1]["code"] == code
    assert look_up(house.laptop, "chinese").bags == ()


def test_bags_are_compared_with_the_count(house: FieldHouse) -> None:
    say(house, "bag", **BAG)
    assert "– 袋内 36 份，工具还没有清点" in page(house)
    say(house, "count", **whole_count())
    assert "▲ 袋内 36 份，清点应装 72 份" in page(house)
    say(house, "bag", **{**BAG, "bag": "2", "contents": "答题卡 36"})
    assert "✓ 袋内 72 份，与清点相符" in page(house)


def test_a_bag_opened_and_sealed_again_says_its_old_seal(house: FieldHouse) -> None:
    say(house, "bag", **BAG)
    told = say(house, "bag", **{**BAG, "seal": "YX0001299"})[1]
    assert "原封条 YX0001234" in told["said"]


def test_sealing_is_complete_at_once_when_all_adds_up(house: FieldHouse) -> None:
    say(house, "count", **whole_count())
    say(house, "bag", **{**BAG, "sheets": "72"})
    assert say(house, "sealed", block="chinese")[0] == 200
    assert "语文测试 ✓" in page(house)
    house.clock.move_to("10:45")
    following = current_block(house.laptop)
    assert following is not None
    assert following.id == "q1"


@pytest.mark.parametrize("counted", [False, True])
def test_sealing_without_balance_or_bags_needs_a_reason(house: FieldHouse, counted: bool) -> None:
    if counted:
        say(house, "count", **whole_count())
    assert say(house, "sealed", block="chinese")[1]["code"] == "reason_missing"
    assert say(house, "sealed", block="chinese", note="袋未到，先入箱")[0] == 200


def test_the_list_and_the_labels_carry_seal_codes_and_no_names(house: FieldHouse) -> None:
    say(house, "count", **whole_count())
    say(house, "bag", **{**BAG, "sheets": "72"})
    say(house, "sealed", block="chinese")
    shown = page(house, "/materials/print?block=chinese")
    for expected in ("封装清单", "YX0001234", "530521001", "责任督学签名：", house.laptop.journal.head.seal_code):
        assert expected in shown
    assert not any(pupil.name in shown for pupil in PUPILS)


def test_an_online_block_has_nothing_to_count(house: FieldHouse) -> None:
    assert "这一场没有要清点、封装的工具。" in page(house, "/materials/?block=oral")


def test_before_check_in_nobody_knows_how_many_are_present(field: FieldHouse) -> None:
    field.sign_in(INFO_OFFICER)
    assert "– 还没有检录，到场人数不明" in page(field)


def test_the_page_speaks_english(house: FieldHouse) -> None:
    say(house, "count", block="chinese", **row("card.B", 6, 5, 1, 0, 3))
    assert "✕ 2 short: handed out 5, collected + void + missing 3" in page(house, "/materials/?lang=en")
