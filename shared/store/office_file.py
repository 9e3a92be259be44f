"""Reads the logs out of an office's database or a backup of it, for verification; nothing is written."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_hash, decode_birth
from shared.log.chain import Head, next_hash
from shared.log.signing import SignedHead
from shared.log.verification import Report, verify_log
from shared.store.damaged import as_bytes, as_number


@dataclass(frozen=True, slots=True)
class KeptLog:
    """One branch of one log as an office keeps it; `hashes` has None where no hash stands beside a line."""

    log: str
    branch: int
    birth: bytes
    lines: list[bytes]
    hashes: list[bytes | None]
    heads: list[SignedHead]


def holds_office(connection: sqlite3.Connection) -> bool:
    """Whether this is an office's database."""
    sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('office', 'log', 'branch', 'line')"
    return bool(connection.execute(sql).fetchone()[0] == 4)


def read_kept_logs(connection: sqlite3.Connection) -> Iterator[KeptLog]:
    """Every branch of every log, with the lines that it inherits."""
    for no, name, birth in connection.execute("SELECT no, id, birth FROM log ORDER BY no").fetchall():
        kept: dict[int, KeptLog] = {}
        sql = "SELECT branch, parent, fork, seq, hash, signature, birth FROM branch WHERE log_no = ? ORDER BY branch"
        for branch, parent, fork, seq, digest, signature, own_birth in connection.execute(sql, (no,)).fetchall():
            head = SignedHead(Head(str(name), as_number(seq), as_bytes(digest)), str(signature))
            lines, hashes = _own(connection, no, branch)
            before = kept.get(parent) if as_number(fork) >= 0 else None
            if before is not None:
                lines, hashes = before.lines[:fork] + lines, before.hashes[:fork] + hashes
            first = before.birth if before is not None else as_bytes(own_birth or birth)
            kept[branch] = KeptLog(name, branch, first, lines, hashes, [head])
            yield kept[branch]


def verify_kept(kept: KeptLog, head: str | None = None) -> Report:
    """Verify one branch; an office signs for whole batches only: a line after its head was put there by another."""
    report = verify_log(kept.birth, kept.lines, kept.heads, kept.hashes, head)
    if report.is_whole and report.unsealed:
        first = report.sealed + 1
        return replace(
            report, problem=DomainError(ErrorCode.CHAIN_BROKEN, seq=first), first_bad=first, last_bad=report.lines
        )
    return report


def find_change(kept: KeptLog) -> int | None:
    """A line at or before which a branch is not what its laptop signed; None when it is, byte for byte.

    An office keeps what is no line too, so that whether a copy is good does not hang on what a line says.
    """
    try:
        birth, digest = decode_birth(kept.birth), birth_hash(kept.birth)
    except DomainError:
        return 0
    for seq, (line, beside) in enumerate(zip(kept.lines, kept.hashes, strict=True), start=1):
        digest = next_hash(digest, line)
        if beside not in (None, digest):
            return seq
    signed, end = kept.heads[-1], Head(birth.log, len(kept.lines), digest)
    return None if signed.head == end and signed.is_signed_by(birth.key) else end.seq


def find_county_change(connection: sqlite3.Connection) -> tuple[str, int] | None:
    """The school and the line at which a county log is not what the hashes beside its lines say; None when all are.

    No head stands at its end: the office signs one when a laptop asks. Lines cut off at the end leave no trace.
    """
    sql = (
        "SELECT c.no, coalesce(school.code, '–'), county_log.birth FROM"
        " (SELECT school_no AS no FROM county_log UNION SELECT school_no FROM county_line) AS c"
        " LEFT JOIN school ON school.no = c.no LEFT JOIN county_log ON county_log.school_no = c.no"
    )
    for no, code, birth in connection.execute(sql).fetchall():
        changed = _county_change(connection, no, as_bytes(birth))
        if changed is not None:
            return str(code), changed
    return None


def _county_change(connection: sqlite3.Connection, school: int, birth: bytes) -> int | None:
    try:
        decode_birth(birth)
    except DomainError:
        return 0
    digest = birth_hash(birth)
    rows = connection.execute("SELECT seq, raw, hash FROM county_line WHERE school_no = ? ORDER BY seq", (school,))
    for place, (seq, raw, beside) in enumerate(rows, start=1):
        digest = next_hash(digest, as_bytes(raw))
        if as_number(seq) != place or as_bytes(beside) != digest:
            return place
    return None


def _own(connection: sqlite3.Connection, log: int, branch: int) -> tuple[list[bytes], list[bytes | None]]:
    sql = "SELECT raw, hash FROM line WHERE log_no = ? AND branch = ? ORDER BY seq"
    rows = connection.execute(sql, (log, branch)).fetchall()
    return [as_bytes(row[0]) for row in rows], [None if row[1] is None else as_bytes(row[1]) for row in rows]
