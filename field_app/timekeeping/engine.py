"""The signal engine: one thread that hands each signal over at its moment, or says why it could not (ADR 0011)."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from field_app.timekeeping.precedence import come_first
from shared.domain.clock import WatchedClock
from shared.domain.errors import DomainError
from shared.timepiece import pause

log = logging.getLogger(__name__)

LOOK_NS = 1_000_000_000
"""The longest wait between two looks at the clock."""
RING_WITHIN_NS = 1_000_000_000
"""Found later than this, a signal is not rung any more."""
PREPARE_NS = 3_000_000_000
_JUMP_NS = 250_000_000
_LAST_STRETCH_NS = 20_000_000
"""The end of a wait is slept, not waited for: on Windows a wait ends up to 16 ms late, a sleep does not."""
_WATCHED_NS = 2_000_000
"""The end of the wait, in which the thread keeps looking: from sleep a processor comes back late, and slow."""


class Cause(StrEnum):
    """Why a signal was not rung at its moment."""

    STOPPED = "stopped"
    ASLEEP = "asleep"
    CLOCK_MOVED = "clock_moved"
    STALLED = "stalled"
    UNPLANNED = "unplanned"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A signal and when it is due, in corrected ms; `drill` names the drill it is practised in, if it is."""

    signal: str
    due: int
    drill: str = ""


class House(Protocol):
    """What the engine asks of the laptop."""

    @property
    def clock(self) -> WatchedClock:
        """The laptop's clock; another one after enrolment."""
        ...

    def deadlines(self) -> Sequence[Deadline]:
        """The signals to ring about which the log says nothing yet, by their times."""
        ...

    def stands(self, deadline: Deadline) -> bool:
        """Whether a signal is still to be rung at this time."""
        ...

    def prepare(self, deadline: Deadline) -> None:
        """A signal is about to be handed over."""
        ...

    def sound(self, deadline: Deadline) -> Callable[[], None]:
        """Hand a signal over to what sounds, at once; returns what records it."""
        ...

    def note_missed(self, deadline: Deadline, late: int, cause: Cause) -> None:
        """Record that a signal was not rung, found `late` ms after it was due."""
        ...

    def note_clock(self) -> None:
        """Record what the clock has noticed."""
        ...

    def rest(self) -> None:
        """The engine ends; called in its own thread."""
        ...


class SignalEngine:
    """Looks at least once a second, and waits for the next due time in between."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._armed: Deadline | None = None
        self._handled: set[Deadline] = set()
        self._to_record: deque[Callable[[], None]] = deque()
        self._last: tuple[int, int, int] | None = None
        self._seen: frozenset[Deadline] = frozenset()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Go on in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self._run, name="signals", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> int:
        """Ring what is due, explain what was missed; returns the ns to wait until the next look."""
        self._ring_armed()
        self._record()
        cause, seen = self._what_happened(), self._seen
        deadlines = [deadline for deadline in self._house.deadlines() if deadline not in self._handled]
        self._seen = frozenset(deadlines)
        for deadline in deadlines:
            left = self._house.clock.left_ns(deadline.due)
            if left > 0:
                return self._arm(deadline, left)
            self._settle(deadline, -left, cause or (Cause.STALLED if deadline in seen else Cause.UNPLANNED))
        return LOOK_NS

    def _run(self) -> None:
        come_first()
        while not self._stopping.is_set():
            try:
                wait = self.look()
            except Exception:  # whatever it is, the bells of the rest of the day go on
                log.exception("signal engine")
                wait = LOOK_NS
            if wait > _LAST_STRETCH_NS:
                self._stopping.wait((min(wait, LOOK_NS) - _LAST_STRETCH_NS) / 1e9)
            if self._armed is not None:
                left = self._house.clock.left_ns(self._armed.due)
                if 0 < left <= 2 * _LAST_STRETCH_NS:
                    pause(max(left - _WATCHED_NS, 0) / 1e9)
                    while self._house.clock.left_ns(self._armed.due) > 0 and not self._stopping.is_set():
                        pass
        self._house.rest()

    def _arm(self, deadline: Deadline, left: int) -> int:
        self._armed = deadline
        if left <= PREPARE_NS:
            self._house.prepare(deadline)
            left = self._house.clock.left_ns(deadline.due)
        return max(left, 0)

    def _ring_armed(self) -> None:
        """First of all, before anything that takes time."""
        armed, self._armed = self._armed, None
        if armed is None or not 0 <= -self._house.clock.left_ns(armed.due) <= RING_WITHIN_NS:
            return
        if self._house.stands(armed):
            self._ring(armed)

    def _settle(self, deadline: Deadline, late: int, cause: Cause) -> None:
        if late <= RING_WITHIN_NS and cause is not Cause.STOPPED:
            self._ring(deadline)
            return
        self._handled.add(deadline)
        self._to_record.append(lambda: self._house.note_missed(deadline, late // 1_000_000, cause))
        self._record()

    def _ring(self, deadline: Deadline) -> None:
        self._handled.add(deadline)
        self._to_record.append(self._house.sound(deadline))
        self._record()

    def _record(self) -> None:
        """Record what waits for it; what the disk refuses now is tried again at the next look."""
        try:
            self._house.note_clock()
            while self._to_record:
                self._to_record[0]()
                self._to_record.popleft()
        except DomainError as refusal:
            log.warning("signal not recorded yet: %s", refusal.code)

    def _what_happened(self) -> Cause | None:
        """Why time has passed without a look, if it has."""
        now, slept = self._house.clock.now(), self._house.clock.slept_ms()
        last, self._last = self._last, (now.corrected, now.tick, slept)
        if last is None:
            return Cause.STOPPED
        corrected, tick, slept_before = last
        if slept > slept_before:
            return Cause.ASLEEP
        if -self._house.clock.left_ns(corrected) - (now.tick - tick) * 1_000_000 > _JUMP_NS:
            return Cause.CLOCK_MOVED
        return None
