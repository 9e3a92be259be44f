"""Modules are named for what they hold, and packages re-export nothing (CONTRIBUTING.md, Names and Types)."""

import ast
from pathlib import Path

FOLDERS = ("shared", "field_app", "sync_server", "bench", "tests")
GRAB_BAGS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers"}


def list_modules(root: Path) -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))]


def test_no_module_is_a_grab_bag(root: Path) -> None:
    modules = list_modules(root)
    names = {path for path in modules if path.stem in GRAB_BAGS or path.parent.name in GRAB_BAGS}
    assert names == set()


def test_package_init_holds_only_a_docstring(root: Path) -> None:
    fuller = []
    for path in list_modules(root):
        if path.name == "__init__.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if ast.get_docstring(tree) is None or len(tree.body) != 1:
                fuller.append(path)
    assert fuller == []


def test_every_module_says_what_it_promises(root: Path) -> None:
    silent = [p for p in list_modules(root) if ast.get_docstring(ast.parse(p.read_text(encoding="utf-8"))) is None]
    assert silent == []


def test_tests_are_found_by_their_names(root: Path) -> None:
    # pytest collects test_*.py only: a file with tests under another name would never run
    strays = [
        path
        for path in sorted((root / "tests").rglob("*.py"))
        if not path.name.startswith("test_") and "\ndef test_" in path.read_text(encoding="utf-8")
    ]
    assert strays == []
