"""Logs, branches, lines, receipts, verdicts and quarantine, in SQLite."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from shared.log.chain import Head
from shared.log.receipt import Receipt, receipt_of
from shared.log.signing import SignedHead
from sync_server.store.ports import CHECKPOINT
from sync_server.store.records import Branch, Quarantined, SignedReceipt, StoredLog, Verdict

_QUARANTINED = "SELECT no, school_no, log, at, code, device, lower(hex(sha256))"


class SqliteLogBook:
    """See `LogBook`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def find_log(self, log_id: str) -> StoredLog | None:
        """See `LogBook.find_log`."""
        row = self._db.execute("SELECT no, school_no, id, birth, device_no FROM log WHERE id = ?", (log_id,)).fetchone()
        return StoredLog(*row) if row else None

    def list_logs(self, school_no: int | None = None) -> list[StoredLog]:
        """See `LogBook.list_logs`."""
        sql = "SELECT no, school_no, id, birth, device_no FROM log WHERE ? IS NULL OR school_no = ? ORDER BY no"
        return [StoredLog(*row) for row in self._db.execute(sql, (school_no, school_no))]

    def add_log(self, log: StoredLog) -> StoredLog:
        """See `LogBook.add_log`."""
        cursor = self._db.execute(
            "INSERT INTO log (school_no, id, birth, device_no) VALUES (?, ?, ?, ?)",
            (log.school_no, log.id, log.birth, log.device_no),
        )
        return replace(log, no=int(cursor.lastrowid or 0))

    def vouch_log(self, log_no: int, device_no: int) -> None:
        """See `LogBook.vouch_log`."""
        self._db.execute("UPDATE log SET device_no = ? WHERE no = ?", (device_no, log_no))

    def branches(self, log: StoredLog) -> list[Branch]:
        """See `LogBook.branches`."""
        sql = (
            "SELECT branch, parent, fork, seq, hash, signature, received, birth FROM branch"
            " WHERE school_no = ? AND log_no = ? ORDER BY branch"
        )
        rows = self._db.execute(sql, (log.school_no, log.no)).fetchall()
        return [
            Branch(no, parent, fork, Head(log.id, seq, digest), signature, received, birth)
            for no, parent, fork, seq, digest, signature, received, birth in rows
        ]

    def lines(self, log: StoredLog, branch: int, after: int, upto: int) -> list[bytes]:
        """See `LogBook.lines`."""
        sql = (
            "SELECT raw FROM line WHERE school_no = ? AND log_no = ? AND branch = ?"
            " AND seq > ? AND seq <= ? ORDER BY seq"
        )
        return [row[0] for row in self._db.execute(sql, (log.school_no, log.no, branch, after, upto))]

    def find_hash(self, log: StoredLog, branch: int, seq: int) -> bytes | None:
        """See `LogBook.find_hash`."""
        sql = "SELECT hash FROM line WHERE school_no = ? AND log_no = ? AND branch = ? AND seq = ?"
        row = self._db.execute(sql, (log.school_no, log.no, branch, seq)).fetchone()
        return row[0] if row else None

    def add_lines(self, log: StoredLog, branch: int, lines: Sequence[bytes], heads: Sequence[Head]) -> None:
        """See `LogBook.add_lines`."""
        school, no = log.school_no, log.no
        rows = [
            (school, no, branch, head.seq, line, None if head.seq % CHECKPOINT else head.hash)
            for line, head in zip(lines, heads, strict=True)
        ]
        self._db.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)", rows)

    def set_branch(self, log: StoredLog, branch: Branch) -> None:
        """See `LogBook.set_branch`."""
        head = branch.head
        self._db.execute(
            "INSERT INTO branch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (school_no, log_no, branch) DO UPDATE"
            " SET seq = excluded.seq, hash = excluded.hash, signature = excluded.signature,"
            " received = excluded.received",
            (
                log.school_no,
                log.no,
                branch.no,
                branch.parent,
                branch.fork,
                head.seq,
                head.hash,
                branch.signature,
                branch.received,
                branch.birth,
            ),
        )

    def add_head(self, log: StoredLog, signed: SignedHead) -> None:
        """See `LogBook.add_head`."""
        row = (log.school_no, log.no, signed.head.seq, signed.head.hash, signed.signature)
        self._db.execute("INSERT INTO head VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)

    def heads(self, log: StoredLog) -> list[SignedHead]:
        """See `LogBook.heads`."""
        sql = "SELECT seq, hash, signature FROM head WHERE school_no = ? AND log_no = ? ORDER BY seq"
        rows = self._db.execute(sql, (log.school_no, log.no))
        return [SignedHead(Head(log.id, seq, digest), signature) for seq, digest, signature in rows]

    def add_verdicts(self, log: StoredLog, branch: int, verdicts: Iterable[Verdict]) -> None:
        """See `LogBook.add_verdicts`."""
        rows = [(log.school_no, log.no, branch, verdict.seq, verdict.code) for verdict in verdicts]
        self._db.executemany("INSERT INTO verdict VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows)

    def clear_verdicts(self, log: StoredLog) -> None:
        """See `LogBook.clear_verdicts`."""
        self._db.execute("DELETE FROM verdict WHERE school_no = ? AND log_no = ?", (log.school_no, log.no))

    def verdicts(self, log: StoredLog, branch: int) -> list[Verdict]:
        """See `LogBook.verdicts`."""
        sql = "SELECT seq, code FROM verdict WHERE school_no = ? AND log_no = ? AND branch = ? ORDER BY seq"
        return [Verdict(*row) for row in self._db.execute(sql, (log.school_no, log.no, branch))]

    def find_receipt(self, log: StoredLog, head: Head, mark: str) -> tuple[str, str] | None:
        """See `LogBook.find_receipt`."""
        sql = (
            "SELECT text, signature FROM receipt"
            " WHERE school_no = ? AND log_no = ? AND seq = ? AND hash = ? AND mark = ?"
        )
        row = self._db.execute(sql, (log.school_no, log.no, head.seq, head.hash, mark)).fetchone()
        return (row[0], row[1]) if row else None

    def receipts(self, log: StoredLog, mark: str) -> Iterator[SignedReceipt]:
        """See `LogBook.receipts`."""
        sql = "SELECT text, signature FROM receipt WHERE school_no = ? AND log_no = ? AND mark = ? ORDER BY seq DESC"
        for text, signature in self._db.execute(sql, (log.school_no, log.no, mark)):
            yield SignedReceipt(receipt_of(text), text, signature)

    def add_receipt(self, log: StoredLog, receipt: Receipt, text: str, signature: str) -> None:
        """See `LogBook.add_receipt`."""
        head = receipt.head
        row = (log.school_no, log.no, head.seq, head.hash, receipt.mark, text, signature)
        self._db.execute("INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)

    def add_quarantined(self, item: Quarantined) -> None:
        """See `LogBook.add_quarantined`."""
        self._db.execute(
            "INSERT INTO quarantine (school_no, log, at, code, device, sha256, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (
                *(item.school_no, item.log, item.at, item.code, item.device),
                *(bytes.fromhex(item.sha256), zlib.compress(item.body)),
            ),
        )

    def list_quarantined(self) -> list[Quarantined]:
        """See `LogBook.list_quarantined`."""
        sql = f"{_QUARANTINED}, x'' FROM quarantine ORDER BY no DESC"
        return [Quarantined(*row) for row in self._db.execute(sql)]

    def find_quarantined(self, no: int) -> Quarantined | None:
        """See `LogBook.find_quarantined`."""
        row = self._db.execute(f"{_QUARANTINED}, body FROM quarantine WHERE no = ?", (no,)).fetchone()
        found = Quarantined(*row) if row else None
        return found and replace(found, body=zlib.decompress(found.body))
