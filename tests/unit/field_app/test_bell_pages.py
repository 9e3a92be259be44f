"""Giving up the bell and taking it back on the pages: a silent laptop says so, and nags nobody."""

from typing import Any

import pytest

from field_app.services.bell_holding import holding_today
from field_app.services.signals import SignalState, find_signal, next_signal
from shared.domain.event import Actor
from tests.field_house import CHIEF_PROCTOR, DEPUTY, PRINCIPAL, PROCTOR, TIMEKEEPER, FieldHouse

OPENS = "pre.check_in_open"  # planned for 08:20
AWAY = "由另一台电脑响铃"


@pytest.fixture
def desk(field: FieldHouse) -> FieldHouse:
    """08:15, the timekeeper at the keyboard, the day open."""
    field.record("day_opened", PRINCIPAL, day="day1")
    field.sign_in(TIMEKEEPER)
    return field


def give_up(desk: FieldHouse, witness: Actor | None = CHIEF_PROCTOR, **fields: str) -> dict[str, Any]:
    return desk.say("/signals/bell/give-up", witness, **fields)


def told(desk: FieldHouse) -> dict[str, Any]:
    """What the console's page is told."""
    answer: dict[str, Any] = desk.client.get("/signals/console.json").get_json()
    return answer


def test_giving_up_and_taking_back(desk: FieldHouse) -> None:
    assert "由哪台电脑响铃：现在由本机" in desk.read("/signals/")
    assert "本机不再响铃" in give_up(desk)["said"]
    assert not holding_today(desk.laptop).is_here
    page = desk.read("/signals/")
    assert "由另一台电脑响铃（08:15 起）：本机到时不响，也不记漏发。" in page
    assert "改由本机响铃" in page
    assert "从下一条指令起由本机响铃" in desk.say("/signals/bell/take")["said"]
    assert holding_today(desk.laptop).is_here
    assert "现在由本机" in desk.read("/signals/")


@pytest.mark.parametrize(
    ("actor", "witness", "code"),
    [
        (TIMEKEEPER, None, "witness_missing"),
        (TIMEKEEPER, TIMEKEEPER, "witness_is_actor"),
        (PROCTOR, PRINCIPAL, "not_allowed"),
    ],
)
def test_who_may_not_give_it_up(desk: FieldHouse, actor: Actor, witness: Actor | None, code: str) -> None:
    desk.sign_in(actor)
    assert give_up(desk, witness)["code"] == code
    assert holding_today(desk.laptop).is_here


def test_saying_it_twice_is_refused_and_a_second_try_is_not(desk: FieldHouse) -> None:
    assert desk.say("/signals/bell/take")["code"] == "bell_stands"
    first, again = (give_up(desk, request_id="the-same-form") for _ in range(2))
    assert (first["repeated"], again["repeated"], first["seq"]) == (False, True, again["seq"])
    assert give_up(desk)["code"] == "bell_stands"


def test_a_word_about_the_bell_offers_no_undo(desk: FieldHouse) -> None:
    given_up = give_up(desk)
    assert given_up["undo"] is False
    row = desk.read("/log/").split(f'id="line-{given_up["seq"]}"')[1].split("</tr>")[0]
    assert (AWAY in row, "作废" in row) == (True, False)
    assert desk.say("/signals/skip", signal=OPENS, reason="停电")["undo"] is True


def test_a_proctor_sees_who_rings_and_whom_to_ask(desk: FieldHouse) -> None:
    give_up(desk)
    desk.sign_in(PROCTOR)
    page = desk.read("/signals/")
    assert AWAY in page
    assert "请司时员或主监来办" in page
    assert "改由本机响铃</button>" not in page
    desk.sign_in(DEPUTY)
    assert "改由本机响铃</button>" in desk.read("/signals/")


def test_a_silent_laptop_counts_down_and_nags_nobody(desk: FieldHouse) -> None:
    desk.clock.move_to("08:19")
    nag = "快到指令时间，报时台没有打开"
    assert nag in desk.read("/")
    assert "08:20 发指令：检录开始" in desk.read("/")
    give_up(desk)
    page = desk.read("/")
    assert (nag in page, "08:20 发指令" in page, AWAY in page, 'data-countdown="' in page) == (False, False, True, True)
    desk.clock.move_to("08:48")
    assert "的指令没有发" not in desk.read("/")
    page = desk.read("/signals/")
    assert ("请逐条说明" in page, "到时不会响铃" in page) == (False, False)
    assert page.count(f"– {AWAY}") == len(desk.laptop.plan.signals()) + 1  # each row, and the next one above them
    assert "的指令没有发" not in desk.read("/hand-in/")


def test_the_next_signal_is_the_others_until_a_minute_after_it(desk: FieldHouse) -> None:
    give_up(desk)
    for clock, expected in (("08:20", OPENS), ("08:21", "pre.check_in_close"), ("08:40", "pre.check_in_close")):
        desk.clock.move_to(clock)
        found = next_signal(desk.laptop)
        assert found is not None
        assert (found.signal.id, found.state) == (expected, SignalState.ELSEWHERE)


def test_the_console_is_told_that_it_stays_silent(desk: FieldHouse) -> None:
    assert (told(desk)["rings"], told(desk)["signals"][0]["state"]) == (True, "waiting")
    give_up(desk)
    assert (told(desk)["rings"], told(desk)["signals"][0]["state"], told(desk)["next"]) == (False, "elsewhere", OPENS)
    desk.clock.move_to("08:30")
    desk.say("/signals/bell/take")
    assert told(desk)["rings"]
    states = [line["state"] for line in told(desk)["signals"]]
    assert states[:2] == ["elsewhere", "waiting"]


def test_a_bell_that_sounded_all_the_same_is_recorded(desk: FieldHouse) -> None:
    give_up(desk)
    desk.clock.move_to("08:20")
    assert desk.say("/signals/rung", signal=OPENS, at=desk.clock.now().corrected)["state"] == "given"


def test_what_the_other_laptop_did_not_ring_is_entered_after_taking_over(desk: FieldHouse) -> None:
    give_up(desk)
    desk.clock.move_to("08:30")
    assert 'id="elsewhere"' not in desk.read("/signals/")
    desk.say("/signals/bell/take")
    page = desk.read("/signals/")
    assert "有 1 条到时间时由另一台电脑响铃" in page
    late = {"signal": OPENS, "channel": "voice", "happened": "08:23", "reason": "那台电脑坏了"}
    assert "晚 3:00" in desk.say("/signals/give", **late)["said"]
    assert find_signal(desk.laptop, OPENS).state is SignalState.GIVEN
    assert 'id="elsewhere"' not in desk.read("/signals/")


def test_a_late_start_leaves_alone_what_the_other_laptop_rang(desk: FieldHouse) -> None:
    give_up(desk)
    desk.clock.move_to("09:05")
    desk.sign_in(CHIEF_PROCTOR)
    page = desk.read("/signals/timing?block=chinese&kind=started_late&minutes=8")
    assert "不动（由另一台电脑响铃）" in page
    assert "→ 10:28" in page


def test_the_pages_speak_english(desk: FieldHouse) -> None:
    give_up(desk)
    page = desk.read("/signals/?lang=en")
    assert "The other laptop rings (since 08:15)" in page
    assert "Let this laptop ring" in page
    assert "The other laptop rings" in desk.read("/?lang=en")
    assert "this laptop gives up the bell" in desk.read("/log/?lang=en")
