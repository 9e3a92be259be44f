"""Signals: given, confirmed, explained, through the page's own forms (domain §3)."""

import pytest

from field_app.services.signals import SignalState, find_signal, list_signals, next_signal
from shared.domain.event import Actor
from tests.field_house import CHIEF_PROCTOR, INFO_OFFICER, INSPECTOR, SECRECY_OFFICER, TIMEKEEPER, FieldHouse

OPENS = "pre.check_in_open"  # planned for 08:20
CLOSES = "pre.check_in_close"  # planned for 08:40


@pytest.fixture
def keeper(field: FieldHouse) -> FieldHouse:
    """The timekeeper at the keyboard, and answers in JSON."""
    field.sign_in(TIMEKEEPER)
    return field


def say(house: FieldHouse, act: str, **fields: str) -> tuple[int, dict[str, object]]:
    """The status and the JSON answer of a form of the page."""
    house.client.environ_base["HTTP_ACCEPT"] = "application/json"
    answer = house.post(f"/signals/{act}", None, **fields)
    return answer.status_code, answer.get_json()


def page(house: FieldHouse, address: str = "/signals/") -> str:
    """A page as a reader gets it."""
    return house.client.get(address, headers={"Accept": "text/html"}).get_data(as_text=True)


def state(house: FieldHouse, signal: str) -> SignalState:
    return find_signal(house.laptop, signal).state


def test_given_on_time_then_confirmed(keeper: FieldHouse) -> None:
    keeper.clock.move_to("08:20")
    keeper.clock.move(3)
    status, told = say(keeper, "give", signal=OPENS, channel="bell")
    assert (status, told["state"]) == (200, "given")
    assert "晚 3 秒" in str(told["said"])
    keeper.clock.move(8)
    assert say(keeper, "confirm", signal=OPENS)[1]["state"] == "confirmed"
    record = keeper.laptop.journal.day.signals.get(OPENS)
    assert (record.channel, record.deviation, record.confirmed) == ("bell", 3000, (record.given or 0) + 8000)
    assert record.planned == record.due


def test_the_words_to_read_stand_on_the_page_and_on_the_sheet(keeper: FieldHouse) -> None:
    for address in ("/signals/", "/signals/sheet"):
        assert "现在开始检录，请参测学生按顺序入场。" in page(keeper, address)


@pytest.mark.parametrize("clock", ["08:15", "08:26"])
def test_early_or_late_without_a_reason_is_refused(keeper: FieldHouse, clock: str) -> None:
    keeper.clock.move_to(clock)
    status, told = say(keeper, "give", signal=OPENS, channel="voice")
    assert (status, told["code"]) == (422, "reason_missing")
    assert say(keeper, "give", signal=OPENS, channel="voice", reason="学生提前到齐")[0] == 200
    assert keeper.laptop.journal.day.signals.get(OPENS).reason == "学生提前到齐"


def test_a_late_entry_counts_from_the_time_stated(keeper: FieldHouse) -> None:
    keeper.clock.move_to("08:35")
    assert say(keeper, "give", signal=OPENS, channel="voice", happened="08:20")[0] == 200
    assert find_signal(keeper.laptop, OPENS).deviation == 0


@pytest.mark.parametrize("stated", ["09:10", "8点20", "25:00"])
def test_a_time_that_cannot_be_is_refused(keeper: FieldHouse, stated: str) -> None:
    keeper.clock.move_to("08:20")
    assert say(keeper, "give", signal=OPENS, channel="voice", happened=stated)[1]["code"] == "time_impossible"
    assert state(keeper, OPENS) is SignalState.DUE


@pytest.mark.parametrize(
    ("act", "fields", "code"),
    [
        ("give", {"signal": "pre.lunch"}, "signal_unknown"),
        ("give", {"signal": OPENS, "channel": "drum"}, "field_invalid"),
        ("give", {"signal": OPENS, "reason": "等安若溪到场"}, "name_in_text"),
        ("confirm", {"signal": OPENS}, "signal_not_given"),
        ("confirm", {"signal": "pre.lunch"}, "signal_unknown"),
        ("skip", {"signal": OPENS}, "reason_missing"),
        ("skip", {"signal": OPENS, "reason": "高子墨不在"}, "name_in_text"),
        ("give", {"signal": OPENS, "request_id": "short"}, "form_expired"),
    ],
)
def test_what_is_refused_changes_nothing(keeper: FieldHouse, act: str, fields: dict[str, str], code: str) -> None:
    keeper.clock.move_to("08:20")
    head = keeper.laptop.journal.head
    status, told = say(keeper, act, **fields)
    assert (status >= 400, told["code"]) == (True, code)
    assert told["zh"]
    assert told["zh"] != told["en"]
    assert keeper.laptop.journal.head == head


