"""Which laptop holds the bell: silence means this one, a word holds for its day, and the silent log hides nothing."""

import pytest

from shared.domain.bell import Holding
from shared.domain.combination import combine
from shared.domain.event import Actor, Event
from shared.domain.fold import Folded, advance
from shared.log.line import decode_line
from tests.made_up_log import CHIEF, DEPUTY, PRINCIPAL, TIMEKEEPER, MadeUpLog, at_clock
from tests.made_up_office import shipped_plan

PLAN = shipped_plan()
TODAY = {"day": "day1"}
START = "chinese.start"
DUE = {"signal": START, "planned": at_clock("09:00"), "due": at_clock("09:00")}
LAPTOP = Actor("laptop", "laptop")


def new_log() -> MadeUpLog:
    return MadeUpLog("530521001", PLAN).open(27)


def fold(log: MadeUpLog) -> Folded:
    events: list[Event] = [decode_line(line) for line in log.lines]
    folded = Folded()
    for event in events:
        folded = advance(folded, event, lambda seq: events[seq - 1])
    return folded


def holding(log: MadeUpLog, day: str = "day1") -> Holding:
    return fold(log).day.bell.of(day)


def test_a_log_without_a_word_holds_the_bell() -> None:
    assert holding(new_log()) == Holding()
    assert Holding().rings(at_clock("09:00"))


def test_who_gave_it_up_rings_nothing_and_who_takes_it_back_rings_from_the_next_signal_on() -> None:
    log = new_log()
    seq = log.add("bell_given_up", TIMEKEEPER, TODAY, CHIEF, at="08:05")
    assert holding(log) == Holding(is_here=False, since=at_clock("08:05"), seq=seq)
    assert not holding(log).rings(at_clock("08:20"))
    seq = log.add("bell_taken", TIMEKEEPER, TODAY, at="08:30")
    assert holding(log) == Holding(is_here=True, since=at_clock("08:30"), seq=seq)
    assert [holding(log).rings(at_clock(time)) for time in ("08:20", "08:29:59", "08:30", "08:40")] == [
        *(False, False, True, True)
    ]


def test_another_day_begins_with_the_bell_here() -> None:
    log = new_log()
    log.add("bell_given_up", TIMEKEEPER, TODAY, CHIEF)
    assert holding(log, "day2") == Holding()


def test_taking_what_is_here_changes_nothing() -> None:
    log = new_log()
    log.add("bell_taken", PRINCIPAL, TODAY, at="08:30")
    assert holding(log) == Holding()


@pytest.mark.parametrize(
    ("name", "actor", "witnesses", "stands"),
    [
        ("bell_given_up", TIMEKEEPER, (CHIEF,), True),
        ("bell_given_up", PRINCIPAL, (DEPUTY,), True),
        ("bell_given_up", TIMEKEEPER, (), False),
        ("bell_given_up", TIMEKEEPER, (TIMEKEEPER,), False),
        ("bell_given_up", CHIEF, (DEPUTY,), False),
        ("bell_taken", DEPUTY, (), True),
        ("bell_taken", CHIEF, (), False),
    ],
)
def test_giving_up_takes_two_people_and_taking_one(
    name: str, actor: Actor, witnesses: tuple[Actor, ...], *, stands: bool
) -> None:
    log = new_log()
    seq = log.add(name, actor, TODAY, *witnesses)
    assert (seq not in fold(log).verdicts) is stands


def test_a_word_about_the_bell_is_taken_back_by_another_word_only() -> None:
    log = new_log()
    seq = log.add("bell_given_up", TIMEKEEPER, TODAY, CHIEF)
    void = log.add("record_voided", TIMEKEEPER, {"line": seq, "reason": "按错了"}, CHIEF)
    assert void in fold(log).verdicts
    assert not holding(log).is_here


def missed(log: MadeUpLog) -> None:
    log.add("signal_missed", LAPTOP, {**DUE, "late": 60_000, "cause": "unplanned"}, at="09:01")


def given(log: MadeUpLog) -> None:
    log.add("signal_given", LAPTOP, {**DUE, "channel": "bell", "rung": at_clock("09:00")}, at="09:00")


def handed_over(log: MadeUpLog) -> None:
    log.add("signal_due", LAPTOP, {**DUE, "fired": at_clock("09:00")}, at="09:00")


def skipped(log: MadeUpLog) -> None:
    log.add("signal_skipped", TIMEKEEPER, {"signal": START, "reason": "改为逐室通知"}, at="09:02")


@pytest.mark.parametrize("act", [given, handed_over, skipped])
@pytest.mark.parametrize("silent_is_later", [True, False])
def test_what_the_laptop_with_the_bell_says_stands_before_what_the_other_missed(act, *, silent_is_later: bool) -> None:
    ringing, silent = new_log(), new_log()
    act(ringing)
    missed(silent)
    silent.add("bell_given_up", TIMEKEEPER, TODAY, CHIEF)
    (silent if silent_is_later else ringing).add("note_added", CHIEF, {"text": "晚一点"}, at="09:30")
    record = combine([fold(ringing), fold(silent)]).signals.get(START)
    assert record == fold(ringing).day.signals.get(START)


def test_a_silent_log_that_says_nothing_of_a_signal_hides_nothing() -> None:
    ringing, silent = new_log().signal(START), new_log()
    silent.add("bell_given_up", TIMEKEEPER, TODAY, CHIEF, at="08:05")
    silent.add("note_added", CHIEF, {"text": "听到铃声"}, at="09:30")
    record = combine([fold(silent), fold(ringing)]).signals.get(START)
    assert (record.given, record.confirmed is not None) == (at_clock("09:00"), True)
