"""Which backups stay: the newest, one an hour of the newest day, one a day, within a size."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.domain.errors import DomainError, ErrorCode
from shared.store.backups import (
    KEEP_NEWEST,
    LARGEST,
    Backup,
    find_newest_backup,
    list_backups,
    list_surplus,
    name_backup,
)

LOG = "72S2S0MSE83M7BM0Z6BP5VK91A"
DAY = 24 * 60 * 60_000
MORNING = 1_653_433_200_000  # 2022-05-25 07:00 in China


def make(folder: Path, seq: int, at: int) -> None:
    name_backup(folder, LOG, seq, at).path.touch()


def kept(folder: Path, size: int = 1) -> list[Backup]:
    found = list_backups(folder, LOG)
    surplus = list_surplus(found, [size] * len(found))
    return [backup for backup in found if backup not in surplus]


def test_a_name_tells_log_lines_and_local_time(tmp_path: Path) -> None:
    make(tmp_path, 128, MORNING)
    (tmp_path / "unverified.sqlite").touch()
    (tmp_path / "a letter.sqlite").touch()
    (found,) = list_backups(tmp_path)
    assert found.path.name == "log-72S2S0MS-000128-20220525-070000.sqlite"
    assert (found.source, found.seq, found.date, found.time) == ("72S2S0MS", 128, "20220525", "070000")
    assert list_backups(tmp_path, "A" * 26) == []
    assert list_backups(tmp_path / "none") == []


def test_of_a_day_every_three_minutes_an_hour_keeps_one(tmp_path: Path) -> None:
    for number in range(200):  # ten hours
        make(tmp_path, number, MORNING + number * 180_000)
    found = kept(tmp_path)
    assert [backup.seq for backup in found[:KEEP_NEWEST]] == list(range(199, 193, -1))
    assert [backup.time[:2] for backup in found[KEEP_NEWEST:]] == [f"{hour:02}" for hour in range(15, 6, -1)]


def test_of_an_older_day_one_stays(tmp_path: Path) -> None:
    for number in range(60):
        make(tmp_path, number, MORNING + number * 180_000)
    for number in range(60, 70):
        make(tmp_path, number, MORNING + DAY + number * 180_000)
    assert [backup.seq for backup in kept(tmp_path) if backup.date == "20220525"] == [59]


def test_large_ones_go_but_never_the_newest_two(tmp_path: Path) -> None:
    for number in range(20):
        make(tmp_path, number, MORNING + number * 3_600_000)
    assert [backup.seq for backup in kept(tmp_path, LARGEST)] == [19, 18]
    assert len(kept(tmp_path, LARGEST // 4)) == 4


def test_a_folder_that_cannot_be_listed_is_told_and_has_no_newest(tmp_path: Path) -> None:
    make(tmp_path, 1, MORNING)
    with no_file_left():
        with pytest.raises(DomainError) as refused:
            list_backups(tmp_path)
        assert find_newest_backup(tmp_path, LOG) is None
    assert refused.value.code is ErrorCode.FILE_UNREADABLE
    assert find_newest_backup(tmp_path, LOG) is not None


@contextmanager
def no_file_left() -> Iterator[None]:
    """The system opens nothing more for this process."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
