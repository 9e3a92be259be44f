"""The event store in a SQLite file, through its one writer."""

import sqlite3
from collections.abc import Iterable, Sequence

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_head
from shared.log.chain import Head
from shared.log.logfile import Fragment
from shared.log.signing import SignedHead
from shared.store.damaged import as_bytes, as_number
from shared.store.reserve import Reserve
from shared.store.writer import Work, Writer


class SqliteEventStore:
    """One log in the file of a `Writer`; the writer belongs to the caller and may serve other tables too.

    On a full disk a line that finds no room takes the `reserve`'s.
    """

    def __init__(self, writer: Writer, reserve: Reserve | None = None) -> None:
        self._writer = writer
        self._reserve = reserve
        # Every request that may be in the file, so that a fresh one needs no visit to the writer: nobody else writes.
        self._requests: set[str] = writer.read(_requests)

    def birth(self) -> bytes | None:
        """See `EventStore.birth`."""
        return self._writer.read(_birth)

    def begin(self, birth: bytes, ancestors: Sequence[Fragment] = ()) -> None:
        """See `EventStore.begin`."""

        def work(connection: sqlite3.Connection) -> None:
            if _birth(connection) is not None:
                raise DomainError(ErrorCode.ALREADY_OPEN)
            for no, ancestor in enumerate(ancestors, start=1):
                _add_ancestor(connection, no, ancestor)
            connection.execute("INSERT INTO birth (id, record) VALUES (1, ?)", (birth,))

        self._writer.write(work)

    def ancestors(self) -> list[Fragment]:
        """See `EventStore.ancestors`."""
        return self._writer.read(read_ancestors)

    def head(self) -> Head:
        """See `EventStore.head`."""
        return self._writer.read(_head)

    def append(self, line: bytes, head: Head, request: str, signed: SignedHead | None = None) -> None:
        """See `EventStore.append`; after a fault the file itself is asked whether the line arrived."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO line (seq, raw, hash, request) VALUES (?, ?, ?, ?)", (head.seq, line, head.hash, request)
            )
            if signed is not None:
                _add_head(connection, signed)

        self._requests.add(request)
        try:
            self._writer.write(work)
        except DomainError as fault:
            if fault.code is ErrorCode.CHAIN_BROKEN:
                raise
            made_room = fault.code is ErrorCode.DISK_FULL and self._reserve is not None and self._reserve.give_up()
            if not self._arrived(head) and not (made_room and self._again(work, head)):
                raise

    def _again(self, work: Work[None], head: Head) -> bool:
        """Write once more, now that there is room; whether it is on disk."""
        try:
            self._writer.write(work)
        except DomainError:
            return self._arrived(head)
        return True

    def _arrived(self, head: Head) -> bool:
        """Whether a commit that reported a fault is on disk after all; a file that cannot be settled says no."""
        try:
            return self._writer.write(_head) == head
        except DomainError:
            return False

    def find_request(self, request: str) -> int | None:
        """See `EventStore.find_request`."""
        if request not in self._requests:
            return None

        def work(connection: sqlite3.Connection) -> int | None:
            row = connection.execute("SELECT seq FROM line WHERE request = ?", (request,)).fetchone()
            return int(row[0]) if row else None

        return self._writer.write(work)  # the answer is told as "recorded", so it must be on disk

    def settle(self) -> None:
        """See `EventStore.settle`."""
        self._writer.settle()

    def lines(self, after: int = 0, limit: int | None = None) -> list[bytes]:
        """See `EventStore.lines`."""
        return self._column("raw", after, limit)

    def hashes(self, after: int = 0, limit: int | None = None) -> list[bytes]:
        """See `EventStore.hashes`."""
        return self._column("hash", after, limit)

    def _column(self, column: str, after: int, limit: int | None) -> list[bytes]:
        sql = f"SELECT {column} FROM line WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - our own column name

        def work(connection: sqlite3.Connection) -> list[bytes]:
            return [row[0] for row in connection.execute(sql, (after, -1 if limit is None else limit))]

        return self._writer.read(work)

    def add_head(self, signed: SignedHead) -> None:
        """See `EventStore.add_head`."""

        def work(connection: sqlite3.Connection) -> None:
            if not connection.execute("SELECT 1 FROM head WHERE seq = ?", (signed.head.seq,)).fetchone():
                _add_head(connection, signed)

        self._writer.write(work)

    def heads(self) -> list[SignedHead]:
        """See `EventStore.heads`."""
        return self._writer.read(_heads)

    def close(self) -> None:
        """See `EventStore.close`."""
        self._writer.close()


def _requests(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT request FROM line")}


def _birth(connection: sqlite3.Connection) -> bytes | None:
    row = connection.execute("SELECT record FROM birth").fetchone()
    return as_bytes(row[0]) if row else None


def _head(connection: sqlite3.Connection) -> Head:
    birth = _birth(connection)
    if birth is None:
        raise DomainError(ErrorCode.NOT_ENROLLED)
    start = birth_head(birth)
    row = connection.execute("SELECT seq, hash FROM line ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(start.log, row[0], row[1]) if row else start


def _add_ancestor(connection: sqlite3.Connection, no: int, ancestor: Fragment) -> None:
    connection.execute("INSERT INTO ancestor VALUES (?, ?)", (no, ancestor.birth))
    lines = [(no, seq, line) for seq, line in enumerate(ancestor.lines, start=1)]
    connection.executemany("INSERT INTO ancestor_line VALUES (?, ?, ?)", lines)
    heads = {one.head.seq: (no, one.head.seq, one.head.hash, one.signature) for one in ancestor.heads}
    connection.executemany("INSERT INTO ancestor_head VALUES (?, ?, ?, ?)", heads.values())


def read_ancestors(connection: sqlite3.Connection) -> list[Fragment]:
    """The logs in front of the one in a log database, oldest first; none in a database from before there were any.

    Raises NOT_A_LINE for a birth record that is none.
    """
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ancestor'").fetchone():
        return []
    found = []
    for no, birth in connection.execute("SELECT no, birth FROM ancestor ORDER BY no").fetchall():
        log = birth_head(as_bytes(birth)).log
        lines = connection.execute("SELECT raw FROM ancestor_line WHERE no = ? ORDER BY seq", (no,)).fetchall()
        heads = connection.execute(
            "SELECT seq, hash, signature FROM ancestor_head WHERE no = ? ORDER BY seq", (no,)
        ).fetchall()
        found.append(Fragment(as_bytes(birth), None, [as_bytes(row[0]) for row in lines], _signed(log, heads)))
    return found


def _add_head(connection: sqlite3.Connection, signed: SignedHead) -> None:
    connection.execute(
        "INSERT INTO head (seq, hash, signature) VALUES (?, ?, ?)",
        (signed.head.seq, signed.head.hash, signed.signature),
    )


def _heads(connection: sqlite3.Connection) -> list[SignedHead]:
    birth = _birth(connection)
    if birth is None:
        return []
    log = birth_head(birth).log
    return _signed(log, connection.execute("SELECT seq, hash, signature FROM head ORDER BY seq").fetchall())


def _signed(log: str, rows: Iterable[tuple[object, object, object]]) -> list[SignedHead]:
    return [SignedHead(Head(log, as_number(seq), as_bytes(digest)), str(signature)) for seq, digest, signature in rows]


def read_log(connection: sqlite3.Connection) -> tuple[bytes, list[bytes], list[bytes], list[SignedHead]]:
    """Birth, lines, stored hashes and heads of a log database opened read-only; raises NOT_A_LOG without a birth."""
    birth = _birth(connection)
    if birth is None:
        raise DomainError(ErrorCode.NOT_A_LOG, path="–")
    rows = connection.execute("SELECT raw, hash FROM line ORDER BY seq").fetchall()
    return birth, [as_bytes(row[0]) for row in rows], [as_bytes(row[1]) for row in rows], _heads(connection)
