"""A spare enrolled beforehand lays its empty log aside before it takes over; nobody else's day is laid aside."""

from pathlib import Path

import pytest

from field_app.services.stepping_aside import finish_stepping_aside, is_spare
from field_app.services.takeover import Promise, promise_takeover, read_promise, resume_takeover
from shared.store.set_aside import set_aside
from tests.field_house import PROCTOR, FieldHouse, make_bare, make_enrolled
from tests.stick_house import leave_on

OWN = ("log.sqlite", "log.key", "laptop.json")


@pytest.fixture
def stick(tmp_path: Path, field: FieldHouse) -> Path:
    """The black box's stick of a laptop in the middle of its morning."""
    folder = tmp_path / "stick"
    folder.mkdir()
    field.sign_in(PROCTOR)
    field.say("/check-in/mark", block="chinese", seat=3, status="present")
    leave_on(folder, field)
    return folder


@pytest.fixture
def spare(tmp_path: Path) -> Path:
    """The folder of a spare that is enrolled, not running."""
    made = make_enrolled(tmp_path / "spare")
    assert is_spare(made.laptop)
    made.close()
    return made.laptop.folder


def promise(spare: Path, stick: Path) -> None:
    promise_takeover(spare, Promise(str(next(stick.glob("*.log"))), "broken", "black_box", aside=True))


def goes_on(spare: Path) -> FieldHouse:
    """The spare, opened as the program opens it."""
    finish_stepping_aside(spare)
    made = make_bare(spare)
    resume_takeover(made.laptop)
    return made


def test_a_day_of_its_own_is_no_spares(field: FieldHouse) -> None:
    assert not is_spare(field.laptop)


@pytest.mark.parametrize("moved", range(4))
def test_cut_short_anywhere_it_ends_at_the_next_opening(spare: Path, stick: Path, moved: int) -> None:
    own = [(spare / name).read_bytes() for name in OWN]
    promise(spare, stick)
    if moved:  # so many of its files had been moved when the power failed
        set_aside(spare / OWN[0], *(spare / name for name in OWN[1:moved]))
    made = goes_on(spare)
    assert made.laptop.journal.birth.ancestor is not None
    assert made.laptop.journal.day.attendance.marks["chinese"][3].status == "present"
    made.close()
    kept = {path.name: path.read_bytes() for path in (spare / "set-aside").rglob("*") if path.is_file()}
    assert [kept[name] for name in OWN] == own
    assert not read_promise(spare).aside


def test_without_a_promise_nothing_is_laid_aside(spare: Path) -> None:
    finish_stepping_aside(spare)
    assert all((spare / name).exists() for name in OWN)
