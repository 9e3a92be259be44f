"""The laptop looked over by itself: what `testday field doctor` says."""

import shutil
from dataclasses import dataclass
from enum import StrEnum

from field_app.services.black_box import read_place
from field_app.services.laptop import Laptop
from field_app.store.log_check import check_database
from shared.domain.errors import DomainError, ErrorCode
from shared.log.verification import Report, verify_log
from shared.store.backups import FOLDER, find_newest_backup

LEAST_FREE_BYTES = 500 * 2**20
"""A day takes a few MiB; below this a backup or a browser's cache may fill the disk."""


class Part(StrEnum):
    """What is looked at."""

    ENROLMENT = "enrolment"
    LOG = "log"
    KEY = "key"
    PLAN = "plan"
    ROSTER = "roster"
    CLOCK = "clock"
    DISK = "disk"
    BACKUP = "backup"
    BLACK_BOX = "black_box"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, whether it is in order, and the fact behind it."""

    part: Part
    good: bool
    fact: str


def examine(laptop: Laptop) -> list[Finding]:
    """Look at everything that a school would miss in the morning; changes nothing."""
    free = shutil.disk_usage(laptop.folder).free
    found = [Finding(Part.DISK, free >= LEAST_FREE_BYTES, f"{free // 2**20} MiB")]
    if not laptop.is_enrolled or laptop.enrolment is None:
        return [Finding(Part.ENROLMENT, False, ""), *found]
    report = verify_own_log(laptop)
    ready = laptop.journal.day.readiness
    return [
        Finding(Part.ENROLMENT, True, f"{laptop.enrolment.school} {laptop.enrolment.school_name}"),
        Finding(Part.LOG, report.is_whole, str(report.problem or f"{report.lines} / {report.head.seal_code}")),
        Finding(Part.KEY, laptop.keys.log.public == laptop.journal.birth.key, laptop.journal.birth.log),
        _plan(laptop),
        Finding(Part.ROSTER, bool(ready.seats), str(len(ready.seats))),
        Finding(Part.CLOCK, ready.clock_seq is not None, "" if ready.offset is None else f"{ready.offset} ms"),
        _backup(laptop),
        _black_box(laptop),
        *found,
    ]


def verify_own_log(laptop: Laptop) -> Report:
    """The log in the laptop's own store, checked as a stranger would check it."""
    store = laptop.store
    birth = store.birth()
    if birth is None:
        raise DomainError(ErrorCode.NOT_ENROLLED)
    return verify_log(birth, store.lines(), store.heads(), store.hashes())


def _backup(laptop: Laptop) -> Finding:
    newest = find_newest_backup(laptop.folder / FOLDER, laptop.journal.birth.log)
    if newest is None:
        return Finding(Part.BACKUP, False, "")
    check = check_database(newest.path)
    fact = f"{newest.date} {newest.time} / {newest.seq} {check.problem if check else ''}".strip()
    return Finding(Part.BACKUP, check is not None and check.is_whole, fact)


def _black_box(laptop: Laptop) -> Finding:
    place = read_place(laptop.folder)
    return Finding(Part.BLACK_BOX, place is not None and place.folder.is_dir(), str(place.folder) if place else "")


def _plan(laptop: Laptop) -> Finding:
    try:
        plan = laptop.plan
    except DomainError as problem:
        return Finding(Part.PLAN, False, problem.code.value)
    return Finding(Part.PLAN, True, f"{plan.id} {plan.revision}")
