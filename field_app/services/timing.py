"""Moving signals: extensions 补时, late starts and moved blocks, by two people, with a reason (domain §3).

The plan stays as it is; an event says which signals move and by how much, and nothing else moves. What people are shown
before they record it and what is recorded come from one function.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.privacy import refuse_names
from field_app.services.timetable import Timetable
from shared.domain.blocks import WITHOUT_PUPILS
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.domain.fold import Day
from shared.domain.plan import Block, Phase, Signal, SignalKind
from shared.domain.signals import TIMING_CHANGED

_ENDING = frozenset({SignalKind.REMINDER, SignalKind.END, SignalKind.SEAL_END})
KINDS: dict[str, frozenset[SignalKind]] = {
    "extended": _ENDING,
    "started_late": _ENDING | {SignalKind.START},
    "moved": frozenset(SignalKind),
}
"""Which signals of a block each kind of change moves."""


class Stays(StrEnum):
    """Why a signal of the block does not move."""

    GIVEN = "given"
    SKIPPED = "skipped"
    MISSED = "missed"
    FIRED = "fired"
    ELSEWHERE = "elsewhere"
    UNTIMED = "untimed"
    NOT_OF_THIS_KIND = "not_of_this_kind"


@dataclass(frozen=True, slots=True)
class Timing:
    """A change of times that people think of: its kind, the block, and by how many minutes (negative: earlier)."""

    kind: str
    block: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Move:
    """One signal of the block, due at `before` and then at `after` (corrected ms); `stays`: why it does not move."""

    signal: Signal
    before: int | None
    after: int | None
    stays: Stays | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Two phases that would want the same pupils at once, the moved block's and another's, and from when to when."""

    block: Block
    phase: Phase
    other: Block
    other_phase: Phase
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do at this moment.

    `past` are the moves to a time that is over already, `turned` the phases that would end before they begin.
    """

    timing: Timing
    moves: tuple[Move, ...]
    stays: tuple[Move, ...]
    past: tuple[Move, ...]
    turned: tuple[Phase, ...]
    clashes: tuple[Clash, ...]

    @property
    def seen(self) -> str:
        """The moves in one word, by which a form says what its reader saw."""
        return " ".join(f"{move.signal.id}@{move.after}" for move in self.moves)


@dataclass(frozen=True, slots=True)
class NewTiming:
    """A change about to be recorded; `seen` is the `Preview.seen` that its people looked at."""

    timing: Timing
    reason: str
    seen: str


def preview_timing(laptop: Laptop, timing: Timing) -> Preview:
    """What a change would move, what stays and what would clash; raises BLOCK_UNKNOWN or NOTHING_TO_MOVE."""
    block, timetable, day = laptop.plan.block(timing.block), laptop.timetable(), laptop.journal.day
    found = [_move(timetable, day, signal, timing) for signal in laptop.plan.signals() if signal.block == block.id]
    moves = tuple(move for move in found if move.stays is None)
    if not moves or not timing.minutes:
        raise DomainError(ErrorCode.NOTHING_TO_MOVE)
    by = timing.minutes * 60_000
    moved = {move.signal.id: timetable.moved.get(move.signal.id, 0) + by for move in moves}
    then = replace(timetable, moved={**timetable.moved, **moved})
    return Preview(
        timing,
        moves,
        tuple(move for move in found if move.stays is not None),
        tuple(move for move in moves if (move.after or 0) <= timetable.now),
        tuple(phase for phase in block.phases if _is_turned(*then.span(block, phase))),
        tuple(_clashes(then, block)),
    )


def change_timing(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], new: NewTiming, request: str) -> Recorded:
    """Record a change just as it was seen.

    Raises BLOCK_UNKNOWN, REASON_MISSING, NOTHING_TO_MOVE, TIMES_DIFFER, NAME_IN_TEXT or what `judge` does.
    """
    if (before := laptop.store.find_request(request)) is not None:
        return Recorded(laptop.journal.event(before), repeated=True)
    preview = preview_timing(laptop, new.timing)
    refuse_names(laptop, new.reason)
    if not new.reason:
        raise DomainError(ErrorCode.REASON_MISSING)
    if preview.seen != new.seen:
        raise DomainError(ErrorCode.TIMES_DIFFER)
    data = {
        "kind": new.timing.kind,
        "block": new.timing.block,
        "minutes": new.timing.minutes,
        "signals": [{"signal": move.signal.id} for move in preview.moves],
        "reason": new.reason,
    }
    return laptop.journal.record(Draft(TIMING_CHANGED.name, actor, data, witnesses), request)


def _move(timetable: Timetable, day: Day, signal: Signal, timing: Timing) -> Move:
    before = timetable.due(signal)
    stays = _why_it_stays(timetable, day, signal, KINDS.get(timing.kind, frozenset()))
    after = before if before is None or stays is not None else before + timing.minutes * 60_000
    return Move(signal, before, after, stays)


def _why_it_stays(timetable: Timetable, day: Day, signal: Signal, kinds: frozenset[SignalKind]) -> Stays | None:
    record, due = day.signals.get(signal.id), timetable.due(signal)
    reasons = {
        Stays.GIVEN: record.given is not None,
        Stays.SKIPPED: record.skipped_seq is not None,
        Stays.MISSED: bool(record.missed),
        Stays.FIRED: record.fired is not None,
        Stays.ELSEWHERE: due is not None and due <= timetable.now and not day.bell.of(signal.day).rings(due),
        Stays.NOT_OF_THIS_KIND: signal.kind not in kinds,
        Stays.UNTIMED: due is None,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _is_turned(begins: int | None, ends: int | None) -> bool:
    return begins is not None and ends is not None and ends < begins


def _clashes(timetable: Timetable, block: Block) -> Iterator[Clash]:
    """Each phase of another block that would want this block's pupils at once."""
    if timetable.plan.group_of(block).pupils == 0:
        return
    who = (block.day, block.group)
    others = [other for other in timetable.plan.blocks if other != block and (other.day, other.group) == who]
    for phase, begins, ends in _busy(timetable, block):
        for other in others:
            for other_phase, other_begins, other_ends in _busy(timetable, other):
                if begins < other_ends and other_begins < ends:
                    yield Clash(block, phase, other, other_phase, max(begins, other_begins), min(ends, other_ends))


def _busy(timetable: Timetable, block: Block) -> Iterator[tuple[Phase, int, int]]:
    for phase in block.phases:
        begins, ends = timetable.span(block, phase)
        if phase.kind not in WITHOUT_PUPILS and begins is not None and ends is not None and begins < ends:
            yield phase, begins, ends
