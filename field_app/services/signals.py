"""Timing signals: given, heard, or not given and why; planned, due, given and confirmed stay apart (domain §3)."""

from dataclasses import dataclass
from enum import StrEnum

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.privacy import refuse_names
from field_app.services.timetable import Timetable
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import LAPTOP, Actor, Draft
from shared.domain.plan import Signal
from shared.domain.signals import SIGNAL_CONFIRMED, SIGNAL_GIVEN, SIGNAL_SKIPPED, SignalRecord

ON_TIME_MS = 60_000
"""Earlier or later than this asks for a reason."""
MISSED_AFTER_MS = 120_000
"""Not given for longer than this counts as missed and asks for an explanation."""

_RUNG_AGO_MS = 6 * 3_600_000
"""A console reports a bell again until it is answered, for as long as its page is open."""
_RUNG_AHEAD_MS = 60_000


class SignalState(StrEnum):
    """Where a signal stands now."""

    WAITING = "waiting"
    DUE = "due"
    GIVEN = "given"
    CONFIRMED = "confirmed"
    MISSED = "missed"
    SKIPPED = "skipped"
    ELSEWHERE = "elsewhere"
    """The school's other laptop rings it; this log says nothing about it."""


_BY_THE_CLOCK = frozenset({SignalState.WAITING, SignalState.DUE, SignalState.ELSEWHERE})


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One signal of today: what is planned, what the log says, where it stands; times in corrected ms.

    `due` is the planned time and what people have moved it by; `wait` the time left until then (negative: how long
    ago it was). Both are None when its time is not known.
    """

    signal: Signal
    planned: int | None
    due: int | None
    record: SignalRecord
    state: SignalState
    wait: int | None

    @property
    def deviation(self) -> int | None:
        """Given minus due in ms; None while either is unknown."""
        return None if self.record.given is None or self.due is None else self.record.given - self.due

    @property
    def needs_reason(self) -> bool:
        """Whether giving it now is so early or so late that a reason must be written."""
        return self.record.given is None and self.wait is not None and abs(self.wait) > ON_TIME_MS


@dataclass(frozen=True, slots=True)
class NewSignal:
    """A signal about to be recorded as given; `happened` is the stated time of a late entry in corrected ms."""

    signal: str
    channel: str
    reason: str = ""
    happened: int | None = None


def list_signals(laptop: Laptop) -> tuple[SignalLine, ...]:
    """Today's signals in the order of their times as moved, those without a time last."""
    timetable = laptop.timetable()
    today = timetable.today.id
    lines = [_line(laptop, timetable, signal) for signal in laptop.plan.signals() if signal.day == today]
    return tuple(sorted(lines, key=lambda line: (line.due is None, line.due or 0)))


def find_signal(laptop: Laptop, signal_id: str) -> SignalLine:
    """One signal as it stands; raises SIGNAL_UNKNOWN."""
    return _line(laptop, laptop.timetable(), laptop.plan.signal(signal_id))


def next_signal(laptop: Laptop) -> SignalLine | None:
    """The signal to attend to now; None when the rest of the day has none."""
    return pick_next(list_signals(laptop), laptop.clock.now().corrected)


def pick_next(lines: tuple[SignalLine, ...], now: int, fresh_ms: int = MISSED_AFTER_MS) -> SignalLine | None:
    """What is to be confirmed after giving it, else what is due, else what was never confirmed, else the next to come.

    What was given more than `fresh_ms` ago comes after what is due. A missed signal is not the next one: it is
    explained beside it. Another laptop's is one until a minute after.
    """
    given = [line for line in lines if line.state is SignalState.GIVEN]
    fresh = [line for line in given if line.record.given is not None and now - line.record.given <= fresh_ms]
    due = [line for line in lines if line.state is SignalState.DUE]
    waiting = [line for line in lines if line.state is SignalState.WAITING or _is_ahead_elsewhere(line)]
    return next(iter((*fresh, *due, *given, *waiting)), None)


def next_change(lines: tuple[SignalLine, ...]) -> int | None:
    """When the first of these lines changes its state or its need of a reason by itself; None when none will."""
    boundaries = [
        line.due + edge
        for line in lines
        if line.due is not None and line.wait is not None and line.state in _BY_THE_CLOCK
        for edge in (-ON_TIME_MS, ON_TIME_MS, MISSED_AFTER_MS)
        if line.wait + edge >= 0
    ]
    return min(boundaries, default=None)


