"""The fold: what a log says happened on a day, as a pure function of its events in order.

Both sides use this code, so the laptop's screens and the county's board cannot differ about the same lines.
A line that breaks a rule keeps its place in the log, gets a verdict, and is skipped here.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from shared.domain import attendance, bell, closing, duties, incidents, materials, office, readiness, signals
from shared.domain.access import authorise
from shared.domain.ancestry import NO_SHIFTS, Shifts, first_place, placed, placed_data, places, shifts_of
from shared.domain.attendance import Attendance
from shared.domain.bell import Bell
from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.checking import check_data
from shared.domain.closing import Closing
from shared.domain.corrections import NAMES as CORRECTIONS
from shared.domain.corrections import RECORD_VOIDED
from shared.domain.duties import Duties
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Event
from shared.domain.incidents import Incidents
from shared.domain.materials import Materials
from shared.domain.office import OFFICE_WENT_BACK, Office
from shared.domain.readiness import Readiness
from shared.domain.signals import Signals
from shared.domain.takeover import DAY_TAKEN_OVER

Lookup = Callable[[int], Event]
"""Gives the placed event at an earlier place (shared/domain/ancestry.py), in a log without ancestors by its number."""


class Day(NamedTuple):
    """Everything one log says, feature by feature."""

    readiness: Readiness = Readiness()
    duties: Duties = Duties()
    attendance: Attendance = Attendance()
    signals: Signals = Signals()
    bell: Bell = Bell()
    materials: Materials = Materials()
    incidents: Incidents = Incidents()
    closing: Closing = Closing()
    office: Office = Office()


class Folded(NamedTuple):
    """A day's state after line `seq`, and what was said about lines: voided, corrected (new data), verdicts (code).

    Lines are named by their places; `shifts` tells those of ancestors.
    """

    seq: int = 0
    day: Day = Day()
    voided: frozenset[int] = frozenset()
    corrected: Mapping[int, Mapping[str, Any]] = MappingProxyType({})
    verdicts: Mapping[int, ErrorCode] = MappingProxyType({})
    last_time: int | None = None
    shifts: Shifts = NO_SHIFTS


_MODULES = (
    ("readiness", readiness),
    ("duties", duties),
    ("attendance", attendance),
    ("signals", signals),
    ("bell", bell),
    ("materials", materials),
    ("incidents", incidents),
    ("closing", closing),
    ("office", office),
)
_APPLY: dict[str, tuple[tuple[int, Callable[[Any, Event], Any]], ...]] = {
    name: tuple(
        (Day._fields.index(feature), module.APPLY[name]) for feature, module in _MODULES if name in module.APPLY
    )
    for name in {name for _, module in _MODULES for name in module.APPLY}
}


def judge(folded: Folded, event: Event, lookup: Lookup) -> Event:
    """Promise that `event` may follow: known type, fields, access, rules; returns it placed.

    Raises the DomainError that refuses it.
    """
    event_type = CATALOGUE.get(event.type)
    if event.version > event_type.version:  # what its fields mean now, only a newer program knows
        raise DomainError(ErrorCode.EVENT_TYPE_NEWER, type=event.type, version=event.version)
    check_data(event_type, event.data)
    authorise(event_type, event.actor, event.witnesses, folded.day.duties)
    event = placed(event, folded.shifts)
    if event.type in CORRECTIONS:
        _judge_correction(folded, event, lookup)
    rule = _RULES.get(event.type)
    if rule is not None:
        rule(folded.day, event)
    return event


def advance(folded: Folded, event: Event, lookup: Lookup) -> Folded:
    """The fold after one more event; an event that `judge` refuses leaves the day as it is, with a verdict."""
    try:
        event = judge(folded, event, lookup)
    except DomainError as refusal:
        return refuse(folded, event.seq + folded.shifts.get(event.log, 0), refusal.code)
    return follow(folded, event, lookup)


def follow(folded: Folded, event: Event, lookup: Lookup) -> Folded:
    """The fold after one more event, as `judge` on this very fold has let it pass and placed it."""
    if event.type in CORRECTIONS:
        return _corrected(folded, event, lookup)
    day = apply(folded.day, event)
    return Folded(event.seq, day, folded.voided, folded.corrected, folded.verdicts, event.time, folded.shifts)


def refuse(folded: Folded, place: int, code: ErrorCode) -> Folded:
    """The fold after a line that does not count, with the verdict that says why."""
    return folded._replace(seq=place, verdicts={**folded.verdicts, place: code})


def begin(ancestors: Sequence[tuple[str, Sequence[Event | None]]]) -> tuple[Folded, list[Event | None]]:
    """The fold that a log starts from whose ancestors (log id and events, oldest first) say this, and their history.

    The history is their placed events in order; None stands for a line that cannot be read or does not count.
    """
    shifts = shifts_of([(log, len(events)) for log, events in ancestors])
    folded = Folded(shifts=shifts)
    history: list[Event | None] = []
    for log, events in ancestors:
        for place, event in enumerate(events, start=1 + shifts[log]):
            if event is None:
                folded = refuse(folded, place, ErrorCode.NOT_A_LINE)
            else:
                folded = advance(folded, event, lambda at: standing(history, at, first_place(shifts)))
            history.append(placed(event, shifts) if event is not None and place not in folded.verdicts else None)
    return folded._replace(seq=0), history


def standing(history: Sequence[Event | None], place: int, first: int) -> Event:
    """The event at a place of a history that begins at `first`; raises NOTHING_TO_CORRECT where none stands."""
    index = place - first if place < 0 else place - min(first, 0) - 1
    event = history[index] if 0 <= index < len(history) else None
    if event is None or place == 0:
        raise DomainError(ErrorCode.NOTHING_TO_CORRECT, seq=place)
    return event


def apply(day: Day, event: Event) -> Day:
    """The day after an event that stands; types without a state (notes, starts) change nothing."""
    steps = _APPLY.get(event.type)
    if steps is None:
        return day
    states: list[Any] = list(day)
    for place, function in steps:
        states[place] = function(states[place], event)
    return Day(*states)


def _corrected(folded: Folded, event: Event, lookup: Lookup) -> Folded:
    """Fold again from the first line with the named line left out, or with its new data in its place."""
    line = event.data["line"]
    if event.type == RECORD_VOIDED.name:
        folded = folded._replace(voided=folded.voided | {line})
    else:
        original = lookup(line)
        data = placed_data(original.type, event.data["data"], original.log, folded.shifts)
        folded = folded._replace(corrected={**folded.corrected, line: data})
    day = Day()
    for place in places(first_place(folded.shifts), event.seq):
        if place in folded.voided or place in folded.verdicts:
            continue
        earlier = lookup(place)
        if place in folded.corrected:
            earlier = earlier._replace(data=folded.corrected[place])
        if earlier.type not in CORRECTIONS:
            day = apply(day, earlier)
    return folded._replace(seq=event.seq, day=day, last_time=event.time)


def may_be_voided(event_type: str) -> bool:
    """Whether lines of this type may be made void, or corrected, by those who may record them."""
    return event_type not in CORRECTIONS and event_type not in _STANDING


def _judge_correction(folded: Folded, event: Event, lookup: Lookup) -> None:
    line = event.data["line"]
    if line >= event.seq or line in folded.verdicts:
        raise DomainError(ErrorCode.NOTHING_TO_CORRECT, seq=line)
    if line in folded.voided:
        raise DomainError(ErrorCode.ALREADY_VOID, seq=line)
    original = lookup(line)
    if not may_be_voided(original.type):
        raise DomainError(ErrorCode.NOTHING_TO_CORRECT, seq=line)
    original_type = CATALOGUE.get(original.type)
    authorise(original_type, event.actor, event.witnesses, folded.day.duties)
    if event.type != RECORD_VOIDED.name:
        check_data(original_type, event.data["data"])
        rule = _RULES.get(original.type)
        if rule is not None:
            data = placed_data(original.type, event.data["data"], original.log, folded.shifts)
            rule(folded.day, original._replace(data=data))


_STANDING = frozenset(
    {
        duties.PERSON_PUT_ON_DUTY.name,
        bell.BELL_GIVEN_UP.name,
        bell.BELL_TAKEN.name,
        readiness.LAPTOP_STARTED.name,
        readiness.CLOCK_DISTURBED.name,
        DAY_TAKEN_OVER.name,
        OFFICE_WENT_BACK.name,
    }
)
"""Types that later lines rest on (relieve the person, do not void that they came; take the bell back, for meanwhile
nobody rang here), and what the laptop saw itself."""


def _rule_seat(day: Day, event: Event) -> None:
    seats = day.readiness.seats
    if seats and event.data["seat"] not in seats:
        raise DomainError(ErrorCode.SEAT_UNKNOWN, seat=event.data["seat"])
    status = event.data["status"]
    if status in attendance.NEEDS_REASON and not (event.data.get("reason") or event.data.get("note")):
        raise DomainError(ErrorCode.REASON_MISSING, place=f"{event.data['seat']}")


def _rule_incident(day: Day, event: Event) -> None:
    if event.data["incident"] not in day.incidents.by_number:
        raise DomainError(ErrorCode.NOTHING_TO_CORRECT, seq=event.data["incident"])


def _rule_person(day: Day, event: Event) -> None:
    if event.data["person"] not in day.duties.people:
        raise DomainError(ErrorCode.NOT_ON_DUTY, person=event.data["person"])


_RULES: dict[str, Callable[[Day, Event], None]] = {
    attendance.ATTENDANCE_MARKED.name: _rule_seat,
    incidents.INCIDENT_UPDATED.name: _rule_incident,
    incidents.INCIDENT_CLOSED.name: _rule_incident,
    duties.PERSON_RELIEVED.name: _rule_person,
    duties.PIN_CHANGED.name: _rule_person,
    duties.DUTY_DELEGATED.name: _rule_person,
    duties.DUTY_RESUMED.name: _rule_person,
}
