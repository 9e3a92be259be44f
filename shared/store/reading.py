"""Reads a log from any file in which one is kept, for verification or for a takeover; nothing is written."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from shared.domain.errors import DomainError, ErrorCode
from shared.log.logfile import Fragment, read_fragment
from shared.store.sqlite import read_ancestors, read_log
from shared.store.writer import FAULTS

_SQLITE = b"SQLite format 3\x00"


def read_logs(path: Path) -> list[Fragment]:
    """The log of a plain file, or of a laptop's database or its backup, behind the logs it goes on from; unverified.

    Raises NOT_A_LOG.
    """
    try:
        if not is_database(path):
            fragment = read_fragment(path.read_bytes(), damaged=True)
            if fragment.birth is None:
                raise DomainError(ErrorCode.NOT_A_LOG, path=path.name)
            return [fragment]
        with opened(path) as connection:
            birth, lines, _, heads = read_log(connection)
            return [*read_ancestors(connection), Fragment(birth, None, lines, heads)]
    except (*FAULTS, OSError, DomainError) as problem:
        raise DomainError(ErrorCode.NOT_A_LOG, path=path.name) from problem


def is_database(path: Path) -> bool:
    """Whether a file begins as SQLite's do."""
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads."""
    # immutable: a backup on a read-only stick must open too; a file whose WAL is beside it must be opened with it
    mode = "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"
    connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?{mode}", uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()
