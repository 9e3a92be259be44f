"""A spare laptop that was enrolled beforehand lays its own empty log aside, to go on with another laptop's day."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from field_app.config import KEY_FILE
from field_app.services.damage import DATABASE, ENROLMENT
from field_app.services.laptop import Laptop
from field_app.services.takeover import Estate, Promise, promise_takeover, read_promise
from shared.store.set_aside import set_aside

StepAside = Callable[[Estate, str], None]
"""Closes all that is open, lays the own log aside for this estate and reason, and opens again, which takes over."""


def is_spare(laptop: Laptop) -> bool:
    """Whether this laptop's own log may be laid aside: it is enrolled, and nobody ever came on duty in it."""
    return laptop.is_enrolled and not laptop.journal.day.duties.people


def step_aside(folder: Path, estate: Estate, reason: str) -> None:
    """Lay the log, its key and the enrolment aside, nothing deleted; the next opening of the folder takes over.

    Nothing may have the folder open. Raises DISK_FULL or NOT_RECORDED; begun, `finish_stepping_aside` ends it.
    """
    promise_takeover(folder, Promise(str(estate.path), reason, estate.source, aside=True))
    finish_stepping_aside(folder)


def finish_stepping_aside(folder: Path) -> None:
    """Before an opening: end a stepping aside that was promised, also one that was cut short."""
    promise = read_promise(folder)
    if not promise.aside:
        return
    set_aside(folder / DATABASE, folder / KEY_FILE, folder / ENROLMENT)
    promise_takeover(folder, replace(promise, aside=False))
