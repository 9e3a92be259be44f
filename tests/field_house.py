"""A laptop for tests: born for the plan of 2022 day 1, people on duty, a roster of 30 made-up pupils, a browser inside.

`make_laptop(tmp_path)` gives a `FieldHouse`; the fixture `field` (tests/conftest.py) closes it afterwards.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from field_app.app import House, create_app, open_house
from field_app.config import FieldConfig
from field_app.roster.pupil import Pupil
from field_app.services.laptop import Laptop
from field_app.services.people import Newcomer, put_on_duty
from field_app.sync.receipts import ReceiptsTaken
from field_app.sync.status import SyncState, SyncStatus
from field_app.timekeeping.steady_clock import SteadyClock
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.domain.readiness import ROSTER_IMPORTED
from shared.domain.roles import Role
from shared.timepiece import Reading
from shared.wire.enrolment import Enrolment
from shared.wire.plan_file import shipped_plans

LAUNCH = "launch-token-of-a-test"
PASSPHRASE = "南湖的水很清很清"
PLAN_2022 = "2022-primary-day1.yaml"
PUPILS = tuple(
    Pupil(seat, name, f"52050001{seat:02d}", "男" if seat % 2 else "女", "四年级 1 班")
    for seat, name in enumerate(
        (
            *("安若溪", "白云舟", "蔡小满", "邓知行", "方一诺", "高子墨", "韩冬雪", "贺兰亭", "黄石榴", "江雨桐"),
            *("孔令仪", "李木子", "梁星河", "林晚秋", "罗青禾", "马晓驹", "孟夏禾", "倪可心", "欧阳晴", "潘玉树"),
            *("钱多乐", "秦时月", "任我行", "沈清扬", "石敢当", "唐糖果", "万重山", "吴所畏", "夏天晴", "杨柳青"),
        ),
        start=1,
    )
)
STAFF = (
    Newcomer("李明", "南湖小学", Role.PRINCIPAL, False, "271801"),
    Newcomer("王芳", "南湖小学", Role.DEPUTY, False, "271802"),
    Newcomer("张强", "石桥小学", Role.CHIEF_PROCTOR, True, "271803"),
    Newcomer("刘洋", "南湖小学", Role.PROCTOR, False, "271804"),
    Newcomer("陈静", "南湖小学", Role.INFO_OFFICER, False, "271805"),
    Newcomer("赵磊", "南湖小学", Role.TIMEKEEPER, False, "271806"),
    Newcomer("周敏", "南湖小学", Role.SECRECY_OFFICER, False, "271807"),
    Newcomer("孙浩", "云溪县教育局", Role.INSPECTOR, True, "271808"),
)
PRINCIPAL, DEPUTY, CHIEF_PROCTOR, PROCTOR, INFO_OFFICER, TIMEKEEPER, SECRECY_OFFICER, INSPECTOR = (
    Actor(f"p{number}", newcomer.role.value) for number, newcomer in enumerate(STAFF, start=1)
)
PINS = {f"p{number}": newcomer.pin for number, newcomer in enumerate(STAFF, start=1)}


FIRST = {
    "name": STAFF[0].name,
    "unit": STAFF[0].unit,
    "role": STAFF[0].role.value,
    "pin": STAFF[0].pin,
    "pin_again": STAFF[0].pin,
    "passphrase": PASSPHRASE,
    "passphrase_again": PASSPHRASE,
}
"""The form of the first person on duty."""


class StillTime:
    """A machine whose clocks stand still until a test moves them; see `field_app.timekeeping.steady_clock.Source`."""

    def __init__(self, wall: int, tick: int = 1_000_000) -> None:
        self.wall, self.tick, self.awake = wall * 1_000_000, tick * 1_000_000, tick * 1_000_000
        self.started = "aaaa"
        self.minutes = 480

    def read(self) -> Reading:
        """See `Source.read`."""
        return Reading(self.wall, self.tick, self.awake)

    def boot(self) -> str:
        """See `Source.boot`."""
        return self.started

    def zone(self) -> int:
        """See `Source.zone`."""
        return self.minutes

    def pass_ns(self, span: int) -> None:
        """Let time pass, in ns, with the laptop awake."""
        self.wall += span
        self.tick += span
        self.awake += span

    def sleep(self, seconds: float) -> None:
        """Let time pass with the laptop asleep."""
        self.wall += int(seconds * 1e9)
        self.tick += int(seconds * 1e9)

    def step(self, seconds: float) -> None:
        """Set the wall clock."""
        self.wall += int(seconds * 1e9)


class StillClock(SteadyClock):
    """A clock that stands at 08:15 in China on the plan's day of 2022 until a test moves it; `time` is its machine."""

    def __init__(self, local: str = "2022-05-25T08:15:00+08:00") -> None:
        self.time = StillTime(int(datetime.fromisoformat(local).timestamp() * 1000))
        super().__init__(self.time)

    @property
    def wall(self) -> int:
        """The raw wall clock in ms."""
        return self.time.wall // 1_000_000

    @property
    def tick(self) -> int:
        """The sleep-counting tick in ms."""
        return self.time.tick // 1_000_000

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.time.pass_ns(int(seconds * 1000) * 1_000_000)

    def move_to(self, clock: str) -> None:
        """Let time pass until `HH:MM` of the plan's day."""
        there = int(datetime.fromisoformat(f"2022-05-25T{clock}:00+08:00").timestamp() * 1000)
        self.move((there - self.wall) / 1000)


