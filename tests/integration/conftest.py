"""An office on a real socket, and the road to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office_house import ServedOffice
from tests.road import Road
from tests.sync_house import serve


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedOffice]:
    """An office on a real socket."""
    made = serve(tmp_path / "office")
    yield made
    made.close()


@pytest.fixture
def road(served: ServedOffice) -> Iterator[Road]:
    """The road to it."""
    made = Road(served.url)
    yield made
    made.close()
