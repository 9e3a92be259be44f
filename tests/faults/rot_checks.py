"""What the product makes of files that may have rotted."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from field_app.roster.sealed import SealedRoster
from field_app.services.damage import find_damage
from field_app.services.rebuilding import plan_rebuilding, rebuild
from shared.domain.errors import DomainError, ErrorCode
from shared.log.receipt import read_receipt
from shared.log.signing import SigningKey
from shared.log.verification import Report
from shared.verify_cli import read_path, verify_bundle, verify_office, verify_path
from shared.wire.receipt_file import read_receipt_file
from tests.faults.keeping_work import LAPTOP, STICK
from tests.faults.oracle import read_laptop
from tests.faults.oracle_places import read_box
from tests.faults.specimens import DATABASE, SERVER_DATABASE, SERVER_KEY, Specimen
from tests.field_house import PASSPHRASE, PUPILS


@dataclass(frozen=True)
class Seen:
    """What a check made of files: `trouble` when it said something is wrong, else what it took for the log.

    A laptop that was mended says both; then at least the first `least` lines must be there.
    """

    trouble: str = ""
    birth: bytes = b""
    lines: Sequence[bytes] = ()
    mended: bool = False
    least: int = 0


ANOTHER = Seen("", b"another")


def check(specimen: Specimen, place: Path, *, deaf: bool) -> Seen:
    """What the product says; `deaf` is a check that reads, and compares nothing."""
    try:
        if deaf and specimen.kind == "laptop":
            return _read(place / specimen.rots[0].removesuffix("-wal"))
        if deaf and specimen.kind == "boxed":
            return _kept(place / LAPTOP)
        return _CHECKS[specimen.kind](specimen, place)
    except DomainError as problem:
        return Seen(problem.code.value)


def _check_laptop(specimen: Specimen, place: Path) -> Seen:
    path = place / specimen.rots[0].removesuffix("-wal")
    report = verify_path(path, specimen.head)
    return Seen(report.problem.code.value) if report.problem is not None else _read(path)


def _read(path: Path) -> Seen:
    birth, lines, _hashes, _heads = read_path(path)
    return Seen("", birth, lines)


def _check_office(specimen: Specimen, place: Path) -> Seen:
    return _of_report(specimen, verify_office(place / SERVER_DATABASE, specimen.head))


def _check_bundle(specimen: Specimen, place: Path) -> Seen:
    return _of_report(specimen, verify_bundle(place / "day.bundle", specimen.head, place / SERVER_KEY))


def _of_report(specimen: Specimen, reports: list[Report] | None) -> Seen:
    """A head names its lines: who holds the same head holds the same log."""
    if reports is None:
        return Seen("not one of these files")
    (report,) = reports
    if report.problem is not None:
        return Seen(report.problem.code.value)
    same = str(report.head) == specimen.head and report.lines == len(specimen.lines)
    return Seen("", specimen.birth, specimen.lines) if same else ANOTHER


def _check_receipts(_specimen: Specimen, place: Path) -> Seen:
    key = SigningKey((place / SERVER_KEY).read_bytes()).public
    file = read_receipt_file((place / "day.receipt").read_bytes(), "day.receipt")
    for travelled in file.receipts:
        read_receipt(dict(travelled), key)
    return Seen("", b"", [travelled["receipt"].encode() for travelled in file.receipts])


def _check_roster(_specimen: Specimen, place: Path) -> Seen:
    roster = _roster(place)
    return Seen() if roster.load() == PUPILS else ANOTHER


_ROSTERS: dict[Path, SealedRoster] = {}


def _roster(place: Path) -> SealedRoster:
    """Unlocked once, while the file is whole: that takes a tenth of a second."""
    return _ROSTERS[place]


def unlock_roster(place: Path) -> None:
    """Get ready to check rosters in this place, where the whole one is now."""
    _ROSTERS[place] = SealedRoster(place / "roster.enc")
    _ROSTERS[place].unlock(PASSPHRASE)


def _kept(laptop: Path) -> Seen:
    log = read_laptop(laptop / DATABASE)
    return ANOTHER if log is None else Seen("", log.birth, log.lines)


def _check_boxed(specimen: Specimen, place: Path) -> Seen:
    """The start-up check, and the rebuilding from whatever is left when it says that something is wrong."""
    laptop = place / LAPTOP
    settings = {"place": str(place / STICK), "other_disk": False}
    (laptop / "black_box.json").write_text(json.dumps(settings), encoding="utf-8")
    boxes = [read_box(path) for path in (place / STICK).glob("testday-*.log")]
    boxed = max(len(box.lines) if box.birth == specimen.birth else 0 for box in boxes)
    if find_damage(laptop) is None:
        return _kept(laptop)
    try:
        rebuild(laptop)
        read = _kept(laptop)
    except DomainError as problem:
        if problem.code is not ErrorCode.LOG_MUST_BEGIN_ANEW:
            return Seen(problem.code.value, mended=True, least=boxed)
        united = plan_rebuilding(laptop).united
        read = Seen("", united.birth, united.lines)
    return Seen("damaged", read.birth, read.lines, mended=True, least=boxed)


_CHECKS: dict[str, Callable[[Specimen, Path], Seen]] = {
    "laptop": _check_laptop,
    "office": _check_office,
    "bundle": _check_bundle,
    "receipts": _check_receipts,
    "roster": _check_roster,
    "boxed": _check_boxed,
}
