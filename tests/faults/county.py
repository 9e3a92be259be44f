"""A made-up county: one office, its schools' laptops, sticks and shelves, all in one process and one folder.

Every part is the product's own: journal, stores, sync, office, bundles. What stands here only opens and closes them, as
people and power cuts do.
"""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from flask import Flask

from field_app.app import House, open_house
from field_app.config import FieldConfig
from field_app.services.anew import begin_anew
from field_app.services.enrolment import enrol_online
from field_app.services.rebuilding import rebuild
from field_app.services.takeover import resume_takeover
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Draft
from shared.log.chain import Head
from sync_server.app import create_app, open_office
from sync_server.config import ServerConfig
from sync_server.services.office import Office
from tests.faults.county_doors import MORNING_MS, OfficeClock, open_doors
from tests.faults.county_road import Crash, OfficeCrash, Road
from tests.faults.oracle_trees import read_laptop_lines, read_office_lines
from tests.field_house import CHIEF_PROCTOR, DEPUTY, INFO_OFFICER, PRINCIPAL, PROCTOR, STAFF, StillTime
from tests.office_house import make_folder

URL = "http://office.test"
SCHOOLS = tuple(f"5305210{number:02d}" for number in range(1, 21))
SEATS = (1, 2, 3, 4, 5)
_APPS: list[Flask] = []
"""The office's web app, made once a process: it takes longer than a world does."""


@dataclass
class Party:
    """One laptop: its folder, its clocks, the stick that its black box is on; `house` is None while it is off."""

    county: "County"
    name: str
    school: str
    time: StillTime
    house: House | None = None
    finding: ErrorCode | None = None
    """What the last pass of sync that reached its end, or a receipt file, told people."""
    asked: int = 0
    gone: bool = False

    @property
    def folder(self) -> Path:
        """The laptop's data folder."""
        return self.county.folder / self.name

    @property
    def stick(self) -> Path:
        """Where its black box is written."""
        return self.county.folder / f"{self.name}-stick"

    def open(self) -> House:
        """Start the program, as `testday field run` does; a damaged log is mended as the page offers."""
        if self.house is not None:
            return self.house
        self.county.machine = self.time
        config = FieldConfig(self.folder, open_browser=False, sync=False)
        try:
            house = open_house(config)
        except DomainError as problem:
            if problem.code is not ErrorCode.LOG_DAMAGED:
                raise
            self._mend()
            house = open_house(config)
        self.house = house
        try:
            resume_takeover(house.laptop)
            house.laptop.note_start()
        except Crash:
            self.crash()
            raise
        house.sync.start()
        return house

    def close(self) -> None:
        """End the program in good order."""
        house, self.house = self.house, None
        if house is not None:
            house.close()

    def crash(self) -> None:
        """The power fails: what is on disk stays, nothing else."""
        house, self.house = self.house, None
        if house is None:
            return
        image = self.folder.with_name(f"{self.name}-image")
        shutil.copytree(self.folder, image)
        for holder in (house.writer, house.pins):
            holder.close()
        shutil.rmtree(self.folder)
        image.rename(self.folder)

    def lines(self) -> set[bytes]:
        """Every line that its folder and its stick hold, read without the product."""
        return read_laptop_lines(self.folder, self.stick)

    def request(self) -> str:
        """A fresh request id, as a form has one."""
        self.asked += 1
        return f"{self.name}-{self.asked}"

    def record(self, draft: Draft) -> bool:
        """Press a button; what is confirmed is noted. False when the journal refuses it."""
        journal = self.open().laptop.journal
        try:
            recorded = journal.record(draft, self.request())
        except DomainError:
            return False
        self.county.confirmed.add(self.open().laptop.store.lines(recorded.event.seq - 1, 1)[0])
        return True

    def run_pass(self) -> DomainError | None:
        """One pass of the laptop's own sync; returns why it did not reach its end."""
        runner = self.runner()
        if runner is None:
            return None
        try:
            found = runner.run_pass()
        except DomainError as problem:
            return problem
        self.finding = found.code if found is not None else None
        return None

    def runner(self) -> Any:
        """The laptop's runner; None before it is enrolled."""
        sync = self.open().sync
        schedule = getattr(sync, "_schedule")  # noqa: B009 - pages see no runner, and a pass waits for a second
        return schedule.runner if schedule is not None else None

    def enrol(self) -> None:
        """Take a fresh code of the county, as after a telephone call."""
        house = self.open()
        enrol_online(house.laptop, URL, self.county.office.enrolments.make_code(self.school))
        house.sync.restart()

    def staff(self) -> None:
        """Those who work at this laptop come on duty, where they are not."""
        duties = self.open().laptop.journal.day.duties
        for number, who in enumerate((PRINCIPAL, DEPUTY, CHIEF_PROCTOR, PROCTOR, INFO_OFFICER)):
            known = duties.people.get(who.person)
            if known is None or not known.on_duty:
                person = next(one for one in STAFF if one.role.value == who.role)
                data = {"person": who.person, "name": person.name, "unit": person.unit, "role": who.role}
                witnesses = (DEPUTY,) if number > 1 else ()
                self.record(Draft("person_put_on_duty", PRINCIPAL, {**data, "outsider": person.outsider}, witnesses))

    def _mend(self) -> None:
        """Rebuild; where the same log may not go on, begin another."""
        before = self.lines()
        try:
            rebuild(self.folder)
        except DomainError as problem:
            if problem.code is not ErrorCode.LOG_MUST_BEGIN_ANEW:
                raise
            begin_anew(self.folder)
        if before - self.lines():
            self.county.findings.append(f"{self.name}: mending lost {len(before - self.lines())} lines")


