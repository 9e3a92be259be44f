"""What must hold in the other places where lines are kept: the black box, a log in front of another, a stick.

Like `tests.faults.oracle` it imports nothing of the product.
"""

import json
import sqlite3
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from tests.faults.oracle import BROKEN, Fact, KeptLog, chain_of, check_chain, is_signed, read_laptop, text_of_head


def read_box(path: Path) -> KeptLog:
    """A black box's file up to its last good head; what stands behind that is proven by nothing."""
    birth, *records = path.read_bytes().split(b"\n")[:-1] or [b""]
    lines: list[bytes] = []
    heads: list[tuple[int, bytes, str]] = []
    for record in records:
        try:
            said = json.loads(record)
            if "head" in said:
                heads.append((said["head"]["seq"], bytes.fromhex(said["head"]["hash"]), said["sig"]))
            else:
                lines.append(record)
        except BROKEN:
            break
    log = KeptLog(birth, lines, [None] * len(lines), heads)
    return _proven(log)


def _proven(log: KeptLog) -> KeptLog:
    """The log up to its last good head."""
    try:
        birth, hashes = json.loads(log.birth), chain_of(log.birth, log.lines)
        good = [
            head
            for head in log.heads
            if head[0] < len(hashes)
            and hashes[head[0]] == head[1]
            and is_signed(birth["key"], text_of_head(birth["log"], head[0], head[1]), head[2])
        ]
    except BROKEN:
        return KeptLog(b"", [], [], [])
    end = max((head[0] for head in good), default=0)
    return KeptLog(log.birth, log.lines[:end], log.hashes[:end], good)


def check_box(laptop: Path, box: Path, facts: Sequence[Fact], *, complete: bool) -> list[str]:
    """The box proves what was said to be in it, and nothing that the laptop does not hold; `complete`: all of that."""
    try:
        log = read_laptop(laptop / "log.sqlite")
        if log is None:
            return []
        boxes = [read for path in sorted(box.glob("testday-*.log")) if (read := read_box(path)).birth == log.birth]
        longest = max(boxes, key=lambda one: len(one.lines), default=KeptLog(log.birth, [], [], []))
        findings = [finding for one in boxes for finding in check_chain(one)]
        if any(list(one.lines) != list(log.lines[: len(one.lines)]) for one in boxes):
            findings.append("the box proves lines that the laptop does not hold")
        boxed = max((fact["lines"] for fact in facts if fact["fact"] == "boxed"), default=0)
        wanted = len(log.lines) if complete else boxed
        if len(longest.lines) < wanted:
            findings.append(f"the box proves {len(longest.lines)} lines of {wanted}")
        return findings
    except BROKEN as problem:
        return [f"the box cannot be compared: {problem!r}"]


def check_ancestors(laptop: Path, facts: Sequence[Fact]) -> list[str]:
    """A log that goes on from another holds all of the other's lines, and it is the one that was left."""
    try:
        log = read_laptop(laptop / "log.sqlite")
        said = [fact for fact in facts if fact["fact"] == "taken_over"]
        after = json.loads(log.birth)["ancestor"] if log is not None else None
        if after is None:
            return ["the takeover is lost"] if said else []
        birth, lines = _read_ancestor(laptop / "log.sqlite")
        if chain_of(birth, lines)[after["seq"]].hex() != after["hash"]:
            return ["the lines in front are not those that the birth names"]
        left = [fact for fact in facts if fact["fact"] == "left"]
        if any(
            (fact["log"], fact["seq"], fact["hash"]) != (after["log"], after["seq"], after["hash"]) for fact in left
        ):
            return ["the log goes on from another line than the last that was left"]
        return []
    except BROKEN as problem:
        return [f"the log in front cannot be read: {problem!r}"]


def _read_ancestor(database: Path) -> tuple[bytes, list[bytes]]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        number, birth = connection.execute("SELECT no, birth FROM ancestor ORDER BY no DESC LIMIT 1").fetchone()
        rows = connection.execute("SELECT raw FROM ancestor_line WHERE no = ? ORDER BY seq", (number,)).fetchall()
    finally:
        connection.close()
    return birth, [row[0] for row in rows]


def check_files(root: Path, facts: Sequence[Fact]) -> list[str]:
    """Every file that was said to be on the stick is there, as it was said; one that is written anew may be newer."""
    said = {fact["file"]: fact for fact in facts if fact["fact"] == "carried"}
    findings = []
    for name, fact in said.items():
        path = root / name
        if not path.exists():
            findings.append(f"{name} is not on the stick")
        elif not fact["renewed"] and sha256(path.read_bytes()).hexdigest() != fact["sha256"]:
            findings.append(f"{name} is not what was written")
    return findings
