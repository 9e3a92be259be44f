"""What the office's store holds, read from a backup of its database without the office's own code."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.simulation.ledger import Confirmed

OWN = "laptop"
"""Who records what a laptop records by itself, without a reply to anybody: its starts, its clock, signals due."""

_LINES = """
SELECT log.id, line.branch, line.seq, line.raw FROM line JOIN log ON log.no = line.log_no
ORDER BY log.id, line.branch, line.seq
"""


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One line of the store."""

    log: str
    branch: int
    seq: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Replies against the store: what is missing, what is there twice, and what no reply of ours had confirmed."""

    lost: int
    duplicated: int
    others: int


def compare_lines(confirmed: Iterable[Confirmed], stored: Sequence[StoredLine]) -> Arrivals:
    """Every confirmed (log, seq) must stand exactly once, and say what its form had carried."""
    held: dict[tuple[str, int], list[StoredLine]] = {}
    for line in stored:
        held.setdefault((line.log, line.seq), []).append(line)
    known = {(reply.log, reply.seq): reply for reply in confirmed}
    lost = sum(not any(_says(line.raw, reply) for line in held.get(key, ())) for key, reply in known.items())
    duplicated = sum(len(lines) - 1 for lines in held.values())
    told = {_content(line.raw) for key, lines in held.items() if key in known for line in lines}
    others = 0
    for key, lines in held.items():
        if key in known or json.loads(lines[0].raw)["actor"]["person"] == OWN:
            continue
        again = _content(lines[0].raw) in told  # the same fact by the same person under another number
        duplicated += again
        others += not again
    return Arrivals(lost, duplicated, others)


def read_store(backup: Path) -> list[StoredLine]:
    """Every line of every log and branch in a backup of the office's database."""
    connection = sqlite3.connect(f"file:{backup}?mode=ro", uri=True)
    try:
        found = connection.execute(_LINES).fetchall()
    finally:
        connection.close()
    return [StoredLine(log, branch, seq, bytes(raw)) for log, branch, seq, raw in found]


def _says(raw: bytes, reply: Confirmed) -> bool:
    line = json.loads(raw)
    fits = all(line["data"].get(key) == value for key, value in reply.data.items())
    return bool(line["type"] == reply.type and line["log"] == reply.log and line["seq"] == reply.seq and fits)


def _content(raw: bytes) -> str:
    line: Mapping[str, object] = json.loads(raw)
    return json.dumps([line["log"], line["type"], line["actor"], line["data"], line.get("happened")], sort_keys=True)
