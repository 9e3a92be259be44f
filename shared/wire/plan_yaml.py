"""YAML of a plan file as plain text, lists and mappings: every scalar stays text, so 08:20 never becomes a number."""

import re
from dataclasses import dataclass, field

import yaml

from shared.domain.errors import ErrorCode
from shared.wire.plan_findings import Finding, Path, plan_problems

LIMIT = 64 * 1024  # bytes; a full plan has ten thousand
_DEEPEST = 16
# "end: ?" is how people write an unknown time, but to YAML a bare ? begins a key; a wide one it leaves alone.
_BARE_QUESTION = re.compile(r"(:[ \t]+)\?(?=[ \t\r]*(?:[,}#\n]|$))")


@dataclass(slots=True)
class Tree:
    """A file's content, the line of each path in it, and what was found wrong while reading it."""

    root: object
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


class _Refused(yaml.YAMLError):
    """YAML that a plan does not use: anchors, or nesting without end."""

    def __init__(self, mark: object) -> None:
        self.problem_mark = mark


class _Loader(yaml.BaseLoader):
    """Composes nodes without giving scalars types; refuses anchors and deep nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]  # its stub has no types
        if getattr(event, "anchor", None) is not None or self.depth > _DEEPEST:
            raise _Refused(event.start_mark)
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


def read_tree(data: bytes, name: str) -> Tree:
    """The content of a YAML file; PlanProblems when it is too large, not UTF-8, or cannot be read as YAML."""
    if len(data) > LIMIT:
        raise plan_problems(name, None, {}, [Finding(ErrorCode.PLAN_TOO_LARGE, (), {"limit": LIMIT // 1024})])
    try:
        text = _BARE_QUESTION.sub(r"\1？", data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise plan_problems(name, None, {}, [Finding(ErrorCode.PLAN_NOT_UTF8, (), {})]) from error
    try:
        node = yaml.compose(text, Loader=_Loader)
        tree = Tree(None)
        tree.root = {} if node is None else _plain(node, (), tree)
    except yaml.YAMLError as error:
        line, column = _position(error, text)
        finding = Finding(ErrorCode.PLAN_NOT_YAML, (), {"column": column})
        raise plan_problems(name, None, {(): line}, [finding]) from error
    return tree


def _position(error: yaml.YAMLError, text: str) -> tuple[int, int]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return mark.line + 1, mark.column + 1
    before = text[: getattr(error, "position", 0)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _plain(node: yaml.Node, path: Path, tree: Tree) -> object:
    """The node's value; notes the line of each path, and each key that stands twice (the first one counts)."""
    tree.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), tree) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return str(node.value).strip()
    result: dict[str, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _Refused(key_node.start_mark)
        key, line = str(key_node.value), key_node.start_mark.line + 1
        here = (*path, key)
        if key in result:
            values = {"key": key, "first": tree.lines[here]}
            tree.findings.append(Finding(ErrorCode.PLAN_KEY_DUPLICATE, here, values, line))
        else:
            tree.lines[here] = line
            result[key] = _plain(value_node, here, tree)
    return result
