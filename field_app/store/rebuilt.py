"""Writes a log database anew from lines that were found elsewhere."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from field_app.store.office import OfficeStore, office_migrations
from shared.log.logfile import Fragment
from shared.log.receipt import Receipt
from shared.log.signing import SignedHead
from shared.store.migrations import log_migrations
from shared.store.reading import opened
from shared.store.sqlite import SqliteEventStore
from shared.store.writer import Writer

Row = tuple[int, bytes, bytes, str]
"""A line as its table keeps it: number, bytes, hash, request id."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """All that goes into the new database; `county` is a whole copy from which the county log is taken over."""

    birth: bytes
    ancestors: Sequence[Fragment]
    rows: Sequence[Row]
    heads: Iterable[SignedHead]
    receipts: Iterable[tuple[Receipt, dict[str, str]]]
    contents: Iterable[bytes]
    county: Path | None

    def write(self, path: Path) -> None:
        """Make the database, whole in one file; raises DISK_FULL or NOT_RECORDED."""
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()
        writer = Writer(path, (log_migrations, office_migrations))
        try:
            office = OfficeStore(writer)
            SqliteEventStore(writer).begin(self.birth, self.ancestors)
            writer.write(self._write_lines)
            for receipt, travelled in self.receipts:
                office.add_receipt(receipt, travelled)
            for content in self.contents:
                office.add_content(content)
        finally:
            writer.close()

    def _write_lines(self, connection: sqlite3.Connection) -> None:
        connection.executemany("INSERT INTO line (seq, raw, hash, request) VALUES (?, ?, ?, ?)", self.rows)
        heads = [(signed.head.seq, signed.head.hash, signed.signature) for signed in self.heads]
        connection.executemany("INSERT INTO head (seq, hash, signature) VALUES (?, ?, ?)", heads)
        if self.county is not None:
            _copy_county(connection, self.county)


def _copy_county(connection: sqlite3.Connection, backup: Path) -> None:
    """The county log with all its branches."""
    with opened(backup) as source:
        for table, marks in (("county_birth", "?, ?"), ("county_line", "?, ?, ?, ?"), ("county_head", "?, ?, ?, ?")):
            rows = source.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - our own names
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
