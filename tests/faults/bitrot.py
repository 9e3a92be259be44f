"""Bit-rot: flipped bytes, zeroed pages, lost ends and swapped sectors in every file that holds a log.

`testday verify`, given the head that stands on paper or in a receipt, must say so, or the log must be the same line by
line. Without such a head nothing can tell a log that lost its end from one that never had it. A laptop with a black
box beside it must notice by itself, and put together at least what the box holds.
"""

import random
import shutil
from functools import partial
from pathlib import Path

from tests.faults.frame import Account, Campaign, Part, sum_up
from tests.faults.pool import spread
from tests.faults.power import write_image
from tests.faults.rot_checks import Seen, check, unlock_roster
from tests.faults.specimens import Specimen, make_specimens
from tests.faults.stage import scratch, where_it_broke

PAGE, SECTOR = 4096, 512
SLICE = 250


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


def rot(specimen: Specimen, seed: str, count: int, deaf: bool) -> Account:
    """Damage a file so many times."""
    account, chance = Account(), random.Random(seed)
    with scratch() as scratched:
        place = scratched / "place"
        if specimen.kind == "roster":
            write_image(place, specimen.files)
            unlock_roster(place)
        for number in range(count):
            shutil.rmtree(place, ignore_errors=True)
            damaged = {name: damage(chance, specimen.files[name]) for name in specimen.rots}
            write_image(place, {**specimen.files, **{name: data for name, (_what, data) in damaged.items()}})
            try:
                findings, outcome = judge(specimen, check(specimen, place, deaf=deaf))
            except Exception as problem:
                findings, outcome = [f"crashed: {where_it_broke(problem)}"], "crashed"
            what = ", ".join(what for what, _data in damaged.values())
            account.check(f"{specimen.name}: {what} ({seed} {number})", findings)
            account.figures[f"{outcome} in {specimen.name}"] += 1
    return account


def judge(specimen: Specimen, seen: Seen) -> tuple[list[str], str]:
    """Whether something was said, or the log is the same; what was put together again holds at least the box."""
    lines, wanted = list(seen.lines), list(specimen.lines)
    if seen.mended:
        whole = seen.birth == specimen.birth and lines == wanted[: len(lines)] and len(lines) >= seen.least
        if seen.least and not whole:
            return [f"{seen.trouble}: {len(lines)} lines recovered, {seen.least} in the box"], "lost"
        return [], "rebuilt whole" if lines == wanted else "rebuilt in part"
    if seen.trouble:
        return [], "seen"
    return ([], "harmless") if (seen.birth, lines) == (specimen.birth, wanted) else (["silently another log"], "unseen")


def run(part: Part, folder: Path, *, deaf: bool = False) -> Account:
    """So many damages, the files in turn."""
    specimens = make_specimens(folder)
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
    part=5_000,
    controls={"the comparison of hashes and heads": partial(run, deaf=True)},
    control_count=420,
)
