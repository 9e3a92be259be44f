"""A stick that is full, locked, pulled out or lying while the unmodified app writes to it costs nothing."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.domain.errors import DomainError, ErrorCode
from shared.store.sticks import put_on_stick
from shared.wire.bundle import read_bundle
from sync_server.services.bundles import Bundles
from tests.field_house import FIRST, fill_house
from tests.made_up_office import OfficeHouse, make_office_house
from tests.processes import Visitor, end, run, start
from tests.stick_house import enrol_by_files

BUNDLE = b"x" * 60_000


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small real file system, as a stick is."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root mounts a file system")
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "stick", str(folder)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this machine lets nobody mount: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def failing(pid: int, path: Path, calls: str, how: str) -> Iterator[None]:
    """While this lasts, these system calls of a process on this path fail."""
    command = ["strace", "-f", "-p", str(pid), "-P", str(path), "-e", f"trace={calls}", "-e", f"inject={calls}:{how}"]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    said = ""
    while "attached" not in said:
        said = tracer.stderr.readline()
        assert said, "strace could not attach"
    try:
        yield
    finally:
        tracer.terminate()
        tracer.communicate(timeout=30)


def refused(folder: Path, data: bytes = BUNDLE) -> ErrorCode:
    """With which code a write to a stick is refused."""
    with pytest.raises(DomainError) as problem:
        put_on_stick(folder, "testday.bundle", data)
    return problem.value.code


def test_a_full_stick_keeps_what_it_held_and_takes_the_file_once_there_is_room(tmp_path: Path) -> None:
    with mounted(tmp_path / "stick", "size=128k") as stick:
        put_on_stick(stick, "testday.bundle", b"yesterday's")
        (stick / "photos").write_bytes(bytes(100_000))
        assert refused(stick) is ErrorCode.STICK_FULL
        assert sorted(path.name for path in stick.iterdir()) == ["photos", "testday.bundle"]
        assert (stick / "testday.bundle").read_bytes() == b"yesterday's"
        (stick / "photos").unlink()
        assert put_on_stick(stick, "testday.bundle", BUNDLE).read_bytes() == BUNDLE


def test_a_locked_stick_is_said_to_be_locked(tmp_path: Path) -> None:
    with mounted(tmp_path / "stick", "size=128k,ro") as stick:
        assert refused(stick) is ErrorCode.STICK_FAILED


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert refused(tmp_path / "pulled out") is ErrorCode.STICK_MISSING
    assert refused(Path("usb")) is ErrorCode.STICK_MISSING
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def county(tmp_path: Path) -> Iterator[OfficeHouse]:
    made = make_office_house(tmp_path)
    yield made
    made.office.close()


def test_a_stick_pulled_out_at_any_step_costs_nothing(county: OfficeHouse, tmp_path: Path) -> None:
    laptop, stick = tmp_path / "laptop", tmp_path / "stick"
    enrol_by_files(county, laptop).close()
    stick.mkdir()
    process, address = start("field", "--data", laptop, "run", "--port", 0, "--no-browser", "--no-sync")
    visitor = Visitor(address)
    try:
        visitor.say("/people/first", **FIRST)
        written = visitor.say("/hand-in/bundle", folder=stick)
        assert "读回核对无误" in written["said"]
        path = next(stick.iterdir())
        first = path.read_bytes()
        fresh = path.with_name(path.name + ".new")
        for place, calls, how, code in (
            (fresh, "openat", "error=EIO", "stick_failed"),
            (fresh, "write", "error=ENOSPC", "stick_full"),
            (fresh, "write", "error=EIO", "stick_failed"),
            (fresh, "fsync", "error=EIO", "stick_failed"),
            (fresh, "rename", "error=ENODEV", "stick_failed"),
            (path, "read", "retval=0", "stick_differs"),
        ):
            with failing(process.pid, place, calls, how):
                assert visitor.say("/hand-in/bundle", folder=stick)["code"] == code, (calls, how)
            left = [path] if code != "stick_differs" else []
            assert list(stick.iterdir()) == left, (calls, how)
            assert [one.read_bytes() for one in left] == [first] * len(left)
        assert "读回核对无误" in visitor.say("/hand-in/bundle", folder=stick)["said"]
        assert "seq" in visitor.say("/readiness/check", item="desks", result="ready")
    finally:
        visitor.close()
        end(process)
    bundle = read_bundle(path.read_bytes(), county.office.key, path.name)
    assert Bundles(county.office).take(path.read_bytes(), path.name).complete
    assert bundle.logs[0].head.seq == 3


def test_a_stick_that_is_the_black_box_too_is_not_called_safe_to_pull_out(county: OfficeHouse, tmp_path: Path) -> None:
    field = fill_house(enrol_by_files(county, tmp_path / "laptop"), pupils=0)
    with mounted(tmp_path / "stick", "size=1m") as stick:
        try:
            assert "现在可以安全拔出" in field.say("/hand-in/bundle", folder=stick)["said"]
            field.house.box.choose(str(stick))
            assert "要拔，先到“准备”页" in field.say("/hand-in/bundle", folder=stick)["said"]
            field.house.box.release()
            assert "现在可以安全拔出" in field.say("/hand-in/bundle", folder=stick)["said"]
        finally:
            field.close()


def test_the_commands_there_and_back(county: OfficeHouse, tmp_path: Path) -> None:
    laptop, stick = tmp_path / "laptop", tmp_path / "stick"
    enrol_by_files(county, laptop).close()
    stick.mkdir()
    run("field", "--data", laptop, "export-bundle", stick)
    (stick / "letter.bundle").write_text("no bundle", encoding="utf-8")
    (stick / "photo.jpg").write_bytes(b"\xff\xd8")
    office = county.office.config.folder
    said = run("server", "--data", office, "import-bundle", stick, status=1)
    assert "letter.bundle 不是学校送交的文件" in said
    assert "1–1 stored" in said
    assert "已登记的笔记本" in said
    back = stick / "testday-530521001.receipt"
    assert "县级已收 received 1" in run("field", "--data", laptop, "import-receipt", back)
    (stick / "letter.bundle").unlink()
    assert "1–1 duplicate" in run("server", "--data", office, "import-bundle", stick)
    assert "找不到" in run("field", "--data", laptop, "export-bundle", tmp_path / "gone", status=1)
    bundle = next(stick.glob("*.bundle"))
    assert "只有县里能打开" in run("verify", bundle, status=1)
    assert "完整" in run("verify", bundle, "--office-key", county.office.config.key_file)
    (tmp_path / "other.key").write_bytes(b"k" * 32)
    assert "另一个县级服务器" in run("verify", bundle, "--office-key", tmp_path / "other.key", status=1)
