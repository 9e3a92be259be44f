"""The laptop's clock: raw wall time in every instant, and a corrected time that only a clock check can move."""

import secrets
import threading
from typing import Protocol

from shared.domain.clock import Disturbance, DisturbanceKind, Instant
from shared.timepiece import Reading, Rehearsal

_MS = 1_000_000
STEP_NS = 250 * _MS
"""Wall clock and tick parting by more than this between two readings: the wall clock was set."""
DRIFT_NS = 2000 * _MS
"""Wall clock and tick parting by more than this little by little: the wall clock runs otherwise than the tick."""
SLEEP_NS = 5000 * _MS


class Source(Protocol):
    """Where raw time comes from: the machine, or a test's made-up one."""

    def read(self) -> Reading:
        """Wall clock and ticks of one moment."""
        ...

    def boot(self) -> str:
        """A short name of this start of the machine."""
        ...

    def zone(self) -> int:
        """The time zone in minutes ahead of UTC."""
        ...


class SteadyClock:
    """See `WatchedClock`; a rehearsal's wall clock is scaled, and so is what it says of steps."""

    def __init__(self, source: Source, rehearsal: Rehearsal | None = None) -> None:
        self._source = source
        self._rehearsal = rehearsal
        self._rate = rehearsal.rate if rehearsal else 1
        self._run = f"{source.boot()}-{secrets.token_hex(3)}"
        self._lock = threading.Lock()
        self._last = source.read()
        self._zone = source.zone()
        self._offset: int | None = None
        self._error: int | None = None
        self._drifted = 0
        self._slept = 0
        self._count = 0
        self._noticed: list[Disturbance] = []

    def now(self) -> Instant:
        """See `Clock.now`; the tick stays the machine's own."""
        with self._lock:
            reading = self._look()
            wall = self._shown(reading.wall // _MS)
            return Instant(wall, reading.tick // _MS, self._run, self._offset, self._error)

    def set_check(self, offset: int | None, error: int | None) -> None:
        """See `Clock.set_check`."""
        with self._lock:
            self._offset, self._error = offset, error

    def noticed(self) -> tuple[Disturbance, ...]:
        """See `WatchedClock.noticed`."""
        zone = self._source.zone()
        with self._lock:
            self._look()
            if zone != self._zone:
                self._notice(DisturbanceKind.ZONE, (zone - self._zone) * 60_000)
                self._zone = zone
            return tuple(self._noticed)

    def settle(self, disturbance: Disturbance) -> None:
        """See `WatchedClock.settle`."""
        with self._lock:
            self._noticed.remove(disturbance)

    def resume(self, last: Instant) -> None:
        """See `WatchedClock.resume`: by the tick in the same start of the machine, else the wall clock is believed."""
        real = last.wall if self._rehearsal is None else self._rehearsal.real(last.wall)
        with self._lock:
            if last.run.partition("-")[0] != self._run.partition("-")[0]:
                back = self._shown(self._last.wall // _MS) - last.wall
                if self._offset is not None or back < 0:
                    self._notice(DisturbanceKind.REBOOTED, min(back, 0))
                return
            self._last = Reading(real * _MS, last.tick * _MS, self._last.awake)
            self._look(slept_known=False)

    def left_ns(self, corrected: int) -> int:
        """See `WatchedClock.left_ns`."""
        with self._lock:
            reading = self._look()
            wall = corrected - (self._offset or 0)
            if self._rehearsal is None or wall <= self._rehearsal.shown_start:
                real = wall * _MS if self._rehearsal is None else self._rehearsal.real(wall) * _MS
            else:
                passed = (wall - self._rehearsal.shown_start) * _MS // self._rate
                real = self._rehearsal.real_start * _MS + passed
            return real - reading.wall

    def wall_at(self, tick: int) -> int:
        """See `WatchedClock.wall_at`."""
        with self._lock:
            reading = self._look()
            return self._shown(reading.wall // _MS + tick - reading.tick // _MS)

    def slept_ms(self) -> int:
        """See `WatchedClock.slept_ms`."""
        with self._lock:
            self._look()
            return self._slept // _MS

    def _shown(self, real: int) -> int:
        return real if self._rehearsal is None else self._rehearsal.shown(real)

    def _look(self, *, slept_known: bool = True) -> Reading:
        """Read the machine, and note what has happened since the last reading."""
        reading, last = self._source.read(), self._last
        self._last = reading
        gone = reading.tick - last.tick
        slept = gone - (reading.awake - last.awake) if slept_known else 0
        if slept > SLEEP_NS:
            self._slept += slept
            self._notice(DisturbanceKind.SLEPT, slept // _MS)
        parted = reading.wall - last.wall - gone
        if abs(parted) > STEP_NS:
            self._move(DisturbanceKind.STEPPED, parted)
        else:
            self._drifted += parted
        if abs(self._drifted) > DRIFT_NS:
            drifted, self._drifted = self._drifted, 0
            self._move(DisturbanceKind.DRIFTED, drifted)
        return reading

    def _move(self, kind: DisturbanceKind, parted: int) -> None:
        by = round(parted / _MS) * self._rate
        self._offset = (self._offset or 0) - by
        self._notice(kind, by)

    def _notice(self, kind: DisturbanceKind, by: int) -> None:
        self._count += 1
        self._noticed.append(Disturbance(f"clock-{self._run}-{self._count}", kind, by))
