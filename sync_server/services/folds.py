"""Folds of stored logs: kept in memory, brought up to date line by line, rebuilt from lines whenever wanted."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Event
from shared.domain.fold import Folded, advance
from shared.log.birth import Birth, decode_birth
from shared.log.line import decode_line
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
            known = self._known.get((stored.id, branch.no), Folded())
        if known.seq < branch.head.seq:
            after = known.seq
            lines = self._store.read(lambda book: Lineage(book, stored).lines(branch, after, branch.head.seq))
            known = self.follow(stored, branch, known, lines)
            self.keep(stored, branch, known)
        return known

    def follow(self, stored: StoredLog, branch: Branch, folded: Folded, lines: Sequence[bytes]) -> Folded:
        """The fold after more lines of a branch."""
        return _Following(self._store, stored, branch, folded).follow(lines)

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
        lines = self._store.read(lambda book: Lineage(book, stored).lines(branch, 0, branch.head.seq))
        return [_readable(line) for line in lines]


class _Following:
    """One walk over new lines; earlier ones are fetched only when a correction points at them."""

    def __init__(self, store: Store, stored: StoredLog, branch: Branch, folded: Folded) -> None:
        self._store = store
        self._stored = stored
        self._branch = branch
        self._start = folded.seq
        self._folded = folded
        self._birth = decode_birth(branch.birth or stored.birth)
        self._fresh: dict[int, Event] = {}
        self._earlier: list[bytes] | None = None

    def follow(self, lines: Sequence[bytes]) -> Folded:
        folded = self._folded
        for seq, line in enumerate(lines, start=self._start + 1):
            folded = self._step(folded, seq, line)
        return folded

    def _step(self, folded: Folded, seq: int, line: bytes) -> Folded:
        try:
            event = decode_line(line)
            self._check_home(event, seq)
            self._fresh[seq] = event
            return advance(folded, event, self._lookup)
        except DomainError as refusal:
            return _refused(folded, seq, refusal.code)
        except Exception:  # one line that our own code stumbles over must not stop the lines behind it
            log.exception("the fold stumbled over line %d of log %s", seq, self._stored.id)
            return _refused(folded, seq, ErrorCode.INTERNAL)

    def _check_home(self, event: Event, seq: int) -> None:
        birth = self._birth
        if event.log != birth.log or event.seq != seq:
            raise DomainError(ErrorCode.NOT_A_LINE, reason="log")
        if event.school != birth.school:
            raise DomainError(ErrorCode.SCHOOL_WRONG)
        if event.campaign != birth.campaign:
            raise DomainError(ErrorCode.CAMPAIGN_WRONG)

    def _lookup(self, seq: int) -> Event:
        if seq > self._start:
            return self._fresh[seq]
        if self._earlier is None:
            branch, upto = self._branch, self._start
            self._earlier = self._store.read(lambda book: Lineage(book, self._stored).lines(branch, 0, upto))
        return decode_line(self._earlier[seq - 1])


def _readable(line: bytes) -> Event | None:
    try:
        return decode_line(line)
    except DomainError:
        return None


def _refused(folded: Folded, seq: int, code: ErrorCode) -> Folded:
    return replace(folded, seq=seq, verdicts={**folded.verdicts, seq: code})
