"""The board's row of one school, worked out from the script's own ledger, without the product's fold."""

from collections.abc import Mapping
from typing import Any

from bench.simulation.ledger import PRESENT, Given, IncidentSeen, Ledger
from shared.domain.plan import Block, Plan

BEGUN = ("running", "ended", "sealed")
_SINGERS = 5


def expected_row(ledger: Ledger, plan: Plan, lines: int) -> dict[str, Any]:
    """Every cell but the last contact and the worst signal, which have bounds; `lines` as exported."""
    blocks = {block.id: _block(ledger, plan, block) for block in plan.check_in_blocks()}
    signalled = [block.id for block in plan.check_in_blocks() if block.signalled]
    begun = [name for name in signalled if blocks[name]["state"] in BEGUN]
    current = begun[-1] if begun else signalled[0]
    return {
        "school": ledger.school,
        "name": ledger.name,
        "state": "handed_in" if ledger.handed_in else blocks[current]["state"],
        "plan": plan.id,
        "day": plan.days[0].id,
        "block": current,
        "roster": len(ledger.seats) if ledger.seats else None,
        "blocks": blocks,
        "materials": _materials(ledger),
        "incidents": _incidents(ledger.incidents),
        "lines": lines,
        "handed_in": ledger.handed_in,
        "logs": 1,
        "forks": 0,
        "verdicts": 0,
        "quarantined": 0,
    }


def expected_signals(ledger: Ledger, plan: Plan) -> dict[str, int]:
    """The counts of the day's signals."""
    return {
        "planned": len(plan.signals()),
        "given": len(ledger.given),
        "confirmed": len(ledger.heard),
        "skipped": len(ledger.skipped - set(ledger.given)),
    }


def deviations(ledger: Ledger, planned: Mapping[str, int]) -> dict[str, Given]:
    """How far each signal was off its planned time (ms), between two bounds."""
    return {
        name: Given(given.earliest - planned[name], given.latest - planned[name])
        for name, given in ledger.given.items()
        if name in planned
    }


def expected_concerns(row: Mapping[str, Any], worst_ms: int | None) -> list[str]:
    """Why somebody should look at the school, from cells that were compared before: the order is docs/board.md's."""
    now = row["blocks"][row["block"]]
    materials, incidents = row["materials"], row["incidents"]["open"]
    found = {
        "grave_incident": incidents["3"] > 0,
        "silent": row["silent"],
        "materials": materials["balanced"] is False or materials["missing"] > 0,
        "incident": incidents["2"] > 0,
        "signal": abs(worst_ms or 0) > 60_000 or row["signals"]["skipped"] > 0,
        "unrecorded": now["state"] in BEGUN and now["unrecorded"] > 0,
    }
    return [name for name, holds in found.items() if holds]


def _block(ledger: Ledger, plan: Plan, block: Block) -> dict[str, Any]:
    order = _order(plan, block)
    standing = ledger.standing(order)
    seats: list[int] = list(ledger.seats)
    if not block.signalled:  # a chosen few: nobody knows which seats until they come
        seats = [*standing, *range(-max(min(_SINGERS, len(ledger.seats)) - len(standing), 0), 0)]
    words = [standing.get(seat) for seat in seats]
    return {
        "state": _state(ledger, block.id, order),
        "expected": sum(word != "not_on_register" for word in words),
        "present": sum(word in PRESENT for word in words),
        "late": words.count("late"),
        "absent": words.count("absent") + words.count("refused"),
        "unrecorded": words.count(None),
    }


def _order(plan: Plan, block: Block) -> tuple[str, ...]:
    if not block.signalled:
        return (block.id,)
    names = [item.id for item in plan.check_in_blocks() if item.signalled]
    return tuple(names[: names.index(block.id) + 1])


def _state(ledger: Ledger, block: str, order: tuple[str, ...]) -> str:
    if block in ledger.sealed:
        return "sealed"
    if f"{block}.end" in ledger.given:
        return "ended"
    if f"{block}.start" in ledger.given:
        return "running"
    if any(name in ledger.closed or ledger.newest(name) for name in order):
        return "checked_in"
    return "ready" if ledger.opened and ledger.seats else "waiting"


def _materials(ledger: Ledger) -> dict[str, Any]:
    """All blocks together: `difference` is the largest by size of what does not add up."""
    off: list[int] = []
    missing = bags = 0
    for rows in ledger.counts.values():
        for row in rows.values():
            off.append(row["received"] - row["handed_out"] - row.get("unused", 0) - row.get("damaged", 0))
            if "collected" in row:
                off.append(row["handed_out"] - row["collected"] - row.get("void", 0) - row.get("missing", 0))
            missing += row.get("missing", 0)
    for labels in ledger.bags.values():
        bags += len(labels)
    balanced = None if not off else not any(off) and not missing
    return {"balanced": balanced, "difference": max(off, key=abs, default=0), "missing": missing, "bags": bags}


def _incidents(incidents: Mapping[int, IncidentSeen]) -> dict[str, dict[str, int]]:
    return {
        "open": {str(n): sum(i.level == n and i.is_open for i in incidents.values()) for n in (1, 2, 3)},
        "total": {str(n): sum(i.level == n for i in incidents.values()) for n in (1, 2, 3)},
    }
