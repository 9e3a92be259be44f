"""A small file of the laptop's that is damaged or another: the program says so in words, and signs nothing with it."""

from pathlib import Path

import pytest

from field_app.app import open_house
from field_app.config import FieldConfig
from field_app.services.damage import find_damage
from shared.domain.errors import DomainError, ErrorCode
from tests.field_house import make_enrolled


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An enrolled laptop's folder, closed."""
    made = make_enrolled(tmp_path / "field")
    (tmp_path / "field" / "laptop.json").write_text("{", encoding="utf-8")
    made.close()
    return tmp_path / "field"


def refusal(folder: Path) -> DomainError:
    with pytest.raises(DomainError) as caught:
        open_house(FieldConfig(folder, open_browser=False, sync=False))
    return caught.value


def test_enrolment_that_is_no_json(folder: Path) -> None:
    assert refusal(folder).code is ErrorCode.ENROLMENT_UNREADABLE


@pytest.mark.parametrize("key", [b"\0" * 32, b"short"], ids=["another key", "no key"])
def test_log_key_that_is_not_the_logs(folder: Path, key: bytes) -> None:
    (folder / "laptop.json").unlink()
    (folder / "log.key").write_bytes(key)
    problem = refusal(folder)
    assert (problem.code, problem.values["path"]) == (ErrorCode.KEY_DAMAGED, "log.key")


@pytest.mark.parametrize("name", ["laptop.json", "device.key", "session.key"])
def test_disk_that_does_not_give_a_file(folder: Path, name: str) -> None:
    for path in (folder / "laptop.json", folder / name):
        path.unlink(missing_ok=True)
    (folder / name).mkdir()  # reading it fails, whoever reads
    problem = refusal(folder)
    assert (problem.code, problem.values["path"]) == (ErrorCode.FILE_UNREADABLE, name)


def test_disk_that_gives_the_log_key_once_and_then_no_more(folder: Path) -> None:
    (folder / "log.key").unlink()
    (folder / "log.key").mkdir()
    with pytest.raises(DomainError) as caught:
        find_damage(folder)
    assert (caught.value.code, caught.value.values["path"]) == (ErrorCode.FILE_UNREADABLE, "log.key")
