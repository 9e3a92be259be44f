"""Every school's signals of its day against their plan: a strip of cells each, the worst school first.

A cell says no more than the office can know: what fell due after a school's last word is unknown, not missed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sync_server.services.bells import heard_until
from sync_server.services.board_row import WORST_SIGNAL_MS, Facts, Row, SignalFact

PATIENCE_MS = 2 * 60 * 1000
"""How long a due signal may stay away, and a given one unconfirmed, before it shows."""


class Standing(StrEnum):
    """How a signal, or a school by its worst signal, keeps to the plan; the gravest first."""

    MISSED = "missed"
    OFF = "off"
    UNCONFIRMED = "unconfirmed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    ON_TIME = "on_time"
    WAITING = "waiting"


_ORDER = list(Standing)
OFF_PLAN = frozenset({Standing.MISSED, Standing.OFF, Standing.UNCONFIRMED, Standing.SKIPPED})
"""What asks for a look."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One planned signal of one school."""

    fact: SignalFact
    standing: Standing


@dataclass(frozen=True, slots=True)
class Strip:
    """One school's signals in the order of their times; no cells while its plan or its day is unknown."""

    row: Row
    standing: Standing
    cells: tuple[Cell, ...]

    @property
    def worst(self) -> SignalFact | None:
        """The signal furthest off; None before any was given."""
        name = self.row.facts.signals.worst_signal if self.row.facts and self.row.facts.signals else None
        return next((cell.fact for cell in self.cells if cell.fact.signal.id == name), None)


def make_strips(rows: Iterable[Row], now: int) -> list[Strip]:
    """A strip for every row at office time `now` (ms), the worst first."""
    return sorted((make_strip(row, now) for row in rows), key=_badness)


def make_strip(row: Row, now: int) -> Strip:
    """One school's strip at office time `now` (ms)."""
    if row.facts is None or row.facts.signal_facts is None:
        return Strip(row, Standing.UNKNOWN, ())
    known = _known_until(row.facts, row.last_contact, now)
    cells = tuple(Cell(fact, standing_of(fact, known, now)) for fact in row.facts.signal_facts)
    return Strip(row, min((cell.standing for cell in cells), key=_ORDER.index, default=Standing.WAITING), cells)


def standing_of(fact: SignalFact, known: int, now: int) -> Standing:
    """How one signal stands at `now`, when the school's lines are known up to `known` (both ms)."""
    record = fact.record
    if record.given is not None:
        if abs(fact.deviation or 0) > WORST_SIGNAL_MS:
            return Standing.OFF
        waits = record.confirmed is None and known - record.given > PATIENCE_MS
        return Standing.UNCONFIRMED if waits else Standing.ON_TIME
    if record.skipped_seq is not None:
        return Standing.SKIPPED
    if fact.planned is None or now - fact.planned <= PATIENCE_MS:
        return Standing.WAITING
    return Standing.MISSED if known - fact.planned > PATIENCE_MS else Standing.UNKNOWN


def count_standings(strips: Sequence[Strip]) -> dict[Standing, int]:
    """How many schools stand how; every school is counted once, by its worst signal."""
    return {standing: sum(strip.standing is standing for strip in strips) for standing in Standing}


def column_times(strips: Sequence[Strip]) -> list[int | None]:
    """For each column the minute after midnight on which all schools' plans agree; None where they differ."""
    width = max((len(strip.cells) for strip in strips), default=0)
    columns = [{strip.cells[n].fact.signal.at for strip in strips if n < len(strip.cells)} for n in range(width)]
    return [next(iter(times)) if len(times) == 1 else None for times in columns]


def _known_until(facts: Facts, last_contact: int | None, now: int) -> int:
    """Until when silence means that nothing happened; after handing in nothing more is to come."""
    return now if facts.handed_in else min(heard_until(facts.bells, last_contact) or 0, now)


def _badness(strip: Strip) -> tuple[int, int, int, str, str]:
    school = strip.row.school
    if strip.standing not in OFF_PLAN:
        return (len(_ORDER), 0, 0, school.name, school.code)
    missed = sum(cell.standing is Standing.MISSED for cell in strip.cells)
    size = abs(strip.worst.deviation or 0) if strip.worst else 0
    return (_ORDER.index(strip.standing), -missed, -size, school.name, school.code)
