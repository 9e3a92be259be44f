"""Clock checks 对时: two people compare the laptop with a named reference; what was recorded stays as it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.timetable import BEIJING
from shared.domain.clock import Instant
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft, Event
from shared.domain.readiness import CLOCK_CHECKED

USUAL_ERROR_MS = 1000
"""How far a person's press may be off."""
_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
LARGE_MS = 10 * _MINUTE
_PRESS_KEEPS_MS = 10 * _MINUTE


class Size(StrEnum):
    """How far off a laptop's clock is, as far as people need to be told."""

    SMALL = "small"
    LARGE = "large"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Press:
    """When somebody pressed the button: the tick in ms, and the run of the program in which it can be compared."""

    run: str
    tick: int


@dataclass(frozen=True, slots=True)
class NewCheck:
    """A check about to be recorded: against what, the ms to add to the laptop's clock, and ± how many ms."""

    reference: str
    offset: int
    error: int = USUAL_ERROR_MS


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check as the list shows it; `people` are who acted and who witnessed."""

    event: Event
    people: tuple[str, ...]
    voided: bool


@dataclass(frozen=True, slots=True)
class ClockState:
    """The laptop's clock as its page shows it; the checks stand newest first."""

    now: Instant
    checks: tuple[CheckLine, ...]
    checked: bool
    again: bool
    disturbed: str

    @property
    def size(self) -> Size:
        """How far the laptop is off by the newest check."""
        return size_of(self.now.offset or 0)


def look_at_clock(laptop: Laptop) -> ClockState:
    """The clock now, every check, and whether another is asked for: the clock was disturbed, or half a day is over."""
    folded, now = laptop.journal.folded, laptop.clock.now()
    people = folded.day.duties.people
    checks = tuple(
        CheckLine(
            event,
            tuple(people[who.person].name for who in (event.actor, *event.witnesses) if who.person in people),
            event.seq in folded.voided,
        )
        for event in reversed(laptop.journal.events())
        if event.type == CLOCK_CHECKED.name and event.seq > 0  # an ancestor's checks were of another clock
    )
    seq = folded.day.readiness.clock_seq
    last = laptop.journal.event(seq) if seq else None
    return ClockState(
        now=now,
        checks=checks,
        checked=last is not None,
        again=last is not None and _half_day(last.time + _learnt(last)) != _half_day(now.corrected),
        disturbed=folded.day.readiness.disturbed,
    )


def check_clock(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], new: NewCheck, request: str) -> Recorded:
    """Record a check, however large the offset: it holds from now on, and what was recorded before keeps its time."""
    data = {"reference": new.reference, "offset": new.offset, "error": new.error}
    return laptop.journal.record(Draft(CLOCK_CHECKED.name, actor, data, witnesses), request)


def offset_of(laptop: Laptop, press: Press | None, time: str, date: str = "") -> int:
    """The offset in ms when the reference showed `time` (HH:MM or HH:MM:SS) of `date` (YYYY-MM-DD) at the press.

    Without a press now is meant, without a date the nearest day. Whatever was done to the wall clock since, the tick
    tells how long ago the press was. Raises CLOCK_TIME_UNREADABLE, or PRESS_TOO_OLD, also when the program has started
    anew since.
    """
    now = laptop.clock.now()
    press = press or Press(now.run, now.tick)
    if press.run != now.run or not 0 <= now.tick - press.tick <= _PRESS_KEEPS_MS:
        raise DomainError(ErrorCode.PRESS_TOO_OLD)
    wall = laptop.clock.wall_at(press.tick)
    there = _read_time(time)
    day = _read_date(date) if date else _in_china(wall)
    shown = day.replace(hour=0, minute=0, second=0, microsecond=0) + there
    offset = int(shown.timestamp() * 1000) - wall
    return offset if date else (offset + _DAY // 2) % _DAY - _DAY // 2


def size_of(offset: int) -> Size:
    """How far off an offset (ms) is."""
    if abs(offset) >= _DAY:
        return Size.DAYS
    return Size.LARGE if abs(offset) >= LARGE_MS else Size.SMALL


def parts_of(offset: int) -> tuple[int, int, int, float]:
    """The size of an offset (ms) in days, hours, minutes and seconds."""
    rest = abs(offset)
    return rest // _DAY, rest % _DAY // _HOUR, rest % _HOUR // _MINUTE, rest % _MINUTE / 1000


def _learnt(check: Event) -> int:
    """What a check changed: its own line still carries the offset before it."""
    return int(check.data["offset"]) - (check.at.offset or 0)


def _half_day(corrected: int) -> tuple[str, bool]:
    there = _in_china(corrected)
    return there.date().isoformat(), there.hour >= 12


def _in_china(wall: int) -> datetime:
    """A wall time in China; one that no calendar can show reads as the nearest that it can."""
    return datetime.fromtimestamp(min(max(wall // 1000, 0), 250_000_000_000), BEIJING)


def _read_time(text: str) -> timedelta:
    try:
        hour, minute, *rest = (int(part) for part in text.strip().replace("：", ":").split(":"))
        second = rest[0] if rest else 0
        if len(rest) > 1 or not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 59):
            raise ValueError
    except ValueError as error:
        raise DomainError(ErrorCode.CLOCK_TIME_UNREADABLE, value=text.strip()[:20]) from error
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _read_date(text: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=BEIJING)
    except ValueError as error:
        raise DomainError(ErrorCode.CLOCK_TIME_UNREADABLE, value=text.strip()[:20]) from error
