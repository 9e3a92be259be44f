"""Instants and the clock port: a wall time, a tick that counts sleep, the run, and the last clock check."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Instant:
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
