"""A folder of backups, a laptop's or an office's: what they are called, which are there, and which may go."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.domain.errors import DomainError
from shared.store.durable import list_folder

FOLDER = "backups"
KEEP_NEWEST = 6
KEEP_DAYS = 30
LARGEST = 256 * 2**20
"""Bytes of all backups together; the newest two stay whatever their size."""

LOG, OFFICE = "log", "office"
"""What a backup is of: a laptop's log by its id, or an office by its epoch."""

_NAME = re.compile(r"(?:log|office)-([0-9A-Za-z]{8})-(\d{6,})-(\d{8})-(\d{6})\.sqlite")
_CHINA = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified copy of a log's database up to line `seq`, or of an office's with so many lines.

    `source` begins the log's id or the office's epoch; `date` and `time` are local digits; all as in its name.
    """

    path: Path
    source: str
    seq: int
    date: str
    time: str


def name_backup(folder: Path, source: str, seq: int, at: int, kind: str = LOG) -> Backup:
    """What a copy made at `at` (ms) is called, and where it goes."""
    moment = datetime.fromtimestamp(at / 1000, tz=UTC) + _CHINA
    date, time = f"{moment:%Y%m%d}", f"{moment:%H%M%S}"
    return Backup(folder / f"{kind}-{source[:8]}-{seq:06d}-{date}-{time}.sqlite", source[:8], seq, date, time)


def list_backups(folder: Path, source: str = "") -> list[Backup]:
    """The copies of one source, or of all, the one with the most lines first; empty when there is no folder.

    Raises FILE_UNREADABLE.
    """
    if not folder.is_dir():
        return []
    names = ((path, _NAME.fullmatch(path.name)) for path in list_folder(folder))
    found = [Backup(path, name[1], int(name[2]), name[3], name[4]) for path, name in names if name is not None]
    return sorted(
        (one for one in found if not source or one.source == source[:8]),
        key=lambda one: (one.seq, one.date, one.time),
        reverse=True,
    )


def find_newest_backup(folder: Path, source: str) -> Backup | None:
    """The copy of one source with the most lines; None as well when the disk does not say what is there."""
    try:
        return next(iter(list_backups(folder, source)), None)
    except DomainError:
        return None


def list_surplus(backups: Sequence[Backup], sizes: Sequence[int]) -> list[Backup]:
    """Which of these, newest first, may go: kept are the newest, one an hour of the newest day, one a day."""
    kept, hours, days = 0, set[str](), set[str]()
    total, surplus = 0, []
    for place, (backup, size) in enumerate(zip(backups, sizes, strict=True)):
        hour = backup.date + backup.time[:2]
        is_first_of_hour = backup.date == backups[0].date and hour not in hours
        is_first_of_day = backup.date not in days and len(days) < KEEP_DAYS
        wanted = kept < KEEP_NEWEST or is_first_of_hour or is_first_of_day
        if place >= 2 and (not wanted or total + size > LARGEST):
            surplus.append(backup)
            continue
        kept, total = kept + 1, total + size
        hours.add(hour)
        days.add(backup.date)
    return surplus
