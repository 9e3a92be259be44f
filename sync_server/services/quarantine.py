"""Quarantine: what was held back stands apart until somebody has mended the cause and releases it, or leaves it there.

What became of it is a line of the county log, so nothing is ever taken in, or put aside, unseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import decode_birth
from shared.log.logfile import Fragment, read_fragment
from shared.wire.county_log import LEFT_APART, QUARANTINE_SETTLED, RELEASED, Settlement, fold_county
from shared.wire.routes import DUPLICATE
from sync_server.services.access import Action, ScopeKind, decide, may
from sync_server.services.held_lines import HeldRecord, read_records
from sync_server.services.ingest import Run
from sync_server.services.lineage import Lineage
from sync_server.services.office import Office
from sync_server.services.plan_shelf import PlanShelf
from sync_server.store.ports import Books
from sync_server.store.records import Account, Quarantined, School

SHOWN_RECORDS = 200
"""Most records of one piece on its page; the bytes can be fetched whole."""


@dataclass(frozen=True, slots=True)
class Held:
    """One piece: the school it came from, the school whose log it is (`home`), and what became of it so far.

    `problem`: why it cannot be released now; else `fresh` lines would be new. `arrived`: all its lines are here by now.
    """

    item: Quarantined
    holder: School | None
    home: School | None
    settlement: Settlement | None
    problem: DomainError | None
    fresh: int
    arrived: bool

    @property
    def waits(self) -> bool:
        """Whether somebody still has to decide."""
        return self.settlement is None


@dataclass(frozen=True, slots=True)
class HeldPage:
    """One piece opened: its first records in words, and how many there are."""

    held: Held
    records: Sequence[HeldRecord]
    total: int


class Quarantine:
    """Lists, opens and settles what stands apart, within an account's scope."""

    def __init__(self, office: Office, plans: PlanShelf) -> None:
        self._office = office
        self._store = office.store
        self._plans = plans

    def list(self, account: Account, code: str = "") -> list[Held]:
        """What stands apart, of one school or of all in scope, newest first.

        Raises ACTION_REFUSED or SCHOOL_UNKNOWN.
        """
        decide(account, Action.VIEW_QUARANTINE, code or None)
        numbers = [item.no for item in self._store.read(lambda book: book.list_quarantined())]
        found = (self._find(account, number) for number in numbers)
        return [held for held in found if held is not None and code in ("", held.holder.code if held.holder else "")]

    def count(self, account: Account) -> int:
        """How many pieces wait for somebody to decide; none for an account that may not see them."""
        if not may(account, Action.VIEW_QUARANTINE):
            return 0

        def work(book: Books) -> int:
            schools = {school.no: school for school in book.list_schools()}
            return sum(_sees(account, schools.get(item.school_no or 0)) for item in list_waiting(book))

        return self._store.read(work)

    def open(self, account: Account, number: int) -> HeldPage:
        """One piece with its records; raises ACTION_REFUSED or PAGE_NOT_FOUND."""
        held = self.get(account, number)
        plan = self._plans.find(held.home.plan) if held.home else None
        records = read_records(held.item.body, plan)
        return HeldPage(held, list(islice(records, SHOWN_RECORDS)), held.item.body.count(b"\n") or 1)

    def get(self, account: Account, number: int) -> Held:
        """One piece with its bytes; raises ACTION_REFUSED or PAGE_NOT_FOUND, outside the scope too."""
        decide(account, Action.VIEW_QUARANTINE)
        held = self._find(account, number)
        if held is None:
            raise DomainError(ErrorCode.PAGE_NOT_FOUND)
        return held

    def release(self, account: Account, number: int, reason: str) -> int:
        """Put the lines through the one ingest, with a line in the county log; returns how many were new.

        Raises ACTION_REFUSED, PAGE_NOT_FOUND, FIELD_MISSING, or why it cannot be released.
        """
        held = self._to_settle(account, number, reason)
        if held.settlement is not None and held.settlement.outcome == RELEASED:
            return held.settlement.lines
        if held.problem is not None or held.home is None:
            raise held.problem or DomainError(ErrorCode.LOG_UNKNOWN)
        decide(account, Action.SETTLE_QUARANTINE, held.home.code)
        note = partial(self._note, account, held, RELEASED, reason)
        return _count_fresh(self._office.ingest.release(held.home, held.item.body, note).runs)

    def leave_apart(self, account: Account, number: int, reason: str) -> None:
        """Note that a piece needs nothing more; its bytes stay, and it can still be released later.

        Raises ACTION_REFUSED, PAGE_NOT_FOUND, FIELD_MISSING, or SCHOOL_UNKNOWN while no school's county log can say so.
        """
        held = self._to_settle(account, number, reason)
        if held.holder is None and held.home is None:
            raise held.problem or DomainError(ErrorCode.LOG_UNKNOWN)
        if held.settlement is None:
            self._store.write(lambda book: self._note(account, held, LEFT_APART, reason, book, []))

    def _to_settle(self, account: Account, number: int, reason: str) -> Held:
        decide(account, Action.SETTLE_QUARANTINE)
        held = self.get(account, number)
        if not reason.strip():
            raise DomainError(ErrorCode.FIELD_MISSING, field="理由 / reason")
        return held

    def _note(self, account: Account, held: Held, outcome: str, reason: str, book: Books, runs: Sequence[Run]) -> None:
        """The line in the county log of the school it came from, and of the one it belongs to."""
        item = held.item
        data: dict[str, object] = {"sha256": item.sha256, "code": item.code, "log": item.log}
        data |= {"outcome": outcome, "lines": _count_fresh(runs), "reason": reason.strip()}
        for school in {school.no: school for school in (held.holder, held.home) if school is not None}.values():
            self._office.county_logs.append_within(book, school, QUARANTINE_SETTLED.name, data, account.name)

    def _find(self, account: Account, number: int) -> Held | None:
        """The piece, when the account may see it."""
        found = self._store.read(lambda book: _look(book, number))
        if found is None or not _sees(account, found[1]):
            return None
        item, holder, home, settlement, arrived = found
        problem, runs = None, list[Run]()
        try:
            if home is None:
                raise _homeless(item)
            runs = self._office.ingest.foresee(home, item.body)
        except DomainError as refusal:
            problem = refusal
        return Held(item, holder, home, settlement, problem, _count_fresh(runs), arrived)


