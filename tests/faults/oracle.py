"""What must hold after a fault, judged without the product: only hashes, JSON, SQL and one signature algorithm.

A fact is what the program told somebody, as a JSON object with the key `fact`. Every check returns findings in words.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Fact = Mapping[str, Any]
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BROKEN = (sqlite3.Error, KeyError, TypeError, ValueError, IndexError)


def digest(data: object) -> str:
    """A short name for an event's data."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=dict).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class KeptLog:
    """A log as a file holds it; `hashes` are those beside the lines, None where none stands."""

    birth: bytes
    lines: Sequence[bytes]
    hashes: Sequence[bytes | None]
    heads: Sequence[tuple[int, bytes, str]]
    requests: Sequence[str] = field(default=())


def read_laptop(database: Path) -> KeptLog | None:
    """The log in a laptop's database, None before its birth."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        problem = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if problem != "ok":
            raise ValueError(problem)
        birth = connection.execute("SELECT record FROM birth").fetchone()
        rows = connection.execute("SELECT seq, raw, hash, request FROM line ORDER BY seq").fetchall()
        heads = connection.execute("SELECT seq, hash, signature FROM head ORDER BY seq").fetchall()
        contents = connection.execute("SELECT sha256, body FROM content").fetchall() if birth else []
    finally:
        connection.close()
    if any(hashlib.sha256(body).hexdigest() != name for name, body in contents):
        raise ValueError("a plan file is not what it was")
    if birth is None:
        return None
    if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
        raise ValueError("the numbers have gaps")
    return KeptLog(birth[0], [row[1] for row in rows], [row[2] for row in rows], heads, [row[3] for row in rows])


def read_office(database: Path) -> dict[str, KeptLog]:
    """The logs in an office's database by their ids: what came first, without the branches of forks."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        problem = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if problem != "ok":
            raise ValueError(problem)
        logs = connection.execute("SELECT no, id, birth FROM log").fetchall()
        if len({log[1] for log in logs}) != len(logs):
            raise ValueError("a log stands there twice")
        return {log[1]: _kept(connection, log[0], log[2]) for log in logs}
    finally:
        connection.close()


def _kept(connection: sqlite3.Connection, number: int, birth: bytes) -> KeptLog:
    rows = connection.execute(
        "SELECT seq, raw, hash FROM line WHERE log_no = ? AND branch = 0 ORDER BY seq", (number,)
    ).fetchall()
    if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
        raise ValueError("the numbers have gaps or stand twice")
    heads = connection.execute(
        "SELECT seq, hash, signature FROM branch WHERE log_no = ? AND branch = 0", (number,)
    ).fetchall()
    if heads[0][0] != len(rows):
        raise ValueError("the signed head is not the last line's")
    return KeptLog(birth, [row[1] for row in rows], [row[2] for row in rows], heads)


def check_chain(log: KeptLog) -> list[str]:
    """Numbers, ids, hashes and signatures of a log."""
    birth = json.loads(log.birth)
    if birth["log"] != _log_id(birth["key"]):
        return ["the log's id is not its key's"]
    hashes = chain_of(log.birth, log.lines)
    for seq, (line, kept) in enumerate(zip(log.lines, log.hashes, strict=True), start=1):
        if _said(line)[:2] != (seq, birth["log"]) or kept not in (None, hashes[seq]):
            return [f"line {seq} does not chain"]
    for seq, kept_hash, signature in log.heads:
        said = text_of_head(birth["log"], seq, kept_hash)
        if seq > len(log.lines) or kept_hash != hashes[seq]:
            return [f"the signed head {seq} is not of these lines"]
        if not is_signed(birth["key"], said, signature):
            return [f"the signature at {seq} is wrong"]
    return []


def text_of_head(log: str, seq: int, digest: bytes) -> str:
    """The text that a log's key signs."""
    return f"testday head 1\n{log}\n{seq}\n{digest.hex()}\n"


@lru_cache(100_000)
def is_signed(key: str, said: str, signature: str) -> bool:
    """Whether a text was signed with the secret of this key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), said.encode())
    except InvalidSignature:
        return False
    return True


@lru_cache(100_000)
def _said(line: bytes) -> tuple[int, str, str]:
    """A line's number, its log and the digest of its data."""
    content = json.loads(line)
    return content["seq"], content["log"], digest(content["data"])


def chain_of(birth: bytes, lines: Iterable[bytes]) -> list[bytes]:
    """The hash of the birth record and of each line."""
    hashes = [hashlib.sha256(birth).digest()]
    for line in lines:
        hashes.append(hashlib.sha256(hashes[-1] + line).digest())
    return hashes


