"""A spare laptop that was enrolled beforehand lays its own empty log aside, to go on with another laptop's day."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from field_app.config import KEY_FILE
from field_app.services.damage import DATABASE, ENROLMENT
from field_app.services.laptop import Laptop
from field_app.services.takeover import Estate, Promise, promise_takeover, read_promise, withdraw_promise
from shared.domain.errors import DomainError, ErrorCode
from shared.store.durable import disk_errors
from shared.store.set_aside import set_aside

StepAside = Callable[[Estate, str], None]
"""Closes all that is open, lays the own log aside for this estate and reason, and opens again, which takes over."""


LEAST_FREE = 16 * 2**20
"""Bytes: a database of a whole day is a few of them, and a full disk could not even open the old one again."""


def is_spare(laptop: Laptop) -> bool:
    """Whether this laptop's own log may be laid aside: it is enrolled, and nobody ever came on duty in it."""
    return laptop.is_enrolled and not laptop.journal.day.duties.people


def check_room(folder: Path) -> None:
    """Promise, while all is still open, that the disk has room for another day; raises DISK_FULL."""
    with disk_errors():
        free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise DomainError(ErrorCode.DISK_FULL)


def step_aside(folder: Path, estate: Estate, reason: str) -> None:
    """Lay the log, its key and the enrolment aside, nothing deleted; the next opening of the folder takes over.

    Nothing may have the folder open. Cut short by the power, `finish_stepping_aside` ends it. Raises DISK_FULL or
    NOT_RECORDED; then nothing is promised any more: a day recorded after that is not laid aside.
    """
    own = [path for path in _own_files(folder) if path.exists()]
    promise_takeover(folder, Promise(str(estate.path), reason, estate.source, aside=True))
    try:
        finish_stepping_aside(folder)
    except DomainError:
        if all(path.exists() for path in own):
            withdraw_promise(folder)
        raise


def finish_stepping_aside(folder: Path) -> None:
    """Before an opening: end a stepping aside that was promised, also one that was cut short."""
    promise = read_promise(folder)
    if not promise.aside:
        return
    set_aside(*_own_files(folder))
    promise_takeover(folder, replace(promise, aside=False))


def _own_files(folder: Path) -> tuple[Path, Path, Path]:
    """What makes a laptop's log: the database, its key, the enrolment."""
    return folder / DATABASE, folder / KEY_FILE, folder / ENROLMENT
