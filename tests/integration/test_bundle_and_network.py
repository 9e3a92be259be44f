"""Both roads at once: bundles before, between and after passes over a real socket, in any order."""

import random
from pathlib import Path

import pytest

from shared.log.logfile import join_records
from shared.log.signing import sign_head
from shared.wire import routes
from shared.wire.bundle import Bundle, BundledLog, write_bundle
from sync_server.services.bundles import Bundles, Taken
from tests.office_house import FIRST, ServedOffice
from tests.sync_house import SyncLaptop, enrol_laptop, list_branches, stored_lines


def bundle_of(laptop: SyncLaptop) -> bytes:
    """The laptop's log up to now, as it would travel."""
    head, log, device = laptop.store.head(), laptop.log, laptop.keys.device
    file = join_records([log.birth, *log.lines[: head.seq], sign_head(log.key, head).record()])
    start = log.heads[0]
    vouch = device.sign(routes.CONTEXT_VOUCH, routes.vouch_message(start.log, start.hash))
    enrolment = laptop.enrolment
    bundle = Bundle(enrolment.school, enrolment.campaign, device.public, 1, (BundledLog(head, vouch, file),))
    return write_bundle(bundle, device, enrolment.server_key)


def take(served: ServedOffice, data: bytes) -> Taken:
    """The office's import."""
    taken = Bundles(served.office).take(data, "x.bundle")
    assert taken.complete
    return taken


def take_back(served: ServedOffice, laptop: SyncLaptop) -> None:
    """The office's receipt file, read in at the laptop."""
    back = Bundles(served.office).receipt_file(FIRST)
    laptop.runner.take_receipt_file(back.encode(), back.name)


def test_a_bundle_first_and_then_the_network(served: ServedOffice, tmp_path: Path) -> None:
    laptop = enrol_laptop(served, tmp_path / "laptop").record(40)
    take(served, bundle_of(laptop))
    sent = laptop.client.sent
    assert laptop.runner.run_pass() is None
    assert laptop.client.sent - sent < 1500  # an empty batch, for the receipt
    assert laptop.runner.received == 40
    assert stored_lines(served, laptop.log) == laptop.log.lines[:40]
    laptop.close()


def test_the_network_first_and_then_an_older_bundle(served: ServedOffice, tmp_path: Path) -> None:
    laptop = enrol_laptop(served, tmp_path / "laptop").record(20)
    older = bundle_of(laptop)
    laptop.record(20)
    assert laptop.runner.run_pass() is None
    runs = take(served, older).logs[0].accepted.runs  # type: ignore[union-attr]
    assert [(run.first, run.last, run.result) for run in runs] == [(1, 20, "duplicate")]
    assert stored_lines(served, laptop.log) == laptop.log.lines[:40]
    take_back(served, laptop)
    assert laptop.runner.received == 40
    laptop.close()


@pytest.mark.parametrize("seed", range(12))
def test_in_any_order_the_office_holds_the_same(served: ServedOffice, tmp_path: Path, seed: int) -> None:
    laptop = enrol_laptop(served, tmp_path / "laptop")
    chance = random.Random(seed)
    sticks: list[bytes] = []
    while laptop.store.head().seq < 40:
        match chance.choice(["record", "pack", "bring", "sync", "receipt"]):
            case "record":
                laptop.record(min(chance.randint(1, 9), 40 - laptop.store.head().seq))
            case "pack":
                sticks.append(bundle_of(laptop))
            case "bring" if sticks:
                take(served, chance.choice(sticks))
            case "sync":
                assert laptop.runner.run_pass() is None
            case "receipt" if stored_lines(served, laptop.log):
                take_back(served, laptop)
        assert laptop.runner.received <= len(stored_lines(served, laptop.log))
    take(served, bundle_of(laptop))
    take_back(served, laptop)
    assert stored_lines(served, laptop.log) == laptop.log.lines[:40]
    assert list_branches(served, laptop.log) == [(-1, 40)]
    assert laptop.runner.received == laptop.new_runner().received == 40
    laptop.close()


def test_a_copied_laptops_bundle_opens_a_branch_and_both_are_told(served: ServedOffice, tmp_path: Path) -> None:
    laptop = enrol_laptop(served, tmp_path / "laptop").record(20)
    copy = laptop.copy(tmp_path / "copy")
    copy.goes_on_otherwise(21, more=2)
    laptop.record(5)
    copy.record(3)
    take(served, bundle_of(laptop))
    taken = take(served, bundle_of(copy))
    assert taken.logs[0].has_fork
    assert list_branches(served, laptop.log) == [(-1, 25), (20, 23)]
    back = Bundles(served.office).receipt_file(FIRST)
    for one, proven in ((laptop, 25), (copy, 23)):
        told = one.runner.take_receipt_file(back.encode(), back.name)
        assert told.proven == proven
        assert told.finding is not None
        assert one.runner.received == proven
        one.close()
