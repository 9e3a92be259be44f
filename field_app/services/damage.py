"""The start-up check: whether the log's database is whole, and holds all that is proven to have been in it."""

import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from field_app.config import KEY_FILE
from field_app.services.black_box import read_place
from field_app.store.black_box import list_boxes
from field_app.store.copies import Copy, read_box
from field_app.store.high_water import find_high_water
from field_app.store.log_check import LogCheck, check_database
from shared.log.chain import Head
from shared.log.signing import SigningKey, log_id
from shared.store.durable import read_file

DATABASE = "log.sqlite"
ENROLMENT = "laptop.json"
_PATIENCE = 5.0
"""Seconds that a start waits for the stick."""


class DamageKind(StrEnum):
    """What is wrong with the database."""

    DAMAGED = "damaged"  # its pages or its chain
    MISSING = "missing"
    SHORTER = "shorter"  # whole, and older than what was proven: a copy was put in its place, or its WAL deleted
    OTHER = "other"  # whole, and not what was proven: another copy of it was written on


@dataclass(frozen=True, slots=True)
class Damage:
    """What a start found: `lines` that the file has (0 when unknown), and `proven`, the last line known to exist."""

    kind: DamageKind
    problem: str = ""
    lines: int = 0
    proven: int = 0


def find_damage(folder: Path) -> Damage | None:
    """Check the database of an enrolled laptop; None when all is well; raises DATABASE_IN_USE or FILE_UNREADABLE."""
    path = folder / DATABASE
    if not (folder / ENROLMENT).exists() or not (folder / KEY_FILE).exists():
        return None
    if not path.exists():
        return Damage(DamageKind.MISSING)
    check = check_database(path)
    if check is not None and not check.is_whole:
        return Damage(DamageKind.DAMAGED, check.problem, check.report.lines if check.report else 0)
    return _compare(check, _proofs(folder))


def own_key(folder: Path) -> SigningKey:
    """The key that this laptop's log was born with; raises FILE_UNREADABLE."""
    return SigningKey(read_file(folder / KEY_FILE))


def our_boxes(folder: Path, log: str) -> list[Copy]:
    """What the black box holds of this log; nothing when it is not there, or does not answer in time."""
    place = read_place(folder)
    if place is None:
        return []
    found: list[Copy] = []
    reader = threading.Thread(target=_read_boxes, args=(place.folder, log, found), name="box-reader", daemon=True)
    reader.start()
    reader.join(_PATIENCE)
    return found[:]


def _read_boxes(folder: Path, log: str, found: list[Copy]) -> None:
    with suppress(OSError):
        found.extend(copy for path in list_boxes(folder) if (copy := read_box(path)).log == log)


def _proofs(folder: Path) -> list[Head]:
    """The newest heads that stand outside the database, signed by its log's key."""
    key = own_key(folder).public
    high_water = find_high_water(folder, key)
    proofs = [high_water] if high_water is not None else []
    for box in our_boxes(folder, log_id(key)):
        newest = sorted(box.heads, key=lambda signed: -signed.head.seq)
        proofs += [signed.head for signed in islice((one for one in newest if one.is_signed_by(key)), 1)]
    return proofs


def _compare(check: LogCheck | None, proofs: list[Head]) -> Damage | None:
    hashes = check.hashes if check is not None else ()
    lines, proven = max(0, len(hashes) - 1), max((head.seq for head in proofs), default=0)
    if any(head.seq < len(hashes) and hashes[head.seq] != head.hash for head in proofs):
        return Damage(DamageKind.OTHER, lines=lines, proven=proven)
    if any(head.seq >= len(hashes) for head in proofs):
        return Damage(DamageKind.SHORTER, lines=lines, proven=proven)
    return None
