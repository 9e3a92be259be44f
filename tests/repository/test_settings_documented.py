"""docs/settings.md names every environment variable that the code reads, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("shared", "field_app", "sync_server", "bench")
OURS = re.compile(r"TESTDAY_[A-Z_]+")


def list_read(tree: ast.AST) -> Iterator[ast.expr]:
    """The names under which a file reads the environment (not a request's `environ`), as they stand in the code."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="get", value=ast.Attribute(ast.Name("os"), "environ")), args=[name, *_]
            ):
                yield name
            case ast.Call(func=ast.Attribute(attr="getenv"), args=[name, *_]):
                yield name
            case ast.Subscript(value=ast.Attribute(ast.Name("os"), "environ"), slice=name, ctx=ast.Load()):
                yield name
            case ast.keyword(arg="envvar", value=name):
                yield name


def read_sources(root: Path) -> Iterator[tuple[Path, str]]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")


def find_variables(root: Path) -> set[str]:
    """The variables that the code reads; one that is not written out would be found by nobody."""
    found: set[str] = set()
    for path, text in read_sources(root):
        for name in list_read(ast.parse(text)):
            assert isinstance(name, ast.Constant), f"{path}:{name.lineno} reads a variable that is not written out"
            found.add(str(name.value))
    return found


def documented(root: Path) -> set[str]:
    page = (root / "docs" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))


def test_every_variable_is_documented_and_read(root: Path) -> None:
    assert documented(root) == find_variables(root)


def test_every_variable_begins_with_our_name(root: Path) -> None:
    assert [name for name in find_variables(root) if not OURS.fullmatch(name)] == []


def test_no_variable_is_named_without_being_read(root: Path) -> None:
    named = {name for _, text in read_sources(root) for name in OURS.findall(text)}
    assert named <= documented(root)


def test_reading_in_any_way_is_seen() -> None:
    code = (
        "os.environ.get('A', 1)\nos.environ['B']\nos.getenv('C')\nclick.option('--x', envvar='D')\nos.environ['E'] = 1"
        "\nrequest.environ.get('F')"
    )
    names = [name.value for name in list_read(ast.parse(code)) if isinstance(name, ast.Constant)]
    assert sorted(str(name) for name in names) == ["A", "B", "C", "D"]