def list_waiting(book: Books) -> list[Quarantined]:
    """What stands apart and waits for somebody to decide, newest first, without the bytes."""
    items = book.list_quarantined()
    settled = _settlements(book, {item.school_no for item in items})
    return [item for item in items if (item.sha256, item.code) not in settled]


def _settlements(book: Books, holders: set[int | None]) -> Mapping[tuple[str, str], Settlement]:
    """What the county logs of these schools say; what came from no known school is settled in the log of its own."""
    settled: dict[tuple[str, str], Settlement] = {}
    for school in book.list_schools() if holders else []:
        if school.no in holders or None in holders:
            settled |= fold_county(book.county_lines(school.no)).settled
    return settled


def _look(book: Books, number: int) -> tuple[Quarantined, School | None, School | None, Settlement | None, bool] | None:
    item = book.find_quarantined(number)
    if item is None:
        return None
    holder = book.get_school(item.school_no) if item.school_no is not None else None
    settlement = _settlements(book, {item.school_no}).get((item.sha256, item.code))
    fragment = _fragment(item.body)
    home = _home(book, fragment) if fragment else None
    return item, holder, home, settlement, fragment is not None and _is_here(book, fragment)


def _fragment(body: bytes) -> Fragment | None:
    try:
        return read_fragment(body, damaged=True)
    except DomainError:
        return None


def _home(book: Books, fragment: Fragment) -> School | None:
    """The school whose log it is, by its birth record, else by the log that it goes on with."""
    if fragment.birth is not None:
        try:
            return book.find_school(decode_birth(fragment.birth).school)
        except DomainError:
            return None
    stored = book.find_log(fragment.start.log) if fragment.start else None
    return book.get_school(stored.school_no) if stored else None


def _homeless(item: Quarantined) -> DomainError:
    """Why there is no school to release it to."""
    try:
        fragment = read_fragment(item.body)
        if fragment.birth is None:
            return DomainError(ErrorCode.LOG_UNKNOWN)
        return DomainError(ErrorCode.SCHOOL_UNKNOWN, school=decode_birth(fragment.birth).school)
    except DomainError as problem:
        return problem


def _is_here(book: Books, fragment: Fragment) -> bool:
    """Whether the office holds all these lines by now, whatever road they came by."""
    try:
        end = fragment.end
    except DomainError:
        return False
    stored = book.find_log(end.log)
    lineage = Lineage(book, stored) if stored and fragment.lines else None
    return lineage is not None and any(lineage.hash_at(branch, end.seq) == end.hash for branch in lineage.branches)


def _count_fresh(runs: Sequence[Run]) -> int:
    return sum(run.last - run.first + 1 for run in runs if run.result != DUPLICATE)


def _sees(account: Account, holder: School | None) -> bool:
    """What came from no school of the list is for those who see the whole county."""
    if holder is None:
        return account.scope_kind != ScopeKind.SCHOOL
    return may(account, Action.VIEW_QUARANTINE, holder.code)
