"""Work that may hang, die or eat up the memory, in a process of its own under the eyes of another."""

import ctypes
import gc
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.faults.frame import Account
from tests.faults.pool import WORKERS
from tests.faults.stage import PATIENCE, context, where_it_broke

Case = Callable[[], tuple[list[str], str]]
"""One try: what was found wrong, and the outcome in a word."""

MIB = 2**20
SLOW = 10.0
"""Most seconds of a case, of the processor's time: a machine that others use too may be slow."""


@dataclass
class Watched:
    """Where a process says at which case it is, and judges time and memory of each and of all.

    `peak` is the most MiB that one case may take above what the process had before, `growth` the most that may be left
    after all, over what was there after the first fifth: by then caches are full and modules loaded.
    """

    progress: Any
    name: str
    peak: int
    growth: int

    def run(self, cases: Iterator[Case], count: int) -> Account:
        """Try so many cases."""
        account, warm = Account(), 0
        for number, case in zip(range(count), cases, strict=False):
            self.progress.value = number + 1
            begun, before = time.process_time(), _peak()  # what it took to make the case is not the product's
            findings, outcome = _try(case)
            took, more = time.process_time() - begun, _peak() - before
            if took > SLOW:
                findings = [*findings, f"took {took:.0f} s"]
            if more > self.peak:
                findings = [*findings, f"took {more} MiB of memory"]
            account.check(f"{self.name} {number}", findings)
            account.figures[f"{_kind(outcome)} in {self.name.split()[0]}"] += 1
            if number == count // 5:
                warm = settled()
        left = settled() - warm
        if count >= LEAST and left > self.growth:
            account.findings.append(f"{self.name}: {left} MiB of memory left over after {count} cases")
        return account


STILL = 10
"""So many times longer may a process wait for the processor, before it counts as stuck."""

LEAST = 40
"""Fewer cases say nothing about growth."""


def settled() -> int:
    """MiB of memory that this process holds once everything unneeded is given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() // MIB


def watch_all(
    work: Callable[..., Account], tasks: list[tuple[Any, ...]], patience: float = PATIENCE
) -> Iterator[Account]:
    """What `work(progress, *task)` accounts for, each in a process of its own, on all cores."""
    with ThreadPoolExecutor(WORKERS) as pool:
        yield from pool.map(partial(watch, work, patience=patience), tasks)


def watch(work: Callable[..., Account], task: tuple[Any, ...], patience: float) -> Account:
    """The account of one process; when it makes no progress for so long, or dies, that is a finding."""
    made = context()
    ears, speaks = made.Pipe(duplex=False)
    progress = made.RawValue("l", 0)
    process = made.Process(target=_work, args=(work, speaks, progress, task))
    process.start()
    speaks.close()
    _wait(ears, process, progress, patience)
    try:
        account: Account = ears.recv()
    except EOFError:
        process.join()
        why = "hung" if process.exitcode == -signal.SIGKILL else f"died ({process.exitcode})"
        account = Account(progress.value, [f"{task}: {why} at case {progress.value}"])
    process.join()
    process.close()
    ears.close()
    return account


def _wait(ears: Connection, process: Any, progress: Any, patience: float) -> None:
    """Until it says something or ends; kill it when it worked, or stood still, for too long at one case."""
    seen, used, since = -1, 0.0, time.monotonic()
    while not ears.poll(1):
        if progress.value != seen:
            seen, used, since = progress.value, _used(process.pid), time.monotonic()
        elif _used(process.pid) - used > patience or time.monotonic() - since > STILL * patience:
            process.kill()
            return


def _used(pid: int) -> float:
    """Seconds of the processor's time that a process has had."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _work(work: Callable[..., Account], speaks: Connection, progress: Any, task: tuple[Any, ...]) -> None:
    speaks.send(work(progress, *task))
    speaks.close()


def _try(case: Case) -> tuple[list[str], str]:
    try:
        return case()
    except BaseException as problem:  # a library's panic is no Exception
        if isinstance(problem, KeyboardInterrupt | SystemExit):
            raise
        return [f"crashed: {where_it_broke(problem)}"], "crashed"


def _kind(outcome: str) -> str:
    return "taken" if outcome.split()[-1] in ("read", "200", "204") else "refused"


def _peak() -> int:
    """MiB that this process ever held at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
