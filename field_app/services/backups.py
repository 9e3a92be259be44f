"""Backups: every few minutes while lines arrive, at the hand-in and at the end, each verified before it counts."""

import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from field_app.services.box_feed import write_kit
from field_app.services.laptop import Laptop
from field_app.store.high_water import write_high_water
from field_app.store.log_check import check_database
from field_app.sync.schedule import SteadyScheduler
from shared.domain.errors import DomainError, ErrorCode
from shared.log.chain import Head
from shared.log.signing import sign_head
from shared.store.backups import FOLDER, Backup, find_newest_backup, list_backups, list_surplus, name_backup
from shared.store.durable import disk_errors, sync_folder
from shared.timepiece import tick_ms

EVERY_MS = 3 * 60_000
AGAIN_MS = 60_000
"""After a backup that failed."""
LOOK_SECONDS = 5
"""How often the high-water mark follows the log."""
LEAST_FREE = 64 * 2**20
"""What a backup must leave on the disk for recording."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """The newest verified backup, and why the last attempt failed if it did."""

    newest: Backup | None
    problem: DomainError | None


class Backups:
    """Makes this laptop's backups; `copy` writes a consistent copy of its database to a path."""

    def __init__(self, laptop: Laptop, copy: Callable[[Path], None]) -> None:
        self._laptop = laptop
        self._copy = copy
        self._folder = laptop.folder / FOLDER
        self._scheduler: SteadyScheduler | None = None
        self._one = threading.Lock()
        self._problem: DomainError | None = None
        self._made: Backup | None = None
        self._due = 0
        self._high: Head | None = None
        self._handed_in: object = None

    def start(self) -> None:
        """Begin to look, every few seconds, whether something is to be kept."""
        self._scheduler = SteadyScheduler(
            timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        )
        if self._laptop.is_enrolled:
            self._handed_in = self._laptop.journal.day.closing.handed_in
        newest = self._newest()
        self._due = tick_ms() + (EVERY_MS if newest else 0)
        self._scheduler.add_job(self.look, "interval", seconds=LOOK_SECONDS, id="keep")
        self._scheduler.start()

    def stop(self) -> None:
        """End, with a last backup of what has none; a backup that fails now is left to the next start."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=True)
            self._due = 0
            self.look()

    def look(self) -> None:
        """Move the high-water mark, and make a backup when one is due and lines have come."""
        if not self._laptop.is_enrolled:
            return
        try:
            self._mark()
            handed_in = self._laptop.journal.day.closing.handed_in
            if handed_in != self._handed_in:
                self._handed_in, self._due = handed_in, 0
            newest, head = self._newest(), self._laptop.journal.head
            if tick_ms() >= self._due and (newest is None or newest.seq != head.seq):
                self.make()
        except DomainError as problem:
            log.warning("backup: %s", problem.code)

    def make(self) -> Backup:
        """Make a backup now and verify it.

        Raises DISK_FULL, NOT_RECORDED, NO_ROOM_FOR_BACKUP or BACKUP_DAMAGED, which the status then tells.
        """
        with self._one:
            self._due = tick_ms() + EVERY_MS
            try:
                self._made = made = self._make()
                self._problem = None
            except DomainError as problem:
                self._problem, self._due = problem, tick_ms() + AGAIN_MS
                raise
        return made

    def status(self) -> BackupStatus:
        """How it stands."""
        return BackupStatus(self._newest(), self._problem)

    def _newest(self) -> Backup | None:
        """The newest of this log; the folder is looked into once, for every page asks."""
        if self._made is None and self._laptop.is_enrolled:
            self._made = find_newest_backup(self._folder, self._laptop.journal.birth.log)
        return self._made

    def _mark(self) -> None:
        head = self._laptop.journal.head
        if head != self._high:
            write_high_water(self._laptop.folder, sign_head(self._laptop.keys.log, head))
            self._high = head

    def _make(self) -> Backup:
        laptop = self._laptop
        with disk_errors():
            self._folder.mkdir(exist_ok=True)
            free = shutil.disk_usage(self._folder).free
        if free < LEAST_FREE:
            raise DomainError(ErrorCode.NO_ROOM_FOR_BACKUP, free=free // 2**20)
        head = laptop.journal.sign_head().head
        fresh = self._folder / "unverified.sqlite"
        with disk_errors():
            fresh.unlink(missing_ok=True)
        self._copy(fresh)
        check = check_database(fresh)
        if check is None or not check.is_whole or head.hash not in check.hashes:
            with disk_errors():
                fresh.replace(self._folder / "failed.sqlite")
            raise DomainError(ErrorCode.BACKUP_DAMAGED, reason=check.problem if check else "–")
        lines = len(check.hashes) - 1  # a line may have come between the head and the copy
        made = name_backup(self._folder, head.log, lines, laptop.clock.now().corrected)
        with disk_errors():
            fresh.replace(made.path)
            sync_folder(self._folder)
            self._rotate(head.log)
            write_kit(laptop, self._folder)
        return made

    def _rotate(self, log_id: str) -> None:
        backups = list_backups(self._folder, log_id)
        for surplus in list_surplus(backups, [backup.path.stat().st_size for backup in backups]):
            surplus.path.unlink(missing_ok=True)
