"""Black box, backups and start-up check of the unmodified program as a process: kills, a full stick, a damaged file."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from field_app.store.black_box import list_boxes
from shared.timepiece import pause, tick_ms
from shared.verify_cli import read_path, verify_path
from tests.field_house import FIRST, make_enrolled
from tests.processes import Visitor, end, run, start


class Running:
    """A laptop that runs, and a browser in it."""

    def __init__(self, folder: Path) -> None:
        self.process, self.address = start("field", "--data", folder, "run", "--port", 0, "--no-browser", "--no-sync")
        self.visitor = Visitor(self.address)
        self.visitor.say("/people/switch", person="p1", pin=FIRST["pin"])

    def check(self, note: str) -> int:
        """Answer an item of the checklist; returns its line."""
        return int(self.visitor.say("/readiness/check", item="desks", result="ready", note=note)["seq"])

    def end(self) -> None:
        """In order."""
        self.visitor.close()
        end(self.process)

    def kill(self) -> None:
        """Power cut."""
        self.visitor.close()
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    """An enrolled laptop with a principal at work and a black box on a stick."""
    folder = tmp_path / "field"
    make_enrolled(folder).close()
    (tmp_path / "stick").mkdir()
    running = Running(folder)
    running.visitor.say("/people/first", **FIRST)
    assert running.check("第一条")
    running.visitor.say("/box", typed=str(tmp_path / "stick"))
    running.end()
    return folder


def wait_for(true: Callable[[], bool], seconds: float = 30) -> None:
    """Until something that another process does is done."""
    end_of_wait = tick_ms() + int(seconds * 1000)
    while not true():
        assert tick_ms() < end_of_wait, "it did not happen"
        pause(0.02)


def boxed(laptop: Path) -> int:
    """How many lines the box proves."""
    (box,) = list_boxes(laptop.parent / "stick")
    return verify_path(box).sealed


def test_every_kill_leaves_a_box_that_goes_on(laptop: Path) -> None:
    for number in range(5):
        running = Running(laptop)
        for again in range(4):
            last = running.check(f"{number}-{again}")
        running.kill()
    running = Running(laptop)
    wait_for(lambda: boxed(laptop) >= last)
    running.end()
    (box,) = list_boxes(laptop.parent / "stick")
    assert verify_path(box).is_whole
    assert read_path(box)[1] == read_path(laptop / "log.sqlite")[1]
    assert "完整" in run("verify", box)
    assert verify_path(max((laptop / "backups").glob("log-*.sqlite"))).is_whole


@contextmanager
def failing(pid: int, calls: str, errno: str, path: Path) -> Iterator[None]:
    """While this lasts, these system calls of a process on one file fail."""
    command = [
        "strace",
        "-f",
        "-p",
        str(pid),
        "-P",
        str(path),
        "-e",
        f"trace={calls}",
        "-e",
        f"inject={calls}:error={errno}",
    ]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    while "attached" not in (said := tracer.stderr.readline()):
        assert said, "strace could not attach"
    try:
        yield
    finally:
        tracer.terminate()
        tracer.communicate(timeout=30)


@pytest.mark.parametrize(("errno", "words"), [("ENOSPC", "满了"), ("EROFS", "写不进"), ("EIO", "出错")])
def test_a_stick_that_refuses_is_told_and_caught_up(laptop: Path, errno: str, words: str) -> None:
    running = Running(laptop)
    (box,) = list_boxes(laptop.parent / "stick")
    with failing(running.process.pid, "write,fsync", errno, box):
        last = running.check("U 盘写不进时登记的")
        wait_for(lambda: words in running.visitor.ask("/status.json")["box"])
        assert running.check("照常") == last + 1
    wait_for(lambda: boxed(laptop) == last + 1)
    running.end()
    assert list_boxes(laptop.parent / "stick") == [box]


def test_a_damaged_laptop_is_mended_by_its_page_and_goes_on(laptop: Path) -> None:
    database = laptop / "log.sqlite"
    lines = read_path(database)[1]
    database.write_bytes(database.read_bytes()[:30_000])
    assert "坏了" in run("field", "--data", laptop, "export", laptop.parent / "day.log", status=1)
    running = Running(laptop)
    try:
        assert "重建并继续" in running.visitor.read("/")
        again = run("field", "--data", laptop, "run", "--port", 0, "--no-browser")
        assert "正在使用" in again
        assert running.address in again
        assert "记录已重建" in running.visitor.submit("/rebuild")
        running.visitor.say("/people/switch", person="p1", pin=FIRST["pin"])
        assert running.check("重建以后") > len(lines)
    finally:
        running.end()
    assert read_path(database)[1][: len(lines)] == lines
    assert verify_path(database).is_whole


def test_a_command_rebuilds_too(laptop: Path) -> None:
    assert "不用重建" in run("field", "--data", laptop, "rebuild")
    lines = read_path(laptop / "log.sqlite")[1]
    (laptop / "log.sqlite").unlink()
    assert f"rebuilt: {len(lines)}" in run("field", "--data", laptop, "rebuild")
    assert read_path(laptop / "log.sqlite")[1] == lines
    running = Running(laptop)
    assert "正在使用" in run("field", "--data", laptop, "rebuild", status=1)
    running.end()
