"""When sync runs: by itself, soon after a record, slower while nobody answers, at once on request."""

import logging
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from field_app.sync.client import SyncFailure
from field_app.sync.runner import SyncRunner
from field_app.sync.status import SyncState, SyncStatus
from shared.domain.errors import DomainError, ErrorCode
from shared.timepiece import tick_ms, wall_ms

EVERY = 30.0
SOON = 0.5
FIRST_BACKOFF = 4.0
LONGEST_BACKOFF = 900.0
_BEAT = 1.0
_JUMP_MS = 2_000

log = logging.getLogger(__name__)


class SteadyScheduler(BackgroundScheduler):
    """APScheduler that outlives a step of the wall clock: its jobs are set anew when clock and tick disagree."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._lead = wall_ms() - tick_ms()

    def _process_jobs(self) -> float:
        lead = wall_ms() - tick_ms()
        if abs(lead - self._lead) > _JUMP_MS:
            self._lead = lead
            for job in self.get_jobs():
                job.modify(next_run_time=_at(0))
        wait = super()._process_jobs()
        return _BEAT if wait is None else min(float(wait), _BEAT)


class SyncSchedule:
    """Drives a runner; all waiting is on a tick that sleeps and clock steps cannot stop."""

    def __init__(self, runner: SyncRunner, last_contact: Callable[[], int | None]) -> None:
        self.runner = runner
        self._last_contact = last_contact
        self._scheduler = SteadyScheduler(
            timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        )
        self._lock = threading.Lock()
        self._state = SyncState.NEVER
        self._problem: DomainError | None = None
        self._failures = 0
        self._due = tick_ms()
        self._idle = threading.Event()
        self._idle.set()

    def start(self) -> None:
        """Begin; the first pass comes at once."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a beat left out during a slow pass is no news
        self._scheduler.add_job(self._beat, "interval", seconds=_BEAT, id="beat", next_run_time=_at(0))
        self._scheduler.start()

    def stop(self) -> None:
        """End after the pass that may be running."""
        self._scheduler.shutdown(wait=True)

    def soon(self) -> None:
        """Something was recorded: send it within a second, unless the office was out of reach just now."""
        with self._lock:
            if self._state is SyncState.WAITING:
                return
            self._due = min(self._due, tick_ms() + int(SOON * 1000))
        self._wake(SOON)

    def sync_now(self) -> None:
        """Somebody pressed the button: try at once, whatever the last attempt said."""
        with self._lock:
            self._due = tick_ms()
            self._failures = 0
        self._wake(0)

    def status(self) -> SyncStatus:
        """What to show, at any time and without waiting for the network."""
        recorded, received, inherited = self.runner.recorded, self.runner.received, self.runner.inherited_pending
        with self._lock:
            wait = None if self._state is SyncState.RUNNING else max(0.0, (self._due - tick_ms()) / 1000)
            contact = self._last_contact()
            problem, backed_up = self._problem, self.runner.backed_up
            return SyncStatus(self._state, recorded, received, contact, wait, problem, inherited, backed_up)

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait for the running pass to end; False when it takes longer."""
        return self._idle.wait(seconds)

    def _wake(self, seconds: float) -> None:
        if self._scheduler.running:
            self._scheduler.add_job(self._beat, "date", run_date=_at(seconds), id="wake", replace_existing=True)

    def _beat(self) -> None:
        with self._lock:
            if self._state is SyncState.RUNNING or tick_ms() < self._due:
                return
            self._state = SyncState.RUNNING
            self._idle.clear()
        self._pass()
        self._idle.set()

    def _pass(self) -> None:
        recorded = self.runner.recorded
        try:
            finding = self.runner.run_pass()
        except DomainError as problem:
            self._failed(problem)
        except Exception:  # a fault of our own must not end syncing for the day
            log.exception("a pass of sync stumbled")
            self._failed(DomainError(ErrorCode.INTERNAL))
        else:
            more = self.runner.recorded > recorded
            with self._lock:
                self._state, self._problem, self._failures = SyncState.IN_TOUCH, finding, 0
                self._due = tick_ms() + int((SOON if more else EVERY) * 1000)

    def _failed(self, problem: DomainError) -> None:
        asked = problem.retry_after if isinstance(problem, SyncFailure) else None
        with self._lock:
            longest = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0**self._failures)
            self._failures = min(self._failures + 1, 20)
            # Full jitter: the schools of a county that lost the office together must not come back together.
            wait = max(random.uniform(0.5, longest), asked or 0.0)  # noqa: S311 - pacing, no secret
            self._due = tick_ms() + int(wait * 1000)
            self._state, self._problem = SyncState.WAITING, problem


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(wall_ms() / 1000 + seconds, tz=UTC)
