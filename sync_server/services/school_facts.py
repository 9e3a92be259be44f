"""What a school's logs say about each subject, fact beside fact, with the lines that make them.

Logs are told apart by a letter; of several facts about one subject the latest stands first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain import progress
from shared.domain.ancestry import origin
from shared.domain.attendance import Mark, Totals
from shared.domain.blocks import Block
from shared.domain.fold import Day
from shared.domain.incidents import Incident
from shared.domain.materials import Bag, Count
from shared.domain.plan import Plan
from shared.domain.signals import SignalRecord
from shared.domain.timetable import Signal
from sync_server.services.folds import LogFold
from sync_server.services.partings import Tip, tip_of


@dataclass(frozen=True, slots=True)
class Log:
    """One branch of a log of the school and the letter it goes by; `letters` are those of all logs, by id."""

    letter: str
    fold: LogFold
    letters: Mapping[str, str]

    def cite(self, place: int) -> tuple[str, int]:
        """The letter and line number at a place of this log: an ancestor's for a line that it inherited."""
        if place > 0:
            return self.letter, place
        log, seq = origin(place, self.fold.folded.shifts)
        return self.letters.get(log, "?"), seq

    @property
    def day(self) -> Day:
        """What it says."""
        return self.fold.folded.day


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One seat: for each block the marks of all logs, the latest first; empty where nobody was registered."""

    seat: int
    cells: tuple[tuple[tuple[Log, Mark], ...], ...]


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal with the record of each log that says something; `planned` and `deviation` in ms."""

    signal: Signal
    log: Log | None
    record: SignalRecord
    planned: int | None
    deviation: int | None


@dataclass(frozen=True, slots=True)
class CountRow:
    """One material and form of a block, as one log counted it."""

    log: Log
    material: str
    form: str
    count: Count

    @property
    def differs(self) -> bool:
        """Whether its numbers do not add up, or sheets are missing."""
        return bool(self.count.issue_difference or self.count.return_difference or self.count.missing)


@dataclass(frozen=True, slots=True)
class BlockMaterials:
    """A block's counts and bags, and the line that says its sealing is complete."""

    block: str
    counts: tuple[CountRow, ...]
    bags: tuple[tuple[Log, Bag], ...]
    sealed: tuple[tuple[Log, int], ...]


def name_logs(folds: Sequence[LogFold], named: Mapping[Tip, str]) -> tuple[Log, ...]:
    """These logs by their letters among all of the school's."""
    letters = {log: letter for (log, branch), letter in named.items() if branch == 0}
    return tuple(Log(named[tip_of(fold)], fold, letters) for fold in folds)


def attendance_rows(logs: Sequence[Log], blocks: Sequence[Block]) -> list[SeatRow]:
    """A row for every seat of any roster or mark, in seat order."""
    seats = {seat for log in logs for seat in log.day.readiness.seats}
    seats |= {seat for log in logs for block in blocks for seat in log.day.attendance.marks.get(block.id, {})}
    return [SeatRow(seat, tuple(_marks(logs, block.id, seat) for block in blocks)) for seat in sorted(seats)]


def presence_totals(day: Day, plan: Plan, blocks: Sequence[Block]) -> list[tuple[Block, progress.BlockState, Totals]]:
    """The state and the totals of each block."""
    return [
        (block, progress.block_state(day, plan, block.id), progress.presence(day, plan, block.id)) for block in blocks
    ]


def signal_rows(logs: Sequence[Log], day: Day, plan: Plan) -> list[SignalRow]:
    """Every planned signal in order, once for each log that speaks of it, or once without a record."""
    rows = []
    for signal in progress.signals_of_day(day, plan):
        said = [(log, log.day.signals.records[signal.id]) for log in logs if signal.id in log.day.signals.records]
        pairs: list[tuple[Log | None, SignalRecord]] = [*said] or [(None, SignalRecord())]
        for log, record in pairs:
            planned = progress.planned_time(signal, record, plan)
            rows.append(SignalRow(signal, log, record, planned, progress.signal_deviation(signal, record, plan)))
    return rows


def material_blocks(logs: Sequence[Log], plan: Plan | None) -> list[BlockMaterials]:
    """Every block that somebody counted, bagged or sealed, in the plan's order."""
    named = {name for log in logs for part in _parts(log) for name in part}
    order = [block.id for block in plan.blocks] if plan else []
    known = [name for name in order if name in named] + sorted(named - set(order))
    return [_block_materials(logs, name) for name in known]


def incident_rows(logs: Sequence[Log]) -> list[tuple[Log, Incident]]:
    """All incidents: the open ones first, the gravest first, then by time."""
    rows = [(log, incident) for log in logs for incident in log.day.incidents.by_number.values()]
    return sorted(rows, key=lambda row: (not row[1].is_open, -row[1].level, row[1].time))


def _marks(logs: Sequence[Log], block: str, seat: int) -> tuple[tuple[Log, Mark], ...]:
    found = [(log, log.day.attendance.marks.get(block, {}).get(seat)) for log in logs]
    # what two logs both inherited, or two branches both hold, is one line: shown once, as the first log's
    marks = {(mark.time, mark.person, mark.status): (log, mark) for log, mark in reversed(found) if mark is not None}
    return tuple(sorted(marks.values(), key=lambda pair: -pair[1].time))


def _parts(log: Log) -> tuple[set[str], ...]:
    materials = log.day.materials
    return set(materials.counts), set(materials.bags), set(materials.sealed)


def _block_materials(logs: Sequence[Log], block: str) -> BlockMaterials:
    held = [(log, log.day.materials) for log in logs]
    return BlockMaterials(
        block=block,
        counts=tuple(
            CountRow(log, material, form, count)
            for log, materials in held
            for (material, form), count in sorted(materials.counts.get(block, {}).items())
        ),
        bags=tuple((log, bag) for log, materials in held for bag in materials.bags.get(block, {}).values()),
        sealed=tuple((log, materials.sealed[block]) for log, materials in held if block in materials.sealed),
    )
