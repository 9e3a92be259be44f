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
from tests.faults.frame import Account, Campaign
from tests.faults.oracle import Fact
from tests.faults.pool import spread
from tests.faults.stage import Play, scratch
from tests.faults.tracing import CALLS, Recording, Tracer, read_trace, snapshot
from tests.faults.workloads import WORKLOADS

SLICE = 100
WHOLE = 40
"""Of so many images one is started as a whole laptop, the others' logs are opened alone."""


def record_calls(workload: str, seed: str, folder: Path, control: str = "") -> Recording:
    """What a workload does to its folder, from a real process under strace."""
    root, trace = folder / "root", folder / "trace"
    WORKLOADS[workload].prepare(root)
    before = snapshot(root)
    play = Play(workload, root, seed, control)
    tracer = Tracer("-xx", "-y", "-s", "99999999", "-e", f"trace={CALLS}", "-o", str(trace))
    tracer.attach(play.pid)
    play.go()
    facts = play.end()
    tracer.wait()
    recording = read_trace(trace, root, before)
    told = [step.fact for step in recording.steps if step.kind == "say"]
    if not told or told != facts:
        raise RuntimeError(f"the trace of {workload} does not hold what was said: {len(told)} of {len(facts)}")
    shutil.rmtree(root)
    trace.unlink()
    return recording


def images(
    recording: Recording, chance: random.Random, count: int
) -> Iterator[tuple[int, dict[str, bytes], list[Fact]]]:
    """So many cuts in the order of their places: the place, the files, and what had been said."""
    cuts = sorted(chance.randint(0, len(recording.steps)) for _ in range(count))
    disk, done = Disk(recording), 0
    for cut in cuts:
        for step in recording.steps[done:cut]:
            disk.follow(step)
        done = cut
        yield cut, disk.after_power_cut(chance), list(disk.facts)


def try_images(workload: str, recording: Recording, seed: str, count: int) -> Account:
    """Open so many images; one that came before is not counted again."""
    account = Account()
    seen: set[bytes] = set()
    with scratch() as place:
        for number, (cut, files, facts) in enumerate(images(recording, random.Random(seed), count)):
            name = name_of(cut, files)
            if name in seen:
                continue
            seen.add(name)
            root = place / "image"
            write_image(root, files)
            findings = WORKLOADS[workload].examine(root, facts, number % WHOLE == 0)
            account.check(f"{workload} seed {seed} cut {cut}", findings)
            shutil.rmtree(root)
    return account


def write_image(root: Path, files: dict[str, bytes]) -> None:
    """The files of an image on disk."""
    root.mkdir()
    for name, data in files.items():
        path = root / name
        if len(path.parent.parts) != len(root.parts):
            path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


def name_of(cut: int, files: dict[str, bytes]) -> bytes:
    """The same for the same files after the same cut."""
    found = sha256(str(cut).encode())
    for name, data in sorted(files.items()):
        found.update(f"{name} {len(data)}\n".encode() + data)
    return found.digest()


def run(seed: str, count: int, folder: Path, workloads: Sequence[str] = tuple(WORKLOADS), control: str = "") -> Account:
    """Record each workload anew, and cut the power so many times in all."""
    tasks = []
    weights = sum(WORKLOADS[workload].weight for workload in workloads)
    for workload in workloads:
        own = folder / workload
        own.mkdir()
        recording = record_calls(workload, f"{seed} {workload}", own, control)
        left = -(-count * WORKLOADS[workload].weight // weights)
        for first in range(0, left, SLICE):
            tasks.append((workload, recording, f"{seed} {workload} {first}", min(SLICE, left - first)))
    account = Account()
    for part in spread(try_images, tasks):
        account.add(part)
    return account


ATTACK = Campaign(
    name="power",
    unit="images",
    run=run,
    short=3300,
    part=8800,
    controls={
        "synchronous=FULL (NORMAL)": partial(run, workloads=("append",), control="synchronous=NORMAL"),
        "synchronous=FULL (OFF)": partial(run, workloads=("append",), control="synchronous=OFF"),
        "confirming after the commit": partial(run, workloads=("append",), control="confirming before commit"),
    },
    control_count=300,
)
