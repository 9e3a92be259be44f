"""Drills 练习: when one may be held, how it goes on beside the day's signals, and when it gives way to them."""

import logging
import secrets
from collections.abc import Callable, Sequence

from field_app.services.laptop import Laptop
from field_app.services.signals import ON_TIME_MS, SignalLine, SignalState, list_signals
from field_app.services.timetable import clock_text
from field_app.timekeeping.drill import LEAST_GAP_S, SECONDS, Device, Drill, DrillSignal, Outcome, plan_drill
from field_app.timekeeping.engine import Deadline
from shared.domain.access import may_record, role_list
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor
from shared.domain.plan import Signal
from shared.domain.roles import Role
from shared.domain.signals import SIGNAL_CONFIRMED, SignalRecord

log = logging.getLogger(__name__)
LEADERS = frozenset({Role.TIMEKEEPER, Role.CHIEF_PROCTOR})
"""Who may begin a drill."""
BEGINS_BEFORE_MIN = 20
"""No drill begins when a signal of the day is due within so many minutes."""
YIELDS_BEFORE_MIN = 5
"""A drill ends when a signal of the day is due within so many minutes."""
_AHEAD_MS = 1000
"""How far a bell may seem to lie ahead: two clocks read one after the other."""


def check_free(laptop: Laptop) -> None:
    """Promise that a drill may begin now.

    Raises DRILL_TOO_NEAR, DRILL_SIGNAL_OPEN or DRILL_WITHOUT_SIGNALS.
    """
    found = _in_the_way(laptop, BEGINS_BEFORE_MIN)
    if found is not None:
        is_open = found.state in (SignalState.DUE, SignalState.GIVEN)
        code = ErrorCode.DRILL_SIGNAL_OPEN if is_open else ErrorCode.DRILL_TOO_NEAR
        raise DomainError(code, time=clock_text(found.due), minutes=BEGINS_BEFORE_MIN)
    if not _timed(laptop):
        raise DomainError(ErrorCode.DRILL_WITHOUT_SIGNALS)


def start_drill(laptop: Laptop, actor: Actor, seconds: int = SECONDS) -> Drill:
    """Begin a drill of today's timed signals, or go on with the one that runs.

    Raises NOT_ALLOWED, what `check_free` does, or DISK_FULL and NOT_RECORDED.
    """
    if actor.role not in LEADERS:
        raise DomainError(ErrorCode.NOT_ALLOWED, role=actor.role, allowed=role_list(LEADERS))
    running = find_running(laptop)
    if running is not None:
        return running
    check_free(laptop)
    now = laptop.clock.now().corrected
    return laptop.drills.begin(plan_drill(secrets.token_hex(4), actor, _rate(laptop), now, _timed(laptop), seconds))


def find_running(laptop: Laptop) -> Drill | None:
    """The drill that goes on now; one that is over, or in the way of the day's signals, is ended first."""
    drill = laptop.drills.running
    if drill is None:
        return None
    now = laptop.clock.now().corrected
    if drill.is_over(now):
        outcome = Outcome.FINISHED
    elif _in_the_way(laptop, YIELDS_BEFORE_MIN) is not None:
        outcome = Outcome.YIELDED
    else:
        return drill
    laptop.drills.change(drill.id, lambda kept: kept.ending(outcome, now))
    return None


def get_drill(laptop: Laptop, drill_id: str) -> Drill:
    """A kept drill as it stands now; raises PAGE_NOT_FOUND."""
    find_running(laptop)
    found = laptop.drills.find(drill_id)
    if found is None:
        raise DomainError(ErrorCode.PAGE_NOT_FOUND)
    return found


def stop_drill(laptop: Laptop, drill_id: str) -> Drill:
    """End a drill at once; one that has ended stays as it is. Raises PAGE_NOT_FOUND."""
    now = laptop.clock.now().corrected
    return _change(laptop, drill_id, lambda drill: drill.ending(Outcome.STOPPED, now))


def give(laptop: Laptop, drill_id: str, signal: str, device: Device, at: int | None = None) -> Drill:
    """Note that a signal of a drill was given, now or at corrected time `at` (ms); the first time counts.

    Raises PAGE_NOT_FOUND, SIGNAL_UNKNOWN, or TIME_IMPOSSIBLE for a moment ahead or before the drill.
    """
    drill, now = get_drill(laptop, drill_id), laptop.clock.now().corrected
    if drill.find(signal) is None:
        raise DomainError(ErrorCode.SIGNAL_UNKNOWN, signal=signal[:60])
    moment = now if at is None else at
    if not drill.begun <= moment <= now + _AHEAD_MS * drill.rate:
        raise DomainError(ErrorCode.TIME_IMPOSSIBLE, value=str(at)[:20])
    return _change(laptop, drill_id, lambda kept: kept.giving(signal, moment, device))


