"""The account at the end of a run: what was recorded, what arrived, and whether the board says so."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.simulation.board_check import Witnessed, compare_board
from bench.simulation.ledger import Confirmed
from bench.simulation.stored_lines import StoredLine, compare_lines
from shared.log.logfile import Fragment
from shared.log.verification import verify_log


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the account is made from, fetched when the day was over; `recorded` is the laptops' own word."""

    schools: Sequence[Witnessed]
    exports: Sequence[Fragment]
    board: Mapping[str, Any]
    stored: Sequence[StoredLine]
    recorded: int


def make_account(evidence: Evidence) -> dict[str, Any]:
    """One JSON object; docs/simulator.md says what each key means."""
    rows = evidence.board["schools"]
    arrivals = compare_lines(_confirmed(evidence.schools), evidence.stored)
    differences = compare_board(evidence.board, evidence.schools)
    first = [next(iter(row["blocks"].values())) for row in rows if row["blocks"]]
    return {
        "schools": len(rows),
        "students_expected": sum(row["roster"] or 0 for row in rows),
        "present": sum(block["present"] for block in first),
        "absent": sum(block["absent"] for block in first),
        "signals_planned": _sum(rows, "signals", "planned"),
        "signals_given": _sum(rows, "signals", "given"),
        "incidents": sum(sum(row["incidents"]["total"].values()) for row in rows if row["incidents"]),
        "bags_sealed": _sum(rows, "materials", "bags"),
        "events_recorded": evidence.recorded,
        "events_received": len(evidence.stored),
        "events_least": min((school.lines for school in evidence.schools), default=0),
        "confirmed": sum(len(school.ledger.confirmed) for school in evidence.schools),
        "lost": arrivals.lost,
        "duplicated": arrivals.duplicated,
        "others": arrivals.others,
        "boards_match": not differences,
        "differences": differences[:20],
        "logs_whole": are_whole(evidence.exports, evidence.stored),
    }


def are_whole(exports: Iterable[Fragment], stored: Sequence[StoredLine]) -> bool:
    """Whether every exported log verifies, and the office holds just its lines, byte for byte."""
    held: dict[str, list[bytes]] = {}
    for line in sorted(stored, key=lambda line: (line.branch, line.seq)):
        held.setdefault(line.log, []).append(line.raw)
    good = True
    for export in exports:
        report = verify_log(export.birth or b"", export.lines, export.heads)
        good = good and report.is_whole and report.lines > 0 and held.pop(report.birth.log, []) == export.lines
    return good and not held


def count_faults(struck: Iterable[Counter[str]]) -> dict[str, int]:
    """How often each fault has struck, over all schools."""
    total: Counter[str] = Counter()
    for one in struck:
        total.update(one)
    return dict(sorted(total.items()))


def _confirmed(schools: Sequence[Witnessed]) -> list[Confirmed]:
    return [reply for school in schools for reply in school.ledger.confirmed]


def _sum(rows: Sequence[Mapping[str, Any]], part: str, name: str) -> int:
    return sum(row[part][name] for row in rows if row[part])
