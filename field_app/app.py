"""Puts the laptop together from its folder, and makes the web app over it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from field_app.config import KEY_FILE, RESERVE_FILE, SOFTWARE, FieldConfig
from field_app.services.backups import Backups
from field_app.services.black_box import BlackBox
from field_app.services.damage import DATABASE, ENROLMENT, find_damage
from field_app.services.enrolment import clock_for
from field_app.services.laptop import Keys, Laptop, Parts
from field_app.services.pins import PinGate
from field_app.services.stepping_aside import StepAside
from field_app.services.syncing import LaptopSync
from field_app.store.office import OfficeStore, office_migrations
from field_app.store.people import PinStore, people_migrations
from field_app.web.damage.views import Desk
from field_app.web.damage.views import bp as damage
from field_app.web.entrance import init_entrance
from field_app.web.pages import register_pages
from shared.domain.errors import DomainError, ErrorCode
from shared.log.signing import SigningKey
from shared.store.durable import read_file, write_whole
from shared.store.migrations import log_migrations
from shared.store.reserve import Reserve
from shared.store.sqlite import SqliteEventStore
from shared.store.writer import Writer
from shared.web.access import guard
from shared.web.frame import PlainFlask, init_frame
from shared.wire.enrolment import Enrolment, read_enrolment

LOCALE = Path(__file__).parent / "locale"
PEOPLE = "people.sqlite"
DEVICE_KEY = "device.key"
SESSION_KEY = "session.key"


@dataclass(frozen=True, slots=True)
class House:
    """A laptop and the files it holds open."""

    laptop: Laptop
    office: OfficeStore
    writer: Writer
    pins: PinStore
    sync: LaptopSync
    box: BlackBox
    backups: Backups
    secret: bytes = field(repr=False)

    def close(self) -> None:
        """End passes of sync, bring backups and the black box up to date, and let go of every file."""
        self.sync.stop()
        self.backups.stop()
        self.box.stop()
        self.writer.close()
        self.pins.close()


def open_house(config: FieldConfig) -> House:
    """Open or make the laptop's folder.

    Raises LOG_DAMAGED, NOT_A_DATABASE, DATABASE_IN_USE, DISK_FULL, FILE_UNREADABLE, KEY_DAMAGED or
    ENROLMENT_UNREADABLE.
    """
    config.folder.mkdir(parents=True, exist_ok=True)
    # small files first: when one cannot be read, no database is left open
    enrolment = _enrolment(config.folder)
    device, log = config.folder / DEVICE_KEY, config.folder / KEY_FILE
    for path in (device, log):
        if path.exists():
            _key(path)
    found = find_damage(config.folder)
    if found is not None:
        raise DomainError(ErrorCode.LOG_DAMAGED, reason=found.problem or found.kind.value)
    keys = Keys(_key(device), _key(log))
    secret = _secret(config.folder / SESSION_KEY)
    clock = clock_for(enrolment)
    writer = Writer(config.folder / DATABASE, (log_migrations, office_migrations))
    office = OfficeStore(writer)
    pins = PinStore(config.folder / PEOPLE)
    reserve = Reserve(config.folder / RESERVE_FILE)
    parts = Parts(
        folder=config.folder,
        clock=clock,
        store=SqliteEventStore(writer, reserve),
        contents=office,
        pins=PinGate(pins, clock),
        keys=keys,
        enrolment=enrolment,
        software=SOFTWARE,
        reserve=reserve,
    )
    laptop = Laptop(parts)
    sync = LaptopSync(laptop, office, active=config.sync)
    box, backups = BlackBox(laptop), Backups(laptop, writer.backup)
    return House(laptop, office, writer, pins, sync, box, backups, secret)


def create_app(house: House, launch: str, step_aside: StepAside | None = None) -> Flask:
    """The web app over an open house; `launch` is this start's token, without which no browser gets in.

    `step_aside` closes the house, lays its log aside and opens it again; without it a spare cannot take over.
    """
    app = _new_app(house.secret)
    app.extensions["step_aside"] = step_aside
    app.extensions["laptop"] = house.laptop
    app.extensions["sync"] = house.sync
    app.extensions["box"] = house.box
    app.extensions["backups"] = house.backups
    rules = init_entrance(app, launch)
    register_pages(app)
    guard(app, rules)
    return app


def create_damage_app(folder: Path, launch: str, mended: Callable[[], None]) -> Flask:
    """The one page over a folder whose log is damaged; `mended` is called when it is whole again."""
    app = _new_app(_secret(folder / SESSION_KEY))
    app.extensions["damage"] = Desk(folder, mended)
    rules = init_entrance(app, launch)
    app.register_blueprint(damage)
    guard(app, rules)
    return app


def _new_app(secret: bytes) -> Flask:
    app = PlainFlask(__name__)
    app.secret_key = secret
    app.config.update(
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_REFRESH_EACH_REQUEST=False,  # signing an unchanged cookie again would lengthen every check-in
        MAX_CONTENT_LENGTH=12 * 2**20,
    )
    init_frame(app, LOCALE)
    return app


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else may open this folder meanwhile, although its log cannot be opened; raises DATABASE_IN_USE."""
    writer = Writer(folder / PEOPLE, (people_migrations,))
    try:
        writer.settle()  # which takes the lock, and keeps it
        yield
    finally:
        writer.close()


def _enrolment(folder: Path) -> Enrolment | None:
    path = folder / ENROLMENT
    if not path.exists():
        return None
    try:
        return read_enrolment(json.loads(read_file(path).decode("utf-8")))
    except ValueError as problem:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE) from problem


def _key(path: Path) -> SigningKey:
    try:
        return SigningKey(_secret(path))
    except ValueError as problem:
        raise DomainError(ErrorCode.KEY_DAMAGED, path=path.name) from problem


def _secret(path: Path) -> bytes:
    """32 random bytes, made once and kept in a file that only this user may read."""
    if not path.exists():
        write_whole(path, os.urandom(32))
    return read_file(path)