def confirm(laptop: Laptop, actor: Actor, drill_id: str, signal: str) -> Drill:
    """Note that a given signal of a running drill was heard; the first time counts.

    Raises NOT_ALLOWED, PAGE_NOT_FOUND, DRILL_OVER, SIGNAL_UNKNOWN or SIGNAL_NOT_GIVEN.
    """
    if not may_record(SIGNAL_CONFIRMED, actor.role):
        raise DomainError(ErrorCode.NOT_ALLOWED, role=actor.role, allowed=role_list(SIGNAL_CONFIRMED.may))
    drill = get_drill(laptop, drill_id)
    found = drill.find(signal)
    if found is None:
        raise DomainError(ErrorCode.SIGNAL_UNKNOWN, signal=signal[:60])
    if not drill.is_running:
        raise DomainError(ErrorCode.DRILL_OVER)
    if found.given is None:
        raise DomainError(ErrorCode.SIGNAL_NOT_GIVEN)
    now = laptop.clock.now().corrected
    return _change(laptop, drill_id, lambda kept: kept.confirming(signal, now))


def list_lines(drill: Drill, now: int) -> tuple[SignalLine, ...]:
    """The drill's signals as the console shows those of the day; what an ended drill did not give counts as skipped."""
    return tuple(
        SignalLine(
            one.signal,
            planned=None,
            due=one.due,
            record=SignalRecord(due=one.due, given=one.given, confirmed=one.confirmed),
            state=_state(drill, one, now),
            wait=one.due - now,
        )
        for one in drill.signals
    )


def list_deadlines(laptop: Laptop) -> Sequence[Deadline]:
    """The signals of a drill that are still to be rung; none, whatever goes wrong: the day's own signals go on."""
    try:
        drill = find_running(laptop)
    except Exception:  # a full disk, say; the drill has ended all the same
        log.exception("drill")
        return ()
    if drill is None:
        return ()
    return [Deadline(one.signal.id, one.due, drill.id) for one in drill.signals if one.given is None]


def stands(laptop: Laptop, deadline: Deadline) -> bool:
    """Whether a signal of a drill is still to be rung."""
    drill = laptop.drills.running
    found = drill.find(deadline.signal) if drill is not None and drill.id == deadline.drill else None
    return found is not None and found.given is None


def note_rung(laptop: Laptop, deadline: Deadline, at: int) -> None:
    """Note that the loudspeaker rang a signal of a drill; a full disk is no reason to hold up the day's signals."""
    try:
        laptop.drills.change(deadline.drill, lambda kept: kept.giving(deadline.signal, at, Device.SPEAKER))
    except DomainError as refusal:
        log.warning("drill not kept: %s", refusal.code)


def _state(drill: Drill, one: DrillSignal, now: int) -> SignalState:
    if one.given is not None:
        return SignalState.GIVEN if one.confirmed is None and drill.is_running else SignalState.CONFIRMED
    if not drill.is_running:
        return SignalState.SKIPPED
    if now < one.due:
        return SignalState.WAITING
    return SignalState.DUE if now - one.due < LEAST_GAP_S * 1000 * drill.rate else SignalState.MISSED


def _in_the_way(laptop: Laptop, minutes: int) -> SignalLine | None:
    """The first signal of the day that is due within so many real minutes, or given and not confirmed."""
    near = minutes * 60_000 * _rate(laptop)
    return next((line for line in list_signals(laptop) if _concerns(line, near)), None)


def _concerns(line: SignalLine, near: int) -> bool:
    if line.state in (SignalState.WAITING, SignalState.ELSEWHERE):  # the rooms hear the other laptop's bell as well
        return line.wait is not None and -ON_TIME_MS <= line.wait <= near
    return line.state in (SignalState.DUE, SignalState.GIVEN)


def _timed(laptop: Laptop) -> list[tuple[Signal, int]]:
    """Today's signals that have a time, with when they are due, in that order."""
    timed = [(line.signal, line.due) for line in list_signals(laptop) if line.due is not None]
    return sorted(timed, key=lambda pair: pair[1])


def _rate(laptop: Laptop) -> int:
    return laptop.enrolment.rate if laptop.enrolment else 1


def _change(laptop: Laptop, drill_id: str, act: Callable[[Drill], Drill]) -> Drill:
    changed = laptop.drills.change(drill_id, act)
    if changed is None:
        raise DomainError(ErrorCode.PAGE_NOT_FOUND)
    return changed
