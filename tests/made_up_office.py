"""An office for tests: three schools, the plan of 2022, an account for every role, a clock that stands still."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from shared.domain.clock import Instant
from shared.domain.plan import Plan
from shared.wire.plan_file import read_plan, shipped_plans
from sync_server.app import create_app, open_office
from sync_server.config import SOFTWARE, ServerConfig
from sync_server.services.accounts import add_account
from sync_server.services.county_log import CountyLogs
from sync_server.services.ingest import Ingest
from sync_server.services.making import make_key, make_office
from sync_server.services.office import Office
from sync_server.services.plans import Plans
from sync_server.services.schools import import_schools
from sync_server.store.sqlite import SqliteStore
from tests.made_up_log import MadeUpLog, at_clock

NAN_HU, SHI_QIAO, DA_HE = "530521001", "530521002", "530521003"
SCHOOLS = f"学校代码,学校名称,学段\n{NAN_HU},南湖小学,小学\n{SHI_QIAO},石桥小学,小学\n{DA_HE},大河小学,小学\n"
PEOPLE = {
    "李娜": ("county", "county", "云溪县"),
    "郭视导": ("inspector", "province", "云南省"),
    "全国": ("viewer", "nation", "全国"),
    "南湖": ("school", "school", NAN_HU),
}
PLAN = "2022-primary-day1.yaml"


class StillClock:
    """Shows 10:08 of the made-up day until a test moves it."""

    def __init__(self) -> None:
        self.wall = at_clock("10:08")

    def now(self) -> Instant:
        """See `Clock.now`."""
        return Instant(self.wall, self.wall, "r")

    def set_check(self, offset: int | None, error: int | None) -> None:
        """See `Clock.set_check`; an office checks nobody's clock."""


def shipped_plan() -> Plan:
    """The plan of 2022 day 1."""
    return read_plan(shipped_plans()[PLAN], PLAN)


@dataclass
class OfficeHouse:
    """The office, its app, its clock and the passwords of its accounts."""

    office: Office
    app: Flask
    clock: StillClock
    passwords: dict[str, str]
    plan: Plan

    def log(self, school: str) -> MadeUpLog:
        """A fresh log of a school."""
        return MadeUpLog(school, self.plan)

    def receive(self, log: MadeUpLog, at: str = "10:07") -> None:
        """The office takes the whole log at this time."""
        before, self.clock.wall = self.clock.wall, at_clock(at)
        self.office.ingest.import_file(log.file())
        self.clock.wall = before

    def client(self, name: str = "", language: str = "zh") -> FlaskClient:
        """A browser, signed in as this account."""
        client = self.app.test_client()
        page = client.get(f"/login?lang={language}").text
        if name:
            form = {"name": name, "password": self.passwords[name], "form_token": form_token(page)}
            assert client.post("/login", data=form).status_code == 302
        return client


def form_token(page: str) -> str:
    """The token of a page's forms."""
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


def make_office_house(folder: Path, schools: str = SCHOOLS) -> OfficeHouse:
    """An office with real keys and a real database."""
    config = ServerConfig(folder / "server")
    make_key(config)
    store = SqliteStore(config.database)
    passwords = {"admin": make_office(store, "云溪县", "2022-yunxi", "live", None)}
    store.close()
    clock = StillClock()
    office = _with_clock(open_office(config), clock)
    if schools:
        import_schools(office.store, schools.encode("utf-8"), "schools.csv")
    plan, _ = office.plans.add_plan(shipped_plans()[PLAN], PLAN, "admin")
    for name, (role, kind, scope) in PEOPLE.items():
        passwords[name] = add_account(office.store, name, role, kind, scope)
    return OfficeHouse(office, create_app(office), clock, passwords, plan)


def _with_clock(office: Office, clock: StillClock) -> Office:
    county_logs = CountyLogs(office.store, office.row, office.key, clock, SOFTWARE)
    return replace(
        office,
        clock=clock,
        ingest=Ingest(office.store, office.row, clock, office.folds, office.receipts),
        county_logs=county_logs,
        plans=Plans(office.store, county_logs, clock),
    )
