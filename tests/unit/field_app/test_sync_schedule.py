"""When sync runs: at once, soon after a record, slower while nobody answers, and through a step of the clock."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any, cast

import apscheduler.executors.base
import apscheduler.schedulers.base
import pytest

from field_app.sync import schedule
from field_app.sync.client import SyncFailure
from field_app.sync.runner import SyncRunner
from field_app.sync.schedule import EVERY, FIRST_BACKOFF, LONGEST_BACKOFF, SOON, SyncSchedule
from field_app.sync.status import SyncState
from shared.domain.errors import DomainError, ErrorCode

Outcome = Callable[[], DomainError | None]


class StagedRunner:
    """A runner whose passes end as a test says; `passes` counts the begun ones."""

    def __init__(self) -> None:
        self.recorded = self.received = 5
        self.inherited_pending = self.backed_up = 0
        self.outcome: Outcome = lambda: None
        self.passes = threading.Semaphore(0)
        self.count = 0

    def run_pass(self) -> DomainError | None:
        """One pass."""
        self.count += 1
        self.passes.release()
        return self.outcome()

    def await_pass(self) -> None:
        """Wait until the next pass has begun."""
        assert self.passes.acquire(timeout=5), "no pass came"


class Hands:
    """The hands of the machine's clocks, moved by a test: `tick` never goes back, `wall` does what it likes."""

    def __init__(self) -> None:
        self.tick = 1_000_000
        self.step = timedelta()

    def wall_ms(self) -> int:
        """The wall clock, stepped."""
        return int(self.now().timestamp() * 1000)

    def now(self, zone: tzinfo | None = None) -> datetime:
        """The same as a datetime."""
        return datetime.now(zone) + self.step


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Both clocks in a test's hands, jitter at its upper end, and beats of a twentieth of a second."""
    made = Hands()
    stepped = type("Stepped", (datetime,), {"now": staticmethod(made.now)})
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", stepped)
    monkeypatch.setattr(apscheduler.executors.base, "datetime", stepped)
    monkeypatch.setattr(schedule, "tick_ms", lambda: made.tick)
    monkeypatch.setattr(schedule, "wall_ms", made.wall_ms)
    monkeypatch.setattr(schedule, "_BEAT", 0.05)
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    return made


@pytest.fixture
def runner() -> StagedRunner:
    """A runner on a stage."""
    return StagedRunner()


@pytest.fixture
def made(hands: Hands, runner: StagedRunner) -> Iterator[SyncSchedule]:
    """A schedule that has made its first pass."""
    one = SyncSchedule(cast(SyncRunner, runner), lambda: 1234)
    yield one
    if one._scheduler.running:
        one.stop()


def settle(made: SyncSchedule, runner: StagedRunner) -> None:
    """Wait for the next pass to begin and to end."""
    runner.await_pass()
    assert made.wait_until_idle(5)


def beats(made: SyncSchedule, count: int = 6) -> None:
    """Wait for some beats of the schedule to go by."""
    gone = threading.Semaphore(0)
    made._scheduler.add_job(gone.release, "interval", seconds=0.05, id="count")
    for _ in range(count):
        assert gone.acquire(timeout=5)
    made._scheduler.remove_job("count")


def refuse(**how: Any) -> Outcome:
    """A pass that fails."""

    def outcome() -> DomainError | None:
        raise SyncFailure(ErrorCode.OFFICE_UNREACHABLE, **how)

    return outcome


def test_nothing_was_tried_before_the_start(made: SyncSchedule) -> None:
    status = made.status()
    assert (status.state, status.recorded, status.received, status.last_contact) == (SyncState.NEVER, 5, 5, 1234)


def test_the_first_pass_comes_at_once_and_the_next_after_a_while(
    made: SyncSchedule, runner: StagedRunner, hands: Hands
) -> None:
    made.start()
    settle(made, runner)
    assert made.status().state is SyncState.IN_TOUCH
    assert made.status().next_in == EVERY
    beats(made)
    assert runner.count == 1
    hands.tick += int(EVERY * 1000)
    settle(made, runner)
    assert runner.count == 2


def test_a_record_is_sent_soon(made: SyncSchedule, runner: StagedRunner, hands: Hands) -> None:
    made.start()
    settle(made, runner)
    made.soon()
    assert made.status().next_in == SOON
    hands.tick += int(SOON * 1000)
    settle(made, runner)


def test_a_record_during_a_pass_is_sent_soon_after_it(made: SyncSchedule, runner: StagedRunner, hands: Hands) -> None:
    def records() -> None:
        runner.recorded += 1

    runner.outcome = records
    made.start()
    settle(made, runner)
    assert made.status().next_in == SOON