def test_confirmed_twice_is_said(keeper: FieldHouse) -> None:
    keeper.clock.move_to("08:20")
    say(keeper, "give", signal=OPENS, channel="voice")
    say(keeper, "confirm", signal=OPENS)
    assert say(keeper, "confirm", signal=OPENS)[1]["code"] == "already_recorded"
    assert say(keeper, "skip", signal=OPENS, reason="不需要")[1]["code"] == "already_recorded"


def test_a_retry_of_the_same_form_records_once(keeper: FieldHouse) -> None:
    keeper.clock.move_to("08:20")
    answers = [say(keeper, "give", signal=OPENS, channel="voice", request_id="one-request") for _ in range(2)]
    assert [told["repeated"] for _, told in answers] == [False, True]
    answers = [say(keeper, "confirm", signal=OPENS, request_id="two-request") for _ in range(2)]
    assert [(status, told["repeated"]) for status, told in answers] == [(200, False), (200, True)]


def test_given_again_is_kept_as_a_repeat(keeper: FieldHouse) -> None:
    keeper.clock.move_to("08:20")
    say(keeper, "give", signal=OPENS, channel="bell")
    keeper.clock.move(30)
    assert "记为重复" in str(say(keeper, "give", signal=OPENS, channel="rooms")[1]["said"])
    record = keeper.laptop.journal.day.signals.get(OPENS)
    assert (record.repeats, record.channel, record.deviation) == (1, "bell", 0)


@pytest.mark.parametrize("actor", [INFO_OFFICER, SECRECY_OFFICER])
def test_who_may_not_give_is_told_who_may(field: FieldHouse, actor: Actor) -> None:
    field.sign_in(actor)
    field.clock.move_to("08:20")
    status, told = say(field, "give", signal=OPENS, channel="voice")
    assert (status, told["code"]) == (403, "not_allowed")
    assert "司时员" in str(told["zh"])
    assert 'action="/signals/give"' not in page(field)
    assert "请司时员、监测员或主监来发。" in page(field)


def test_the_inspector_confirms_and_does_not_give(keeper: FieldHouse) -> None:
    keeper.clock.move_to("08:20")
    say(keeper, "give", signal=OPENS, channel="voice")
    keeper.sign_in(INSPECTOR)
    assert "确认：已听到（Enter）" in page(keeper)
    assert say(keeper, "confirm", signal=OPENS)[0] == 200


def test_the_solid_button_is_there_only_when_it_is_time(keeper: FieldHouse) -> None:
    assert "main-act" not in page(keeper)
    keeper.clock.move_to("08:19")
    assert "发出（Enter）" in page(keeper)


def test_a_missed_signal_asks_to_be_explained_and_the_next_one_stays_next(keeper: FieldHouse) -> None:
    keeper.clock.move_to("08:30")
    assert state(keeper, OPENS) is SignalState.MISSED
    shown = page(keeper)
    assert "有 1 条指令没有发，请逐条说明" in shown
    assert "✕ 没有发，已过 10 分钟" in shown
    following = next_signal(keeper.laptop)
    assert following is not None
    assert following.signal.id == CLOSES
    assert say(keeper, "skip", signal=OPENS, reason="学生已全部入场")[1]["state"] == "skipped"
    assert "请逐条说明" not in page(keeper)


def test_what_was_skipped_may_still_be_given(keeper: FieldHouse) -> None:
    keeper.clock.move_to("08:30")
    say(keeper, "skip", signal=OPENS, reason="停电")
    assert say(keeper, "give", signal=OPENS, channel="rooms", reason="来电后补发")[1]["state"] == "given"


def test_what_was_given_is_to_be_confirmed_before_the_next(keeper: FieldHouse) -> None:
    keeper.clock.move_to("08:40")
    say(keeper, "give", signal=CLOSES, channel="bell")
    following = next_signal(keeper.laptop)
    assert following is not None
    assert following.signal.id == CLOSES


def test_the_day_ends_with_a_sentence(field: FieldHouse) -> None:
    field.sign_in(CHIEF_PROCTOR)
    for line in list_signals(field.laptop):
        field.record("signal_skipped", CHIEF_PROCTOR, signal=line.signal.id, reason="演练")
    assert "今天的指令都办完了。" in page(field)
    assert next_signal(field.laptop) is None


def test_the_sheet_shows_what_was_given_and_room_for_the_rest(keeper: FieldHouse) -> None:
    keeper.clock.move_to("08:20")
    say(keeper, "give", signal=OPENS, channel="bell")
    sheet = page(keeper, "/signals/sheet")
    assert ("08:20:00" in sheet, "___:___" in sheet) == (True, True)
    assert keeper.laptop.journal.head.seal_code in sheet


def test_the_page_speaks_english(keeper: FieldHouse) -> None:
    shown = page(keeper, "/signals/?lang=en")
    assert "Get ready." in shown
    assert "未到时间" not in shown
