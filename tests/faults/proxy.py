"""Cuts on the road: every byte of a sync, both ways, is where the road breaks, stalls, repeats or swallows something.

The client and its store are the laptop's own, the office is a real process behind `tests.faults.pump`.
"""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.sample_log import SampleLog, make_log
from field_app.services.laptop import Keys
from field_app.sync.client import OfficeClient
from field_app.sync.outgoing import Outgoing, own_log
from field_app.sync.runner import SyncRunner
from field_app.timekeeping.steady_clock import SteadyClock
from shared.domain.errors import DomainError, ErrorCode
from shared.log.signing import SigningKey
from shared.timepiece import Machine
from shared.wire.enrolment import Enrolment
from tests.faults.frame import Account, Campaign, Part, sum_up
from tests.faults.oracle import Fact, check_office
from tests.faults.pump import DOWN, KINDS, UP, Pump, Spoil, slow_road
from tests.office_house import CAMPAIGN, FIRST, PLAN, make_folder, rewritten
from tests.processes import end, start
from tests.sync_house import SyncLaptop, open_laptop, serve

HASTY = (2.0, 0.5)
PARTS = (12, 8)
SLOW_LINES = 400
PATIENT = (5.0, 30.0)
ROUNDS = 4
LAPTOPS = 4
MakeRunner = Callable[[SyncLaptop], SyncRunner]


class CountingClient(OfficeClient):
    """The laptop's client, counting what it sends."""

    pushes = 0

    def be(self, timeouts: tuple[float, float]) -> None:
        """Wait so long from now on: to connect, and for each answer."""
        self._timeouts = timeouts

    def push(self, packed: bytes, vouch: str = "") -> dict[str, Any]:
        """See `OfficeClient.push`."""
        self.pushes += 1
        return super().push(packed, vouch)


@dataclass
class Road:
    """An office process behind a pump, and what laptops need to sync with it."""

    folder: Path
    url: str
    enrolment: Enrolment
    device: SigningKey
    lock: threading.Lock = field(default_factory=threading.Lock)
    facts: list[Fact] = field(default_factory=list)
    logs: int = 0

    def next_number(self) -> int:
        """A number for the next laptop."""
        with self.lock:
            self.logs += 1
            return self.logs


@contextmanager
def open_road(folder: Path) -> Iterator[Road]:
    """An office process, with one laptop's device enrolled."""
    make_folder(folder / "office")
    served, device = serve(folder / "office"), SigningKey.new()
    client = OfficeClient(served.url)
    enrolment = client.enrol(served.office.enrolments.make_code(FIRST), device, "test")
    client.close()
    served.close()
    process, address = start("server", "--data", folder / "office", "run", "--port", 0)
    try:
        yield Road(folder, address.rstrip("/"), enrolment, device)
    finally:
        end(process)


@contextmanager
def laptop_on(road: Road, pump: Pump, log: SampleLog) -> Iterator[SyncLaptop]:
    """A laptop with a log of its own, and the plan's file already there: the cuts are meant for the lines."""
    folder = road.folder / f"laptop-{road.next_number()}"
    folder.mkdir()
    laptop = open_laptop(folder, road.enrolment, Keys(road.device, log.key), log)
    laptop.client.close()
    laptop.client = CountingClient(pump.url, PATIENT)
    laptop.office.add_content(PLAN)
    try:
        yield laptop
    finally:
        laptop.close()


def sync_through(laptop: SyncLaptop, pump: Pump, spoil: Spoil | None) -> list[str]:
    """One pass that meets the fault, then passes on a good road until everything is there."""
    client = laptop.client
    assert isinstance(client, CountingClient)
    client.pushes = 0
    pump.begin(spoil)
    client.be(HASTY if spoil else PATIENT)
    for _ in range(ROUNDS):
        try:
            laptop.runner.run_pass()
            break
        except DomainError:
            client.be(PATIENT)
    head = laptop.store.head()
    if laptop.runner.received != head.seq:
        return [f"{head.seq - laptop.runner.received} lines do not arrive"]
    return [f"{client.pushes} batches were sent for one"] if client.pushes > 2 else []


