"""A laptop that took over sends the first laptop's lines before its own, and the office folds one day out of both."""

from pathlib import Path

import pytest

from field_app.store.office import OfficeStore, office_migrations
from field_app.sync.client import OfficeClient
from field_app.sync.runner import SyncRunner
from field_app.timekeeping.steady_clock import SteadyClock
from shared.log.logfile import Fragment
from shared.log.signing import sign_head
from shared.store.migrations import log_migrations
from shared.store.sqlite import SqliteEventStore
from shared.store.writer import Writer
from shared.timepiece import Machine
from tests.office_house import ServedOffice
from tests.sync_house import TIMEOUTS, SyncLaptop, enrol_laptop, list_branches, stored_lines


class Heir:
    """A laptop that goes on from line `after` of another one, with heads of that one every `step` lines."""

    def __init__(
        self, served: ServedOffice, folder: Path, first: SyncLaptop, after: int, step: int, proven: int | None = None
    ) -> None:
        self.laptop = enrol_laptop(served, folder / "second-laptop", size=30)
        self.laptop.writer.close()
        signed = [seq for seq in {*range(step, after, step), after} if proven is None or seq <= proven]
        heads = [sign_head(first.log.key, first.log.heads[seq]) for seq in signed]
        writer = Writer(folder / "second-laptop" / "heir.sqlite", (log_migrations, office_migrations))
        self.writer = writer
        self.store = SqliteEventStore(writer)
        self.store.begin(self.laptop.log.birth, [Fragment(first.log.birth, None, first.log.lines[:after], heads)])
        for head, line in zip(self.laptop.log.heads[1:], self.laptop.log.lines, strict=True):
            self.store.append(line, head, f"request-{head.seq}")
        self.runner = SyncRunner(
            client=OfficeClient(served.url, TIMEOUTS),
            store=self.store,
            office=OfficeStore(writer),
            keys=self.laptop.keys,
            enrolment=self.laptop.enrolment,
            clock=SteadyClock(Machine()),
        )


@pytest.mark.parametrize("sent", [0, 700, 1200], ids=["nothing", "a part", "all"])
def test_what_the_first_laptop_did_not_send_the_second_one_sends(
    served: ServedOffice, tmp_path: Path, sent: int
) -> None:
    first = enrol_laptop(served, tmp_path / "first", size=1200)
    if sent:
        first.record(sent).runner.run_pass()
    heir = Heir(served, tmp_path, first, 1200, 90)
    assert heir.runner.run_pass() is None
    assert stored_lines(served, first.log) == first.log.lines
    assert stored_lines(served, heir.laptop.log) == heir.laptop.log.lines
    assert heir.runner.received == heir.runner.recorded == 1230
    assert heir.runner.run_pass() is None
    first.close()
    heir.writer.close()


def test_the_first_laptop_comes_back_with_more_and_both_are_kept(served: ServedOffice, tmp_path: Path) -> None:
    first = enrol_laptop(served, tmp_path / "first", size=60)
    heir = Heir(served, tmp_path, first, 40, 10)
    heir.runner.run_pass()
    first.record(60).runner.run_pass()
    assert stored_lines(served, first.log) == first.log.lines
    assert list_branches(served, first.log) == [(-1, 60)]
    assert heir.runner.run_pass() is None
    assert heir.runner.received == heir.runner.recorded == 70
    first.close()
    heir.writer.close()


@pytest.mark.parametrize("proven", [0, 20], ids=["nothing", "a part"])
@pytest.mark.parametrize("there", [True, False], ids=["at the office", "nowhere else"])
def test_lines_in_front_that_nobody_can_prove_do_not_keep_ours_from_the_office(
    served: ServedOffice, tmp_path: Path, proven: int, there: bool
) -> None:
    first = enrol_laptop(served, tmp_path / "first", size=60)
    if there:
        first.record(60).runner.run_pass()
    heir = Heir(served, tmp_path, first, 40, 10, proven)
    for _ in range(2):
        assert heir.runner.run_pass() is None
        assert stored_lines(served, heir.laptop.log) == heir.laptop.log.lines
        assert heir.runner.inherited_pending == (0 if there else 40 - proven)
    assert heir.runner.recorded - heir.runner.received == heir.runner.inherited_pending
    first.close()
    heir.writer.close()