def check_recorded(log: KeptLog | None, facts: Iterable[Fact]) -> list[str]:
    """Every line that was said to be recorded is there, as it was said, and no form was recorded twice."""
    recorded = [fact for fact in facts if fact["fact"] == "recorded"]
    if log is None:
        return [f"{len(recorded)} confirmed lines and the birth are lost"] if recorded else []
    findings = [f"request {name} recorded {n} times" for name, n in Counter(log.requests).items() if n > 1]
    for fact in recorded:
        seq = fact["seq"]
        if seq > len(log.lines):
            findings.append(f"confirmed line {seq} is lost")
        elif log.requests[seq - 1] != fact["request"] or _said(log.lines[seq - 1])[2] != fact["data"]:
            findings.append(f"line {seq} is not the one that was confirmed")
    return findings


def held(folder: Path) -> list[Fact]:
    """What stands in a laptop's folder before anything is done to it, as a fact that must stay true."""
    database = folder / "log.sqlite"
    log = read_laptop(database) if database.exists() else None
    return [] if log is None else [{"fact": "held", "hash": chain_of(log.birth, log.lines)[-1].hex()}]


def check_laptop(folder: Path, facts: Sequence[Fact]) -> list[str]:
    """Everything that was said about a laptop's folder."""
    try:
        log = read_laptop(folder / "log.sqlite")
        if log is None:
            lost = [fact for fact in facts if fact["fact"] in ("enrolled", "held")]
            return check_recorded(None, facts) + (["the birth is lost"] if lost else [])
        findings = check_chain(log) + check_recorded(log, facts)
        if any(fact["fact"] == "enrolled" and fact["birth"] != digest(log.birth.decode()) for fact in facts):
            findings.append("the birth is another")
        before = {fact["hash"] for fact in facts if fact["fact"] == "held"}
        if not before <= {digest.hex() for digest in chain_of(log.birth, log.lines)}:
            findings.append("lines of before are lost or others")
        for fact in facts:
            if fact["fact"] == "backup":
                findings += _check_copy(log, read_laptop(folder / fact["file"]), fact["lines"])
        return findings
    except BROKEN as problem:
        return [f"the laptop's file cannot be read: {problem}"]


def check_office(folder: Path, facts: Sequence[Fact], forks: int = 0) -> list[str]:
    """Every line that the office said it holds is there, once, in an unbroken log; and no branch but those of forks."""
    try:
        findings = _check_branches(folder / "server.sqlite", facts, forks)
        logs = read_office(folder / "server.sqlite")
        findings += [finding for log in logs.values() for finding in check_chain(log)]
        for fact in facts:
            if fact["fact"] == "received" and fact["seq"]:
                kept = logs.get(fact["log"])
                if kept is None or len(kept.lines) < fact["seq"]:
                    findings.append(f"received line {fact['seq']} is lost")
                elif chain_of(kept.birth, kept.lines)[fact["seq"]].hex() != fact["hash"]:
                    findings.append(f"received line {fact['seq']} is another")
        return findings
    except BROKEN as problem:
        return [f"the office's file cannot be read: {problem}"]


def _check_branches(database: Path, facts: Sequence[Fact], forks: int) -> list[str]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        found = connection.execute("SELECT count(*) FROM branch WHERE branch > 0").fetchone()[0]
        rows = {bytes(row[0]).decode() for row in connection.execute("SELECT raw FROM line WHERE branch > 0")}
    finally:
        connection.close()
    findings = [f"{found} branches where {forks} logs were forked"] if found != forks else []
    lost = sum(1 for fact in facts if fact["fact"] == "forked" and fact["line"] not in rows)
    return findings + ([f"{lost} lines of forks are lost"] if lost else [])


def receipts_of(database: Path, server_key: str) -> list[Fact]:
    """What an office told a laptop that it holds, from the kept receipts; ValueError for a bad signature."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT text, signature FROM receipt").fetchall()
    finally:
        connection.close()
    for text, signature in rows:
        if not is_signed(server_key, f"testday receipt 1\n{text}", signature):
            raise ValueError("the signature of a receipt is wrong")
    return [{"fact": "received", **json.loads(text)} for text, _signature in rows]


def _check_copy(log: KeptLog, copy: KeptLog | None, lines: int) -> list[str]:
    if copy is None or len(copy.lines) < lines:
        return ["the backup lacks lines that it had when it was confirmed"]
    if copy.birth != log.birth or list(copy.lines) != list(log.lines[: len(copy.lines)]):
        return ["the backup holds another log"]
    return check_chain(copy)


def _log_id(key: str) -> str:
    bits = int.from_bytes(hashlib.sha256(bytes.fromhex(key)).digest(), "big")
    return "".join(_ALPHABET[(bits >> (256 - 5 * (place + 1))) & 31] for place in range(26))
