"""The county log of each school, in SQLite."""

import sqlite3

from shared.log.birth import birth_head
from shared.log.chain import Head


class SqliteCountyBook:
    """See `CountyBook`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def county_birth(self, school_no: int) -> bytes | None:
        """See `CountyBook.county_birth`."""
        row = self._db.execute("SELECT birth FROM county_log WHERE school_no = ?", (school_no,)).fetchone()
        return bytes(row[0]) if row else None

    def begin_county(self, school_no: int, birth: bytes) -> None:
        """See `CountyBook.begin_county`."""
        self._db.execute("INSERT INTO county_log VALUES (?, ?)", (school_no, birth))

    def county_head(self, school_no: int) -> Head | None:
        """See `CountyBook.county_head`."""
        birth = self.county_birth(school_no)
        if birth is None:
            return None
        start = birth_head(birth)
        sql = "SELECT seq, hash FROM county_line WHERE school_no = ? ORDER BY seq DESC LIMIT 1"
        row = self._db.execute(sql, (school_no,)).fetchone()
        return Head(start.log, row[0], row[1]) if row else start

    def county_lines(self, school_no: int, after: int = 0) -> list[bytes]:
        """See `CountyBook.county_lines`."""
        sql = "SELECT raw FROM county_line WHERE school_no = ? AND seq > ? ORDER BY seq"
        return [row[0] for row in self._db.execute(sql, (school_no, after))]

    def county_hash(self, school_no: int, seq: int) -> bytes | None:
        """See `CountyBook.county_hash`."""
        sql = "SELECT hash FROM county_line WHERE school_no = ? AND seq = ?"
        row = self._db.execute(sql, (school_no, seq)).fetchone()
        return bytes(row[0]) if row else None

    def add_county_line(self, school_no: int, line: bytes, head: Head) -> None:
        """See `CountyBook.add_county_line`."""
        self._db.execute("INSERT INTO county_line VALUES (?, ?, ?, ?)", (school_no, head.seq, line, head.hash))
