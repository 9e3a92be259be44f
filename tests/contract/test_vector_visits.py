"""Our laptop and the second client, each a whole laptop, say and keep what the vectors of a visit say."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import pytest
from werkzeug.serving import make_server

from field_app.services.laptop import Keys
from field_app.store.office import OfficeStore, office_migrations
from field_app.sync.client import OfficeClient
from field_app.sync.runner import SyncRunner
from field_app.timekeeping.steady_clock import SteadyClock
from shared.log.birth import decode_birth
from shared.log.logfile import Fragment, join_records
from shared.store.migrations import log_migrations
from shared.store.sqlite import SqliteEventStore
from shared.store.writer import Writer
from shared.timepiece import Machine
from shared.wire import routes
from shared.wire.enrolment import read_enrolment
from shared.wire.packing import unpack
from sync_server.store.records import OfficeRow
from tests.contract import second_client
from tests.make_wire_vectors import FOLDER
from tests.vector_log import VectorLog, key_of, make_heir, make_long
from tests.vector_office import CODE, LIVE, VectorOffice
from tests.vector_visits import REHEARSAL, REHEARSING, each_turn


def vectors(name: str) -> Any:
    """The content of one file."""
    return json.loads((FOLDER / f"{name}.json").read_bytes())


@dataclass
class Door:
    """A real socket in front of whichever app is there; `pushed` are the bodies that came, unpacked, with vouches."""

    office: VectorOffice
    closing: ExitStack
    url: str = ""
    pushed: list[tuple[bytes, str]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        """See PEP 3333."""
        if environ["PATH_INFO"] == routes.PUSH:
            packed = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = BytesIO(packed)
            body = unpack(packed, routes.UNPACKED_BYTES, environ["HTTP_CONTENT_ENCODING"])
            self.pushed.append((body, environ.get("HTTP_TESTDAY_VOUCH", "")))
        return self.office.app(environ, start)


class OneLaptop(Protocol):
    """What a laptop of either kind shows to a test."""

    def one_pass(self) -> None:
        """Visit the office."""

    def county(self) -> list[bytes]:
        """The lines of the county log in force."""

    def received(self) -> int:
        """The last of its lines for which it has a receipt."""


class OurLaptop:
    """The product's sync over a real database, with the keys and lines of the vectors."""

    def __init__(self, folder: Path, door: Door, log: VectorLog, device: str = "device", *before: Fragment) -> None:
        client, key = OfficeClient(door.url), key_of(device)
        self.enrolment = client.enrol(CODE, key, "0.1.0")
        writer = Writer(folder / "log.sqlite", (log_migrations, office_migrations))
        door.closing.callback(writer.close)
        door.closing.callback(client.close)
        self._store, self._office = SqliteEventStore(writer), OfficeStore(writer)
        self._store.begin(log.birth, before)
        for head, line in zip(log.heads[1:], log.lines, strict=True):
            self._store.append(line, head, f"request-{head.seq}")
        self._runner = SyncRunner(
            client=client,
            store=self._store,
            office=self._office,
            keys=Keys(key, log.key),
            enrolment=self.enrolment,
            clock=SteadyClock(Machine(), self.enrolment.rehearsal),
        )

    def one_pass(self) -> None:
        assert self._runner.run_pass() is None

    def county(self) -> list[bytes]:
        return self._office.county_lines()

    def received(self) -> int:
        return self._runner.received


class TheirLaptop:
    """The second client with the same keys and lines."""

    def __init__(self, folder: Path, door: Door, log: VectorLog) -> None:
        keys = {"device": key_of("device").raw.hex(), "key": log.key.raw.hex()}
        (folder / "state.json").write_text(json.dumps({**keys, "enrolment": None, "receipts": []}), encoding="utf-8")
        (folder / "log.log").write_bytes(join_records([log.birth, *log.lines]))
        self.client = second_client.Laptop(folder, door.url)
        self.client.enrol(CODE)

    def one_pass(self) -> None:
        self.client.one_pass()

    def county(self) -> list[bytes]:
        return self.client.county[1:]

    def received(self) -> int:
        return self.client.received()


Kind = Callable[[Path, Door, VectorLog], OneLaptop]
both = pytest.mark.parametrize("kind", [OurLaptop, TheirLaptop], ids=["ours", "theirs"])


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[Callable[..., Door]]:
    """Opens the vector office, with a code for a laptop, behind a socket."""
    with ExitStack() as closing:

        def serve(row: OfficeRow = LIVE) -> Door:
            door = Door(VectorOffice(tmp_path, row), closing)
            closing.callback(door.office.close)
            door.office.make_code()
            server = make_server("127.0.0.1", 0, door, threaded=True)
            closing.callback(server.server_close)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            closing.callback(server.shutdown)
            door.url = f"http://127.0.0.1:{server.port}"
            return door

        yield serve


