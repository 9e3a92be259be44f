"""Compares every cell of the county board with what the script knows that it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.simulation.expected_board import deviations, expected_concerns, expected_row, expected_signals
from bench.simulation.ledger import Ledger
from shared.domain.plan import Plan, instant_of

COUNTED = ("planned", "given", "confirmed", "skipped")


@dataclass(frozen=True, slots=True)
class Witnessed:
    """One school as its script knows it; `lines` is how many its laptop exported, `began` when its day began (ms)."""

    ledger: Ledger
    plan: Plan
    lines: int
    began: int


def compare_board(board: Mapping[str, Any], schools: Sequence[Witnessed]) -> list[str]:
    """Each cell that differs, as `school cell: shown, expected`; empty when the board matches."""
    rows = {row["school"]: row for row in board["schools"]}
    found = [f"{code}: a school that nobody knows" for code in rows.keys() - {s.ledger.school for s in schools}]
    for school in schools:
        row = rows.get(school.ledger.school)
        if row is None:
            found.append(f"{school.ledger.school}: not on the board")
        else:
            found += [f"{school.ledger.school} {what}" for what in _compare_row(row, school, board["now"])]
    return found


def _compare_row(row: Mapping[str, Any], school: Witnessed, now: int) -> list[str]:
    expected = expected_row(school.ledger, school.plan, school.lines)
    signals = row["signals"] or {}
    expected |= {"signals": expected_signals(school.ledger, school.plan), "silent": _silent(row, school, now)}
    expected["concerns"] = expected_concerns(expected, signals.get("worst_ms"))
    shown = {**row, "signals": {name: signals.get(name) for name in COUNTED}}
    last = shown.pop("last_contact")
    found = _differences("", shown, expected)
    if last is None or not school.began <= last <= now:
        found.append(f"last_contact: {last}, not between {school.began} and {now}")
    return found + _worst_signal(signals, school)


def _silent(row: Mapping[str, Any], school: Witnessed, now: int) -> bool:
    """Ten minutes without a word, while the day runs."""
    runs = school.ledger.opened and not school.ledger.handed_in
    return runs and (row["last_contact"] is None or now - row["last_contact"] > 600_000)


def _differences(place: str, shown: Any, expected: Any) -> list[str]:
    if isinstance(shown, Mapping) and isinstance(expected, Mapping):
        found = []
        for key in sorted(shown.keys() | expected.keys()):
            inner = f"{place}.{key}" if place else key
            found += _differences(inner, shown.get(key, "–"), expected.get(key, "–"))
        return found
    return [] if shown == expected else [f"{place}: {shown}, expected {expected}"]


def _worst_signal(signals: Mapping[str, Any], school: Witnessed) -> list[str]:
    """The worst signal is one whose bounds hold what is shown, and no other was certainly further off."""
    date = school.plan.days[0].date or ""
    planned = {s.id: instant_of(date, s.at) for s in school.plan.signals() if s.at is not None}
    known = deviations(school.ledger, planned)
    name, worst = signals.get("worst_signal"), signals.get("worst_ms")
    if not known:
        return [] if name is None and worst is None else [f"signals.worst_signal: {name}, expected none"]
    if name not in known or worst is None:
        return [f"signals.worst_signal: {name}, which was not given"]
    bounds = known[name]
    if not bounds.earliest <= worst <= bounds.latest:
        return [f"signals.worst_ms: {worst}, not between {bounds.earliest} and {bounds.latest}"]
    surely = {other: _least(at.earliest, at.latest) for other, at in known.items() if other != name}
    further = [other for other, size in surely.items() if size > abs(worst)]
    return [f"signals.worst_signal: {name}, but {further[0]} was further off"] if further else []


def _least(earliest: int, latest: int) -> int:
    """The smallest size that a number between these two can have."""
    return 0 if earliest <= 0 <= latest else min(abs(earliest), abs(latest))
