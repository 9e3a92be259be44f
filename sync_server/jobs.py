"""What may be late at the office: the sweep that notes silence, and the sweep that verifies stored chains again."""

import logging
import threading
from collections.abc import Callable
from itertools import islice

from apscheduler.schedulers.background import BackgroundScheduler

from sync_server.services.office import Office
from sync_server.services.rebuilding import find_broken_line
from sync_server.store.records import Branch, School, StoredLog

SILENCE_SECONDS = 60
INTEGRITY_SECONDS = 300
LOGS_A_SWEEP = 4

log = logging.getLogger(__name__)


class IntegritySweep:
    """Verifies a few logs each time, going round for ever; what it finds broken is kept in `broken` and in the log."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._done = 0
        self._lock = threading.Lock()
        self.broken: dict[tuple[str, int], int] = {}

    def run(self) -> None:
        """Verify the next few logs."""
        logs = self._office.store.read(lambda book: book.list_logs())
        start = self._done if self._done < len(logs) else 0
        for stored in islice(logs, start, start + LOGS_A_SWEEP):
            for branch in self._office.store.read(lambda book, stored=stored: book.branches(stored)):  # type: ignore[misc]
                self._check(stored, branch)
        self._done = start + LOGS_A_SWEEP

    def _check(self, stored: StoredLog, branch: Branch) -> None:
        seq = find_broken_line(self._office.store, stored, branch)
        with self._lock:
            self.broken.pop((stored.id, branch.no), None)
            if seq is not None:
                self.broken[stored.id, branch.no] = seq
        if seq is not None:
            log.error("log %s branch %d is broken at line %d", stored.id, branch.no, seq)


class SilenceSweep:
    """Tells its listeners about every school once a minute, so that the age of a silence is seen without a new line."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._listeners: list[Callable[[School], None]] = []

    def listen(self, listener: Callable[[School], None]) -> None:
        """Call `listener` with every school at every sweep."""
        self._listeners.append(listener)

    def run(self) -> None:
        """Go through all schools."""
        if not self._listeners:
            return
        for school in self._office.store.read(lambda book: book.list_schools()):
            for listener in self._listeners:
                listener(school)


def start_jobs(office: Office) -> tuple[BackgroundScheduler, SilenceSweep, IntegritySweep]:
    """Start both sweeps; shut the scheduler down before the office is closed."""
    scheduler = BackgroundScheduler(
        timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    )
    silence, integrity = SilenceSweep(office), IntegritySweep(office)
    scheduler.add_job(silence.run, "interval", seconds=SILENCE_SECONDS, id="silence")
    scheduler.add_job(integrity.run, "interval", seconds=INTEGRITY_SECONDS, id="integrity")
    scheduler.start()
    return scheduler, silence, integrity
