"""Power cuts: what the unmodified program wrote is recorded call by call, and the power fails anywhere among it.

Each image of the disk is opened with the product, and what it holds is compared with what was confirmed by then.
"""

import random
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

from tests.faults.disk import Disk
from tests.faults.frame import Account, Campaign, Part, sum_up
from tests.faults.oracle import Fact
from tests.faults.pool import spread
from tests.faults.stage import Play, scratch
from tests.faults.tracing import CALLS, Recording, Step, Tracer, read_trace
from tests.faults.workloads import WORKLOADS

SLICE = 1000
UNSURE = 0.9
WHOLE = 40
"""Of so many images one is started as a whole laptop, the others' logs are opened alone."""


def record_calls(workload: str, seed: str, folder: Path, control: str = "") -> Recording:
    """What a workload does to its folder, from a real process under strace."""
    root, trace = folder / "root", folder / "trace"
    scene = WORKLOADS[workload].make(root)
    play = Play(workload, root, seed, control)
    tracer = Tracer("-xx", "-y", "-s", "99999999", "-e", f"trace={CALLS}", "-o", str(trace))
    tracer.attach(play.pid)
    play.go()
    facts = play.end()
    tracer.wait()
    recording = read_trace(trace, root, scene.files)
    told = [step.fact for step in recording.steps if step.kind == "say"]
    if not told or told != facts:
        raise RuntimeError(f"the trace of {workload} does not hold what was said: {len(told)} of {len(facts)}")
    shutil.rmtree(root)
    trace.unlink()
    return Recording(recording.files, [*(Step("say", fact=fact) for fact in scene.facts), *recording.steps])


def images(
    recording: Recording, chance: random.Random, count: int
) -> Iterator[tuple[int, dict[str, bytes], list[Fact]]]:
    """So many cuts in the order of their places: the place, the files, and what had been said.

    Most are where something is not synced yet; elsewhere there is but one image.
    """
    places, unsure = range(len(recording.steps) + 1), _unsure_places(recording)
    cuts = sorted(chance.choice(unsure if chance.random() < UNSURE else places) for _ in range(count))
    disk, done = Disk(recording), 0
    for cut in cuts:
        for step in recording.steps[done:cut]:
            disk.follow(step)
        done = cut
        yield cut, disk.after_power_cut(chance), list(disk.facts)


def _unsure_places(recording: Recording) -> list[int]:
    disk, found = Disk(recording), []
    for place, step in enumerate(recording.steps, start=1):
        disk.follow(step)
        if disk.is_unsure:
            found.append(place)
    return found


def try_images(workload: str, seed: str, count: int, control: str) -> Account:
    """Record a workload anew, and open so many images of it; of those that are the same, one is opened."""
    account, seen = Account(), set[bytes]()
    with scratch() as place:
        recording = record_calls(workload, seed, place, control)
        root = place / "root"  # where the program was: its files may name it
        for cut, files, facts in images(recording, random.Random(seed), count):
            account.tried += 1
            name = name_of(files, len(facts))
            if name in seen:
                continue
            write_image(root, files)
            findings = WORKLOADS[workload].judge(root, facts, len(seen) % WHOLE == 0)
            account.findings += [f"{workload} {seed} cut {cut}: {finding}" for finding in findings]
            shutil.rmtree(root)
            seen.add(name)
    account.figures[f"images in {workload}"] += account.tried
    account.figures[f"different in {workload}"] += len(seen)
    return account


def write_image(root: Path, files: dict[str, bytes]) -> None:
    """The files of an image on disk."""
    for folder in {root, *((root / name).parent for name in files)}:
        folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (root / name).write_bytes(data)


def name_of(files: dict[str, bytes], said: int) -> bytes:
    """The same for the same files after as many things were said."""
    found = sha256(f"{said}\n".encode())
    for name, data in sorted(files.items()):
        found.update(f"{name} {len(data)}\n".encode() + data)
    return found.digest()


def run(part: Part, folder: Path, workloads: Sequence[str] = tuple(WORKLOADS), control: str = "") -> Account:
    """Cut the power so many times in all; every `SLICE` images come from a recording of their own."""
    weights = sum(WORKLOADS[workload].weight for workload in workloads)
    tasks = []
    for workload in workloads:
        left = -(-part.count * WORKLOADS[workload].weight // weights)
        tasks += [
            (workload, f"{part} {workload} {first}", min(SLICE, left - first), control)
            for first in range(0, left, SLICE)
        ]
    return sum_up(spread(try_images, tasks))


ATTACK = Campaign(
    name="power",
    unit="images",
    run=run,
    short=3300,
    part=25_000,
    controls={
        "synchronous=FULL (NORMAL)": partial(run, workloads=("append",), control="synchronous=NORMAL"),
        "synchronous=FULL (OFF)": partial(run, workloads=("append",), control="synchronous=OFF"),
        "confirming after the commit": partial(run, workloads=("append",), control="confirming before commit"),
        "the black box's sync": partial(run, workloads=("box",), control="a box that is not synced"),
        "the sync of files": partial(run, workloads=("bundle", "takeover"), control="files that are not synced"),
    },
    control_count=300,
)
