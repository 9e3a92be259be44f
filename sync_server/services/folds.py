"""Folds of stored logs: kept in memory, brought up to date line by line, rebuilt from lines whenever wanted."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.ancestry import Shifts, first_place, placed
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Event
from shared.domain.fold import Folded, begin, follow, judge, refuse, standing
from shared.log.birth import Birth, decode_birth
from shared.log.chain import Head
from shared.log.home import event_at_home, find_event_at_home
from shared.log.line import decode_line
from sync_server.services.forebears import Forebear, forebears
from sync_server.services.lineage import Lineage
from sync_server.store.ports import Store
from sync_server.store.records import Branch, StoredLog

_KEPT = 512
"""Most folds in memory; one is some tens of kilobytes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LogFold:
    """One branch of one log of a school, folded."""

    log: StoredLog
    branch: Branch
    birth: Birth
    folded: Folded


class Folds:
    """Gives the fold of any branch; what it remembers is only ever a shortcut."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[tuple[str, int], Folded] = OrderedDict()
        self._lock = threading.Lock()

    def fold(self, stored: StoredLog, branch: Branch) -> Folded:
        """The fold of a branch up to its head."""
        with self._lock:
            known = self._known.get((stored.id, branch.no))
        known = known or self.start(decode_birth(branch.birth or stored.birth))
        if known.seq < branch.head.seq:
            after = known.seq
            lines = self._store.read(lambda book: Lineage(book, stored).lines(branch, after, branch.head.seq))
            known = self.follow(stored, branch, known, lines)
            self.keep(stored, branch, known)
        return known

    def start(self, birth: Birth) -> Folded:
        """The fold that a log with this birth starts from: its ancestors', or nothing while one of them is not here."""
        return self._begin(birth)[0]

    def forget_heirs(self, grown: StoredLog) -> list[StoredLog]:
        """Forget the folds of every log that goes on from one that has just grown; returns those logs."""
        logs = self._store.read(lambda book: book.list_logs(grown.school_no))
        if len(logs) < 2:
            return []
        ancestors = {log.id: decode_birth(log.birth).ancestor for log in logs}
        line, heirs = {grown.id}, list[StoredLog]()
        while fresh := [log for log in logs if log.id not in line and _names(ancestors[log.id], line)]:
            line |= {log.id for log in fresh}  # generation by generation: by the clocks of laptops an heir may be older
            heirs += fresh
        with self._lock:
            for key in [key for key in self._known if key[0] in line - {grown.id}]:
                del self._known[key]
        return heirs

    def follow(self, stored: StoredLog, branch: Branch, folded: Folded, lines: Sequence[bytes]) -> Folded:
        """The fold after more lines of a branch."""
        return _Following(self, stored, branch, folded).follow(lines)

    def keep(self, stored: StoredLog, branch: Branch, folded: Folded) -> None:
        """Remember a fold whose lines are committed."""
        with self._lock:
            self._known[stored.id, branch.no] = folded
            self._known.move_to_end((stored.id, branch.no))
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)

    def forget(self) -> None:
        """Forget everything, so that the next fold is made from lines."""
        with self._lock:
            self._known.clear()

    def of_school(self, school_no: int) -> list[LogFold]:
        """Every branch of every log of a school, folded, in the order in which they came."""
        pairs = self._store.read(
            lambda book: [(stored, branch) for stored in book.list_logs(school_no) for branch in book.branches(stored)]
        )
        return [
            LogFold(stored, branch, decode_birth(branch.birth or stored.birth), self.fold(stored, branch))
            for stored, branch in pairs
        ]

    def events(self, stored: StoredLog, branch: Branch) -> list[Event | None]:
        """A branch's events in order; None where a line cannot be read."""
        return [_readable(line) for line in self._lines(stored, branch, branch.head.seq)]

    def history(self, stored: StoredLog, branch: Branch, upto: int) -> list[Event | None]:
        """The placed events before a branch's line `upto` + 1, those of ancestors included; None where none counts."""
        start, before = self._begin(decode_birth(branch.birth or stored.birth))
        return [*before, *(_placed(line, start.shifts) for line in self._lines(stored, branch, upto))]

    def _begin(self, birth: Birth) -> tuple[Folded, list[Event | None]]:
        if birth.ancestor is None:
            return Folded(), []
        found = self._store.read(lambda book: forebears(book, birth.ancestor))
        return begin([(one.log.id, self._of_school(one, birth)) for one in found or ()])

    def _of_school(self, forebear: Forebear, birth: Birth) -> list[Event | None]:
        lines = self._lines(forebear.log, forebear.branch, forebear.upto)
        return [find_event_at_home(line, seq, forebear.log.id, birth) for seq, line in enumerate(lines, start=1)]

    def _lines(self, stored: StoredLog, branch: Branch, upto: int) -> list[bytes]:
        return self._store.read(lambda book: Lineage(book, stored).lines(branch, 0, upto))


class _Following:
    """One walk over new lines; earlier ones are fetched only when a correction points at them."""

    def __init__(self, folds: Folds, stored: StoredLog, branch: Branch, folded: Folded) -> None:
        self._folds = folds
        self._stored = stored
        self._branch = branch
        self._start = folded.seq
        self._folded = folded
        self._birth = decode_birth(branch.birth or stored.birth)
        self._fresh: dict[int, Event] = {}
        self._earlier: list[Event | None] | None = None

    def follow(self, lines: Sequence[bytes]) -> Folded:
        folded = self._folded
        for seq, line in enumerate(lines, start=self._start + 1):
            folded = self._step(folded, seq, line)
        return folded

    def _step(self, folded: Folded, seq: int, line: bytes) -> Folded:
        try:
            event = event_at_home(line, seq, self._birth.log, self._birth)
            judged = judge(folded, event, self._lookup)
            self._fresh[seq] = judged
            return follow(folded, judged, self._lookup)
        except DomainError as refusal:
            return refuse(folded, seq, refusal.code)
        except Exception:  # one line that our own code stumbles over must not stop the lines behind it
            log.exception("the fold stumbled over line %d of log %s", seq, self._stored.id)
            return refuse(folded, seq, ErrorCode.INTERNAL)

    def _lookup(self, place: int) -> Event:
        if place > self._start:
            return self._fresh[place]
        if self._earlier is None:
            self._earlier = self._folds.history(self._stored, self._branch, self._start)
        return standing(self._earlier, place, first_place(self._folded.shifts))


def _names(ancestor: Head | None, logs: set[str]) -> bool:
    return ancestor is not None and ancestor.log in logs


def _readable(line: bytes) -> Event | None:
    try:
        return decode_line(line)
    except DomainError:
        return None


def _placed(line: bytes, shifts: Shifts) -> Event | None:
    try:
        return placed(decode_line(line), shifts)
    except DomainError:
        return None
