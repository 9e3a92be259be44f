"""The county board: a row for every school in an account's scope, worst first, with what it adds up to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sync_server.services.access import Action, decide, sees
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
from sync_server.services.office import Office
from sync_server.services.partings import partings_of
from sync_server.services.plan_shelf import PlanShelf
from sync_server.services.quarantine import list_waiting
from sync_server.services.recovery import Recovery, find_recovery
from sync_server.store.ports import Books
from sync_server.store.records import Account, School

Basis = tuple[tuple[str, int, int], ...]
"""The heads that facts were made from, the county log's last: (log, branch, sequence number)."""


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
    """Makes rows from lines; what it remembers of unchanged logs is a shortcut that can be thrown away."""

    def __init__(self, office: Office, plans: PlanShelf, silent_after: int = SILENT_AFTER_MS) -> None:
        self._store = office.store
        self._folds = office.folds
        self._clock = office.clock
        self._integrity = office.integrity
        self._plans = plans
        self._silent_after = silent_after
        self._known: dict[int, tuple[Basis, Facts | None]] = {}

    def now(self) -> int:
        """The office's time in ms."""
        return self._clock.now().wall

    def rows(self, account: Account) -> list[Row]:
        """The rows that the account may see, worst first; raises ACTION_REFUSED."""
        decide(account, Action.VIEW_BOARD)
        return [row for row in self.all_rows() if sees(account, row.school.code)]

    def all_rows(self) -> list[Row]:
        """A row for every school, worst first; for the office's own jobs, which no account asks for."""
        schools, contacts, bases = self._store.read(_look)
        broken = self._integrity.broken_schools()
        return sorted(
            (
                self._row(school, replace(contacts[school.no], broken=school.no in broken), bases[school.no])
                for school in schools
            ),
            key=badness,
        )

    def row(self, account: Account, school: School) -> Row:
        """One school's row; raises ACTION_REFUSED, or SCHOOL_UNKNOWN outside the scope."""
        decide(account, Action.VIEW_BOARD, school.code)
        return next(row for row in self.rows(account) if row.school.no == school.no)

    def recovery(self, account: Account) -> Recovery | None:
        """What the account may see of the time since the office was put back; raises ACTION_REFUSED."""
        decide(account, Action.VIEW_BOARD)
        return self._store.read(lambda book: find_recovery(book, account))

    def _row(self, school: School, contact: Contact, basis: Basis) -> Row:
        held, facts = self._known.get(school.no, (None, None))
        if held != basis or (facts is not None and facts.plan is None):
            folds = self._folds.of_school(school.no)
            partings = self._store.read(lambda book: partings_of(book, school, folds))
            facts = gather(folds, self._plans.find(plan_hash(school, folds)), partings)
            self._known[school.no] = (basis, facts)
        return make_row(school, facts, contact, self.now(), self._silent_after)


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
    apart = Counter(item.school_no for item in list_waiting(book))
    received: dict[int, int] = {}
    bases: dict[int, Basis] = {school.no: () for school in schools}
    for log in book.list_logs():
        branches = book.branches(log)
        bases[log.school_no] += tuple((log.id, branch.no, branch.head.seq) for branch in branches)
        received[log.school_no] = max([received.get(log.school_no, 0), *(branch.received for branch in branches)])
    contacts = {}
    for school in schools:
        devices = book.list_devices(school.no)
        heard = [device.last_contact for device in devices if device.last_contact is not None]
        last = max([*heard, received.get(school.no, 0)], default=0)
        county = book.county_head(school.no)
        bases[school.no] += ((county.log, 0, county.seq),) if county else ()
        unheard = sum(device.is_awaited for device in devices)
        contacts[school.no] = Contact(last or None, apart[school.no], unheard=unheard)
    return schools, contacts, bases
