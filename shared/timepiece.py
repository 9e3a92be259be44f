"""The clocks: the machine's own, and the scaled clock of a rehearsal. The only module that reads the time."""

import ctypes
import hashlib
import secrets
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from shared.domain.clock import Instant

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_READ_WITHIN_NS = 10_000_000
"""A reading that took longer was interrupted half-way: its wall and tick do not belong together."""


def tick_ms() -> int:
    """A tick in ms that goes on through sleep: CLOCK_BOOTTIME, or GetTickCount64 on Windows."""
    return _tick_ns() // 1_000_000


def wall_ms() -> int:
    """The machine's raw wall clock in ms since 1970."""
    return time.time_ns() // 1_000_000


def pause(seconds: float) -> None:
    """Sleep, as exactly as the machine can."""
    time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Reading:
    """Wall clock, sleep-counting tick and waking tick of one moment, in ns."""

    wall: int
    tick: int
    awake: int


class Machine:
    """What the machine says of the time, unjudged."""

    def read(self) -> Reading:
        """The three clocks of one moment; read again when something came in between."""
        for _ in range(5):
            before = _tick_ns()
            reading = Reading(time.time_ns(), _tick_ns(), _awake_ns())
            if _tick_ns() - before <= _READ_WITHIN_NS:
                break
        return reading

    def boot(self) -> str:
        """A short name of this start of the machine; another one at each start, and of each run where none is known."""
        return hashlib.sha256(_boot_id()).hexdigest()[:4]

    def zone(self) -> int:
        """The machine's time zone in minutes ahead of UTC."""
        if hasattr(time, "tzset"):
            time.tzset()  # else the zone of the program's start is told for ever
        return time.localtime().tm_gmtoff // 60


def _tick_ns() -> int:
    if sys.platform == "win32":
        return int(ctypes.windll.kernel32.GetTickCount64()) * 1_000_000
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return time.monotonic_ns()


def _awake_ns() -> int:
    """A tick that stands still while the machine sleeps; on Windows the unbiased interrupt time."""
    if sys.platform == "win32":
        hundreds = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(hundreds))
        return hundreds.value * 100
    if hasattr(time, "CLOCK_UPTIME_RAW"):
        return time.clock_gettime_ns(time.CLOCK_UPTIME_RAW)
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


if sys.platform == "win32":
    import winreg

    _STARTS = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"

    def _boot_id() -> bytes:
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _STARTS) as key:
                return str(winreg.QueryValueEx(key, "BootId")[0]).encode()
        except OSError:
            return secrets.token_bytes(8)

else:

    def _boot_id() -> bytes:
        try:
            return _BOOT_ID.read_bytes()
        except OSError:  # not Linux: nothing is known, and every run counts as a new start
            return secrets.token_bytes(8)


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
