"""Looks a log database over from outside: SQLite's own check of pages and indexes, the plan files, the whole chain."""

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_hash, decode_birth
from shared.log.logfile import Fragment
from shared.log.verification import Report, verify_log
from shared.store.damaged import as_bytes
from shared.store.reading import opened
from shared.store.sqlite import read_ancestors, read_log
from shared.store.writer import FAULTS, store_error


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What a look at a database found; `report` is None when its lines cannot be read, `hashes` begin with hash(0)."""

    report: Report | None
    problem: str
    hashes: tuple[bytes, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether pages and chain are in order."""
        return not self.problem


def check_database(path: Path) -> LogCheck | None:
    """Check a log database; None when no log was born in it; raises DATABASE_IN_USE when a program holds it."""
    try:
        with opened(path) as connection:
            faults = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)").fetchall()]
            if faults != ["ok"]:
                return LogCheck(None, faults[0][:200])
            damaged = _find_damaged_content(connection)
            if damaged is not None:
                return LogCheck(None, f"content {damaged[:16]}")
            if _is_unborn(connection):
                return None
            birth, lines, hashes, heads = read_log(connection)
            ancestors = read_ancestors(connection)
    except DomainError as wrong:  # the birth record itself
        return LogCheck(None, str(wrong))
    except FAULTS as fault:
        problem = store_error(fault, path)
        if problem.code is ErrorCode.DATABASE_IN_USE:
            raise problem from fault
        return LogCheck(None, str(fault)[:200])
    try:
        report = verify_log(birth, lines, heads, hashes)
        broken = _find_broken_ancestor([*ancestors, Fragment(birth, None)])
    except DomainError as wrong:  # the birth record itself
        return LogCheck(None, str(wrong))
    return LogCheck(report, str(report.problem or broken or ""), (birth_hash(birth), *hashes))


def _find_broken_ancestor(logs: Sequence[Fragment]) -> DomainError | None:
    """What is wrong with the logs in front of the last of these; each must end where the next one's birth says."""
    for older, newer in pairwise(logs):
        wanted = decode_birth(newer.birth or b"").ancestor
        report = verify_log(older.birth or b"", older.lines, older.heads, None, str(wanted))
        if report.problem is not None:
            return report.problem
    return None


def _find_damaged_content(connection: sqlite3.Connection) -> str | None:
    """The name of a plan file that is not what it was any more; SQLite does not look into what it keeps."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'content'").fetchone():
        return None
    rows = connection.execute("SELECT sha256, body FROM content")
    return next((str(name) for name, body in rows if hashlib.sha256(as_bytes(body)).hexdigest() != name), None)


def _is_unborn(connection: sqlite3.Connection) -> bool:
    """Whether there is no log yet: a file just made, or a laptop that was never enrolled."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return True
    return "birth" in tables and not connection.execute("SELECT EXISTS (SELECT 1 FROM birth)").fetchone()[0]
