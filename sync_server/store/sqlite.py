"""The office's store in one SQLite file: one connection writes, another reads what is committed."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from shared.store.writer import SHARED, Writer
from sync_server.store.county_book import SqliteCountyBook
from sync_server.store.log_book import SqliteLogBook
from sync_server.store.migrations import server_migrations
from sync_server.store.office_book import SqliteOfficeBook
from sync_server.store.ports import Books
from sync_server.store.school_book import SqliteSchoolBook

T = TypeVar("T")


class SqliteBooks(SqliteOfficeBook, SqliteSchoolBook, SqliteLogBook, SqliteCountyBook):
    """All books over one connection."""


class SqliteStore:
    """See `Store`; reads do not wait for the disk that writes wait for."""

    def __init__(self, path: Path) -> None:
        self._writer = Writer(path, (server_migrations,), SHARED)
        self._reader = Writer(path, (), SHARED)

    def write(self, work: Callable[[Books], T]) -> T:
        """See `Store.write`."""
        return self._writer.write(lambda connection: work(SqliteBooks(connection)))

    def read(self, work: Callable[[Books], T]) -> T:
        """See `Store.read`."""
        return self._reader.read(lambda connection: work(SqliteBooks(connection)))

    def backup(self, target: Path) -> None:
        """See `Store.backup`."""
        self._reader.backup(target)

    def close(self) -> None:
        """See `Store.close`."""
        self._reader.close()
        self._writer.close()
