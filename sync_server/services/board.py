"""The county board: a row for every school in an account's scope, worst first, with what it adds up to."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.clock import Clock
from sync_server.services.access import Action, decide, sees
from sync_server.services.board_cells import cells_of
from sync_server.services.board_row import (
    SILENT_AFTER_MS,
    Concern,
    Contact,
    Facts,
    Row,
    SchoolState,
    gather,
    make_row,
    plan_hash,
)
from sync_server.services.folds import Folds
from sync_server.services.plan_shelf import PlanShelf
from sync_server.store.ports import Books, Store
from sync_server.store.records import Account, School

Basis = tuple[tuple[str, int, int], ...]
"""The heads that facts were made from: (log, branch, sequence number)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The board in one line; pupils are counted in the block each school is in."""

    schools: int
    handed_in: int
    fine: int
    attention: int
    silent: int
    testing: int
    expected: int
    present: int
    absent: int
    late: int
    unknown: int


class Board:
    """Makes rows from lines; what it remembers, and the store's board table, are shortcuts that can be thrown away."""

    def __init__(
        self, store: Store, folds: Folds, plans: PlanShelf, clock: Clock, silent_after: int = SILENT_AFTER_MS
    ) -> None:
        self._store = store
        self._folds = folds
        self._plans = plans
        self._clock = clock
        self._silent_after = silent_after
        self._known: dict[int, tuple[Basis, Facts | None]] = {}

    def now(self) -> int:
        """The office's time in ms."""
        return self._clock.now().wall

    def rows(self, account: Account) -> list[Row]:
        """The rows that the account may see, worst first; raises ACTION_REFUSED."""
        decide(account, Action.VIEW_BOARD)
        schools, contacts, bases = self._store.read(_look)
        mine = [school for school in schools if sees(account, school.code)]
        fresh = {school.no for school in mine if self._known.get(school.no, (None,))[0] != bases[school.no]}
        rows = [self._row(school, contacts[school.no], bases[school.no]) for school in mine]
        self._keep([row for row in rows if row.school.no in fresh])
        return sorted(rows, key=badness)

    def row(self, account: Account, school: School) -> Row:
        """One school's row; raises ACTION_REFUSED, or SCHOOL_UNKNOWN outside the scope."""
        decide(account, Action.VIEW_BOARD, school.code)
        return next(row for row in self.rows(account) if row.school.no == school.no)

    def _row(self, school: School, contact: Contact, basis: Basis) -> Row:
        held, facts = self._known.get(school.no, (None, None))
        if held != basis or (facts is not None and facts.plan is None):
            folds = self._folds.of_school(school.no)
            facts = gather(folds, self._plans.find(plan_hash(school, folds)))
            self._known[school.no] = (basis, facts)
        return make_row(school, facts, contact, self.now(), self._silent_after)

    def _keep(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        contents = [(row.school.no, json.dumps(cells_of(row), ensure_ascii=False)) for row in rows]
        at = self.now()

        def work(book: Books) -> None:
            for school_no, content in contents:
                book.set_board_row(school_no, at, content)

        self._store.write(work)


def badness(row: Row) -> tuple[int, int, str]:
    """Sorts the worst first: by the gravest concern, then by how many there are; handed in and fine comes last."""
    order = list(Concern)
    if row.concerns:
        return (order.index(row.concerns[0]), -len(row.concerns), row.school.code)
    return (len(order) + (row.state is SchoolState.HANDED_IN), 0, row.school.code)


def summarise(rows: Sequence[Row]) -> Summary:
    """The line above the board: every school is exactly one of fine, needing attention, or silent."""
    kinds = Counter(kind_of(row) for row in rows)
    cells = [cells for row in rows if (cells := row.now) is not None]
    return Summary(
        schools=len(rows),
        handed_in=sum(row.state is SchoolState.HANDED_IN for row in rows),
        fine=kinds["fine"],
        attention=kinds["attention"],
        silent=kinds["silent"],
        testing=sum(row.state is SchoolState.RUNNING for row in rows),
        expected=sum(cell.expected for cell in cells),
        present=sum(cell.present for cell in cells),
        absent=sum(cell.absent for cell in cells),
        late=sum(cell.late for cell in cells),
        unknown=len(rows) - len(cells),
    )


def kind_of(row: Row) -> str:
    """`silent` (never seen included), `attention` or `fine`."""
    if row.silent or row.facts is None:
        return "silent"
    return "attention" if row.concerns else "fine"


def _look(book: Books) -> tuple[list[School], Mapping[int, Contact], Mapping[int, Basis]]:
    """The schools, what was heard of each, and the heads of their logs, as of one instant."""
    schools = book.list_schools()
    apart = Counter(item.school_no for item in book.list_quarantined())
    received: dict[int, int] = {}
    bases: dict[int, Basis] = {school.no: () for school in schools}
    for log in book.list_logs():
        branches = book.branches(log)
        bases[log.school_no] += tuple((log.id, branch.no, branch.head.seq) for branch in branches)
        received[log.school_no] = max([received.get(log.school_no, 0), *(branch.received for branch in branches)])
    contacts = {}
    for school in schools:
        heard = [device.last_contact for device in book.list_devices(school.no) if device.last_contact is not None]
        last = max([*heard, received.get(school.no, 0)], default=0)
        contacts[school.no] = Contact(last or None, apart[school.no])
    return schools, contacts, bases
