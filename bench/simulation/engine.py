"""Runs a county's day from the first process to the account."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.simulation.account import Evidence, count_faults, make_account
from bench.simulation.county import make_county
from bench.simulation.county_office import CountyOffice
from bench.simulation.dated_plans import DATE, write_plans
from bench.simulation.school_run import SchoolRun
from bench.simulation.shown_clock import ShownClock, Stopped
from bench.simulation.stored_lines import read_store
from bench.simulation.telling import Teller

# Seconds between making the office and the first minute of the fast clock: its commands, and the laptops' enrolment.
_OFFICE_TAKES = 6.0
_ENROLMENT_TAKES = 0.25
_KILLS = (9 * 60 + 20.0, 14 * 60 + 12.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is asked for; `folder` is None for one that is deleted afterwards."""

    schools: int
    seed: int
    rate: int
    faults: str
    folder: Path | None
    stays: bool
    quiet: bool


@dataclass(slots=True)
class Run:
    """A county's day under way."""

    settings: Settings
    folder: Path
    teller: Teller
    office: CountyOffice = field(init=False)
    schools: list[SchoolRun] = field(default_factory=list)
    clock: ShownClock | None = None
    failures: list[BaseException] = field(default_factory=list)

    def open(self) -> None:
        """Start every process, enrol every laptop, open every house."""
        county = make_county(self.settings.schools, self.settings.seed)
        self.office = CountyOffice(self.folder / "office")
        plans = write_plans(self.folder, {school.stage for school in county})
        self.schools = [
            SchoolRun.prepare(
                school, plans[school.stage].plan, self.folder / "laptops", self.office.port, self.settings.seed
            )
            for school in county
        ]
        for school in self.teller.track(self.schools, "laptops"):
            school.laptop.wait()
        takes = _OFFICE_TAKES + _ENROLMENT_TAKES * len(county)
        codes = self.office.make(county, plans, self.settings.rate, round(takes))
        self.office.start()
        self._each(lambda school: self._enter(school, codes))

    def play(self) -> None:
        """The day itself, with its faults; raises what went wrong in any school."""
        total = sum(len(school.acts) for school in self.schools)
        with self.teller.day(total, self._minute) as done, self._office_faults():
            self._each(lambda school: school.play(done))
        for school in self.schools:
            school.network.on = False
            school.road.open()
        self._each(SchoolRun.settle)

    def evidence(self) -> Evidence:
        """What the account is made from."""
        return Evidence(
            schools=[school.witnessed() for school in self.schools],
            exports=[school.exported for school in self.schools if school.exported],
            board=self.office.board(),
            stored=read_store(self.office.backup(self.folder / "office-copy.sqlite")),
            recorded=sum(school.recorded for school in self.schools),
        )

    def close(self) -> None:
        """End every process."""
        if self.clock:
            self.clock.stop.set()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(SchoolRun.stop, self.schools))
        self.office.stop()

    def _enter(self, school: SchoolRun, codes: Mapping[str, str]) -> None:
        rehearsal = school.enrol(codes[school.school.code])
        with _ENTERING:
            self.clock = self.clock or ShownClock(rehearsal, DATE)
        school.open_house(self.clock)
        if self.settings.faults == "day-offline":
            school.road.close()
        school.network.on = self.settings.faults == "flaky"

    def _minute(self) -> float:
        return self.clock.minute() if self.clock else 0.0

    def _each(self, work: Callable[[SchoolRun], object]) -> None:
        """Do it for every school at once; the first failure ends the others."""

        def guarded(school: SchoolRun) -> None:
            try:
                work(school)
            except Stopped:
                return
            except BaseException as failure:
                self.failures.append(failure)
                if self.clock:
                    self.clock.stop.set()

        threads = [threading.Thread(target=guarded, args=(school,), daemon=True) for school in self.schools]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # in slices, so that Ctrl-C gets through
                thread.join(0.2)
        if self.failures:
            raise self.failures[0]

    @contextmanager
    def _office_faults(self) -> Iterator[None]:
        """Kill the office twice on a flaky day."""
        if self.settings.faults != "flaky" or self.clock is None:
            yield
            return
        thread = threading.Thread(target=_kill_twice, args=(self.office, self.clock), daemon=True)
        thread.start()
        try:
            yield
        finally:
            thread.join(30)


_ENTERING = threading.Lock()


def _kill_twice(office: CountyOffice, clock: ShownClock) -> None:
    try:
        for minute in _KILLS:
            clock.wait_until(minute)
            office.kill_and_start()
    except Stopped:
        return


def simulate_county(settings: Settings, told: Callable[[dict[str, Any]], object] | None = None) -> dict[str, Any]:
    """Run the day; returns the account, and gives it to `told` before a demo goes on staying up."""
    begun = time.monotonic()
    with _folder(settings.folder) as folder:
        run = Run(settings, folder, Teller(settings.quiet))
        try:
            run.open()
            run.teller.say_addresses(run.office, run.schools)
            run.play()
            account = make_account(run.evidence())
            account["faults"] = count_faults(school.network.struck for school in run.schools)
            account["laptops_mib"] = round(sum(school.laptop.memory_kib() for school in run.schools) / 1024)
            if settings.stays:
                account["seconds"] = round(time.monotonic() - begun, 1)
                if told:
                    told(account)
                run.teller.stay()
        finally:
            run.close()
    account.setdefault("seconds", round(time.monotonic() - begun, 1))
    return account


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with TemporaryDirectory(prefix="testday-county-") as name:
        yield Path(name)
