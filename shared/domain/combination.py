"""A school from its logs: a pure combination of what each says; of facts about one subject the latest time is taken.

Nothing is lost by it: the logs stay apart, and the school's page lists what each of them says. Which laptop holds the
bell is not combined: each log speaks of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shared.domain.attendance import Attendance, Mark
from shared.domain.closing import Closing
from shared.domain.fold import Day, Folded
from shared.domain.incidents import Incident, Incidents, Opening
from shared.domain.materials import COLUMNS, Bag, Count, Materials
from shared.domain.office import Office
from shared.domain.readiness import Readiness
from shared.domain.signals import SignalRecord, Signals

Nested = Mapping[str, Mapping[Any, Any]]


def combine(folds: Sequence[Folded]) -> Day:
    """The day of a school with these logs; logs whose last line is later are believed before the others."""
    if len(folds) == 1:
        return folds[0].day
    days = [folded.day for folded in sorted(folds, key=lambda folded: folded.last_time or 0)]
    day = Day()
    for other in days:
        day = Day(
            readiness=_readiness(day.readiness, other.readiness),
            duties=replace(day.duties, people={**day.duties.people, **other.duties.people}),
            attendance=_attendance(day.attendance, other.attendance),
            signals=_signals(day.signals, other.signals),
            materials=_materials(day.materials, other.materials),
            incidents=_incidents(day.incidents, other.incidents),
            closing=Closing({**day.closing.handed_in, **other.closing.handed_in}),
            office=Office({**day.office.went_back, **other.office.went_back}),
        )
    return day


def _readiness(old: Readiness, new: Readiness) -> Readiness:
    merged = replace(new, opened={**old.opened, **new.opened}, items={**old.items, **new.items})
    if new.roster_seq is None:
        merged = replace(merged, seats=old.seats, roster_seq=old.roster_seq, roster_destroyed=old.roster_destroyed)
    if new.clock_seq is None:
        merged = replace(merged, offset=old.offset, error=old.error, clock_seq=old.clock_seq, disturbed=old.disturbed)
    return replace(merged, plan=new.plan or old.plan)


def _attendance(old: Attendance, new: Attendance) -> Attendance:
    return Attendance(
        marks=_nested(old.marks, new.marks, _later),
        closed={**old.closed, **new.closed},
        posted={**old.posted, **new.posted},
    )


def _signals(old: Signals, new: Signals) -> Signals:
    records = dict(old.records)
    for name, record in new.records.items():
        records[name] = _first_ring(records[name], record) if name in records else record
    return Signals(records, {**old.moved, **new.moved})


def _first_ring(old: SignalRecord, new: SignalRecord) -> SignalRecord:
    """Two laptops noted one signal: the first ring is the one the rooms acted on; either may have confirmed it.

    Where none rang, a word of people or of the laptop with the bell stands before what the other one only missed.
    """
    first, second = (old, new) if _worth(old) <= _worth(new) else (new, old)
    if first.confirmed is None:
        return replace(first, confirmed=second.confirmed, confirmed_seq=second.confirmed_seq)
    return first


def _worth(record: SignalRecord) -> tuple[float, bool, bool]:
    rang = float("inf") if record.given is None else record.given
    return rang, record.skipped_seq is None, record.fired is None


def _materials(old: Materials, new: Materials) -> Materials:
    return Materials(
        counts=_nested(old.counts, new.counts, _count),
        bags=_nested(old.bags, new.bags, _later),
        sealed={**old.sealed, **new.sealed},
    )


def _count(old: Count, new: Count) -> Count:
    said = {name: value for name in COLUMNS if (value := getattr(new, name)) is not None}
    return replace(old, seq=new.seq, **said)


def _incidents(old: Incidents, new: Incidents) -> Incidents:
    """All of them, each once; here the key is a running number only, and its own number is its place in its log.

    An incident that a log inherited stands in its ancestor's state too: the one that more was said about is taken.
    """
    found: dict[Opening, Incident] = {}
    for incident in (*old.by_number.values(), *new.by_number.values()):
        held = found.setdefault(incident.opening, incident)
        if (held.is_open, -len(held.history)) > (incident.is_open, -len(incident.history)):
            found[incident.opening] = incident
    return Incidents(dict(enumerate(found.values(), start=1)))


def _later(old: Mark | Bag, new: Mark | Bag) -> Mark | Bag:
    return new if new.time >= old.time else old


def _nested(old: Nested, new: Nested, choose: Callable[[Any, Any], Any]) -> dict[str, dict[Any, Any]]:
    merged = {outer: dict(inner) for outer, inner in old.items()}
    for outer, inner in new.items():
        block = merged.setdefault(outer, {})
        for key, value in inner.items():
            block[key] = choose(block[key], value) if key in block else value
    return merged
