"""Copies of a log in any state, read line by line: what can be read is taken, what cannot is left out."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from shared.domain.errors import DomainError
from shared.log.birth import PREFIX as BIRTH_PREFIX
from shared.log.birth import decode_birth
from shared.log.chain import Head
from shared.log.line import decode_line
from shared.log.logfile import Fragment, split_records
from shared.log.receipt import Receipt, receipt_of
from shared.log.signing import HEAD_PREFIX, SignedHead, read_head_record
from shared.store.damaged import as_bytes, as_number
from shared.store.reading import opened
from shared.store.sqlite import read_ancestors
from shared.store.writer import FAULTS


class CopyKind(StrEnum):
    """Where a copy of the log comes from."""

    BACKUP = "backup"
    BLACK_BOX = "black_box"
    DAMAGED = "damaged"  # the database itself, or one that was set aside


@dataclass(slots=True)
class Copy:
    """What one file says of a log, unchecked; `receipts` are pairs of the receipt and its travelled form."""

    kind: CopyKind
    path: Path
    birth: bytes | None = None
    lines: dict[int, bytes] = field(default_factory=dict)
    hashes: dict[int, bytes] = field(default_factory=dict)
    requests: dict[int, str] = field(default_factory=dict)
    heads: list[SignedHead] = field(default_factory=list)
    receipts: list[tuple[Receipt, dict[str, str]]] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    ancestors: list[Fragment] = field(default_factory=list)

    @property
    def log(self) -> str:
        """The log's id; empty when the birth record cannot be read."""
        if self.birth is None:
            return ""
        try:
            return decode_birth(self.birth).log
        except DomainError:
            return ""


def read_box(path: Path) -> Copy:
    """What a black box holds; raises OSError."""
    copy = Copy(CopyKind.BLACK_BOX, path)
    for record in split_records(path.read_bytes()):
        try:
            if record.startswith(BIRTH_PREFIX):
                copy.birth = copy.birth or record
            elif record.startswith(HEAD_PREFIX):
                copy.heads.append(read_head_record(record))
            else:
                copy.lines.setdefault(decode_line(record).seq, record)
        except DomainError:  # a damaged record proves nothing, and hides no other
            continue
    return copy


def read_copy(path: Path, kind: CopyKind) -> Copy:
    """What can be read of a database, from both ends of each table towards the damage; empty when nothing can."""
    copy = Copy(kind, path)
    with suppress(*FAULTS, OSError), opened(path) as connection:
        _read_log(connection, copy)
        for _key, text, signature in _rows(connection, "receipt", "seq", "text, signature"):
            with suppress(DomainError):
                receipt = receipt_of(str(text))
                copy.receipts.append((receipt, {"receipt": str(text), "sig": str(signature)}))
        bodies = ((name, as_bytes(body)) for name, body in _rows(connection, "content", "sha256", "body"))
        copy.contents = [body for name, body in bodies if hashlib.sha256(body).hexdigest() == name]
        with suppress(DomainError):
            copy.ancestors = read_ancestors(connection)
    return copy


def _read_log(connection: sqlite3.Connection, copy: Copy) -> None:
    for _key, record in _rows(connection, "birth", "id", "record"):
        copy.birth = as_bytes(record)
    for seq, raw, digest, request in _rows(connection, "line", "seq", "raw, hash, request"):
        place = as_number(seq)
        copy.lines[place], copy.hashes[place], copy.requests[place] = as_bytes(raw), as_bytes(digest), str(request)
    for seq, digest, signature in _rows(connection, "head", "seq", "hash, signature"):
        copy.heads.append(SignedHead(Head(copy.log, as_number(seq), as_bytes(digest)), str(signature)))


def _rows(connection: sqlite3.Connection, table: str, key: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """Rows from the first on until one cannot be read, then from the last back."""
    seen = set()
    for order in ("ASC", "DESC"):
        sql = f"SELECT {key}, {columns} FROM {table} ORDER BY {key} {order}"  # noqa: S608 - our own names
        try:
            for row in connection.execute(sql):
                if row[0] in seen:
                    break
                if table != "receipt":  # whose key is not this one column
                    seen.add(row[0])
                yield row
            else:
                return
        except FAULTS:
            continue
