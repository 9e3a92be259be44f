"""Fixtures that any test may ask for; the app is imported only by the tests that do."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.field_house import FieldHouse


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
