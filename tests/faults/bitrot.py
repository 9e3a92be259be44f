"""Bit-rot: flipped bytes, zeroed pages, lost ends and swapped sectors in every file that holds a log.

`testday verify`, given the head that stands on paper or in a receipt, must say so, or the log must be the same line by
line. Without such a head nothing can tell a log that lost its end from one that never had it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from field_app.app import House
from field_app.roster.sealed import SealedRoster
from field_app.services.records import log_file
from shared.domain.errors import DomainError
from shared.domain.event import Draft
from shared.verify_cli import read_path, verify_office, verify_path
from tests.faults.frame import Account, Campaign, Part, sum_up
from tests.faults.laptop_work import opened, prepare_laptop
from tests.faults.office_work import make_runner, prepare_office, serve
from tests.faults.oracle import chain_of
from tests.faults.pool import spread
from tests.faults.stage import scratch, where_it_broke
from tests.faults.tracing import snapshot
from tests.field_house import PASSPHRASE, PRINCIPAL, PUPILS

LINES = 14
PAGE, SECTOR = 4096, 512
SLICE = 250


@dataclass(frozen=True)
class Seen:
    """What a check made of a file: `trouble` when it said something is wrong, else what it took for the log."""

    trouble: str = ""
    birth: bytes = b""
    lines: Sequence[bytes] = ()


@dataclass(frozen=True)
class Specimen:
    """Files that belong together, one of which rots; the log in them, its last head, and how it is checked."""

    name: str
    files: dict[str, bytes]
    rots: str
    kind: str
    birth: bytes = b""
    lines: Sequence[bytes] = ()
    head: str = ""


def damage(chance: random.Random, data: bytes) -> tuple[str, bytes]:
    """One kind of damage, in words, and the damaged bytes; they differ."""
    while True:
        changed = bytearray(data)
        match chance.choice(("flip", "burst", "zero", "truncate", "swap")):
            case "flip":
                what = f"{(count := chance.randint(1, 64))} bytes flipped"
                for place in chance.sample(range(len(data)), count):
                    changed[place] ^= chance.randint(1, 255)
            case "burst":
                place, count = chance.randrange(len(data)), chance.randint(1, 64)
                what = f"{count} bytes at {place} written over"
                changed[place : place + count] = chance.randbytes(len(changed[place : place + count]))
            case "zero":
                place = chance.randrange(0, len(data), chance.choice((PAGE, SECTOR)))
                what = f"a page of zeros at {place}"
                changed[place : place + PAGE] = bytes(len(changed[place : place + PAGE]))
            case "truncate":
                what = f"cut off at {(place := chance.randrange(len(data)))}"
                del changed[place:]
            case _:
                one, other = (chance.randrange(0, len(data), SECTOR) for _ in range(2))
                what = f"sectors at {one} and {other} swapped"
                changed[one : one + SECTOR], changed[other : other + SECTOR] = (
                    data[other : other + SECTOR],
                    data[one : one + SECTOR],
                )
        if bytes(changed) != data:
            return what, bytes(changed)


def make_specimens(folder: Path) -> list[Specimen]:
    """A laptop and an office with a few lines: databases with and without WAL, an export, a backup, a roster."""
    prepare_office(folder / "both")
    served = serve(folder / "both")
    with opened(folder / "both" / "laptop") as house:
        runner = make_runner(house, served.url)
        for number in range(3):
            _note_lines(house, number)
            runner.run_pass()
        specimens = [_running(folder / "both", "laptop", house), _running(folder / "both", "office", house)]
        house.writer.backup(folder / "both" / "laptop" / "day.sqlite")
        (folder / "both" / "laptop" / "day.log").write_bytes(log_file(house.laptop))
        log = _log_of(house)
    served.close()
    files = snapshot(folder / "both" / "laptop")
    office = snapshot(folder / "both" / "office")
    pick = {"database": "log.sqlite", "backup": "day.sqlite", "export": "day.log"}
    for name, file in pick.items():
        specimens.append(Specimen(name, {file: files[file]}, file, "laptop", *log))
    specimens.append(Specimen("office", {"server.sqlite": office["server.sqlite"]}, "server.sqlite", "office", *log))
    prepare_laptop(folder / "roster")
    roster = snapshot(folder / "roster")["roster.enc"]
    return [*specimens, Specimen("roster", {"roster.enc": roster}, "roster.enc", "roster")]


def _note_lines(house: House, part: int) -> None:
    for number in range(LINES // 3):
        house.laptop.journal.record(
            Draft("note_added", PRINCIPAL, {"text": "记录" * (9 * number + 1)}), f"{part}-{number}"
        )


def _running(root: Path, place: str, house: House) -> Specimen:
    """As the power leaves it: the last lines stand in the WAL only."""
    files = {name: data for name, data in snapshot(root / place).items() if ".sqlite" in name and "-shm" not in name}
    files = {name: data for name, data in files.items() if name.startswith(("log", "server"))}
    (wal,) = [name for name in files if name.endswith("-wal")]
    return Specimen(f"{place}'s wal", files, wal, place, *_log_of(house))


def _log_of(house: House) -> tuple[bytes, list[bytes], str]:
    store = house.laptop.store
    return house.laptop.journal.birth.encode(), store.lines(), str(store.head())


def check(specimen: Specimen, place: Path, *, deaf: bool) -> Seen:
    """What the product makes of the files; `deaf` is a check that reads, and compares nothing."""
    path = place / specimen.rots.removesuffix("-wal")
    try:
        if specimen.kind == "office":
            return _check_office(path, specimen)
        if not deaf:
            report = verify_path(path, specimen.head)
            if report.problem is not None:
                return Seen(report.problem.code.value)
        birth, lines, _hashes, _heads = read_path(path)
        return Seen("", birth, lines)
    except DomainError as problem:
        return Seen(problem.code.value)


def _check_office(path: Path, specimen: Specimen) -> Seen:
    reports = verify_office(path, specimen.head)
    if reports is None:
        return Seen("not an office's")
    (report,) = reports
    if report.problem is not None:
        return Seen(report.problem.code.value)
    same = str(report.head) == specimen.head and report.lines == len(specimen.lines)
    return Seen("", specimen.birth, specimen.lines) if same else Seen("", b"another", ())


def rot(specimen: Specimen, seed: str, count: int, deaf: bool) -> Account:
    """Damage a file so many times."""
    account, chance = Account(), random.Random(seed)
    with scratch() as place:
        roster = SealedRoster(place / "roster.enc")
        if specimen.kind == "roster":
            (place / "roster.enc").write_bytes(specimen.files["roster.enc"])
            roster.unlock(PASSPHRASE)
        for number in range(count):
            what, changed = damage(chance, specimen.files[specimen.rots])
            for name in [path.name for path in place.iterdir()]:
                (place / name).unlink()
            for name, data in specimen.files.items():
                (place / name).write_bytes(changed if name == specimen.rots else data)
            try:
                seen = _check_roster(roster) if specimen.kind == "roster" else check(specimen, place, deaf=deaf)
                findings, outcome = judge(specimen, seen)
            except Exception as problem:
                findings, outcome = [f"crashed: {where_it_broke(problem)}"], "crashed"
            account.check(f"{specimen.name}: {what} ({seed} {number})", findings)
            account.figures[f"{outcome} in {specimen.name}"] += 1
    return account


def _check_roster(roster: SealedRoster) -> Seen:
    try:
        return Seen() if roster.load() == PUPILS else Seen("", b"another")
    except DomainError as problem:
        return Seen(problem.code.value)


def judge(specimen: Specimen, seen: Seen) -> tuple[list[str], str]:
    """Whether something was said, or the log is the same."""
    if seen.trouble:
        return [], "seen"
    same = seen.birth == specimen.birth and list(seen.lines) == list(specimen.lines)
    return ([], "harmless") if same else (["silently another log"], "unseen")


def run(part: Part, folder: Path, *, deaf: bool = False) -> Account:
    """So many damages, the files in turn."""
    specimens = make_specimens(folder)
    for specimen in specimens:
        if specimen.lines:
            last = chain_of(specimen.birth, specimen.lines)[-1].hex()
            assert specimen.head.endswith(f":{len(specimen.lines)}:{last}")
    each = -(-part.count // len(specimens))
    tasks = [
        (specimen, f"{part} {specimen.name} {first}", min(SLICE, each - first), deaf)
        for specimen in specimens
        for first in range(0, each, SLICE)
    ]
    return sum_up(spread(rot, tasks))


ATTACK = Campaign(
    name="bitrot",
    unit="damages",
    run=run,
    short=1400,
    part=14_000,
    controls={"the comparison of hashes and heads": partial(run, deaf=True)},
    control_count=210,
)