class Driver:
    """Makes up laptops on one road, a pump for each, and keeps what the office said it has received."""

    def __init__(self, road: Road, make_runner: MakeRunner) -> None:
        self._road, self._make_runner = road, make_runner
        self._totals = ({UP: 0, DOWN: 0}, {UP: 0, DOWN: 0})
        self.forks = 0
        self._sync_twice(Account(), random.Random(0), 10**6, measure=True)

    def one_try(self, seed: str, number: int) -> Account:
        """A laptop whose first and second sync meet a fault each; every eighth is then copied and goes on otherwise."""
        account, chance = Account(), random.Random(f"{seed} {number}")
        log = self._sync_twice(account, chance, number)
        if number % 8 == 0:
            account.check(f"copy {number}", self._sync_copy(log))
            account.figures["copies"] += 1
        return account

    def sync_slowly(self, lines: int, chance: random.Random) -> list[str]:
        """A whole day over 64 kbit/s with stalls."""
        pump, log = Pump(self._road.url), make_log(FIRST, CAMPAIGN, self._road.enrolment.plan, lines, 1)
        pump.slow = slow_road(chance)
        try:
            with self._laptop(pump, log) as laptop:
                laptop.record(lines)
                findings = sync_through(laptop, pump, None)
                self._note(laptop)
                return findings
        finally:
            pump.close()

    @contextmanager
    def _laptop(self, pump: Pump, log: SampleLog) -> Iterator[SyncLaptop]:
        with laptop_on(self._road, pump, log) as laptop:
            laptop.runner = self._make_runner(laptop)
            yield laptop

    def _sync_twice(self, account: Account, chance: random.Random, number: int, *, measure: bool = False) -> SampleLog:
        pump = Pump(self._road.url)
        log = make_log(FIRST, CAMPAIGN, self._road.enrolment.plan, sum(PARTS), number)
        try:
            with self._laptop(pump, log) as laptop:
                for part, lines in enumerate(PARTS):
                    laptop.record(lines)
                    spoil = None if measure else _spoil(chance, self._totals[part])
                    findings = sync_through(laptop, pump, spoil)
                    if measure:
                        self._totals[part].update(pump.passed)
                    account.check(f"{spoil} of sync {part + 1} of laptop {number}", findings)
                    account.tried -= not pump.met  # this sync was a few bytes shorter than the first one
                    account.figures[spoil.kind if spoil and pump.met else "syncs whole"] += 1
                self._note(laptop)
        finally:
            pump.close()
        return log

    def _sync_copy(self, log: SampleLog) -> list[str]:
        """The laptop was restored to line 8 and goes on with other lines: both sides must come to know."""
        changed = log.lines[8].replace(b'"wall":1', b'"wall":2')
        other = rewritten(log, 9, changed, log.lines[9 : PARTS[0]])
        pump = Pump(self._road.url)
        try:
            with self._laptop(pump, other) as laptop:
                laptop.record(PARTS[0])
                found = laptop.runner.run_pass()
        except DomainError as problem:
            return [f"a copied laptop cannot sync: {problem.code.value}"]
        finally:
            pump.close()
        self.forks += 1
        with self._road.lock:
            self._road.facts.append({"fact": "forked", "line": changed.decode()})
        seen = found is not None and found.code is ErrorCode.LOG_FORKED
        return [] if seen else ["a fork was not seen"]

    def _note(self, laptop: SyncLaptop) -> None:
        """What the laptop shows as received."""
        log, seq = laptop.store.head().log, laptop.runner.received
        digest = laptop.store.hashes(seq - 1, 1)[0] if seq else b""
        with self._road.lock:
            self._road.facts.append({"fact": "received", "log": log, "seq": seq, "hash": digest.hex()})


def _spoil(chance: random.Random, total: Mapping[str, int]) -> Spoil:
    way = chance.choice((UP, DOWN))
    return Spoil(chance.choice(KINDS), way, chance.randrange(total[way]), chance.choice((1, 2, 7, 16, 60)))


def run(
    part: Part,
    folder: Path,
    make_runner: MakeRunner = SyncLaptop.new_runner,
    slow_lines: int = SLOW_LINES,
) -> Account:
    """So many syncs, two a laptop, each spoiled once, and a slow road; then the office is held against its receipts."""
    with open_road(folder) as road:
        driver = Driver(road, make_runner)
        with ThreadPoolExecutor(LAPTOPS) as pool:
            account = sum_up(pool.map(partial(driver.one_try, str(part)), range(-(-part.count // 2))))
        account.check("a slow road", driver.sync_slowly(slow_lines, random.Random(str(part))))
        facts, forks = road.facts, driver.forks
    account.findings += check_office(folder / "office", facts, forks=forks)
    return account


class StoredCursor(SyncRunner):
    """Remembers by itself where it was, and moves on before the answer is there."""

    _cursor = -1

    def _push(self, log: Outgoing, after: int) -> int:
        after, self._cursor = self._cursor, log.head.seq
        return super()._push(log, after)


class Unsuspecting(SyncRunner):
    """Believes numbers: a head with the same number must be the same."""

    def _send_logs(self) -> tuple[DomainError | None, Any]:
        own = own_log(self._store, self._log_key)
        probed = self._client.probe([self._asked(own)])
        theirs = [point["seq"] for point in probed["logs"][0]["heads"]]
        self._push(own, min(max(theirs, default=-1), own.head.seq))
        return None, probed["county"]


def _with(runner: type[SyncRunner]) -> MakeRunner:
    def make(laptop: SyncLaptop) -> SyncRunner:
        return runner(
            client=laptop.client,
            store=laptop.store,
            office=laptop.office,
            keys=laptop.keys,
            enrolment=laptop.enrolment,
            clock=SteadyClock(Machine()),
        )

    return make


ATTACK = Campaign(
    name="proxy",
    unit="syncs",
    run=run,
    short=160,
    part=500,
    controls={
        "a computed cursor (stored)": partial(run, make_runner=_with(StoredCursor), slow_lines=20),
        "the comparison of heads": partial(run, make_runner=_with(Unsuspecting), slow_lines=20),
    },
    control_count=24,
)
