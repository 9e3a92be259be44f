"""A disk that refuses while a spare lays its own log aside: said in words, and the laptop is open again and records on.

The disks are real: a folder that cannot be made, the kernel failing single calls through strace, a full file system.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from field_app.services.takeover import read_promise
from shared.verify_cli import read_path, verify_path
from tests.field_house import FIRST, make_enrolled
from tests.integration.test_full_disk import failing, run_on_small_disk
from tests.processes import Visitor, end, start
from tests.stick_house import break_laptop

CHECK = {"item": "desks", "result": "ready"}
OWN = ("log.sqlite", "log.key", "laptop.json")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """What another laptop's black box left in the middle of its morning."""
    return break_laptop(tmp_path)


@pytest.fixture
def spare(tmp_path: Path) -> Path:
    """The folder of a spare that is enrolled, not running."""
    make_enrolled(tmp_path / "spare").close()
    return tmp_path / "spare"


@contextmanager
def running(folder: Path) -> Iterator[tuple[Visitor, int]]:
    """The spare's program, its visitor and its process."""
    process, address = start("field", "--data", folder, "run", "--port", 0, "--no-browser", "--no-sync")
    visitor = Visitor(address)
    try:
        yield visitor, process.pid
    finally:
        visitor.close()
        end(process)


def take_over(visitor: Visitor, stick: Path) -> dict[str, Any]:
    """What the page's button answers."""
    return visitor.say("/takeover/", path=str(stick), reason="broken")


def works(visitor: Visitor) -> list[int]:
    """A day of its own on this laptop: the lines that it confirms."""
    visitor.say("/people/first", **FIRST)
    return [visitor.say("/readiness/check", **CHECK)["seq"] for _ in range(3)]


def in_words(told: dict[str, Any]) -> bool:
    """Whether a refusal has a sentence in both languages."""
    return told["code"] in ("disk_full", "not_recorded") and bool(told["zh"]) and told["zh"] != told["en"]


def goes_on(log: Path) -> bool:
    """Whether a log goes on from another."""
    return json.loads(read_path(log)[0])["ancestor"] is not None


def test_a_folder_that_cannot_be_made(spare: Path, stick: Path) -> None:
    (spare / "set-aside").write_bytes(b"")
    own = [(spare / name).read_bytes() for name in OWN[1:]]
    with running(spare) as (visitor, _):
        assert in_words(take_over(visitor, stick))
        assert "没有接手" in visitor.submit("/takeover/", path=str(stick), reason="broken")
        lines = works(visitor)
    (spare / "set-aside").unlink()
    assert [(spare / name).read_bytes() for name in OWN[1:]] == own
    assert not read_promise(spare).path, "what was refused is not done later, over lines of a day"
    with running(spare):
        pass
    report = verify_path(spare / "log.sqlite")
    assert report.is_whole
    assert report.lines >= lines[-1]
    assert not goes_on(spare / "log.sqlite")


@pytest.mark.parametrize("nth", range(1, 6))
def test_one_renaming_that_fails(spare: Path, stick: Path, nth: int) -> None:
    before = read_path(spare / "log.sqlite")[1]
    with running(spare) as (visitor, pid):
        with failing(pid, "rename", f"EIO:when={nth}"):
            told = take_over(visitor, stick)
        if "code" in told:
            assert in_words(told)
            assert not read_promise(spare).aside
            told = take_over(visitor, stick)
        assert told["next"] == "/people/first", "the disk is well again, and so is the button"
        assert works(visitor)
    assert goes_on(spare / "log.sqlite")
    assert verify_path(spare / "log.sqlite").is_whole
    kept = next((spare / "set-aside").rglob("log.sqlite"))
    assert {path.name for path in kept.parent.iterdir()} >= set(OWN)
    assert read_path(kept)[1][: len(before)] == before


def test_a_full_disk(tmp_path: Path, stick: Path) -> None:
    told = run_on_small_disk(tmp_path / "disk", "tests.integration.steps_aside_on_full_disk", str(stick))
    assert told["refused"]["code"] == "disk_full"
    assert in_words(told["refused"])
    assert "没有接手：磁盘已满" in told["page"]
    assert "南湖小学" in told["still"]
    assert told["lines"] >= told["recorded"]["seq"]
    assert told["whole"]
