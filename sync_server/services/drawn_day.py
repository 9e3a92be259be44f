"""The drawn day of a school page: a time axis and a lane each for signals, phases, presence, materials and incidents.

Everything is a share of the axis (0 to 1); the template turns shares into points and states into colour and shape.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.domain import progress
from shared.domain.attendance import COUNTS_AS_PRESENT
from shared.domain.blocks import PhaseKind
from shared.domain.fold import Day
from shared.domain.plan import Plan, instant_of
from shared.domain.timetable import SignalKind
from shared.domain.words import Words
from sync_server.services.board_row import WORST_SIGNAL_MS

_HOUR = 3_600_000
_DRAWN = (PhaseKind.CHECK_IN, PhaseKind.ANSWER, PhaseKind.SEAL)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a lane; `planned` is drawn in outline, a fact is filled; `tone` names its colour and shape."""

    start: float
    end: float
    planned: bool
    tone: str
    title: Words


@dataclass(frozen=True, slots=True)
class Point:
    """An instant of a lane."""

    at: float
    planned: bool
    tone: str
    title: Words


@dataclass(frozen=True, slots=True)
class DrawnDay:
    """The lanes of a day; `hours` are the axis's marks; `presence` is (share of the axis, share of the pupils)."""

    hours: tuple[tuple[float, int], ...]
    signals: tuple[Point, ...]
    phases: tuple[Span, ...]
    presence: tuple[tuple[float, float], ...]
    materials: tuple[Point, ...]
    incidents: tuple[Span, ...]
    contacts: tuple[Point, ...]
    now: float | None


class _Axis:
    def __init__(self, times: Sequence[int]) -> None:
        self.start = min(times) // _HOUR * _HOUR
        self.end = max(-(-max(times) // _HOUR) * _HOUR, self.start + _HOUR)

    def share(self, time: int) -> float:
        return min(max((time - self.start) / (self.end - self.start), 0.0), 1.0)

    def hours(self) -> tuple[tuple[float, int], ...]:
        step = _HOUR * max(1, (self.end - self.start) // _HOUR // 16)
        return tuple((self.share(time), time) for time in range(self.start, self.end + 1, step))


def draw_day(day: Day, plan: Plan, date: str, now: int, contacts: Sequence[int]) -> DrawnDay:
    """The day on `date` (ISO) as the school's logs say it, at office time `now`; `contacts` are that clock's (ms)."""
    planned = _planned_times(day, plan, date)
    facts = [*_fact_times(day)]
    near = [time for time in facts if not planned or abs(time - planned[0]) < 24 * _HOUR]
    axis = _Axis([*planned, *near] or [now])
    return DrawnDay(
        hours=axis.hours(),
        signals=tuple(_signals(day, plan, date, axis)),
        phases=tuple(_phases(day, plan, date, axis, now)),
        presence=tuple(_presence(day, axis)),
        materials=tuple(_materials(day, axis)),
        incidents=tuple(_incidents(day, axis, now)),
        contacts=tuple(
            Point(axis.share(time), False, "contact", Words("最近联系", "Last contact"))
            for time in contacts
            if axis.start <= time <= axis.end
        ),
        now=axis.share(now) if axis.start <= now <= axis.end else None,
    )


def _planned_times(day: Day, plan: Plan, date: str) -> list[int]:
    today = progress.current_day(day, plan).id
    return sorted(
        instant_of(date, minute)
        for block in plan.blocks
        if block.day == today
        for phase in block.phases
        if phase.kind in _DRAWN
        for minute in (phase.start, phase.end)
        if minute is not None
    )


def _fact_times(day: Day) -> Iterable[int]:
    yield from (record.given for record in day.signals.records.values() if record.given is not None)
    yield from (mark.time for marks in day.attendance.marks.values() for mark in marks.values())
    yield from (bag.time for bags in day.materials.bags.values() for bag in bags.values())
    yield from (incident.time for incident in day.incidents.by_number.values())


def _signals(day: Day, plan: Plan, date: str, axis: _Axis) -> Iterable[Point]:
    for signal in progress.signals_of_day(day, plan):
        record = day.signals.get(signal.id)
        if signal.at is not None:
            yield Point(axis.share(instant_of(date, signal.at)), True, "planned", signal.title)
        if record.given is not None:
            deviation = progress.signal_deviation(signal, record, plan)
            late = abs(deviation or 0) > WORST_SIGNAL_MS
            yield Point(axis.share(record.given), False, "bad" if late else "good", signal.title)


def _phases(day: Day, plan: Plan, date: str, axis: _Axis, now: int) -> Iterable[Span]:
    today = progress.current_day(day, plan).id
    for block in plan.blocks:
        for phase in block.phases:
            if block.day != today or phase.kind not in _DRAWN or phase.start is None or phase.end is None:
                continue
            start, end = (axis.share(instant_of(date, minute)) for minute in (phase.start, phase.end))
            yield Span(start, end, True, phase.kind.value, block.title)
        begun = day.signals.get(f"{block.id}.{SignalKind.START}").given
        ended = day.signals.get(f"{block.id}.{SignalKind.END}").given
        if block.day == today and begun is not None:
            until = ended if ended is not None else max(now, begun)
            yield Span(axis.share(begun), axis.share(until), False, "answer", block.title)


def _presence(day: Day, axis: _Axis) -> Iterable[tuple[float, float]]:
    """The pupils that have come, over time: each seat at its first mark of being there."""
    first: dict[int, int] = {}
    for marks in day.attendance.marks.values():
        for seat, mark in marks.items():
            if mark.status in COUNTS_AS_PRESENT:
                first[seat] = min(first.get(seat, mark.time), mark.time)
    expected = max(len(day.readiness.seats), len(first), 1)
    for number, time in enumerate(sorted(first.values()), start=1):
        yield axis.share(time), number / expected


def _materials(day: Day, axis: _Axis) -> Iterable[Point]:
    for bags in day.materials.bags.values():
        for bag in bags.values():
            title = Words(f"{bag.bag} 号袋，封条 {bag.seal}", f"Bag {bag.bag}, seal {bag.seal}")
            yield Point(axis.share(bag.time), False, "good", title)


def _incidents(day: Day, axis: _Axis, now: int) -> Iterable[Span]:
    for incident in day.incidents.by_number.values():
        end = incident.closed_at if incident.closed_at is not None else max(now, incident.time)
        title = Words(f"{incident.level} 级：{incident.what}", f"Level {incident.level}: {incident.what}")
        yield Span(axis.share(incident.time), axis.share(end), False, f"level-{incident.level}", title)
