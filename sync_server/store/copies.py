"""Copies of the office's database: verified as they stand, and put back in its place."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import DomainError, ErrorCode
from shared.log.chain import Head
from shared.store.durable import disk_errors, fresh_path, publish
from shared.store.office_file import find_change, find_county_change, holds_office, read_kept_logs
from shared.store.reading import opened
from shared.store.set_aside import set_aside
from shared.store.writer import EXCLUSIVE, FAULTS, connect
from sync_server.store.office_book import SqliteOfficeBook
from sync_server.store.records import OfficeRow


@dataclass(frozen=True, slots=True)
class OfficeCopy:
    """A verified copy: whose it is, how many lines it holds, and the head of every branch."""

    row: OfficeRow
    lines: int
    heads: tuple[Head, ...]


def check_copy(path: Path) -> OfficeCopy:
    """Verify a copy: its pages, every school's chain, every county log's.

    Raises OFFICE_COPY_DAMAGED with what is wrong.
    """
    try:
        with opened(path) as connection:
            pages = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if pages != "ok" or not holds_office(connection):
                raise _damaged(path, pages if pages != "ok" else "–")
            book, heads = SqliteOfficeBook(connection), []
            for kept in read_kept_logs(connection):
                changed = find_change(kept)
                if changed is not None:
                    raise _damaged(path, f"{kept.log} {changed}")
                heads.append(kept.heads[-1].head)
            county = find_county_change(connection)
            if county is not None:
                raise _damaged(path, f"县级日志 county log {county[0]} {county[1]}")
            row = book.find_office()
            if row is None:
                raise _damaged(path, "–")
            return OfficeCopy(row, book.count_lines(), tuple(heads))
    except (*FAULTS, OSError, ValueError) as problem:
        raise _damaged(path, type(problem).__name__) from problem


def put_back(copy: Path, database: Path) -> Path | None:
    """Give a copy the database's name; returns the folder in which the old one is kept, None when there was none.

    Raises DATABASE_IN_USE while anybody has it open; DISK_FULL or NOT_RECORDED leave the old one in force.
    """
    if database.exists():
        _check_alone(database)
    with disk_errors():
        shutil.copyfile(copy, fresh_path(database))
    kept = set_aside(database) if database.exists() else None
    publish(fresh_path(database), database)
    return kept


def _check_alone(database: Path) -> None:
    try:
        connection = connect(database, (), EXCLUSIVE)
        try:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except FAULTS as fault:
        if "locked" in str(fault) or "busy" in str(fault):
            raise DomainError(ErrorCode.DATABASE_IN_USE, path=database.name) from fault
    except DomainError as problem:
        if problem.code is ErrorCode.DATABASE_IN_USE:
            raise  # anything else is why a copy is put back


def _damaged(path: Path, reason: str) -> DomainError:
    return DomainError(ErrorCode.OFFICE_COPY_DAMAGED, path=path.name, reason=reason)
