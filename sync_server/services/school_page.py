"""The school page: one school's day with the lines behind every number, for accounts that may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain import progress
from shared.domain.attendance import Totals
from shared.domain.blocks import Block
from shared.domain.combination import combine
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.fold import Day
from shared.domain.incidents import Incident
from shared.domain.naming import names_of
from shared.domain.plan import Plan
from shared.domain.words import Words
from shared.log.receipt import ACCEPTED, BACKED_UP
from sync_server.services import school_facts
from sync_server.services.access import Action, decide
from sync_server.services.board import Board
from sync_server.services.board_row import Row, plan_hash
from sync_server.services.choosing import Choosing, PartingView
from sync_server.services.drawn_day import DrawnDay, draw_day
from sync_server.services.family import letters_of, living_branches, overlap, voices
from sync_server.services.folds import Folds, LogFold
from sync_server.services.lineage import Lineage
from sync_server.services.local_time import date_text
from sync_server.services.partings import partings_of
from sync_server.services.plan_shelf import PlanShelf
from sync_server.services.quarantine import list_waiting
from sync_server.services.school_facts import BlockMaterials, Log, SeatRow, SignalRow
from sync_server.services.school_log import Entry, list_entries
from sync_server.store.ports import Books, Store
from sync_server.store.records import Account, Device, Quarantined, School


@dataclass(frozen=True, slots=True)
class Chain:
    """The state of one branch; lines covered by each kind of receipt.

    `after` is the letter and line that it goes on from; `overlap` how many lines it wrote after another took over.
    """

    letter: str
    fold: LogFold
    after: tuple[str, int] | None
    overlap: int
    accepted: int
    backed_up: int


@dataclass(frozen=True, slots=True)
class SchoolPage:
    """All that the page shows; `plan` is None when the office does not hold the plan that the log names."""

    row: Row
    plan: Plan | None
    logs: tuple[Log, ...]
    names: dict[str, Words]
    blocks: tuple[Block, ...]
    drawn: DrawnDay | None
    seats: list[SeatRow]
    totals: list[tuple[Block, progress.BlockState, Totals]]
    signals: list[SignalRow]
    materials: list[BlockMaterials]
    incidents: list[tuple[Log, Incident]]
    chains: tuple[Chain, ...]
    devices: list[Device]
    quarantined: list[Quarantined]
    partings: list[PartingView]


@dataclass(frozen=True, slots=True)
class LogPage:
    """One log in words."""

    row: Row
    logs: tuple[Log, ...]
    log: Log
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class VerdictPage:
    """The lines of a school's logs that break a rule, each with its log's letter, newest first."""

    row: Row
    lines: list[tuple[str, Entry]]


class SchoolPages:
    """Opens school pages; scope is asked here, so no view can forget it."""

    def __init__(self, store: Store, folds: Folds, plans: PlanShelf, board: Board, choosing: Choosing) -> None:
        self._store = store
        self._folds = folds
        self._plans = plans
        self._board = board
        self._choosing = choosing

    def find_school(self, account: Account, action: Action, code: str) -> School:
        """The school of this code; raises ACTION_REFUSED or SCHOOL_UNKNOWN."""
        decide(account, action, code)
        school = self._store.read(lambda book: book.find_school(code))
        if school is None:
            raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=code)
        return school

    def open(self, account: Account, code: str) -> SchoolPage:
        """The page of one school; raises ACTION_REFUSED or SCHOOL_UNKNOWN."""
        school = self.find_school(account, Action.VIEW_SCHOOL, code)
        row = self._board.row(account, school)
        folds = self._folds.of_school(school.no)
        plan = self._plans.find(plan_hash(school, folds))
        partings = self._store.read(lambda book: partings_of(book, school, folds))
        letters = letters_of(folds)
        logs = school_facts.name_logs(folds, letters)
        heard = school_facts.name_logs(voices(folds, partings), letters)
        day = combine([log.fold.folded for log in heard])
        blocks = progress.blocks_of(plan, progress.current_day(day, plan).id) if plan else ()
        names = names_of(plan, day.duties)
        devices, apart, chains = self._store.read(lambda book: _look(book, school, logs))
        return SchoolPage(
            row=row,
            plan=plan,
            logs=logs,
            names=names,
            blocks=blocks,
            drawn=self._draw(row, day, plan, logs) if plan and logs else None,
            seats=school_facts.attendance_rows(heard, blocks),
            totals=school_facts.presence_totals(day, plan, blocks) if plan else [],
            signals=school_facts.signal_rows(heard, day, plan) if plan else [],
            materials=school_facts.material_blocks(heard, plan),
            incidents=school_facts.incident_rows(heard),
            chains=chains,
            devices=devices,
            quarantined=apart,
            partings=self._choosing.compare(logs, partings, names),
        )

    def open_log(self, account: Account, code: str, letter: str, feature: str, text: str) -> LogPage:
        """One log of the school in words; raises ACTION_REFUSED, SCHOOL_UNKNOWN or PAGE_NOT_FOUND."""
        school = self.find_school(account, Action.VIEW_LOG, code)
        folds = self._folds.of_school(school.no)
        logs = school_facts.name_logs(folds, letters_of(folds))
        log = next((log for log in logs if log.letter == letter), None)
        if log is None:
            raise DomainError(ErrorCode.PAGE_NOT_FOUND)
        names = names_of(self._plans.find(plan_hash(school, [log.fold])), log.day.duties)
        events = self._folds.events(log.fold.log, log.fold.branch)
        entries = list_entries(log.fold, events, names, feature, text)
        return LogPage(self._board.row(account, school), logs, log, entries)

    def verdicts(self, account: Account, code: str) -> VerdictPage:
        """What stands in the school's logs and does not count; raises ACTION_REFUSED or SCHOOL_UNKNOWN."""
        school = self.find_school(account, Action.VIEW_LOG, code)
        lines = []
        folds = self._folds.of_school(school.no)
        for log in school_facts.name_logs(living_branches(folds), letters_of(folds)):
            names = names_of(self._plans.find(plan_hash(school, [log.fold])), log.day.duties)
            events = self._folds.events(log.fold.log, log.fold.branch)
            lines += [(log.letter, entry) for entry in list_entries(log.fold, events, names, "verdict")]
        return VerdictPage(self._board.row(account, school), lines)

    def _draw(self, row: Row, day: Day, plan: Plan, logs: Sequence[Log]) -> DrawnDay:
        last = max((log.fold.folded.last_time or log.fold.birth.born for log in logs), default=0)
        date = progress.current_day(day, plan).date or date_text(last)
        now = self._board.now() if date_text(self._board.now()) == date else last
        return draw_day(day, plan, date, now, [row.last_contact] if row.last_contact else [])


def _look(
    book: Books, school: School, logs: Sequence[Log]
) -> tuple[list[Device], list[Quarantined], tuple[Chain, ...]]:
    living = living_branches([log.fold for log in logs])
    chains = []
    for log in logs:
        fold = log.fold
        lineage = Lineage(book, fold.log)
        receipts = [lineage.newest_receipts(mark).get(fold.branch.no) for mark in (ACCEPTED, BACKED_UP)]
        accepted, backed_up = (receipt.head.seq if receipt else 0 for receipt in receipts)
        before = fold.birth.ancestor
        after = (log.letters.get(before.log, before.log[:8]), before.seq) if before else None
        later = overlap(fold, living) if fold in living else 0
        chains.append(Chain(log.letter, fold, after, later, accepted, backed_up))
    apart = [item for item in list_waiting(book) if item.school_no == school.no]
    return book.list_devices(school.no), apart, tuple(chains)
