"""Failing system calls: the N-th call that touches the folder fails, for every N, once or from then on.

The fault is the kernel's own (strace's inject), met by the unmodified program on the real interpreter. It must never
say "recorded" for what is not on disk, and must go on by itself or after a restart, without anybody's help.
"""

import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from tests.faults.frame import Account, Campaign, Part, sum_up
from tests.faults.oracle import Fact
from tests.faults.pool import WORKERS
from tests.faults.power import write_image
from tests.faults.stage import Play
from tests.faults.tracing import Tracer
from tests.faults.workloads import WORKLOADS, Scene

ERRORS: Mapping[str, Sequence[str]] = {
    "pwrite64": ("EIO", "ENOSPC", "EINTR"),
    "write": ("EIO", "ENOSPC", "EINTR"),
    "fsync": ("EIO", "ENOSPC", "EINTR"),
    "fdatasync": ("EIO", "ENOSPC", "EINTR"),
    "ftruncate": ("EIO", "ENOSPC", "EINTR"),
    "openat": ("EIO", "ENOSPC", "EINTR"),
    "rename": ("EIO", "ENOSPC"),
    "unlink": ("EIO",),
}
SHARES = 10_000
"""Every fault has its place among so many: `COUNT=10000` tries each once."""
_CALL = re.compile(r"(\d+) +(\w+)\(")
_PLACE = re.compile(r'[<"](/[^">]*)[">]')


@dataclass(frozen=True)
class Fault:
    """The N-th `call` of a thread fails with `error`, once or from then on."""

    workload: str
    call: str
    error: str
    number: int
    lasting: bool

    def __str__(self) -> str:
        again = " and every later" if self.lasting else ""
        return f"{self.workload}: {self.error} at {self.call} {self.number}{again}"


@dataclass(frozen=True)
class Stage:
    """A workload's scene, and which calls touch which files in it when nothing fails."""

    scene: Scene
    places: frozenset[str]
    calls: Mapping[str, int]


def set_stage(workload: str, folder: Path, seed: str) -> Stage:
    """Play a workload without a fault, and count its calls: of each the most that one thread makes."""
    root, trace = folder / "root", folder / "trace"
    scene = WORKLOADS[workload].make(root)
    play = Play(workload, root, seed)
    tracer = Tracer("-y", "-s", "0", "-e", f"trace={','.join(ERRORS)}", "-o", str(trace))
    tracer.attach(play.pid)
    play.go()
    play.end()
    tracer.wait()
    places: set[str] = set()
    counts: Counter[tuple[str, str]] = Counter()
    for line in trace.read_text("utf-8", errors="replace").splitlines():
        touched = [place for place in _PLACE.findall(line) if place.startswith(str(root))]
        call = _CALL.match(line)
        if touched and call:
            places.update(place.removeprefix(str(root)) for place in touched)
            counts[call[1], call[2]] += 1
    most = {call: max([n for (_thread, name), n in counts.items() if name == call], default=0) for call in ERRORS}
    return Stage(scene, frozenset(places), most)


def list_faults(workload: str, stage: Stage) -> list[Fault]:
    """Every fault of a workload; an interruption that never ends is none, since it is tried again for ever."""
    return [
        Fault(workload, call, error, number, lasting)
        for call, errors in ERRORS.items()
        for error in errors
        for lasting in (False, True)
        for number in range(1, stage.calls[call] + 1)
        if not (lasting and error == "EINTR")
    ]


def try_fault(fault: Fault, stage: Stage, root: Path, seed: str, control: str = "") -> Account:
    """Play the workload with the fault, restart it without, and look at what is left."""
    write_image(root, stage.scene.files)
    play = Play(fault.workload, root, seed, control)
    inject = f"inject={fault.call}:error={fault.error}:when={fault.number}{'+' * fault.lasting}"
    places = [word for place in sorted(stage.places) for word in ("-P", f"{root}{place}")]
    trace = root.with_name(root.name + ".trace")
    tracer = Tracer("-e", f"trace={fault.call}", "-e", inject, *places, "-o", str(trace))
    tracer.attach(play.pid)
    play.go()
    facts = [*stage.scene.facts, *play.end()]
    tracer.wait()
    account = Account()
    account.figures["calls failed"] += trace.read_text("utf-8", errors="replace").count("(INJECTED)")
    account.check(str(fault), _judge(fault, facts, root))
    account.figures[f"faults in {fault.workload}"] += 1
    account.figures["went on by themselves" if _went_on(facts) else "ended, and a restart went on"] += 1
    trace.unlink()
    return account


def _went_on(facts: Sequence[Fact]) -> bool:
    return not any(fact["fact"] in ("gave_up", "crashed") for fact in facts)


def _judge(fault: Fault, facts: Sequence[Fact], root: Path) -> list[str]:
    findings = [f"{fact['fact']}: {fact.get('what', '')}" for fact in facts if fact["fact"] in ("hung", "crashed")]
    return findings + WORKLOADS[fault.workload].judge(root, facts, True)


def run(
    part: Part,
    folder: Path,
    workloads: Sequence[str] = tuple(WORKLOADS),
    control: str = "",
    calls: Sequence[str] = tuple(ERRORS),
) -> Account:
    """The part's share of all faults there are."""
    stages: dict[str, Stage] = {}
    faults: list[Fault] = []
    for workload in workloads:
        own = folder / workload
        own.mkdir()
        stages[workload] = set_stage(workload, own, part.seed)
        faults += [
            fault
            for fault in list_faults(workload, stages[workload])
            if fault.call in calls and part.first <= share_of(fault, part.seed) < part.first + part.count
        ]

    def one(number: int) -> Account:
        fault, root = faults[number], folder / f"try-{number}"
        account = try_fault(fault, stages[fault.workload], root, part.seed, control)
        shutil.rmtree(root)
        return account

    with ThreadPoolExecutor(WORKERS) as pool:
        return sum_up(pool.map(one, range(len(faults))))


def share_of(fault: Fault, seed: str) -> int:
    """The same for the same fault, however many others there are: threads make a few calls more, or fewer."""
    return int.from_bytes(sha256(f"{seed} {fault}".encode()).digest(), "big") % SHARES


ATTACK = Campaign(
    name="syscalls",
    unit="faults",
    run=run,
    short=140,
    part=1000,
    controls={
        "a rollback after a fault": partial(
            run, workloads=("append",), control="a commit that failed is believed", calls=("fdatasync", "pwrite64")
        )
    },
    control_count=700,
)
