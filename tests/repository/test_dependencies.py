"""Every dependency has a reason, a pin and a hash, and no committed file names an index, a link or a folder."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PIN = re.compile(r"^[a-z0-9][a-z0-9.-]*==[^\s;]+( ; .+?)?$")
HASH = re.compile(r"^--hash=sha256:[0-9a-f]{64}$")
ADDRESS = re.compile(r"://|\bfile:|@ |^\s*-[a-z]|^\s*--(?!hash)|(^|\s)[./~]*/", re.MULTILINE)
FILES = ("run.txt", "dev.txt")


def read_pins(path: Path) -> dict[str, list[str]]:
    """Each pin (`name==version ; marker`) with its hash options; comments are left out."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    entries = "\n".join(lines).replace("\\\n", "\t").splitlines()
    return {pin.strip(): [word.strip() for word in words] for pin, *words in (entry.split("\t") for entry in entries)}


def read_project(root: Path) -> dict[str, list[str]]:
    """The direct dependencies by group: `run`, each extra, `build`."""
    document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = document["project"]
    return {"run": project["dependencies"], "build": document["build-system"]["requires"]} | project[
        "optional-dependencies"
    ]


def list_names(requirements: list[str]) -> set[str]:
    return {re.sub(r"[-_.]+", "-", Requirement(text).name).lower() for text in requirements}


def list_pinned(path: Path) -> set[str]:
    return {pin.split("==")[0] for pin in read_pins(path)}


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned_and_hashed(root: Path, name: str) -> None:
    pins = read_pins(root / "requirements" / name)
    assert [pin for pin in pins if not PIN.match(pin)] == []
    assert [pin for pin, hashes in pins.items() if not hashes or not all(map(HASH.match, hashes))] == []


@pytest.mark.parametrize("name", FILES)
def test_requirements_name_no_address(root: Path, name: str) -> None:
    text = (root / "requirements" / name).read_text(encoding="utf-8")
    bare = "\n".join(
        line for line in text.splitlines() if not re.match(r"\s*--hash=|\s*#\s+(via )?[\w.-]+( \(\w+\.toml\))?$", line)
    )
    assert ADDRESS.findall(bare) == []


def test_run_pins_are_dev_pins(root: Path) -> None:
    run, dev = (read_pins(root / "requirements" / name) for name in FILES)
    assert [pin for pin, hashes in run.items() if dev.get(pin) != hashes] == []


def test_direct_dependencies_are_pinned(root: Path) -> None:
    groups = {group: list_names(requirements) for group, requirements in read_project(root).items()}
    assert groups["run"] | groups["postgres"] | groups["build"] <= list_pinned(root / "requirements" / "run.txt")
    assert set().union(*groups.values()) <= list_pinned(root / "requirements" / "dev.txt")


def test_each_direct_dependency_has_a_reason(root: Path) -> None:
    lines = (root / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    listed = [text for group, texts in read_project(root).items() if group != "build" for text in texts]
    silent = [text for text in listed if not any(re.match(rf'\s*"{re.escape(text)}",\s+# \S', line) for line in lines)]
    assert silent == []