@dataclass
class StillSync:
    """A sync without an office: what a test sets is what pages see; `asked` counts the button."""

    received: int = 0
    asked: int = 0
    problem: DomainError | None = None
    last_contact: int | None = None
    recorded: int = 0
    backed_up: int = 0

    def status(self) -> SyncStatus:
        """See `Sync.status`."""
        state = SyncState.WAITING if self.problem else SyncState.NEVER
        return SyncStatus(state, self.recorded, self.received, self.last_contact, None, self.problem, 0, self.backed_up)

    def start(self) -> None:
        """See `Sync.start`."""

    def restart(self) -> None:
        """See `Sync.restart`."""

    def sync_now(self) -> None:
        """See `Sync.sync_now`."""
        self.asked += 1

    def take_receipt_file(self, data: bytes, name: str) -> ReceiptsTaken:
        """See `Sync.take_receipt_file`; without an office there is none to take."""
        raise DomainError(ErrorCode.RECEIPT_UNREADABLE, path=name)


@dataclass
class FieldHouse:
    """An open laptop with its app and a browser that came in through the launch address."""

    house: House
    app: Flask
    client: FlaskClient
    clock: StillClock
    sync: StillSync
    requests: int = field(default=0)

    @property
    def laptop(self) -> Laptop:
        """The laptop behind the app."""
        return self.house.laptop

    def sign_in(self, actor: Actor) -> None:
        """Let somebody act, as after the right PIN."""
        with self.client.session_transaction() as session:
            session["actor"] = [actor.person, actor.role, self.clock.now().tick]

    def request_id(self) -> str:
        """A fresh request id."""
        self.requests += 1
        return f"test-request-{self.requests}"

    def post(self, path: str, witness: Actor | None = None, /, **fields: Any) -> Any:
        """Send a form with a fresh request id and, when given, a witness with their right PIN."""
        body: dict[str, Any] = {"request_id": self.request_id(), **fields}
        if witness is not None:
            body |= {"witness_person": witness.person, "witness_pin": PINS[witness.person]}
        return self.client.post(path, data=body, content_type="multipart/form-data")

    def say(self, path: str, witness: Actor | None = None, /, **fields: Any) -> dict[str, Any]:
        """The JSON answer to a form, as a page's script gets it."""
        self.client.environ_base["HTTP_ACCEPT"] = "application/json"
        told: dict[str, Any] = self.post(path, witness, **fields).get_json()
        return told

    def read(self, path: str) -> str:
        """A page as a reader gets it."""
        return self.client.get(path, headers={"Accept": "text/html"}).text

    def record(self, event: str, actor: Actor, *witnesses: Actor, **data: Any) -> int:
        """Record an event without a page; returns its line number."""
        draft = Draft(event, actor, data, witnesses)
        return self.laptop.journal.record(draft, self.request_id()).event.seq

    def close(self) -> None:
        """Let go of every file."""
        self.house.close()


def enrolment_for(plan_sha256: str = "", **changes: Any) -> Enrolment:
    """An office's enrolment of 南湖小学."""
    told: dict[str, Any] = {
        "school": "530521001",
        "school_name": "南湖小学",
        "county": "云溪县",
        "campaign": "2022-yunxi",
        "mode": "live",
        "rehearsal": None,
        "plan": plan_sha256,
        "server_url": "http://127.0.0.1:1",
        "server_key": "a" * 64,
        "epoch": "epoch1",
        "device": "DEVICE000001",
    }
    return Enrolment(**told | changes)


def make_bare(folder: Path) -> FieldHouse:
    """A laptop fresh from the box: not enrolled, nobody on duty, the browser already inside."""
    house = open_house(FieldConfig(folder, open_browser=False, sync=False))
    app = create_app(house, LAUNCH)
    sync = StillSync()
    app.extensions["sync"] = sync
    client = app.test_client()
    client.get(f"/?launch={LAUNCH}")
    return FieldHouse(house, app, client, StillClock(), sync)


def make_enrolled(folder: Path) -> FieldHouse:
    """An enrolled laptop with the plan of 2022 day 1 (its day has no date: it is today), and nobody on duty."""
    made = make_bare(folder)
    plan = shipped_plans()[PLAN_2022]
    made.laptop.enrol(enrolment_for(hashlib.sha256(plan).hexdigest()), plan, made.clock)
    return made


def make_laptop(folder: Path, *, pupils: int = 30, signed_in: Actor | None = CHIEF_PROCTOR) -> FieldHouse:
    """A laptop in the middle of its morning: `STAFF` on duty, a roster of `pupils`, `signed_in` at the keyboard."""
    return fill_house(make_enrolled(folder), pupils=pupils, signed_in=signed_in)


def fill_house(made: FieldHouse, *, pupils: int = 30, signed_in: Actor | None = CHIEF_PROCTOR) -> FieldHouse:
    """The same for a laptop that is enrolled already."""
    laptop = made.laptop
    for newcomer in STAFF:
        opens = newcomer is STAFF[0]
        witnesses = () if len(laptop.journal.day.duties.on_duty()) < 2 else (DEPUTY,)
        put_on_duty(laptop, None if opens else PRINCIPAL, witnesses, newcomer, made.request_id())
    laptop.roster.set_passphrase(PASSPHRASE)
    if pupils:
        laptop.roster.save(PUPILS[:pupils])
        seats = [pupil.seat for pupil in PUPILS[:pupils]]
        made.record(
            ROSTER_IMPORTED.name,
            INFO_OFFICER,
            PRINCIPAL,
            pupils=len(seats),
            seats=seats,
            source="file",
            sha256=laptop.roster.fingerprint,
        )
    if signed_in is not None:
        made.sign_in(signed_in)
    return made
