"""Progress: the state of each block, who is there, and the figures of a board row."""

import pytest

from shared.domain import progress
from shared.domain.combination import combine
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Event
from shared.domain.fold import Day, Folded, advance
from shared.domain.progress import BlockState
from shared.log.line import decode_line
from tests.made_up_log import CHIEF, DEPUTY, PRINCIPAL, PROCTOR, MadeUpLog
from tests.made_up_office import shipped_plan

PLAN = shipped_plan()


def fold(log: MadeUpLog) -> Folded:
    events: list[Event] = [decode_line(line) for line in log.lines]
    folded = Folded()
    for event in events:
        folded = advance(folded, event, lambda seq: events[seq - 1])
    assert folded.verdicts == {}
    return folded


def day(log: MadeUpLog) -> Day:
    return fold(log).day


def new_log() -> MadeUpLog:
    return MadeUpLog("530521001", PLAN)


def state(log: MadeUpLog, block: str = "chinese") -> BlockState:
    return progress.block_state(day(log), PLAN, block)


def test_a_block_goes_through_its_states_in_order() -> None:
    log = new_log()
    assert state(log) is BlockState.WAITING
    log.open(27)
    assert state(log) is BlockState.READY
    log.check_in("chinese", 27)
    assert state(log) is BlockState.CHECKED_IN
    log.signal("chinese.start")
    assert state(log) is BlockState.RUNNING
    log.signal("chinese.end")
    assert state(log) is BlockState.ENDED
    log.seal("chinese", 29)
    assert state(log) is BlockState.SEALED


def test_a_later_block_inherits_check_in_and_the_day_shows_the_newest_block() -> None:
    log = new_log().open(27).check_in("chinese", 27).signal("chinese.start").signal("chinese.end")
    assert state(log, "q1") is BlockState.CHECKED_IN
    assert progress.day_state(day(log), PLAN) is BlockState.ENDED
    log.signal("q1.start")
    assert progress.day_state(day(log), PLAN) is BlockState.RUNNING


def test_singing_stands_alone() -> None:
    log = new_log().open(27).check_in("chinese", 27)
    assert state(log, "oral") is BlockState.READY
    totals = progress.presence(day(log), PLAN, "oral")
    assert (totals.expected, totals.present, totals.unrecorded) == (5, 0, 5)
    log.add("attendance_marked", PROCTOR, {"block": "oral", "seat": 4, "status": "present"})
    totals = progress.presence(day(log), PLAN, "oral")
    assert (totals.expected, totals.present, totals.unrecorded) == (5, 1, 4)


def test_presence_is_carried_on_and_left_early_is_absent_from_then_on() -> None:
    log = new_log().open(27).check_in("chinese", 27, absent=(3,))
    left = {"block": "chinese", "seat": 5, "status": "left_early", "reason": "unwell"}
    log.add("attendance_marked", PROCTOR, left)
    assert progress.presence(day(log), PLAN, "chinese").present == 26
    afternoon = progress.presence(day(log), PLAN, "q2")
    assert (afternoon.expected, afternoon.present, afternoon.absent) == (27, 25, 2)


def test_a_voided_mark_is_not_counted() -> None:
    log = new_log().open(2)
    seq = log.add("attendance_marked", PROCTOR, {"block": "chinese", "seat": 1, "status": "present"})
    log.add("record_voided", PROCTOR, {"line": seq, "reason": "点错了"})
    totals = progress.presence(day(log), PLAN, "chinese")
    assert (totals.present, totals.unrecorded) == (0, 2)
    assert state(log) is BlockState.READY


def test_signals_are_counted_with_the_worst_deviation_by_size() -> None:
    log = new_log().open(27).signal("pre.check_in_open", -95).signal("pre.check_in_close", 40)
    summary = progress.signal_summary(day(log), PLAN)
    assert (summary.planned, summary.given, summary.confirmed) == (18, 2, 2)
    assert (summary.worst, summary.worst_signal) == (-95_000, "pre.check_in_open")


def test_nothing_given_has_no_deviation() -> None:
    summary = progress.signal_summary(Day(), PLAN)
    assert (summary.given, summary.worst, summary.worst_signal) == (0, None, None)


def test_a_signal_without_a_planned_time_in_a_plan_without_a_date_has_no_deviation() -> None:
    log = new_log().open(27)
    log.add("signal_given", CHIEF, {"signal": "chinese.start", "channel": "voice"})
    assert progress.signal_summary(day(log), PLAN).worst is None


def test_balance_is_unknown_until_something_is_counted() -> None:
    assert progress.balance_summary(Day()).balanced is None
    log = new_log().open(27).count("chinese", 27).seal("chinese", 29)
    assert progress.balance_summary(day(log)) == progress.BalanceSummary(True, 0, 0, 1)
    log.count("q1", 27, missing=2)
    assert progress.balance_summary(day(log)) == progress.BalanceSummary(False, 2, 0, 1)


def test_incidents_are_counted_by_level_and_handing_in_by_day() -> None:
    log = new_log().open(27)
    log.incident(3, "试卷提前打开")
    number = log.incident(1, "流鼻血")
    log.add("incident_closed", CHIEF, {"incident": number, "result": "已返回"})
    summary = progress.incident_summary(day(log))
    assert (summary.open, summary.total) == ({1: 0, 2: 0, 3: 1}, {1: 1, 2: 0, 3: 1})
    assert not progress.is_handed_in(day(log), PLAN)
    assert progress.is_handed_in(day(log.hand_in()), PLAN)


def test_an_unknown_block_is_refused() -> None:
    with pytest.raises(DomainError) as refusal:
        progress.block_state(Day(), PLAN, "music")
    assert refusal.value.code is ErrorCode.BLOCK_UNKNOWN


def test_of_two_logs_the_latest_mark_holds_and_incidents_add_up() -> None:
    first = new_log().open(27).check_in("chinese", 27)
    first.incident(1, "投影仪坏了")
    second = new_log().open(27)
    second.add(
        "attendance_marked", PROCTOR, {"block": "chinese", "seat": 3, "status": "absent", "reason": "sick"}, at="10:00"
    )
    second.incident(1, "另一件")
    both = combine([fold(second), fold(first)])
    assert progress.presence(both, PLAN, "chinese").present == 26
    assert progress.incident_summary(both).total[1] == 2


def test_of_two_rings_the_first_counts_and_either_may_confirm() -> None:
    first = new_log().open(27)
    first.add("signal_given", CHIEF, {"signal": "chinese.start", "planned": 1, "channel": "bell"}, at="09:00:05")
    second = new_log().open(27).signal("chinese.start", 20)
    record = combine([fold(first), fold(second)]).signals.get("chinese.start")
    assert record.given == fold(first).day.signals.get("chinese.start").given
    assert record.confirmed is not None


def test_combining_is_the_same_in_either_order() -> None:
    first = new_log().open(27).check_in("chinese", 27)
    second = new_log().open(27).signal("chinese.start")
    second.add("roster_imported", PRINCIPAL, {"pupils": 1, "seats": [1], "source": "file", "sha256": "b" * 64}, DEPUTY)
    assert combine([fold(first), fold(second)]) == combine([fold(second), fold(first)])
