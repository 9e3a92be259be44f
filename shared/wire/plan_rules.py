"""Rules across a plan's parts: names that must exist and be used once, signals of blocks that have them."""

from collections.abc import Iterable, Iterator

from shared.domain.blocks import WITHOUT_SIGNALS
from shared.domain.errors import ErrorCode
from shared.domain.plan import PhaseKind, SignalKind
from shared.domain.roles import STAFF
from shared.domain.timetable import AT_END, AT_START
from shared.wire.plan_draft import Draft, Loaded
from shared.wire.plan_findings import Finding, Path
from shared.wire.plan_phase_rules import check_overlaps, check_phases


def check_rules(draft: Draft, root: object) -> Iterator[Finding]:
    """A finding for every rule that the sound parts of the file break."""
    names = {section: _written(root, section, "id") for section in ("days", "groups", "materials", "blocks")}
    names["roles"] = list(draft.head.get("roles") or _written_roles(root))
    names["levels"] = _written(root, "incident_levels", "level")
    yield from _duplicates(draft)
    yield from _known_roles(draft)
    for index, block in draft.sections["blocks"].items():
        path: Path = ("blocks", index)
        yield from _names(block, path, names)
        yield from check_phases(block, path)
    for index, item in draft.sections["incident_types"].items():
        yield from _one_of(str(item["level"]), names["levels"], ("incident_types", index, "level"))
    yield from check_overlaps(draft)
    yield from _signal_rows(draft, names["blocks"])


def is_signalled(block: Loaded) -> bool:
    """Whether the timekeeper signals this block: what the file says, else what its kind suggests."""
    if block["signals"] is not None:
        return bool(block["signals"])
    return block["kind"] not in WITHOUT_SIGNALS


def _written(root: object, section: str, key: str) -> list[str]:
    """The names that stand in the file, also of items that have other faults."""
    items = root.get(section) if isinstance(root, dict) else None
    found = [item.get(key) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [name for name in found if isinstance(name, str)]


def _written_roles(root: object) -> list[str]:
    items = root.get("roles") if isinstance(root, dict) else None
    return [item for item in items if isinstance(item, str)] if isinstance(items, list) else []


def _one_of(value: str, known: Iterable[str], path: Path) -> Iterator[Finding]:
    known = list(dict.fromkeys(known))
    if value not in known:
        values = {"value": value, "allowed": ", ".join(known) or "–"}
        yield Finding(ErrorCode.PLAN_NAME_UNKNOWN, path, values)


def _impossible(value: object, allowed: Iterable[str], path: Path) -> Finding:
    return Finding(ErrorCode.PLAN_VALUE_INVALID, path, {"value": value, "allowed": ", ".join(allowed) or "–"})


def _duplicates(draft: Draft) -> Iterator[Finding]:
    for section, items in draft.sections.items():
        seen = set()
        for index, item in items.items():
            name = _name_of(item)
            if name in seen:
                yield Finding(ErrorCode.PLAN_DUPLICATE_ID, (section, index), {"id": name})
            seen.add(name)


def _name_of(item: Loaded) -> str:
    if "block" in item:
        return f"{item['block']}.{item['kind']}" + (f"-{m}" if (m := item["minutes_before_end"]) else "")
    return str(item["id"] if "id" in item else item["level"])


def _known_roles(draft: Draft) -> Iterator[Finding]:
    for index, role in enumerate(draft.head.get("roles") or ()):
        if role not in STAFF:
            yield _impossible(role, sorted(STAFF), ("roles", index))


def _names(block: Loaded, path: Path, names: dict[str, list[str]]) -> Iterator[Finding]:
    yield from _one_of(block["day"], names["days"], (*path, "day"))
    yield from _one_of(block["group"], names["groups"], (*path, "group"))
    for key in ("materials", "roles"):
        for index, name in enumerate(block[key]):
            yield from _one_of(name, names[key], (*path, key, index))


def _signal_rows(draft: Draft, written: list[str]) -> Iterator[Finding]:
    blocks = {block["id"]: block for block in reversed(draft.items("blocks"))}  # of two with one name, the first
    signalled = [name for name, block in blocks.items() if is_signalled(block)]
    for index, row in draft.sections["signals"].items():
        path: Path = ("signals", index)
        if row["block"] in signalled:
            yield from _signal_row(row, blocks[row["block"]], path)
        elif row["block"] in blocks:
            yield _impossible(row["block"], signalled, (*path, "block"))
        else:
            yield from _one_of(row["block"], written, (*path, "block"))


def _signal_row(row: Loaded, block: Loaded, path: Path) -> Iterator[Finding]:
    phases = {phase["phase"]: phase for phase in block["phases"]}
    kinds = [kind for edge in (AT_START, AT_END) for phase, kind in edge.items() if phase in phases]
    answer = phases.get(PhaseKind.ANSWER)
    if row["kind"] is not SignalKind.REMINDER:
        if row["kind"] not in kinds:
            yield _impossible(row["kind"], kinds, (*path, "kind"))
        for key in ("minutes_before_end", "enabled"):
            if row[key] is not None:
                values = {"key": key, "allowed": "block, kind, title, script"}
                yield Finding(ErrorCode.PLAN_KEY_UNKNOWN, (*path, key), values)
    elif answer is None:
        yield _impossible(row["kind"], kinds, (*path, "kind"))
    elif row["minutes_before_end"] is None:
        yield Finding(ErrorCode.PLAN_KEY_MISSING, (*path, "minutes_before_end"), {"key": "minutes_before_end"})
    elif answer["start"] is not None and answer["end"] is not None:
        length = answer["end"] - answer["start"]
        if 0 < length <= row["minutes_before_end"]:
            yield _impossible(row["minutes_before_end"], [f"1–{length - 1}"], (*path, "minutes_before_end"))
