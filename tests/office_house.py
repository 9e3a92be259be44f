"""An office for tests: two schools with plans, its app, and laptops that speak the protocol without the field app."""

import gzip
import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from waitress.server import create_server
from waitress.wasyncore import close_all

from bench.sample_log import SampleLog, make_log
from shared.domain.event import Actor
from shared.log.birth import birth_head
from shared.log.chain import Head, next_hash
from shared.log.logfile import from_record, join_records
from shared.log.signing import SigningKey, sign_head
from shared.wire import routes
from shared.wire.plan_file import shipped_plans
from sync_server.app import create_app, open_office
from sync_server.config import ServerConfig
from sync_server.services.accounts import add_account
from sync_server.services.making import make_key, make_office
from sync_server.services.office import Office
from sync_server.services.schools import import_schools
from sync_server.store.sqlite import SqliteStore
from tests.made_up_office import form_token

CAMPAIGN = "2022-yunxi"
FIRST, SECOND = "530521001", "530521002"
SCHOOLS = f"学校代码,学校名称,学段\n{FIRST},南湖小学,小学\n{SECOND},石桥小学,小学\n".encode()
PLAN = shipped_plans()["2022-primary-day1.yaml"]
PERSON = Actor("p1", "principal")


def make_folder(folder: Path, schools: bytes = SCHOOLS) -> ServerConfig:
    """A made office with two schools, or those of a list, and a plan."""
    config = ServerConfig(folder)
    make_key(config)
    store = SqliteStore(config.database)
    make_office(store, "云溪县", CAMPAIGN, "live", None)
    store.close()
    office = open_office(config)
    office.plans.add_plan(PLAN, "2022-primary-day1.yaml", "admin")
    import_schools(office.store, schools, "schools.csv")
    office.close()
    return config


def open_house(folder: Path) -> "OfficeHouse":
    """An office open for a test."""
    office = open_office(make_folder(folder))
    app = create_app(office)
    return OfficeHouse(office, app, app.test_client())


@dataclass
class OfficeHouse:
    """An open office with its app."""

    office: Office
    app: Flask
    client: FlaskClient

    def laptop(self, school: str = FIRST) -> "WireLaptop":
        """An enrolled laptop with an open session and an empty log."""
        made = WireLaptop(self.client, school)
        made.enrol(self.office.enrolments.make_code(school))
        made.greet()
        return made

    def stored_lines(self, log: str, branch: int = 0) -> list[bytes]:
        """What the office holds of a log."""

        def work(book: Any) -> list[bytes]:
            stored = book.find_log(log)
            return list(book.lines(stored, branch, 0, 10**9)) if stored else []

        return self.office.store.read(work)

    def quarantined(self) -> list[str]:
        """The codes of what stands apart, oldest first."""
        return [item.code for item in reversed(self.office.store.read(lambda book: book.list_quarantined()))]

    def close(self) -> None:
        """Let go of the file."""
        self.office.close()


