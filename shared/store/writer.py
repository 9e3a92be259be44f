"""The one door to a SQLite file: durable settings, immediate transactions, fresh after any fault."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from shared.domain.errors import DomainError, ErrorCode
from shared.store.durable import disk_errors, fresh_path, publish

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

EXCLUSIVE = (
    "PRAGMA synchronous=EXTRA",  # before the switch to WAL, so that the switch itself is durable
    "PRAGMA locking_mode=EXCLUSIVE",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)
"""The laptop's file: nobody else may open it while the program runs."""

SHARED = (
    "PRAGMA page_size=8192",  # counts only while the file is empty; lines of 350 bytes fill such pages well
    "PRAGMA busy_timeout=10000",
    "PRAGMA synchronous=EXTRA",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)
"""The office's file: a second thread reads, and commands work beside the running server."""

FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What the driver raises; the second when a damaged file's bytes stand in the message that it wanted to give."""

_NOTHING_LEFT = 128 * 1024
SCHEMA_FAULTS = ("not a database", "malformed", "file is encrypted")


def connect(path: Path, migrations: Iterable[Migrations], settings: Iterable[str] = EXCLUSIVE) -> sqlite3.Connection:
    """A durable connection with its schema up to date; raises NOT_A_DATABASE, DATABASE_IN_USE or DISK_FULL."""
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=0.5, check_same_thread=False)
        for setting in settings:
            connection.execute(setting).fetchall()
        for migration_set in migrations:
            migration_set.apply(Database(connection))
    except FAULTS as fault:
        if connection is not None:
            connection.close()
        raise store_error(fault, path) from fault
    return connection


def store_error(fault: Exception, path: Path) -> DomainError:
    """The error code of a driver's fault."""
    if isinstance(fault, UnicodeDecodeError):
        return DomainError(ErrorCode.NOT_A_DATABASE, path=path.name)
    words = str(fault)
    if "locked" in words or "busy" in words:
        return DomainError(ErrorCode.DATABASE_IN_USE, path=path.name)
    if any(sign in words for sign in SCHEMA_FAULTS):
        return DomainError(ErrorCode.NOT_A_DATABASE, path=path.name)
    if "append only" in words:
        return DomainError(ErrorCode.CHAIN_BROKEN, seq="?")
    if "full" in words or ("I/O" in words and _is_full(path.parent)):
        return DomainError(ErrorCode.DISK_FULL)
    return DomainError(ErrorCode.NOT_RECORDED, reason=words[:80])


def _is_full(folder: Path) -> bool:
    """Whether an I/O error is the disk's being full: SQLite says so for some files only."""
    try:
        return shutil.disk_usage(folder).free < _NOTHING_LEFT
    except OSError:
        return False


class Writer:
    """Runs work on one SQLite file, one piece at a time, over the one connection (ADR 0007).

    A piece of work that fails leaves nothing behind: it is rolled back, the connection is closed and a fresh one opened
    before the next, because after an I/O error a connection's picture of the file cannot be trusted. Nor can the
    system's cache: after a failed sync it shows lines that are not on disk. So the first write over any connection
    first writes what an earlier one left in the WAL into the database anew, and syncs it.
    """

    def __init__(self, path: Path, migrations: Iterable[Migrations], settings: Iterable[str] = EXCLUSIVE) -> None:
        self.path = path
        self._settings = tuple(settings)
        self._migrations = tuple(migrations)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = connect(path, self._migrations, self._settings)
        self._settled = False
        self._closed = False

    def write(self, work: Work[T]) -> T:
        """Do `work` in one immediate, durable transaction; returns after the commit."""
        return self._submit(work, True)

    def read(self, work: Work[T]) -> T:
        """Do `work` that only reads, or that manages its own transaction; what it sees may not be on disk yet."""
        return self._submit(work, False)

    def settle(self) -> None:
        """Promise that everything `read` shows is on disk; raises NOT_RECORDED or DISK_FULL."""
        self.write(lambda _connection: None)

    def backup(self, target: Path) -> None:
        """Write a consistent copy of the file, whole or not at all; raises BACKUP_EXISTS, DISK_FULL or NOT_RECORDED."""
        if target.exists():
            raise DomainError(ErrorCode.BACKUP_EXISTS, path=target.name)
        fresh = fresh_path(target)

        def work(connection: sqlite3.Connection) -> None:
            copy = sqlite3.connect(fresh, isolation_level=None)
            try:
                copy.execute("PRAGMA synchronous=OFF")  # `publish` syncs it, while this thread records again
                connection.backup(copy)
                # one file that opens anywhere, also on a stick that cannot be written
                copy.execute("PRAGMA journal_mode=DELETE").fetchall()
            finally:
                copy.close()

        with disk_errors():
            fresh.unlink(missing_ok=True)
        self.read(work)
        publish(fresh, target)

    def close(self) -> None:
        """Finish the piece of work that is under way and close the file."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _submit(self, work: Work[T], transaction: bool) -> T:
        with self._lock:
            if self._closed:
                raise DomainError(ErrorCode.NOT_RECORDED, reason="closed")
            return self._perform(work, transaction)

    def _perform(self, work: Work[T], transaction: bool) -> T:
        try:
            connection = self._connection or self._reopen()
            if not transaction:
                return work(connection)
            if not self._settled:
                _settle(connection)
                self._settled = True
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
            except FAULTS:
                raise
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            return result
        except FAULTS as fault:
            self._distrust()
            raise store_error(fault, self.path) from fault

    def _reopen(self) -> sqlite3.Connection:
        self._connection = connect(self.path, self._migrations, self._settings)
        return self._connection

    def _distrust(self) -> None:
        connection, self._connection = self._connection, None
        self._settled = False
        if connection is not None:
            try:
                connection.close()
            except sqlite3.Error:  # closing a broken connection may fail again; the fresh one decides what is true
                return


def _settle(connection: sqlite3.Connection) -> None:
    busy, _in_wal, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("database is locked")
