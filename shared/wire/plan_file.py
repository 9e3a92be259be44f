"""Plan files 方案: YAML that a county officer can edit, read into a `Plan` or refused with everything to change."""

import hashlib
from importlib import resources

from shared.domain.plan import (
    Block,
    Day,
    Group,
    IncidentLevel,
    IncidentType,
    Material,
    Phase,
    Plan,
    ReadinessItem,
    SignalRow,
    Source,
)
from shared.wire.plan_draft import Draft, Loaded, load_draft
from shared.wire.plan_findings import plan_problems
from shared.wire.plan_rules import check_rules, is_signalled
from shared.wire.plan_yaml import read_tree


def read_plan(data: bytes, name: str) -> Plan:
    """The plan in these bytes; PlanProblems carrying every problem, each with file, line and path.

    `name` is the file's name as the person who chose it knows it; the plan's hash is that of `data`.
    """
    tree = read_tree(data, name)
    draft = load_draft(tree.root)
    findings = [*tree.findings, *draft.findings, *check_rules(draft, tree.root)]
    if findings:
        raise plan_problems(name, tree.root, tree.lines, findings)
    return _build(draft, hashlib.sha256(data).hexdigest())


def shipped_plans() -> dict[str, bytes]:
    """The plans that come with the product, by file name."""
    folder = resources.files("shared") / "plans"
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    return {entry.name: entry.read_bytes() for entry in sorted(files, key=lambda entry: entry.name)}


def _build(draft: Draft, sha256: str) -> Plan:
    head = draft.head
    materials = {item["id"]: Material(**item) for item in draft.items("materials")}
    return Plan(
        id=head["id"],
        revision=head["revision"],
        year=head["year"],
        grade=head["grade"],
        title=head["title"],
        days=tuple(Day(**item) for item in draft.items("days")),
        blocks=tuple(_block(item, materials) for item in draft.items("blocks")),
        groups=tuple(Group(**item) for item in draft.items("groups")),
        roles=head["roles"],
        incident_levels=tuple(IncidentLevel(**item) for item in draft.items("incident_levels")),
        incident_types=tuple(IncidentType(**item) for item in draft.items("incident_types")),
        readiness=tuple(ReadinessItem(**item) for item in draft.items("readiness")),
        sha256=sha256,
        signal_rows=tuple(SignalRow(**item | {"enabled": bool(item["enabled"])}) for item in draft.items("signals")),
    )


def _block(item: Loaded, materials: dict[str, Material]) -> Block:
    return Block(
        id=item["id"],
        day=item["day"],
        title=item["title"],
        kind=item["kind"],
        mode=item["mode"],
        group=item["group"],
        forms=item["forms"],
        materials=tuple(materials[name] for name in item["materials"]),
        phases=tuple(_phase(phase) for phase in item["phases"]),
        roles=item["roles"],
        signalled=is_signalled(item),
    )


def _phase(item: Loaded) -> Phase:
    known = item["start"] is not None or item["end"] is not None
    source = item["source"] or (Source.STATED if known else Source.UNKNOWN)
    return Phase(item["phase"], item["start"], item["end"], source)
