"""Ancestry: a log that goes on from another one has the other's lines in front of its own.

A line's place is its number in its own log; the lines of ancestors stand before it at places below zero, the last of
them at -1. So a log without ancestors knows nothing of this, and everything a fold keeps (the line of a mark, the
number of an incident) stays one number. In the log itself an ancestor's line is cited as it is printed: log and number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Draft, Event

Shifts = Mapping[str, int]
"""What takes a line's number to its place, by the id of the ancestor's log, oldest first."""

NO_SHIFTS: Shifts = MappingProxyType({})


def shifts_of(ancestors: Sequence[tuple[str, int]]) -> Shifts:
    """The shifts of ancestors given as (log id, lines), oldest first."""
    shifts = {}
    behind = sum(lines for _, lines in ancestors)
    for log, lines in ancestors:
        shifts[log] = -behind - 1
        behind -= lines
    return shifts


def first_place(shifts: Shifts) -> int:
    """The place of the oldest line."""
    return min(shifts.values(), default=0) + 1


def places(first: int, until: int) -> Iterable[int]:
    """All places from `first` up to, and without, `until`, of the log itself or of an ancestor."""
    yield from range(first, min(until, 0))
    yield from range(max(first, 1), until)


def placed(event: Event, shifts: Shifts) -> Event:
    """The event with its own number and the line it cites as places; raises NOTHING_TO_CORRECT for a foreign log."""
    if not shifts and "log" not in event.data:
        return event
    shift = shifts.get(event.log, 0)
    return event._replace(seq=event.seq + shift, data=placed_data(event.type, event.data, event.log, shifts))


def placed_data(event_type: str, data: Mapping[str, object], log: str, shifts: Shifts) -> Mapping[str, object]:
    """Data written in `log` with the line it cites as a place; raises NOTHING_TO_CORRECT for a foreign log."""
    known = CATALOGUE.find(event_type)
    cited = data.get(known.cites) if known and known.cites else None
    if known is None or not isinstance(cited, int):
        return data
    home = data.get("log", log)
    if home == log:
        return {**data, known.cites: cited + shifts.get(log, 0)}
    if home not in shifts:
        raise DomainError(ErrorCode.NOTHING_TO_CORRECT, seq=cited)
    return {**data, known.cites: cited + shifts[str(home)]}


def cited(draft: Draft, shifts: Shifts) -> Draft:
    """A draft that names a place, as the log says it: an ancestor's line by its log and number."""
    known = CATALOGUE.find(draft.type)
    place = draft.data.get(known.cites) if known and known.cites else None
    if known is None or not isinstance(place, int) or place > 0:
        return draft
    log, seq = origin(place, shifts)
    return replace(draft, data={**draft.data, known.cites: seq, "log": log})


def origin(place: int, shifts: Shifts) -> tuple[str, int]:
    """The ancestor's log and line number at a place below zero; raises NOTHING_TO_CORRECT beyond the oldest line."""
    for log, shift in reversed(list(shifts.items())):
        if place - shift >= 1:
            return log, place - shift
    raise DomainError(ErrorCode.NOTHING_TO_CORRECT, seq=place)


def label(place: int, shifts: Shifts) -> str:
    """A place as people read it: the line's number, after a letter for each ancestor's log (A is the oldest)."""
    if place > 0 or not shifts:
        return str(place)
    log, seq = origin(place, shifts)
    return f"{chr(ord('A') + list(shifts).index(log) % 26)}{seq}"


def shown(event: Event, shifts: Shifts) -> Event:
    """A placed event whose citation reads as its label, for `describe`."""
    known = CATALOGUE.find(event.type)
    place = event.data.get(known.cites) if known and known.cites else None
    if not shifts or known is None or not isinstance(place, int):
        return event
    return event._replace(data={**event.data, known.cites: label(place, shifts)})
