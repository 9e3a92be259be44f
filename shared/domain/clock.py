"""Instants and the clock port: a wall time, a tick that counts sleep, the run, and the last clock check."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol


class Instant(NamedTuple):
    """One reading of a laptop's clock.

    `wall` is the raw wall clock in ms since 1970; `tick` the sleep-counting tick in ms; `run` names the process run
    in which ticks can be compared; `offset` (ms to add to `wall`) and `error` (± ms) come from the last clock check,
    or are None before the first.
    """

    wall: int
    tick: int
    run: str
    offset: int | None = None
    error: int | None = None

    @property
    def corrected(self) -> int:
        """The wall clock in ms with the last clock check applied."""
        return self.wall + (self.offset or 0)


class Clock(Protocol):
    """Reads the time; the only source of time for services and stores."""

    def now(self) -> Instant:
        """The present instant."""
        ...

    def set_check(self, offset: int | None, error: int | None) -> None:
        """Carry the newest clock check (ms) in every instant from now on."""
        ...


class DisturbanceKind(StrEnum):
    """What can happen to a laptop's clock between two readings (docs/timekeeping.md)."""

    STEPPED = "stepped"
    DRIFTED = "drifted"
    SLEPT = "slept"
    REBOOTED = "rebooted"
    ZONE = "zone"


MOVING = frozenset({DisturbanceKind.STEPPED, DisturbanceKind.DRIFTED})
"""Kinds after which the wall clock shows `by` ms more than before at the same moment."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Something noticed of the clock; `by` in ms: how far the wall clock was moved, or how long the laptop slept.

    `id` is unique among the runs of all programs, so that it is recorded once.
    """

    id: str
    kind: DisturbanceKind
    by: int


class WatchedClock(Clock, Protocol):
    """A clock that goes on by its tick when the wall clock is set, and says what it noticed."""

    def noticed(self) -> tuple[Disturbance, ...]:
        """What was noticed and not settled yet, oldest first; looks at the clock once more."""
        ...

    def settle(self, disturbance: Disturbance) -> None:
        """Forget a disturbance: it is on disk."""
        ...

    def resume(self, last: Instant) -> None:
        """Go on after a restart from the newest line's instant."""
        ...

    def left_ns(self, corrected: int) -> int:
        """The real ns until the corrected time is `corrected` (ms); negative when it has passed."""
        ...

    def wall_at(self, tick: int) -> int:
        """What the wall clock, as it is set now, showed at an earlier tick (ms), in ms since 1970."""
        ...

    def slept_ms(self) -> int:
        """How long the laptop has slept, in all, since this clock was made."""
        ...
