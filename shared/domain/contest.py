"""Contests: what two records of one day both say something about, and a record that leaves such things to the other.

A subject is a pupil's seat in a block, a signal, a counted material, or a bag; incidents and notes stand beside each
other and are never in contest.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, NamedTuple

from shared.domain.attendance import Mark
from shared.domain.fold import Folded
from shared.domain.materials import Bag, Count
from shared.domain.signals import SignalRecord


class SubjectKind(StrEnum):
    """What two laptops can both record."""

    SEAT = "seat"
    SIGNAL = "signal"
    COUNT = "count"
    BAG = "bag"


class Subject(NamedTuple):
    """One thing: `block` is empty for a signal; `key` is the seat, the signal's id, (material, form), or the bag."""

    kind: SubjectKind
    block: str
    key: Any


class Fact(NamedTuple):
    """What one record says of a subject, comparable with another's, and the place of the line that says it."""

    place: int
    said: tuple[Any, ...]


def facts_since(folded: Folded, place: int) -> Mapping[Subject, Fact]:
    """Every subject that a line at `place` or later speaks of."""
    return {subject: fact for subject, fact in _facts(folded, place) if fact.place >= place}


def without(folded: Folded, subjects: Collection[Subject]) -> Folded:
    """The same record as if it had never spoken of these subjects."""
    if not subjects:
        return folded
    day = folded.day
    attendance, materials = day.attendance, day.materials
    records = {name: record for name, record in day.signals.records.items() if _signal(name) not in subjects}
    return folded._replace(
        day=day._replace(
            attendance=replace(attendance, marks=_left(attendance.marks, SubjectKind.SEAT, subjects)),
            signals=replace(day.signals, records=records),
            materials=replace(
                materials,
                counts=_left(materials.counts, SubjectKind.COUNT, subjects),
                bags=_left(materials.bags, SubjectKind.BAG, subjects),
            ),
        )
    )


def _facts(folded: Folded, since: int) -> Iterator[tuple[Subject, Fact]]:
    day = folded.day
    for block, marks in day.attendance.marks.items():
        for seat, mark in marks.items():
            yield Subject(SubjectKind.SEAT, block, seat), _of_mark(mark)
    for name, record in day.signals.records.items():
        for fact in _of_signal(record, since):
            yield _signal(name), fact
    for block, counts in day.materials.counts.items():
        for key, count in counts.items():
            yield Subject(SubjectKind.COUNT, block, key), _of_count(count)
    for block, bags in day.materials.bags.items():
        for name, bag in bags.items():
            yield Subject(SubjectKind.BAG, block, name), _of_bag(bag)


def _signal(name: str) -> Subject:
    return Subject(SubjectKind.SIGNAL, "", name)


def _of_mark(mark: Mark) -> Fact:
    return Fact(mark.seq, (mark.status, mark.reason, mark.note))


def _of_signal(record: SignalRecord, since: int) -> Iterator[Fact]:
    """By the line that gave or skipped it, else the one that confirmed it; nothing where no new line says so."""
    lines = (record.given_seq, record.skipped_seq, record.confirmed_seq)
    new = [line for line in lines if line is not None and line >= since]
    if new:
        yield Fact(new[0], (record.given, record.skipped_seq is None, record.channel))


def _of_count(count: Count) -> Fact:
    said = (count.received, count.handed_out, count.unused, count.damaged)
    return Fact(count.seq, (*said, count.collected, count.void, count.missing))


def _of_bag(bag: Bag) -> Fact:
    return Fact(bag.seq, (bag.seal, bag.sheets, bag.contents))


def _left(
    held: Mapping[str, Mapping[Any, Any]], kind: SubjectKind, subjects: Collection[Subject]
) -> dict[str, dict[Any, Any]]:
    return {
        block: {key: value for key, value in values.items() if Subject(kind, block, key) not in subjects}
        for block, values in held.items()
    }
