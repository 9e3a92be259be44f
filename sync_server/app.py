"""Puts the office together from its folder, and makes the web app over it."""

import hashlib
from pathlib import Path

from flask import Flask

from shared.domain.clock import Clock
from shared.domain.errors import DomainError, ErrorCode
from shared.log.signing import SigningKey
from shared.timepiece import RehearsalClock, SystemClock, wall_ms
from shared.web.access import Rule, guard
from shared.web.frame import PlainFlask, init_frame
from shared.web.limits import limiter
from sync_server.api import door, logs
from sync_server.api.frame import device_rule, init_api
from sync_server.config import SOFTWARE, ServerConfig
from sync_server.services.county_log import CountyLogs
from sync_server.services.enrolment import Enrolments
from sync_server.services.epochs import check_epoch
from sync_server.services.folds import Folds
from sync_server.services.ingest import Ingest
from sync_server.services.integrity import Integrity
from sync_server.services.office import Office
from sync_server.services.plans import Plans
from sync_server.services.probing import Probing
from sync_server.services.receipts import Receipts
from sync_server.services.sessions import Sessions
from sync_server.store.records import OfficeRow
from sync_server.store.sqlite import SqliteStore
from sync_server.web.pages import RULES as PAGE_RULES
from sync_server.web.pages import register_pages

LOCALE = Path(__file__).parent / "locale"
API_MODULES = (door, logs)
"""Imported for the views they register."""


def open_office(config: ServerConfig, put_back_from: str = "") -> Office:
    """Open the office in a folder, which begins a new epoch after a backup of this name was put back.

    Raises OFFICE_NOT_MADE, NOT_A_DATABASE, DATABASE_IN_USE or KEY_DAMAGED.
    """
    if not config.database.exists() or not config.key_file.exists():
        raise DomainError(ErrorCode.OFFICE_NOT_MADE, path=str(config.folder))
    store = SqliteStore(config.database)
    row = store.read(lambda book: book.find_office())
    if row is None:
        store.close()
        raise DomainError(ErrorCode.OFFICE_NOT_MADE, path=str(config.folder))
    try:
        key = SigningKey(config.key_file.read_bytes())
    except (ValueError, OSError) as problem:
        store.close()
        raise DomainError(ErrorCode.KEY_DAMAGED, path=config.key_file.name) from problem
    clock = clock_for(row)
    row = check_epoch(store, row, config.folder, clock.now().wall, put_back_from)
    return _put_together(config, row, store, key, clock)


def clock_for(row: OfficeRow) -> Clock:
    """The machine's clock, or a rehearsal's."""
    return RehearsalClock(row.rehearsal) if row.rehearsal else SystemClock()


def create_app(office: Office) -> Flask:
    """The web app over an open office: the API and the county's pages."""
    app = PlainFlask(__name__)
    app.secret_key = hashlib.sha256(b"testday pages 1\n" + office.key.raw).digest()
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True)
    app.extensions["office"] = office
    init_frame(app, LOCALE)
    limiter.init_app(app)
    init_api(app)
    register_pages(app, office)
    rules: dict[str, Rule] = {"anyone": lambda: None, "device": device_rule}
    guard(app, rules | PAGE_RULES)
    return app


def _put_together(config: ServerConfig, row: OfficeRow, store: SqliteStore, key: SigningKey, clock: Clock) -> Office:
    folds = Folds(store)
    receipts = Receipts(key, row.epoch, clock)
    county_logs = CountyLogs(store, row, key, clock, SOFTWARE)
    return Office(
        config=config,
        row=row,
        store=store,
        key=key,
        clock=clock,
        folds=folds,
        receipts=receipts,
        ingest=Ingest(store, row, clock, folds, receipts),
        sessions=Sessions(store, key, row.epoch, wall_ms, clock),
        enrolments=Enrolments(store, row, key, wall_ms),
        county_logs=county_logs,
        plans=Plans(store, county_logs, clock),
        probing=Probing(store),
        integrity=Integrity(store),
    )
