"""Integrity: stored chains verified again, a few at a time, for ever; what is broken stands on the board."""

import logging
import threading
from itertools import islice

from sync_server.services.rebuilding import find_broken_line
from sync_server.store.ports import Store
from sync_server.store.records import Branch, StoredLog

LOGS_A_SWEEP = 4

log = logging.getLogger(__name__)


class Integrity:
    """Goes round the stored logs; safe to ask from other threads while it sweeps."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._done = 0
        self._lock = threading.Lock()
        self._broken: dict[tuple[int, str, int], int] = {}

    def sweep(self) -> None:
        """Verify the next few logs from their stored bytes."""
        logs = self._store.read(lambda book: book.list_logs())
        start = self._done if self._done < len(logs) else 0
        for stored in islice(logs, start, start + LOGS_A_SWEEP):
            for branch in self._store.read(lambda book, stored=stored: book.branches(stored)):  # type: ignore[misc]
                self._check(stored, branch)
        self._done = start + LOGS_A_SWEEP

    def broken_schools(self) -> frozenset[int]:
        """The numbers of schools with a log whose stored bytes no longer make its hashes."""
        with self._lock:
            return frozenset(school_no for school_no, _log, _branch in self._broken)

    def _check(self, stored: StoredLog, branch: Branch) -> None:
        place = (stored.school_no, stored.id, branch.no)
        seq = find_broken_line(self._store, stored, branch)
        with self._lock:
            self._broken.pop(place, None)
            if seq is not None:
                self._broken[place] = seq
        if seq is not None:
            log.error("log %s branch %d is broken at line %d", stored.id, branch.no, seq)
