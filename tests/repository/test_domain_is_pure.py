"""shared/domain stands on the standard library and itself, so that the same log always folds to the same state."""

import ast
import sys
from pathlib import Path

OWN = "shared.domain"


def list_imports(path: Path) -> list[str]:
    """The modules that a file imports, by their full names."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or ".")
    return names


def test_domain_imports_no_library(root: Path) -> None:
    foreign = [
        f"{path}: {name}"
        for path in sorted((root / "shared" / "domain").rglob("*.py"))
        for name in list_imports(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith(f"{OWN}.")
    ]
    assert foreign == []
