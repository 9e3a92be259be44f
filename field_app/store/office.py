"""What the office gave this laptop: receipts, the county log, plan files, the last contact; in the log's own file."""

import hashlib
import sqlite3
from collections.abc import Sequence

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from shared.log.birth import birth_head
from shared.log.chain import Head
from shared.log.logfile import write_log
from shared.log.receipt import Receipt, receipt_of
from shared.log.signing import SignedHead
from shared.store.migrations import guard
from shared.store.writer import Writer

office_migrations = Migrations("office")


@office_migrations()
def m0001_office(db: Database) -> None:
    """Receipts for ever, the county log with its heads, contents by hash, and when the office was last reached."""
    db.execute(
        "CREATE TABLE receipt (log TEXT NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, mark TEXT NOT NULL,"
        " text TEXT NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (log, seq, hash, mark)) WITHOUT ROWID"
    )
    # An office restored from an old backup may say other things under the same numbers: each is kept as a branch.
    db.execute("CREATE TABLE county_birth (branch INTEGER PRIMARY KEY, record BLOB NOT NULL)")
    db.execute(
        "CREATE TABLE county_line (branch INTEGER NOT NULL, seq INTEGER NOT NULL, raw BLOB NOT NULL,"
        " hash BLOB NOT NULL, PRIMARY KEY (branch, seq))"
    )
    db.execute(
        "CREATE TABLE county_head (branch INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,"
        " signature TEXT NOT NULL, PRIMARY KEY (branch, seq))"
    )
    db.execute("CREATE TABLE content (sha256 TEXT PRIMARY KEY, body BLOB NOT NULL)")
    db.execute("CREATE TABLE contact (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL)")
    for table in ("receipt", "county_birth", "county_line", "county_head", "content"):
        guard(db, table)


@office_migrations()
def m0002_every_receipt(db: Database) -> None:
    """Receipts are told apart by all they say: an office that was put back may receive a line a second time."""
    db.execute("ALTER TABLE receipt RENAME TO receipt_of_one_epoch")
    db.execute(
        "CREATE TABLE receipt (log TEXT NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, mark TEXT NOT NULL,"
        " text TEXT NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (log, seq, hash, mark, text)) WITHOUT ROWID"
    )
    db.execute("INSERT INTO receipt SELECT log, seq, hash, mark, text, signature FROM receipt_of_one_epoch")
    db.execute("DROP TABLE receipt_of_one_epoch")  # and with it the two triggers, which `guard` makes anew
    guard(db, "receipt")


_NEWEST = "(SELECT max(branch) FROM county_birth)"


class OfficeStore:
    """The office's side of a laptop's file, through the log's own writer; what is kept is never changed."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def find_content(self, sha256: str) -> bytes | None:
        """The bytes with this hash, if they are here."""

        def work(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute("SELECT body FROM content WHERE sha256 = ?", (sha256,)).fetchone()
            return bytes(row[0]) if row else None

        return self._writer.read(work)

    def add_content(self, data: bytes) -> str:
        """Keep these bytes; returns their hash."""
        sha256 = hashlib.sha256(data).hexdigest()
        sql = "INSERT INTO content (sha256, body) VALUES (?, ?) ON CONFLICT DO NOTHING"
        self._writer.write(lambda connection: connection.execute(sql, (sha256, data)).rowcount)
        return sha256

    def add_receipt(self, receipt: Receipt, travelled: dict[str, str]) -> None:
        """Keep a checked receipt as it travelled; the same one twice is kept once."""
        head = receipt.head
        row = (head.log, head.seq, head.hash, receipt.mark, travelled["receipt"], travelled["sig"])
        sql = "INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        self._writer.write(lambda connection: connection.execute(sql, row).rowcount)

    def receipts(self, log: str, mark: str) -> list[Receipt]:
        """The receipts of a log with this mark, newest line first."""
        sql = "SELECT text FROM receipt WHERE log = ? AND mark = ? ORDER BY seq DESC"

        def work(connection: sqlite3.Connection) -> list[str]:
            return [row[0] for row in connection.execute(sql, (log, mark))]

        return [receipt_of(text) for text in self._writer.read(work)]

    def county_birth(self) -> bytes | None:
        """The birth record of the county log in force, or None before the first pull."""

        def work(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute("SELECT record FROM county_birth ORDER BY branch DESC LIMIT 1").fetchone()
            return bytes(row[0]) if row else None

        return self._writer.read(work)

    def county_lines(self) -> list[bytes]:
        """The lines of the county log in force, in order."""
        sql = f"SELECT raw FROM county_line WHERE branch = {_NEWEST} ORDER BY seq"  # noqa: S608 - our own text
        return self._writer.read(lambda connection: [bytes(row[0]) for row in connection.execute(sql)])

    def county_hashes(self) -> list[bytes]:
        """The hashes of the same lines."""
        sql = f"SELECT hash FROM county_line WHERE branch = {_NEWEST} ORDER BY seq"  # noqa: S608 - our own text
        return self._writer.read(lambda connection: [bytes(row[0]) for row in connection.execute(sql)])

    def county_file(self) -> bytes:
        """The county log in force as a log file; empty before the first pull."""
        sql = f"SELECT seq, hash, signature FROM county_head WHERE branch = {_NEWEST} ORDER BY seq"  # noqa: S608

        birth = self.county_birth()
        if birth is None:
            return b""
        log = birth_head(birth).log
        rows = self._writer.read(lambda connection: connection.execute(sql).fetchall())
        heads = [SignedHead(Head(log, seq, bytes(digest)), signature) for seq, digest, signature in rows]
        return write_log(birth, self.county_lines(), heads)

    def add_county(
        self, birth: bytes | None, lines: Sequence[bytes], heads: Sequence[Head], signed: SignedHead
    ) -> None:
        """Keep checked lines of the county log with the heads they make, in one commit.

        With a birth record they begin a county log that is in force from now on; without, they follow the one in force.
        """
        seal = (signed.head.seq, signed.head.hash, signed.signature)

        def work(connection: sqlite3.Connection) -> None:
            branch = int(connection.execute(f"SELECT coalesce({_NEWEST}, 0)").fetchone()[0])
            if birth is not None:
                branch += 1
                connection.execute("INSERT INTO county_birth VALUES (?, ?)", (branch, birth))
            rows = [(branch, head.seq, line, head.hash) for line, head in zip(lines, heads, strict=True)]
            connection.executemany("INSERT INTO county_line VALUES (?, ?, ?, ?)", rows)
            connection.execute("INSERT INTO county_head VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", (branch, *seal))

        self._writer.write(work)

    def last_contact(self) -> int | None:
        """The office's time (ms) at the last pass that succeeded, or None."""

        def work(connection: sqlite3.Connection) -> int | None:
            row = connection.execute("SELECT at FROM contact").fetchone()
            return int(row[0]) if row else None

        return self._writer.read(work)

    def set_last_contact(self, at: int) -> None:
        """Note a pass that succeeded."""
        sql = "INSERT INTO contact (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at"
        self._writer.write(lambda connection: connection.execute(sql, (at,)).rowcount)
