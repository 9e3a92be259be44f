"""What files hold of logs, as trees of hashes: judged without the product, beside `tests.faults.oracle`."""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Marks = dict[tuple[str, int], str]


@dataclass
class Tree:
    """One log at the office: every line by the hash it makes, with the hash before it; a fork has two children."""

    parents: dict[bytes, bytes] = field(default_factory=dict)
    lines: dict[bytes, bytes] = field(default_factory=dict)
    heads: list[bytes] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def leaves(self) -> int:
        """How many ends the tree has: more than one when the log was forked."""
        return len(({*self.parents, *self.heads}) - set(self.parents.values()))


@dataclass(frozen=True)
class Chain:
    """A log as a laptop has it."""

    log: str
    lines: Sequence[bytes]
    hashes: Sequence[bytes]


def read_trees(database: Path) -> dict[str, Tree]:
    """The logs of an office by their ids."""
    with closing(_opened(database)) as connection:
        trees = {}
        for number, name, birth in connection.execute("SELECT no, id, birth FROM log").fetchall():
            assert name not in trees, "a log stands there twice"
            trees[name] = _tree(connection, number, birth)
        return trees


def _tree(connection: sqlite3.Connection, number: int, first: bytes) -> Tree:
    tree, hashes = Tree(), dict[int, dict[int, bytes]]()
    sql = "SELECT branch, parent, fork, seq, hash, birth FROM branch WHERE log_no = ? ORDER BY branch"
    for branch, parent, fork, head, digest, birth in connection.execute(sql, (number,)).fetchall():
        own = {0: hashlib.sha256(birth or first).digest()} if fork < 0 else _upto(hashes[parent], fork)
        rows = connection.execute(
            "SELECT seq, raw, hash FROM line WHERE log_no = ? AND branch = ? ORDER BY seq", (number, branch)
        ).fetchall()
        for seq, raw, kept in rows:
            if seq - 1 not in own:
                tree.findings.append(f"branch {branch} has a gap before line {seq}")
                break
            own[seq] = hashlib.sha256(own[seq - 1] + raw).digest()
            if own[seq] in tree.lines:
                tree.findings.append(f"line {seq} stands there twice")
            if kept is not None and kept != own[seq]:
                tree.findings.append(f"the hash beside line {seq} is not its own")
            tree.parents[own[seq]], tree.lines[own[seq]] = own[seq - 1], raw
        if own.get(head) != digest:
            tree.findings.append(f"the head of branch {branch} is not its last line's")
        hashes[branch] = own
        tree.heads.append(digest)
    return tree


def _upto(hashes: dict[int, bytes], fork: int) -> dict[int, bytes]:
    return {seq: digest for seq, digest in hashes.items() if seq <= fork}


def read_chains(database: Path) -> list[Chain]:
    """The logs in a laptop's file, those in front of its own first; nothing before its birth."""
    with closing(_opened(database)) as connection:
        birth = connection.execute("SELECT record FROM birth").fetchone()
        if birth is None:
            return []
        chains = []
        for number, record in connection.execute("SELECT no, birth FROM ancestor ORDER BY no").fetchall():
            rows = connection.execute("SELECT raw FROM ancestor_line WHERE no = ? ORDER BY seq", (number,))
            chains.append(_chain(record, [row[0] for row in rows]))
        rows = connection.execute("SELECT raw FROM line ORDER BY seq")
        return [*chains, _chain(birth[0], [row[0] for row in rows])]


def _chain(birth: bytes, lines: list[bytes]) -> Chain:
    hashes = [hashlib.sha256(birth).digest()]
    for line in lines:
        hashes.append(hashlib.sha256(hashes[-1] + line).digest())
    return Chain(json.loads(birth)["log"], lines, hashes)


def read_laptop_lines(folder: Path, stick: Path) -> set[bytes]:
    """Every line in any file of a laptop: its database, backups, what was set aside, and the sealed part of its box."""
    found = set[bytes]()
    for path in (*folder.rglob("*.sqlite"), *stick.glob("*.sqlite")):
        with suppress(sqlite3.Error):
            found.update(line for chain in read_chains(path) for line in chain.lines)
    for path in (*folder.rglob("*.log"), *stick.glob("*.log")):
        waiting: list[bytes] = []
        for record in path.read_bytes().split(b"\n")[1:-1]:
            if record.startswith(b'{"head":'):
                found.update(waiting)
                waiting = []
            else:
                waiting.append(record)
    return found


def read_set_aside(folder: Path) -> set[bytes]:
    """Every line of a laptop that only a file holds that it set aside: people see it, and no road takes it along."""
    place = folder / "set-aside"
    return read_laptop_lines(place, place)


def read_office_lines(database: Path) -> set[bytes]:
    """Every line in an office's file, whatever its branch."""
    with closing(_opened(database)) as connection:
        return {row[0] for row in connection.execute("SELECT raw FROM line")}


def marks_of(chains: Sequence[Chain], skipped: set[bytes]) -> Marks:
    """Who is here by block and seat, from lines alone: the last word that stands, voids and corrections taken in."""
    said: dict[tuple[str, int], dict[str, Any]] = {}
    for chain in chains:
        for seq, raw in enumerate(chain.lines, start=1):
            if raw in skipped:
                continue
            line = json.loads(raw)
            data = line["data"]
            cited = (data.get("log", chain.log), data.get("line", 0))
            if line["type"] == "record_voided":
                said.pop(cited, None)
            elif line["type"] == "record_corrected" and cited in said:
                said[cited] = data["data"]
            elif line["type"] == "attendance_marked":
                said[chain.log, seq] = data
    return {(data["block"], data["seat"]): data["status"] for data in said.values()}


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{database}?mode=ro", uri=True)
