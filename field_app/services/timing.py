"""Moving signals: extensions 补时, late starts and moved blocks, by two people, with a reason (domain §3).

The plan stays as it is; an event says which signals move and by how much, and nothing else moves.
"""

from dataclasses import dataclass

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.privacy import refuse_names
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.domain.plan import Signal, SignalKind
from shared.domain.signals import TIMING_CHANGED

_ENDING = frozenset({SignalKind.REMINDER, SignalKind.END, SignalKind.SEAL_END})
KINDS: dict[str, frozenset[SignalKind]] = {
    "extended": _ENDING,
    "started_late": _ENDING | {SignalKind.START},
    "moved": frozenset(SignalKind),
}
"""Which signals of a block each kind of change moves."""


@dataclass(frozen=True, slots=True)
class NewTiming:
    """A change about to be recorded."""

    kind: str
    block: str
    minutes: int
    reason: str


def movable(laptop: Laptop, kind: str, block: str) -> tuple[Signal, ...]:
    """The signals that such a change would move: those of the block that have a time and were not rung or skipped."""
    timetable, records = laptop.timetable(), laptop.journal.day.signals
    return tuple(
        signal
        for signal in laptop.plan.signals()
        if signal.block == block
        and signal.kind in KINDS.get(kind, ())
        and timetable.due(signal) is not None
        and records.get(signal.id).is_untouched
    )


def change_timing(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], new: NewTiming, request: str) -> Recorded:
    """Record a change; raises BLOCK_UNKNOWN, REASON_MISSING, NOTHING_TO_MOVE, NAME_IN_TEXT or what `judge` does."""
    if (before := laptop.store.find_request(request)) is not None:
        return Recorded(laptop.journal.event(before), repeated=True)
    laptop.plan.block(new.block)
    refuse_names(laptop, new.reason)
    if not new.reason:
        raise DomainError(ErrorCode.REASON_MISSING)
    signals = movable(laptop, new.kind, new.block)
    if not signals or not new.minutes:
        raise DomainError(ErrorCode.NOTHING_TO_MOVE)
    data = {
        "kind": new.kind,
        "block": new.block,
        "minutes": new.minutes,
        "signals": [{"signal": signal.id} for signal in signals],
        "reason": new.reason,
    }
    return laptop.journal.record(Draft(TIMING_CHANGED.name, actor, data, witnesses), request)