def sent(vector: dict[str, Any]) -> tuple[bytes, str]:
    """The body of a vector, unpacked, and its vouch."""
    packed = base64.b64decode(vector["packed"]) if "packed" in vector else b""
    body = unpack(packed, routes.UNPACKED_BYTES) if packed else vector["body"].encode()
    return body, vector["headers"].get(routes.VOUCH_HEADER, "")


@both
@pytest.mark.parametrize("present", [(0, 1, 2, 3, 4, 5), (0, 2, 5), (0, 3), (0, 5)], ids=str)
def test_an_office_that_goes_back(
    open_door: Callable[..., Door], tmp_path: Path, kind: Kind, present: tuple[int, ...]
) -> None:
    door, turns = open_door(), vectors("restored")
    door.office.enrol("device", CODE)
    county = {turn["name"]: turn["pulls"]["0"].get("body", "").encode().splitlines()[1:-1] for turn in turns}
    laptop: OneLaptop | None = None
    for number, name in enumerate(each_turn(door.office, tmp_path)):
        assert (name, door.office.office.row.epoch) == (turns[number]["name"], turns[number]["epoch"])
        if number not in present:
            continue
        if laptop is None:
            laptop = kind(tmp_path, door, VectorLog().cut(9))
        laptop.one_pass()
        assert laptop.county() == county[turns[number]["in_force"]], name
        assert laptop.received() == 9
    again = [body for body, _ in door.pushed]
    assert again[-1] == turns[1]["push"]["body"].encode()


@both
def test_a_rehearsal(open_door: Callable[..., Door], tmp_path: Path, kind: Kind) -> None:
    door, told = open_door(REHEARSING), vectors("rehearsal")
    laptop = kind(tmp_path, door, VectorLog("rehearsal", rate=REHEARSAL.rate).cut(9))
    laptop.one_pass()
    assert door.pushed == [sent(told["pushes"][-1])]
    assert laptop.received() == 9


def test_what_each_keeps_of_a_rehearsals_enrolment(open_door: Callable[..., Door], tmp_path: Path) -> None:
    door, told = open_door(REHEARSING), vectors("rehearsal")
    ours = OurLaptop(tmp_path, door, VectorLog("rehearsal", rate=REHEARSAL.rate))
    assert ours.enrolment == read_enrolment(told["enrol"]["answer"], door.url)
    theirs = TheirLaptop(tmp_path, door, VectorLog("rehearsal", rate=REHEARSAL.rate).cut(0))
    assert theirs.client.state["enrolment"] == told["enrol"]["answer"]


def test_a_log_that_the_second_client_begins_is_of_the_rehearsal(
    open_door: Callable[..., Door], tmp_path: Path
) -> None:
    door = open_door(REHEARSING)
    theirs = second_client.Laptop(tmp_path / "fresh", door.url)
    theirs.enrol(CODE)
    theirs.write("note_added", {"text": "演练"}, ("p1", "principal"))
    theirs.one_pass()
    birth = decode_birth(door.pushed[0][0].partition(b"\n")[0])
    assert (birth.mode, birth.rate, theirs.received()) == ("rehearsal", REHEARSAL.rate, 1)


@both
def test_501_lines_are_two_batches(open_door: Callable[..., Door], tmp_path: Path, kind: Kind) -> None:
    door, long = open_door(), make_long(501)
    laptop = kind(tmp_path, door, long)
    laptop.one_pass()
    vector = next(one for one in vectors("bodies") if one["name"].startswith("stored: 500"))
    assert door.pushed == [sent(vector), (long.fragment(500, 501), "")]
    assert laptop.received() == 501


def test_a_laptop_that_took_over_sends_what_the_vectors_say(open_door: Callable[..., Door], tmp_path: Path) -> None:
    door, log = open_door(), VectorLog().cut(9)
    first = Fragment(log.birth, None, log.lines, [log.signed(4), log.signed(9)])
    laptop = OurLaptop(tmp_path, door, make_heir(log, 9), "spare", first)
    laptop.one_pass()
    assert door.pushed == [sent(vector) for vector in vectors("ancestor")["ancestor_first"][:2]]
    assert laptop.received() == 9 + 4
