"""The board's cells for programs: what docs/board.md describes, and what the page shows."""

from collections.abc import Mapping
from typing import Any

from shared.domain.progress import SignalSummary
from sync_server.services.board_row import BlockCells, Row


def cells_of(row: Row) -> dict[str, Any]:
    """A row as JSON; everything about a school that never sent a line is null."""
    return {
        "school": row.school.code,
        "name": row.school.name,
        "state": row.state.value,
        **_facts(row),
        "last_contact": row.last_contact,
        "silent": row.silent,
        "quarantined": row.quarantined,
        "concerns": [concern.value for concern in row.concerns],
    }


def _facts(row: Row) -> dict[str, Any]:
    facts = row.facts
    if facts is None:
        return dict.fromkeys(_FACTS)
    return {
        "plan": facts.plan.id if facts.plan else None,
        "day": facts.day,
        "block": facts.block,
        "roster": facts.roster,
        "blocks": None if facts.blocks is None else {name: _block(block) for name, block in facts.blocks.items()},
        "signals": _signals(facts.signals),
        "materials": {
            "balanced": facts.materials.balanced,
            "difference": facts.materials.difference,
            "missing": facts.materials.missing,
            "bags": facts.materials.bags,
        },
        "incidents": {"open": _levels(facts.incidents.open), "total": _levels(facts.incidents.total)},
        "lines": facts.lines,
        "handed_in": facts.handed_in,
        "logs": facts.logs,
        "forks": facts.forks,
        "verdicts": facts.verdicts,
    }


_FACTS = (
    "plan",
    "day",
    "block",
    "roster",
    "blocks",
    "signals",
    "materials",
    "incidents",
    "lines",
    "handed_in",
    "logs",
    "forks",
    "verdicts",
)


def _block(block: BlockCells) -> dict[str, Any]:
    return {
        "state": block.state.value,
        "expected": block.expected,
        "present": block.present,
        "late": block.late,
        "absent": block.absent,
        "unrecorded": block.unrecorded,
    }


def _signals(signals: SignalSummary | None) -> dict[str, Any] | None:
    if signals is None:
        return None
    return {
        "planned": signals.planned,
        "given": signals.given,
        "confirmed": signals.confirmed,
        "skipped": signals.skipped,
        "worst_ms": signals.worst,
        "worst_signal": signals.worst_signal,
    }


def _levels(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(level): number for level, number in counts.items()}
