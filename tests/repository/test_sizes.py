"""Files and functions stay small enough to read in one sitting (CONTRIBUTING.md, Sizes)."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

PACKAGES = ("shared", "field_app", "sync_server", "bench")


def list_sources(root: Path) -> list[Path]:
    """Every Python file of the product."""
    return [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]


def count_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def list_longer(paths: list[Path], limit: int) -> list[str]:
    return [f"{path}: {count} lines" for path in paths if (count := count_lines(path)) > limit]


def list_functions(paths: list[Path]) -> Iterator[tuple[str, int]]:
    """Each function's place and its length from `def` to its last line."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_source_file_over_500_lines(root: Path) -> None:
    assert list_longer(list_sources(root), 500) == []


def test_source_files_median_at_most_100_lines(root: Path) -> None:
    # files that hold only a docstring would flatter the median
    counts = [count for path in list_sources(root) if (count := count_lines(path)) > 5]
    assert median(counts) <= 100


def test_no_function_over_60_lines(root: Path) -> None:
    assert [f"{place}: {length}" for place, length in list_functions(list_sources(root)) if length > 60] == []


def test_functions_median_at_most_10_lines(root: Path) -> None:
    assert median(length for _, length in list_functions(list_sources(root))) <= 10


def test_no_template_over_150_lines(root: Path) -> None:
    templates = [path for package in PACKAGES for path in sorted((root / package).rglob("templates/**/*.html"))]
    assert list_longer(templates, 150) == []


def test_no_test_file_over_500_lines(root: Path) -> None:
    assert list_longer(sorted((root / "tests").rglob("*.py")), 500) == []
