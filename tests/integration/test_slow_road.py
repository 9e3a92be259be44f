"""A road of 64 kbit/s with stalls: batches shrink until each fits, and a school's day arrives."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from field_app.sync import pace
from field_app.sync.client import OfficeClient
from shared.domain.errors import DomainError
from shared.log.signing import SigningKey
from shared.wire.routes import BATCH_BYTES
from tests.faults.pump import SLOW_BYTES, Pump, slow_road
from tests.office_house import PLAN, ServedOffice
from tests.sync_house import SyncLaptop, enrol_laptop, stored_lines

IMPATIENT = 2.0
MakeLaptop = Callable[[int, float], SyncLaptop]


class TimedClient(OfficeClient):
    """The laptop's client, noting how large each batch was, how long it took and whether it arrived."""

    def __init__(self, url: str, timeouts: tuple[float, float]) -> None:
        super().__init__(url, timeouts)
        self.batches: list[tuple[int, float, bool]] = []

    def push(self, packed: bytes, vouch: str = "") -> dict[str, Any]:
        """See `OfficeClient.push`."""
        began, good = time.monotonic(), False
        try:
            answer = super().push(packed, vouch)
            good = True
            return answer
        finally:
            self.batches.append((len(packed), time.monotonic() - began, good))


@pytest.fixture
def make_laptop(served: ServedOffice, tmp_path: Path) -> Iterator[MakeLaptop]:
    """Makes a laptop with that many lines behind a slow road, which waits so long for an answer."""
    pump = Pump(served.url)
    pump.slow = slow_road(random.Random(7))
    made: list[SyncLaptop] = []

    def make(size: int, patience: float) -> SyncLaptop:
        laptop = enrol_laptop(served, tmp_path / "laptop", size=size)
        laptop.client.close()
        laptop.client = TimedClient(pump.url, (5.0, patience))
        laptop.runner = laptop.new_runner()
        laptop.office.add_content(PLAN)
        made.append(laptop)
        return laptop

    yield make
    for laptop in made:
        laptop.close()
    pump.close()


def fill_with_noise(laptop: SyncLaptop, lines: int) -> None:
    """Notes that no packing makes smaller, about 2 KiB a line."""
    for seq in range(1, lines + 1):
        noise = "".join(SigningKey.new().public for _ in range(56)).encode()
        raw = laptop.log.lines[seq - 1].replace(b'"data":{', b'"data":{"x":"%b",' % noise)
        laptop.log.lines[seq - 1] = raw
    laptop.goes_on_otherwise(1, lines - 1)
    laptop.record(lines)


def pass_until_there(laptop: SyncLaptop, rounds: int) -> int:
    """Passes until everything is there; returns how many were broken off."""
    for broken in range(rounds):
        try:
            laptop.runner.run_pass()
        except DomainError:
            continue
        return broken
    raise AssertionError(f"{laptop.runner.recorded - laptop.runner.received} lines do not arrive")


def batches(laptop: SyncLaptop) -> list[tuple[int, float, bool]]:
    """What was pushed."""
    assert isinstance(laptop.client, TimedClient)
    return laptop.client.batches


def test_a_schools_day_arrives_over_64_kbit_with_stalls(served: ServedOffice, make_laptop: MakeLaptop) -> None:
    laptop = make_laptop(400, 30.0).record(400)
    began = time.monotonic()
    assert laptop.runner.run_pass() is None
    took = time.monotonic() - began
    assert stored_lines(served, laptop.log) == laptop.log.lines
    sent = batches(laptop)
    assert all(seconds < 10 for _size, seconds, _good in sent)
    figures = f"{took:.1f} s in {len(sent)} batch(es), {laptop.client.sent} bytes sent"
    sys.stdout.write(f"\n400 lines over 64 kbit/s with stalls: {figures}\n")


def test_batches_shrink_until_each_is_answered_in_time(served: ServedOffice, make_laptop: MakeLaptop) -> None:
    laptop = make_laptop(20, IMPATIENT)
    fill_with_noise(laptop, 20)
    assert pass_until_there(laptop, 6) >= 1, "the first batch is too large for this road"
    assert stored_lines(served, laptop.log) == laptop.log.lines
    arrived = [size for size, _seconds, good in batches(laptop) if good]
    broken = [size for size, _seconds, good in batches(laptop) if not good]
    assert max(arrived) < max(broken)
    assert max(arrived[1:]) < SLOW_BYTES * IMPATIENT * 2 / 3, "once measured, a batch leaves room for a stall"


def test_without_shrinking_the_same_lines_do_not_arrive(
    served: ServedOffice, make_laptop: MakeLaptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "FIRST_BYTES", BATCH_BYTES)
    monkeypatch.setattr(pace, "LEAST_BYTES", BATCH_BYTES)
    laptop = make_laptop(20, IMPATIENT)
    fill_with_noise(laptop, 20)
    with pytest.raises(DomainError):
        laptop.runner.run_pass()
    assert laptop.runner.received == 0
