"""The plan against the clock: which day it is, what is going on now, and when each signal is planned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import MappingProxyType

from shared.domain.plan import Block, Day, Phase, PhaseKind, Plan, Signal, SignalKind, instant_of
from shared.domain.timetable import AT_END, AT_START

BEIJING = timezone(timedelta(hours=8))
_BEGUN_BY = {PhaseKind.SEAL: SignalKind.END}
_ENDED_BY = {PhaseKind.PREPARE: SignalKind.START}
"""Phases whose begin or end another phase's signal announces."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """One plan at one moment: `now` is corrected wall time in ms, `moved` how many ms signals were moved by people."""

    plan: Plan
    now: int
    moved: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def today(self) -> Day:
        """The plan's day of this date; the first day when no date fits."""
        date = date_of(self.now)
        return next((day for day in self.plan.days if day.date == date), self.plan.days[0])

    def blocks(self) -> tuple[Block, ...]:
        """Today's blocks in the plan's order."""
        return tuple(block for block in self.plan.blocks if block.day == self.today.id)

    def check_in_blocks(self) -> tuple[Block, ...]:
        """Today's blocks that have a check-in of their own, in order."""
        return tuple(block for block in self.plan.check_in_blocks() if block.day == self.today.id)

    def current_check_in(self) -> Block:
        """The check-in block that people work on now: the newest that has begun, else the day's first."""
        blocks = self.check_in_blocks() or self.blocks()
        begun = [block for block in blocks if block.signalled and self._has_begun(block)]
        return begun[-1] if begun else blocks[0]

    def instant(self, day: Day, minute: int | None) -> int | None:
        """A minute of a day as wall ms; None when the county has not filled it in. A day without a date is today."""
        return None if minute is None else instant_of(day.date or date_of(self.now), minute)

    def planned(self, signal: Signal) -> int | None:
        """When a signal is planned, in wall ms."""
        day = next(day for day in self.plan.days if day.id == signal.day)
        return self.instant(day, signal.at)

    def due(self, signal: Signal) -> int | None:
        """When a signal is due, in wall ms: as planned, and as moved since."""
        planned = self.planned(signal)
        return None if planned is None else planned + self.moved.get(signal.id, 0)

    def span(self, block: Block, phase: Phase) -> tuple[int | None, int | None]:
        """When a phase begins and ends, in wall ms; its ends move with the signals that announce them."""
        day = self.plan.day_of(block)
        begins, ends = self.instant(day, phase.start), self.instant(day, phase.end)
        first = AT_START.get(phase.kind) or _BEGUN_BY.get(phase.kind)
        last = AT_END.get(phase.kind) or _ENDED_BY.get(phase.kind)
        return self._moved_by(block, first, begins), self._moved_by(block, last, ends)

    def _moved_by(self, block: Block, kind: SignalKind | None, instant: int | None) -> int | None:
        return None if instant is None else instant + self.moved.get(f"{block.id}.{kind}", 0)

    def phases_now(self) -> tuple[tuple[Block, Phase], ...]:
        """The phases going on now, in the plan's order (sealing may overlap the next block)."""
        return tuple((block, phase) for block in self.blocks() for phase in block.phases if self._is_on(block, phase))

    def current_block(self) -> Block:
        """The block that people work on now: the newest one that has begun, else the day's first."""
        begun = [block for block in self.blocks() if self._has_begun(block)]
        return begun[-1] if begun else self.blocks()[0]

    def _is_on(self, block: Block, phase: Phase) -> bool:
        start, end = self.span(block, phase)
        return start is not None and end is not None and start <= self.now < end

    def _has_begun(self, block: Block) -> bool:
        starts = [start for phase in block.phases if (start := self.span(block, phase)[0]) is not None]
        return bool(starts) and min(starts) <= self.now


def date_of(wall: int) -> str:
    """The date in China of a wall time in ms, as ISO text."""
    return _beijing(wall).date().isoformat()


def clock_text(wall: int | None, seconds: bool = False) -> str:
    """A wall time in ms as `HH:MM` (or `HH:MM:SS`) in China; a dash for None."""
    return "–" if wall is None else _beijing(wall).time().isoformat("seconds" if seconds else "minutes")


def parse_clock_text(text: str, now: int) -> int | None:
    """What `HH:MM` of today means in wall ms; None when it is not a time of day or lies after `now`."""
    try:
        hour, minute = (int(part) for part in text.strip().replace("：", ":").split(":"))
        wall = _beijing(now).replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        return None
    stated = int(wall.timestamp() * 1000)
    return stated if stated <= now else None


def _beijing(wall: int) -> datetime:
    """A wall time in China; a clock that is off by millennia reads as the nearest time a calendar can show."""
    seconds = min(max(wall // 1000, 0), 250_000_000_000)
    return datetime.fromtimestamp(seconds, BEIJING)
