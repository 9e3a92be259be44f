"""The rehearsal's clock as the script sees it: the same for every laptop, faster than the wall's."""

import threading
from dataclasses import dataclass, field

from shared.domain.timetable import instant_of
from shared.timepiece import Rehearsal, wall_ms

_LONGEST_WAIT = 0.5


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or another school's script has failed: this one ends too."""


@dataclass(slots=True)
class ShownClock:
    """Tells what laptops show, and waits for a time of the day; `date` is the plan's day."""

    rehearsal: Rehearsal
    date: str
    stop: threading.Event = field(default_factory=threading.Event)

    def now(self) -> int:
        """What a laptop shows now, in ms since 1970."""
        return self.rehearsal.shown(wall_ms())

    def instant(self, minute: float) -> int:
        """A minute after midnight of the day in ms since 1970."""
        whole = int(minute)
        return instant_of(self.date, whole) + int((minute - whole) * 60_000)

    def minute(self) -> float:
        """The time now in minutes after midnight."""
        return (self.now() - instant_of(self.date, 0)) / 60_000

    def wait_until(self, minute: float) -> None:
        """Wait until the day has come this far; raises Stopped."""
        until = self.rehearsal.real(self.instant(minute))
        while not self.stop.is_set():
            left = (until - wall_ms()) / 1000
            if left <= 0:
                return
            self.stop.wait(min(left, _LONGEST_WAIT))
        raise Stopped