@dataclass
class WireLaptop:
    """A laptop that speaks the protocol from its description."""

    client: FlaskClient
    school: str
    key: SigningKey = field(default_factory=SigningKey.new)
    device: str = ""
    token: str = ""
    plan: str = ""

    def post(self, path: str, content: dict[str, Any]) -> Any:
        """A JSON request; the answer with its status."""
        return self.client.post(path, json=content, headers=self.headers())

    def headers(self) -> dict[str, str]:
        """The session's token, when there is one."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def enrol(self, code: str) -> None:
        """Enrol with a code."""
        answer = self.post(routes.ENROL, {"code": code, "key": self.key.public, "software": "test"}).json
        self.device, self.plan = answer["device"], answer["plan"]

    def greet(self) -> None:
        """Hello and session."""
        hello = self.post(routes.HELLO, {"protocol": 1, "nonce": secrets.token_hex(8)}).json
        message = routes.session_message(hello["nonce"], hello["server"], self.device)
        sig = self.key.sign(routes.CONTEXT_SESSION, message)
        asked = {"device": self.device, "nonce": hello["nonce"], "sig": sig, "wall": hello["time"]}
        self.token = self.post(routes.SESSION, asked).json["token"]

    def new_log(self, size: int, seed: int = 1) -> SampleLog:
        """A valid log of this laptop's school."""
        return make_log(self.school, CAMPAIGN, self.plan, size, seed)

    def vouch(self, log: SampleLog) -> str:
        """The signature that vouches for a new log."""
        start = birth_head(log.birth)
        return self.key.sign(routes.CONTEXT_VOUCH, routes.vouch_message(start.log, start.hash))

    def push(self, log: SampleLog, after: int = 0, upto: int | None = None, *, birth: bool | None = None) -> Any:
        """Push lines after `after` up to `upto`; with the birth record when `after` is 0."""
        body = fragment(log, after, upto, birth=after == 0 if birth is None else birth)
        return self.push_bytes(body, self.vouch(log) if after == 0 else "")

    def push_bytes(self, body: bytes, vouch: str = "") -> Any:
        """Push any bytes, gzipped."""
        headers = {**self.headers(), "Content-Type": routes.LOG_TYPE, "Content-Encoding": "gzip"}
        if vouch:
            headers[routes.VOUCH_HEADER] = vouch
        return self.client.post(routes.PUSH, data=gzip.compress(body), headers=headers)

    def probe(self, log: SampleLog, **more: Any) -> Any:
        """What the office says of a log."""
        return self.post(routes.PROBE, {"logs": [{"log": log.heads[0].log, **more}]}).json["logs"][0]


def fragment(log: SampleLog, after: int = 0, upto: int | None = None, *, birth: bool = True) -> bytes:
    """Lines of a log as a push body, sealed by its key."""
    upto = len(log.lines) if upto is None else upto
    first = log.birth if birth else from_record(log.heads[after])
    return join_records([first, *log.lines[after:upto], sign_head(log.key, log.heads[upto]).record()])


def rewritten(log: SampleLog, seq: int, line: bytes, more: Sequence[bytes] = ()) -> SampleLog:
    """The same log with another line `seq` and, after it, `more`: as a copied laptop would go on."""
    lines = [*log.lines[: seq - 1], line, *more]
    heads = log.heads[:seq]
    for number, raw in enumerate(lines[seq - 1 :], start=seq):
        heads = [*heads, Head(heads[-1].log, number, next_hash(heads[-1].hash, raw))]
    return SampleLog(log.key, log.birth, lines, heads)


class ServedOffice:
    """An office behind a real waitress on a free port, in threads of this process."""

    def __init__(self, office: Office, port: int = 0) -> None:
        self.office = office
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            create_app(office), map=self._sockets, host="127.0.0.1", port=port, threads=8, asyncore_loop_timeout=0.05
        )
        self.port = int(self._server.effective_port)
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, hang up on everybody, and close the office; a second time does nothing."""
        if not self._thread.is_alive():
            return
        self._server.task_dispatcher.shutdown()  # first: a task that ends later would speak to a closed socket
        with suppress(OSError):  # the loop ended by itself in this very moment
            self._server.trigger.pull_trigger(partial(close_all, self._sockets))  # in its own thread; it ends then
        self._thread.join()
        self.office.close()


def sign_in(served: ServedOffice, role: str = "county", school: str = "") -> FlaskClient:
    """A browser with a fresh account of this role."""
    scope = ("school", school) if school else ("county", "云溪县")
    name = f"{role} {secrets.token_hex(3)}"
    client, password = create_app(served.office).test_client(), add_account(served.office.store, name, role, *scope)
    form = {"name": name, "password": password, "form_token": form_token(client.get("/login?lang=zh").text)}
    assert client.post("/login", data=form).status_code == 302
    return client
