"""The fold: what stands, what is skipped with a verdict, what a void and a correction do."""

from collections.abc import Mapping
from typing import Any

from shared.domain.attendance import Status, count
from shared.domain.clock import Instant
from shared.domain.describe import describe
from shared.domain.errors import ErrorCode
from shared.domain.event import LAPTOP, Actor, Event
from shared.domain.fold import Folded, advance

PRINCIPAL = Actor("p1", "principal")
PROCTOR = Actor("p2", "proctor")
DEPUTY = Actor("p3", "deputy")


class Log:
    """Events of a made-up log, folded as they come."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.folded = Folded()

    def add(
        self, type_: str, actor: Actor, data: Mapping[str, Any], witnesses: tuple[Actor, ...] = (), tv: int = 1
    ) -> int:
        seq = len(self.events) + 1
        at = Instant(1_653_438_000_000 + seq * 1000, seq * 1000, "r")
        event = Event("L", seq, "s", "c", "p", type_, tv, actor, witnesses, at, None, data)
        self.events.append(event)
        self.folded = advance(self.folded, event, lambda number: self.events[number - 1])
        return seq

    def put_on_duty(self, who: Actor, by: Actor, *witnesses: Actor) -> int:
        data = {"person": who.person, "name": "李明", "unit": "南湖小学", "role": who.role, "outsider": False}
        return self.add("person_put_on_duty", by, data, witnesses)

    def mark(self, seat: int, status: str = "present", **more: str) -> int:
        return self.add("attendance_marked", PROCTOR, {"block": "chinese", "seat": seat, "status": status, **more})

    def verdict(self, seq: int) -> ErrorCode | None:
        return self.folded.verdicts.get(seq)


def ready_log() -> Log:
    log = Log()
    log.put_on_duty(PRINCIPAL, PRINCIPAL)
    log.put_on_duty(PROCTOR, PRINCIPAL)
    log.put_on_duty(DEPUTY, PRINCIPAL, PROCTOR)
    log.add(
        "roster_imported",
        PRINCIPAL,
        {"pupils": 3, "seats": [1, 2, 3], "source": "file", "sha256": "a" * 64},
        (DEPUTY,),
    )
    assert log.folded.verdicts == {}
    return log


def test_marks_are_counted_over_the_roster() -> None:
    log = ready_log()
    log.mark(1)
    log.mark(2, "absent", reason="sick")
    totals = count(log.folded.day.attendance.effective(["chinese"]), log.folded.day.readiness.seats)
    assert (totals.expected, totals.present, totals.absent, totals.unrecorded) == (3, 1, 1, 1)


def test_void_restores_the_earlier_mark() -> None:
    log = ready_log()
    log.mark(1)
    wrong = log.mark(1, "absent", reason="sick")
    log.add("record_voided", PROCTOR, {"line": wrong, "reason": "点错"})
    assert log.folded.day.attendance.marks["chinese"][1].status is Status.PRESENT
    assert log.folded.voided == {wrong}


def test_void_twice_gets_a_verdict() -> None:
    log = ready_log()
    line = log.mark(1)
    log.add("record_voided", PROCTOR, {"line": line, "reason": "点错"})
    again = log.add("record_voided", PROCTOR, {"line": line, "reason": "点错"})
    assert log.verdict(again) is ErrorCode.ALREADY_VOID


def test_correction_replaces_the_data_in_place() -> None:
    log = ready_log()
    line = log.mark(1)
    new = {"block": "chinese", "seat": 2, "status": "present"}
    log.add("record_corrected", PROCTOR, {"line": line, "reason": "看错座号", "data": new})
    assert set(log.folded.day.attendance.marks["chinese"]) == {2}


def test_unknown_type_is_kept_with_a_verdict() -> None:
    log = ready_log()
    seq = log.add("dragon_seen", PROCTOR, {"colour": "red"})
    assert log.verdict(seq) is ErrorCode.UNKNOWN_EVENT_TYPE
    assert log.folded.seq == seq


def test_a_newer_version_of_a_type_is_kept_and_not_taken_for_the_old_one() -> None:
    log = ready_log()
    before = log.folded.day
    seq = log.add("attendance_marked", PROCTOR, {"block": "chinese", "seat": 1, "status": "present"}, tv=2)
    assert log.verdict(seq) is ErrorCode.EVENT_TYPE_NEWER
    assert log.folded.day == before
    assert "第 2 版" in describe(log.events[-1], {}).zh


def test_two_person_step_without_a_witness_is_refused() -> None:
    log = ready_log()
    bag = {"block": "chinese", "bag": "1", "seal": "A1", "sheets": 30}
    assert log.verdict(log.add("bag_sealed", PROCTOR, bag)) is ErrorCode.WITNESS_MISSING
    assert log.verdict(log.add("bag_sealed", PROCTOR, bag, (PROCTOR,))) is ErrorCode.WITNESS_IS_ACTOR
    assert log.verdict(log.add("bag_sealed", PROCTOR, bag, (DEPUTY,))) is None
    assert log.folded.day.materials.bags["chinese"]["1"].people == ("p2", "p3")


def test_person_not_on_duty_cannot_record() -> None:
    log = ready_log()
    seq = log.add("attendance_marked", Actor("p9", "proctor"), {"block": "chinese", "seat": 1, "status": "present"})
    assert log.verdict(seq) is ErrorCode.NOT_ON_DUTY


def test_delegate_acts_in_the_delegated_role() -> None:
    log = ready_log()
    log.add("duty_delegated", PRINCIPAL, {"person": "p1", "to": "p3", "reason": "填问卷"}, (PROCTOR,))
    log.add("day_opened", Actor("p3", "principal"), {"day": "d1"})
    assert log.folded.day.readiness.opened == {"d1": 6}


def test_absence_needs_a_reason_and_a_known_seat() -> None:
    log = ready_log()
    assert log.verdict(log.mark(1, "absent")) is ErrorCode.REASON_MISSING
    assert log.verdict(log.mark(77)) is ErrorCode.SEAT_UNKNOWN


def test_who_left_early_is_absent_in_the_next_block() -> None:
    log = ready_log()
    log.mark(1, "left_early", reason="unwell")
    effective = log.folded.day.attendance.effective(["chinese", "q1"])
    assert effective[1].status is Status.ABSENT


def test_laptop_may_not_act_for_people() -> None:
    log = ready_log()
    seq = log.add("attendance_marked", LAPTOP, {"block": "chinese", "seat": 1, "status": "present"})
    assert log.verdict(seq) is ErrorCode.NOT_ALLOWED


def test_repeated_signal_keeps_the_first_time() -> None:
    log = ready_log()
    log.add("signal_given", PRINCIPAL, {"signal": "chinese.start", "channel": "bell", "planned": 1})
    first = log.folded.day.signals.get("chinese.start").given
    log.add("signal_given", PRINCIPAL, {"signal": "chinese.start", "channel": "bell", "planned": 1})
    record = log.folded.day.signals.get("chinese.start")
    assert (record.given, record.repeats) == (first, 1)