class BadClient(Protocol):
    """Somebody enrolled who sends what no laptop of ours would (`county_poison`)."""

    lines: list[bytes]
    poisoned: set[int]
    heads: list[Head]

    def come_to_rest(self) -> list[str]:
        """Send everything; what does not hold."""
        ...


@dataclass
class County:
    """See the module. `discarded` are lines in what a fault destroyed: they need not be anywhere any more."""

    folder: Path
    chance: random.Random
    road: Road
    machine: StillTime = field(default_factory=lambda: StillTime(MORNING_MS))
    clock: OfficeClock = field(default_factory=OfficeClock)
    parties: list[Party] = field(default_factory=list)
    confirmed: set[bytes] = field(default_factory=set)
    discarded: set[bytes] = field(default_factory=set)
    poison: set[bytes] = field(default_factory=set)
    bad: list[BadClient] = field(default_factory=list)
    bundles: list[bytes] = field(default_factory=list)
    receipt_files: list[tuple[str, bytes]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    went_back: bool = False
    """Whether the office was ever restored: then laptops may say so."""
    _office: Office | None = None

    @property
    def office(self) -> Office:
        """The office, which is started when it is down."""
        if self._office is None:
            self._office = open_office(ServerConfig(self.folder / "office"))
            if not _APPS:
                _APPS.append(create_app(self._office))
            _APPS[0].extensions["office"] = self._office
            self.road.app = _APPS[0]
        return self._office

    def open_office(self) -> None:
        """Let the office be up."""
        _ = self.office

    def close_office(self) -> None:
        """End the office in good order."""
        office, self._office = self._office, None
        self.road.app = None
        if office is not None:
            office.close()

    def crash_office(self) -> None:
        """The office's power fails: what is on disk stays, nothing else; it comes up again at once."""
        home, image = self.folder / "office", self.folder / "office-image"
        shutil.copytree(home, image)
        self.close_office()
        shutil.rmtree(home)
        image.rename(home)
        self.open_office()

    def office_lines(self) -> set[bytes]:
        """Every line that the office holds, read without the product."""
        return read_office_lines(self.folder / "office" / "server.sqlite")

    def living(self) -> list[Party]:
        """The laptops that are still there."""
        return [party for party in self.parties if not party.gone]

    def add(self, name: str, school: str) -> Party:
        """A laptop; its folder is made when the program starts."""
        party = Party(self, name, school, StillTime(self.clock.wall, 1_000_000 + 7_000 * len(self.parties)))
        party.time.started = f"b{len(self.parties):03d}"
        party.stick.mkdir(exist_ok=True)
        self.parties.append(party)
        return party

    def close(self) -> None:
        """Let go of everything."""
        for party in self.parties:
            with suppress(DomainError):
                party.close()
        self.close_office()

    def calm(self) -> None:
        """The road is good from now on, and the office's power does not fail after all."""
        self.road.begin()
        if self._office is not None:
            vars(getattr(self._office.store, "_writer")).pop("write", None)  # noqa: B009

    def _die_at_commit(self, when: str) -> None:
        """At its next commit the office's power fails, before it or after."""
        writer = getattr(self.office.store, "_writer")  # noqa: B009 - a power cut asks no permission
        write = writer.write

        def dying(work: Any) -> None:
            if when == "after":
                write(work)
            raise OfficeCrash

        writer.write = dying


@contextmanager
def open_county(folder: Path, seed: str) -> Iterator[County]:
    """A county in a folder that holds an office already, or nothing yet."""
    chance = random.Random(seed)
    road = Road(chance)
    county = County(folder, chance, road)
    road.on_commit, road.on_office_crash = partial(County._die_at_commit, county), county.crash_office
    with open_doors(county, seed):
        try:
            yield county
        finally:
            county.close()


def make_template(folder: Path, schools: int) -> None:
    """An office with these schools, and one laptop in each, people on duty, a roster of five seats."""
    rows = "".join(f"{code},第 {number} 小学,小学\n" for number, code in enumerate(SCHOOLS[:schools], start=1))
    make_folder(folder / "office", f"学校代码,学校名称,学段\n{rows}".encode())
    with open_county(folder, f"template {schools}") as county:
        county.open_office()
        for number, school in enumerate(SCHOOLS[:schools]):
            party = county.add(f"laptop-{number}", school)
            party.enrol()
            party.staff()
            roster = {"pupils": len(SEATS), "seats": list(SEATS), "source": "file", "sha256": "a" * 64}
            party.record(Draft("roster_imported", INFO_OFFICER, roster, (PRINCIPAL,)))
            party.close()


def settle_in(county: County, schools: int) -> None:
    """The laptops of a template that was copied into the county's folder."""
    for number, school in enumerate(SCHOOLS[:schools]):
        county.add(f"laptop-{number}", school)
    county.open_office()
