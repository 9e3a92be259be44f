"""A plan file read through its schemas: the sound parts, and a finding for each of the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, ValidationError

from shared.domain.errors import ErrorCode
from shared.wire.plan_findings import Finding, Path
from shared.wire.plan_schema import OPTIONAL, SECTIONS, HeadSchema, PhaseSchema

Loaded = dict[str, Any]
MOST = 200  # items of a section; what is beyond is not even looked at


@dataclass(slots=True)
class Draft:
    """What could be read: the plan's own values, and by section the sound items with their place in the list."""

    head: Loaded
    sections: dict[str, dict[int, Loaded]]
    findings: list[Finding] = field(default_factory=list)

    def items(self, section: str) -> list[Loaded]:
        """The sound items of a section, in the file's order."""
        return list(self.sections[section].values())


def load_draft(root: object) -> Draft:
    """Reads everything that can be read, and a finding for everything that cannot."""
    head, findings = _load(HeadSchema(), root, ())
    draft = Draft(head or {}, {section: {} for section in SECTIONS}, findings)
    if isinstance(root, dict):
        for section in SECTIONS:
            _load_section(root, section, draft)
    return draft


def _load_section(root: Mapping[str, object], section: str, draft: Draft) -> None:
    if section not in root:
        if section not in OPTIONAL:
            draft.findings.append(Finding(ErrorCode.PLAN_KEY_MISSING, (section,), {"key": section}))
        return
    items = root[section]
    if not isinstance(items, list) or (not items and section not in OPTIONAL):
        draft.findings.append(Finding(ErrorCode.PLAN_SHAPE_WRONG, (section,), {"example": _example(SECTIONS[section])}))
        return
    if len(items) > MOST:
        values = {"value": len(items), "allowed": f"≤ {MOST}"}
        draft.findings.append(Finding(ErrorCode.PLAN_VALUE_INVALID, (section,), values))
    for index, item in enumerate(items[:MOST]):
        loaded, findings = _load(SECTIONS[section], item, (section, index))
        draft.findings += findings
        if loaded is not None:
            draft.sections[section][index] = loaded


def _example(schema: Schema) -> str:
    return "- {" + ", ".join(f"{key}: …" for key in schema.fields) + "}"


def _load(schema: Schema, item: object, path: Path) -> tuple[Loaded | None, list[Finding]]:
    try:
        loaded: Loaded = schema.load(item)  # type: ignore[arg-type]  # anything may stand in the file
    except ValidationError as error:
        return None, list(_flatten(error.messages, path, schema))
    return loaded, []


def _flatten(messages: object, path: Path, schema: Schema) -> Iterator[Finding]:
    """marshmallow's nested messages as findings with their paths."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flatten(inner, path if key == "_schema" else (*path, key), schema)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flatten(inner, path, schema)
    elif isinstance(messages, Finding):
        yield Finding(messages.code, path, messages.values)
    else:
        example = _example(PhaseSchema() if "phases" in path else schema) if path else "id: …"
        values = {"key": str(path[-1]) if path else "", "example": example}
        yield Finding(ErrorCode(str(messages)), path, values)