def test_each_failure_doubles_the_wait_up_to_a_limit(made: SyncSchedule, runner: StagedRunner, hands: Hands) -> None:
    runner.outcome = refuse()
    made.start()
    waits = []
    for _ in range(10):
        settle(made, runner)
        waits.append(made.status().next_in or 0)
        hands.tick += int(waits[-1] * 1000)
    expected = [min(LONGEST_BACKOFF, FIRST_BACKOFF * 2**n) for n in range(10)]
    assert waits == expected


def test_jitter_spreads_schools_over_the_whole_wait(monkeypatch: pytest.MonkeyPatch, runner: StagedRunner) -> None:
    asked = []

    def jitter(low: float, high: float) -> float:
        asked.append((low, high))
        return low

    monkeypatch.setattr(random, "uniform", jitter)
    one = SyncSchedule(cast(SyncRunner, runner), lambda: None)
    one._failed(SyncFailure(ErrorCode.OFFICE_UNREACHABLE))
    one._failed(SyncFailure(ErrorCode.OFFICE_UNREACHABLE))
    assert asked == [(0.5, FIRST_BACKOFF), (0.5, FIRST_BACKOFF * 2)]


def test_the_time_an_office_asks_for_is_waited(made: SyncSchedule, runner: StagedRunner) -> None:
    runner.outcome = refuse(retry_after=77.0)
    made.start()
    settle(made, runner)
    assert made.status().next_in == 77.0


def test_a_record_does_not_hurry_an_office_out_of_reach(made: SyncSchedule, runner: StagedRunner) -> None:
    runner.outcome = refuse()
    made.start()
    settle(made, runner)
    made.soon()
    beats(made)
    assert runner.count == 1
    assert made.status().next_in == FIRST_BACKOFF


def test_the_button_tries_at_once_and_starts_the_waits_anew(
    made: SyncSchedule, runner: StagedRunner, hands: Hands
) -> None:
    runner.outcome = refuse()
    made.start()
    settle(made, runner)
    hands.tick += int(FIRST_BACKOFF * 1000)
    settle(made, runner)
    assert made.status().next_in == FIRST_BACKOFF * 2
    made.sync_now()
    settle(made, runner)
    assert made.status().next_in == FIRST_BACKOFF
    runner.outcome = lambda: None
    made.sync_now()
    settle(made, runner)
    assert (made.status().state, made.status().problem) == (SyncState.IN_TOUCH, None)


def test_the_button_during_a_pass_starts_no_second_one(
    made: SyncSchedule, runner: StagedRunner, caplog: pytest.LogCaptureFixture
) -> None:
    release = threading.Event()

    def slow() -> None:
        release.wait(5)

    runner.outcome = slow
    made.start()
    runner.await_pass()
    assert made.status().state is SyncState.RUNNING
    assert made.status().next_in is None
    made.sync_now()
    beats(made)
    assert runner.count == 1
    release.set()
    assert made.wait_until_idle(5)
    assert caplog.records == [], "a beat that is left out during a slow pass is no news"


def test_a_fault_of_our_own_does_not_end_sync(made: SyncSchedule, runner: StagedRunner, hands: Hands) -> None:
    def stumble() -> DomainError | None:
        raise ZeroDivisionError

    runner.outcome = stumble
    made.start()
    settle(made, runner)
    problem = made.status().problem
    assert problem is not None
    assert (made.status().state, problem.code) == (SyncState.WAITING, ErrorCode.INTERNAL)
    runner.outcome = lambda: None
    hands.tick += int(FIRST_BACKOFF * 1000)
    settle(made, runner)
    assert made.status().state is SyncState.IN_TOUCH


def test_a_finding_is_shown_although_the_pass_succeeded(made: SyncSchedule, runner: StagedRunner) -> None:
    finding = DomainError(ErrorCode.LOG_FORKED, seq=3)
    runner.outcome = lambda: finding
    made.start()
    settle(made, runner)
    assert (made.status().state, made.status().problem) == (SyncState.IN_TOUCH, finding)


@pytest.mark.parametrize("step", [timedelta(hours=-3), timedelta(hours=3), timedelta(days=-9000), timedelta(days=400)])
def test_a_step_of_the_wall_clock_neither_stops_nor_floods(
    made: SyncSchedule, runner: StagedRunner, hands: Hands, step: timedelta
) -> None:
    made.start()
    settle(made, runner)
    hands.step = step
    beats(made)
    assert runner.count == 1, "a wall clock that jumps is no reason to sync"
    hands.tick += int(EVERY * 1000)
    settle(made, runner)
    assert runner.count == 2


def test_stopping_waits_for_the_pass_that_runs(made: SyncSchedule, runner: StagedRunner) -> None:
    release, ended = threading.Event(), threading.Event()

    def slow() -> None:
        release.wait(5)
        ended.set()

    runner.outcome = slow
    made.start()
    runner.await_pass()
    threading.Timer(0.1, release.set).start()
    made.stop()
    assert ended.is_set()
