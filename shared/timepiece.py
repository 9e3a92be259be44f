"""The clocks: the machine's own, and the scaled clock of a rehearsal. The only module that reads the time."""

import ctypes
import secrets
import sys
import threading
import time
from dataclasses import dataclass

from shared.domain.clock import Instant


def tick_ms() -> int:
    """A tick in ms that goes on through sleep: CLOCK_BOOTTIME, or GetTickCount64 on Windows."""
    if sys.platform == "win32":
        return int(ctypes.windll.kernel32.GetTickCount64())
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return time.monotonic_ns() // 1_000_000


def wall_ms() -> int:
    """The machine's raw wall clock in ms since 1970."""
    return time.time_ns() // 1_000_000


class SystemClock:
    """The machine's clock; carries the last clock check in every instant."""

    def __init__(self) -> None:
        self._run = secrets.token_hex(3)
        self._check: tuple[int | None, int | None] = (None, None)
        self._lock = threading.Lock()

    def now(self) -> Instant:
        """See `Clock.now`."""
        with self._lock:
            offset, error = self._check
        return Instant(wall_ms(), tick_ms(), self._run, offset, error)

    def set_check(self, offset: int | None, error: int | None) -> None:
        """See `Clock.set_check`."""
        with self._lock:
            self._check = (offset, error)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a rehearsal's clock runs: at `real_start` (wall ms) it shows `shown_start`, then goes `rate` times faster."""

    rate: int
    real_start: int
    shown_start: int

    def shown(self, real: int) -> int:
        """What the rehearsal's clock shows at real wall time `real` (ms); before the start it runs at normal speed."""
        passed = real - self.real_start
        return self.shown_start + (passed * self.rate if passed > 0 else passed)

    def real(self, shown: int) -> int:
        """The real wall time (ms) at which the rehearsal's clock shows `shown`."""
        passed = shown - self.shown_start
        return self.real_start + (passed // self.rate if passed > 0 else passed)


class RehearsalClock(SystemClock):
    """A scaled clock; exists only in logs born as rehearsals."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        super().__init__()
        self._rehearsal = rehearsal

    def now(self) -> Instant:
        """See `Clock.now`; the tick stays the machine's own."""
        real = super().now()
        return Instant(self._rehearsal.shown(real.wall), real.tick, real.run, real.offset, real.error)
