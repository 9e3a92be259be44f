"""Backups of the office: made while lines arrive, each verified, and then said in receipts: `backed_up`."""

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import DomainError, ErrorCode
from shared.log.receipt import BACKED_UP
from shared.store.backups import OFFICE, Backup, find_newest_backup, list_backups, list_surplus, name_backup
from shared.store.durable import disk_errors, sync_folder
from shared.timepiece import tick_ms
from sync_server.services.epochs import note_high_water
from sync_server.services.office import Office
from sync_server.store.copies import OfficeCopy, check_copy
from sync_server.store.ports import Books

EVERY_MS = 3 * 60_000
AGAIN_MS = 60_000
"""After a backup that failed."""
LEAST_FREE = 256 * 2**20
"""What a backup must leave on the disk for the lines of schools."""
FAILED = "failed.sqlite"
"""The newest copy that did not verify."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptBackups:
    """What people see of the backups: the newest of this epoch, whether a later one `failed`, and where they are."""

    newest: Backup | None
    failed: bool
    folder: Path
    same_disk: bool


def look_at_backups(office: Office) -> KeptBackups:
    """The backups of an office as they stand in its folder for them."""
    folder = office.config.backups_folder
    backups = list_backups(folder, office.row.epoch)
    newest = max(backups, key=lambda backup: _made_at(backup.path), default=None)
    failed = _made_at(folder / FAILED)
    is_failed = failed > (_made_at(newest.path) if newest else 0)
    same_disk = folder.exists() and folder.stat().st_dev == office.config.database.stat().st_dev
    return KeptBackups(newest, is_failed, folder, same_disk)


def _made_at(path: Path) -> float:
    """When a file was written, by the disk; 0 when it is not there, or not any more: the oldest go at any time."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0


class OfficeBackups:
    """Makes this office's backups in its folder for them, and says in receipts what they hold."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._folder = office.config.backups_folder
        self._due = 0
        newest = find_newest_backup(self._folder, office.row.epoch)
        self._held = newest.seq if newest else -1

    def look(self) -> None:
        """Move the high-water mark, and make a backup when one is due and lines have come."""
        try:
            note_high_water(self._office.store, self._office.config.folder)
            lines = self._office.store.read(lambda book: book.count_lines())
            if tick_ms() >= self._due and lines != self._held:
                self._due = tick_ms() + EVERY_MS
                self.make()
        except DomainError as problem:
            self._due = tick_ms() + AGAIN_MS
            log.error("backup: %s", problem)

    def make(self) -> Path:
        """Make a backup in the folder; raises DISK_FULL, NOT_RECORDED, NO_ROOM_FOR_BACKUP or OFFICE_COPY_DAMAGED."""
        with disk_errors():
            self._folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self._folder).free
        if free < LEAST_FREE:
            raise DomainError(ErrorCode.NO_ROOM_FOR_BACKUP, free=free // 2**20)
        fresh = self._folder / "unverified.sqlite"
        with disk_errors():
            fresh.unlink(missing_ok=True)
        self._office.store.backup(fresh)
        copy = self._checked(fresh)
        at = self._office.clock.now().corrected
        path = name_backup(self._folder, self._office.row.epoch, copy.lines, at, OFFICE).path
        with disk_errors():
            fresh.replace(path)
            sync_folder(self._folder)
            self._rotate()
        self._held = copy.lines
        self._sign(copy)
        return path

    def write(self, target: Path) -> OfficeCopy:
        """Write a backup to any place and verify it; raises as `make`, or BACKUP_EXISTS."""
        self._office.store.backup(target)
        copy = check_copy(target)
        self._sign(copy)
        return copy

    def _checked(self, fresh: Path) -> OfficeCopy:
        try:
            return check_copy(fresh)
        except DomainError:
            with disk_errors():
                fresh.replace(self._folder / FAILED)
            raise

    def _rotate(self) -> None:
        backups = list_backups(self._folder, self._office.row.epoch)
        for surplus in list_surplus(backups, [backup.path.stat().st_size for backup in backups]):
            surplus.path.unlink(missing_ok=True)

    def _sign(self, copy: OfficeCopy) -> None:
        """Give a receipt for every head in the copy that has none of this mark."""
        receipts = self._office.receipts

        def work(book: Books) -> None:
            for head in copy.heads:
                stored = book.find_log(head.log)
                if stored is None or head.seq == 0 or book.find_receipt(stored, head, BACKED_UP) is not None:
                    continue
                school = book.get_school(stored.school_no)
                receipts.keep(book, stored, receipts.sign(school.code, head, BACKED_UP))

        self._office.store.write(work)
