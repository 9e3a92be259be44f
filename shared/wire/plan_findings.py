"""What is wrong in a plan file: every finding with its line and its path inside the file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.errors import DomainError, ErrorCode
from shared.wire.problems import sentence

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to change, at a path of keys and list positions such as `("blocks", 2, "phases", 0, "start")`.

    `line` is given only where the path alone would lead to another line.
    """

    code: ErrorCode
    path: Path
    values: Mapping[str, object]
    line: int | None = None


class PlanProblems(DomainError):
    """A plan file was refused: `problems` holds every change it needs, by line, each with its place in the file."""

    def __init__(self, name: str, problems: Iterable[DomainError]) -> None:
        self.problems = tuple(problems)
        super().__init__(ErrorCode.PLAN_INVALID, name, count=len(self.problems))

    def sentences(self, language: str) -> list[str]:
        """One sentence for each change: file, line, path, what is wrong and what to write instead."""
        return [sentence(problem, language) for problem in self.problems]


def plan_problems(name: str, root: object, lines: Mapping[Path, int], findings: Iterable[Finding]) -> PlanProblems:
    """The findings as one error; `root` and `lines` are the file's content and the line of each path."""
    placed = sorted(
        (finding.line or _line_of(lines, finding.path), index, finding) for index, finding in enumerate(findings)
    )
    return PlanProblems(
        name,
        [
            DomainError(finding.code, f"{name}:{line} {path_text(root, finding.path)}".rstrip(), **finding.values)
            for line, _, finding in placed
        ],
    )


def _line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of the path, or of the nearest thing around it that stands in the file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def path_text(root: object, path: Sequence[str | int]) -> str:
    """A path as people read it: `blocks[chinese].phases[seal].start`; list items by name, else counted from 1."""
    text = ""
    here = root
    for step in path:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
            text += f"[{_label(here, step)}]"
        else:
            here = here.get(step) if isinstance(here, dict) else None
            text += f".{step}" if text else step
    return text


def _label(item: object, index: int) -> str:
    if isinstance(item, dict):
        for key in ("id", "phase", "level"):
            if isinstance(item.get(key), str) and item[key]:
                return str(item[key])
    return str(index + 1)
