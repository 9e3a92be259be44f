"""Fixtures that any test may ask for; the app is imported only by the tests that do."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.field_house import FieldHouse


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share tests out among workers, but keep those that start many processes on one, one after another.

    A mark would say so where it belongs, but pytest 9.2 hides marks from pytest-xdist 3.8.
    """
    from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]

    class ByFolder(LoadGroupScheduling):  # type: ignore[misc] # ships no types
        def _split_scope(self, nodeid: str) -> str:
            folder = next((folder for folder in ("tests/e2e", "tests/faults") if nodeid.startswith(f"{folder}/")), "")
            return folder or super()._split_scope(nodeid)

    return ByFolder(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture
def field(tmp_path: Path) -> "Iterator[FieldHouse]":
    """A laptop in the middle of its morning: people on duty, 30 pupils, the chief proctor at the keyboard."""
    from tests.field_house import make_laptop

    made = make_laptop(tmp_path / "field")
    yield made
    made.close()


@pytest.fixture
def enrolled_field(tmp_path: Path) -> "Iterator[FieldHouse]":
    """An enrolled laptop on which nobody is on duty yet."""
    from tests.field_house import make_enrolled

    made = make_enrolled(tmp_path / "field")
    yield made
    made.close()


@pytest.fixture
def bare_field(tmp_path: Path) -> "Iterator[FieldHouse]":
    """A laptop that is not enrolled."""
    from tests.field_house import make_bare

    made = make_bare(tmp_path / "field")
    yield made
    made.close()