def give(laptop: Laptop, actor: Actor, new: NewSignal, request: str) -> Recorded:
    """Record that a signal was given, now or at a stated time; given before, it is kept as a repeat.

    Raises SIGNAL_UNKNOWN, REASON_MISSING when early or late by more than a minute, NAME_IN_TEXT.
    """
    refuse_names(laptop, new.reason)
    line = find_signal(laptop, new.signal)
    at = laptop.clock.now().corrected if new.happened is None else new.happened
    off = line.due is not None and abs(at - line.due) > ON_TIME_MS
    if off and line.record.given is None and not new.reason:
        raise DomainError(ErrorCode.REASON_MISSING)
    data: dict[str, object] = {"signal": new.signal, "channel": new.channel}
    if line.planned is not None:
        data |= {"planned": line.planned, "due": line.due}
    if new.reason:
        data["reason"] = new.reason
    return laptop.journal.record(Draft(SIGNAL_GIVEN.name, actor, data, happened=new.happened), request)


def ring(laptop: Laptop, signal_id: str, at: int, device: str) -> Recorded:
    """Record that a bell sounded at corrected time `at` (ms), by itself; once for each signal, whoever tells it.

    Raises SIGNAL_UNKNOWN, or TIME_IMPOSSIBLE for a moment that lies ahead or long ago.
    """
    line = find_signal(laptop, signal_id)
    if not -_RUNG_AGO_MS <= at - laptop.clock.now().corrected <= _RUNG_AHEAD_MS:
        raise DomainError(ErrorCode.TIME_IMPOSSIBLE, value=str(at)[:20])
    data: dict[str, object] = {"signal": signal_id, "channel": "bell", "rung": at, "device": device}
    if line.planned is not None:
        data |= {"planned": line.planned, "due": line.due}
    return laptop.journal.record(Draft(SIGNAL_GIVEN.name, LAPTOP, data), f"ring-{signal_id}")


def confirm(laptop: Laptop, actor: Actor, signal_id: str, request: str) -> Recorded:
    """Record that a given signal was heard; raises SIGNAL_UNKNOWN, SIGNAL_NOT_GIVEN or ALREADY_RECORDED."""
    record = find_signal(laptop, signal_id).record
    if not _is_retry(laptop, request):
        if record.given is None:
            raise DomainError(ErrorCode.SIGNAL_NOT_GIVEN)
        if record.confirmed_seq is not None:
            raise DomainError(ErrorCode.ALREADY_RECORDED, seq=record.confirmed_seq)
    return laptop.journal.record(Draft(SIGNAL_CONFIRMED.name, actor, {"signal": signal_id}), request)


def skip(laptop: Laptop, actor: Actor, signal_id: str, reason: str, request: str) -> Recorded:
    """Record that a signal is not given, and why; raises SIGNAL_UNKNOWN, REASON_MISSING, ALREADY_RECORDED."""
    refuse_names(laptop, reason)
    if not reason:
        raise DomainError(ErrorCode.REASON_MISSING)
    record = find_signal(laptop, signal_id).record
    before = record.given_seq or record.skipped_seq
    if before is not None and not _is_retry(laptop, request):
        raise DomainError(ErrorCode.ALREADY_RECORDED, seq=before)
    return laptop.journal.record(Draft(SIGNAL_SKIPPED.name, actor, {"signal": signal_id, "reason": reason}), request)


def _is_retry(laptop: Laptop, request: str) -> bool:
    """Whether this form has recorded before: its repeat answers the same, whatever has changed since."""
    return laptop.store.find_request(request) is not None


def _is_ahead_elsewhere(line: SignalLine) -> bool:
    return line.state is SignalState.ELSEWHERE and (line.wait or 0) > -ON_TIME_MS


def _line(laptop: Laptop, timetable: Timetable, signal: Signal) -> SignalLine:
    record = laptop.journal.day.signals.get(signal.id)
    planned = timetable.planned(signal) if record.planned is None else record.planned
    due = timetable.due(signal) if record.due is None else record.due
    wait = None if due is None else due - timetable.now
    rings = due is None or laptop.journal.day.bell.of(signal.day).rings(due)
    state = SignalState.ELSEWHERE if record.is_untouched and not rings else _state(record, wait)
    return SignalLine(signal, planned, due, record, state, wait)


def _state(record: SignalRecord, wait: int | None) -> SignalState:
    if record.confirmed_seq is not None:
        return SignalState.CONFIRMED
    if record.given is not None:
        return SignalState.GIVEN
    if record.skipped_seq is not None:
        return SignalState.SKIPPED
    if record.missed:
        return SignalState.MISSED
    if wait is None or wait > ON_TIME_MS:
        return SignalState.WAITING
    return SignalState.DUE if wait >= -MISSED_AFTER_MS else SignalState.MISSED
