"""A disk that is full while the unmodified app records: nothing is said to be recorded that is not, and it recovers.

The fault is the kernel's own: strace lets every write and sync of the running process fail with ENOSPC or EIO.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.log.line import decode_line
from shared.verify_cli import read_path, verify_path
from tests.field_house import FIRST, make_enrolled
from tests.integration.records_on_full_disk import LINES
from tests.processes import Visitor, end, start

CHECK = {"item": "desks", "result": "ready"}


@contextmanager
def failing(pid: int, calls: str, errno: str) -> Iterator[None]:
    """While this lasts, these system calls of a process fail."""
    command = ["strace", "-f", "-p", str(pid), "-e", f"trace={calls}", "-e", f"inject={calls}:error={errno}"]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    if "attached" not in said:
        pytest.fail(f"strace could not attach: {said}")
    try:
        yield
    finally:
        tracer.terminate()
        tracer.communicate(timeout=30)


@pytest.mark.parametrize(
    ("calls", "errno", "first"),
    [
        ("pwrite64", "ENOSPC", "disk_full"),
        ("pwrite64", "EIO", "not_recorded"),
        ("fdatasync,fsync", "EIO", "not_recorded"),
    ],
)
def test_nothing_is_said_to_be_recorded_that_is_not_on_disk(tmp_path: Path, calls: str, errno: str, first: str) -> None:
    make_enrolled(tmp_path).close()
    process, address = start("field", "--data", tmp_path, "run", "--port", 0, "--no-browser", "--no-sync")
    visitor = Visitor(address)
    try:
        visitor.say("/people/first", **FIRST)
        visitor.say("/readiness/check", item="rooms", result="ready")
        with failing(process.pid, calls, errno):
            told = [visitor.say("/readiness/check", request_id=f"request-{n}", **CHECK) for n in range(3)]
        assert [said["code"] for said in told] == [first, told[1]["code"], told[2]["code"]]
        assert all("seq" not in said and said["zh"] != said["en"] for said in told)
        pressed_again = [visitor.say("/readiness/check", request_id=f"request-{n}", **CHECK) for n in range(3)]
        assert len({said["seq"] for said in pressed_again}) == 3
    finally:
        visitor.close()
        end(process)
    assert verify_path(tmp_path / "log.sqlite").is_whole
    _birth, lines, _hashes, _heads = read_path(tmp_path / "log.sqlite")
    assert [decode_line(line).data.get("item") for line in lines].count("desks") == 3


def record_on_full_disk(folder: Path, *words: str) -> dict[str, Any]:
    """Record on a disk that is full to the last byte; what was confirmed and refused."""
    return run_on_small_disk(folder, "tests.integration.records_on_full_disk", *words)


def run_on_small_disk(folder: Path, module: str, *words: str) -> dict[str, Any]:
    """What a module prints that runs with a disk of 40 MiB at this folder."""
    folder.mkdir()
    inside = ["-m", module, str(folder), *words]
    mounted = 'mount -t tmpfs -o size=40m none "$0" && exec "$@"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mounted, str(folder), sys.executable, *inside]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
    if "unshare failed" in done.stderr:
        pytest.skip(f"no disk of our own on this machine: {done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout or done.stderr)
    return told


def test_full_disk_goes_on_recording_from_the_reserve(tmp_path: Path) -> None:
    told = record_on_full_disk(tmp_path / "disk", "reserve")
    assert told["refused"] == []
    assert told["confirmed"] == list(range(told["lines"] - LINES + 1, told["lines"] + 1))
    assert told["warned"]
    assert told["whole"]


def test_full_disk_without_a_reserve_refuses_in_words(tmp_path: Path) -> None:
    told = record_on_full_disk(tmp_path / "disk")
    assert set(told["refused"]) == {"disk_full"}
    assert not told["warned"]
    assert told["whole"]
