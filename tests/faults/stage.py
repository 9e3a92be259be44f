"""Plays a workload in a process of its own, with the product already loaded, so that one costs milliseconds."""

import json
import multiprocessing
import os
import random
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from select import select

from shared.domain.errors import DomainError
from tests.faults.oracle import Fact

Say = Callable[..., None]
PATIENCE = 60


def context() -> ForkServerContext:
    """Processes forked from one that has loaded the product and runs no thread."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(
        ["tests.faults.workloads", "tests.faults.controls", "tests.faults.power", "tests.faults.warm"]
    )
    return found


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards, in memory where there is such a place."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - the folder in it is ours alone
    with tempfile.TemporaryDirectory(dir=memory, prefix="testday-faults-") as name:
        yield Path(name)


class Play:
    """One workload in its own process: it waits for `go`; what it says comes back through its standard output."""

    def __init__(self, workload: str, root: Path, seed: object, control: str = "") -> None:
        made = context()
        waits, self._gate = made.Pipe(duplex=False)
        self._ears, speaks = made.Pipe(duplex=False)
        self._process = made.Process(target=_play, args=(workload, root, str(seed), control, waits, speaks))
        self._process.start()
        waits.close()
        speaks.close()
        self._heard = b""
        self.pid = self._process.pid or 0

    def go(self) -> None:
        """Let it begin."""
        self._gate.send_bytes(b"go")

    def kill(self) -> None:
        """End it at once, unless it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def hear(self, seconds: float = PATIENCE) -> bool:
        """Listen for so long; returns False once it has ended."""
        if not select([self._ears.fileno()], [], [], seconds)[0]:
            return True
        piece = os.read(self._ears.fileno(), 65536)
        self._heard += piece
        return piece != b""

    def wait_for(self, count: int) -> bool:
        """Wait until it has said so much; returns False when it ended before."""
        while self._heard.count(b"\n") < count:
            if not self.hear():
                return False
        return True

    def end(self) -> list[Fact]:
        """Wait for its end; everything that it said. One that hangs is killed and says `hung`."""
        hung = False
        while self.hear():
            if not select([self._ears.fileno()], [], [], PATIENCE)[0]:
                hung = True
                self.kill()
        self._process.join(PATIENCE)
        self._process.close()
        self._gate.close()
        self._ears.close()
        facts: list[Fact] = [json.loads(line) for line in self._heard.splitlines() if line.endswith(b"}")]
        return [*facts, {"fact": "hung"}] if hung else facts


def say(fact: str, **more: object) -> None:
    """Tell somebody, in one write, so that a trace has it at its place."""
    os.write(1, json.dumps({"fact": fact, **more}, separators=(",", ":")).encode() + b"\n")


def where_it_broke(problem: BaseException) -> str:
    """An error that nobody expected, and the last of our functions that it came through."""
    where = traceback.extract_tb(problem.__traceback__)
    ours = [f"{Path(step.filename).name}:{step.name}" for step in where if "/lib/" not in step.filename]
    return f"{problem!r} in {' > '.join(ours[-4:])}"[:300]


def _play(workload: str, root: Path, seed: str, control: str, waits: Connection, speaks: Connection) -> None:
    from tests.faults.controls import take_away
    from tests.faults.workloads import PLAYED

    os.dup2(speaks.fileno(), 1)
    speaks.close()
    waits.recv_bytes()
    if control:
        take_away(control)
    try:
        PLAYED[workload].act(root, random.Random(seed), say)
    except DomainError as problem:  # what a command says in words
        say("gave_up", code=problem.code.value)
    except Exception as problem:
        say("crashed", what=where_it_broke(problem))
