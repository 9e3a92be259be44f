"""Freezes a release for ever: `python -m tests.make_release` writes tests/data/releases/<version>/, once.

A laptop's whole folder and an office's, made by the present code: the office stands where the first pass left it, the
laptop has recorded more since. Beside them the first pass as it crossed the wire, a bundle and the receipt file for
all of it, and what both sides made of the lines. Databases are kept as SQL, keys and other bytes as hex.
"""

import json
import sqlite3
import sys
import tempfile
from contextlib import closing, suppress
from enum import Enum
from itertools import product
from pathlib import Path
from typing import Any

from field_app.config import SOFTWARE
from field_app.services.carrying import pack_bundle
from field_app.sync.client import OfficeClient
from shared.domain.catalogue import EventType, Field, Kind
from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.errors import DomainError
from shared.domain.event import LAPTOP, Actor
from shared.store.reading import is_database
from shared.wire.packing import GZIP
from sync_server.app import open_office
from sync_server.config import ServerConfig
from sync_server.services.bundles import Bundles
from tests.field_house import FieldHouse, fill_house
from tests.made_up_office import NAN_HU, make_office_house
from tests.office_house import ServedOffice
from tests.road import Crossing, Fault, Road
from tests.stick_house import StickHouse, enrol_by_files
from tests.sync_house import make_runner

RELEASES = Path(__file__).parent / "data" / "releases"
PUPILS = 6
LEFT_OUT = ("reserve", "high_water", "-wal", "-shm")
LAST = ("duty_delegated", "duty_resumed", "person_relieved", "day_handed_in")
KNOWN = {"block": "chinese", "day": "day1", "person": "p4", "to": "p2", "signal": "chinese.start", "role": "proctor"}


class RecordingRoad(Road):
    """A road without faults that keeps what crossed it."""

    def __post_init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        super().__post_init__()

    def _fault(self, path: str) -> Fault:
        return self._record

    def _record(self, crossing: Crossing) -> None:
        answer = crossing.ask_office()
        crossing.answer(answer)
        head, _, body = answer.partition(b"\r\n\r\n")
        asked = {"method": crossing.head.split(b" ")[0].decode(), "path": crossing.head.split(b" ")[1].decode()}
        names = ("content-type", "content-encoding", "testday-vouch")
        lines = [line.partition(b":") for line in crossing.head.split(b"\r\n")]
        headers = {n.decode().lower(): v.strip().decode() for n, _, v in lines if n.decode().lower() in names}
        status = int(head.split(b" ")[1])
        self.kept.append(
            {**asked, "headers": headers, "body": as_text(crossing.body), "status": status, "answer": as_text(body)}
        )


class GzipClient(OfficeClient):
    """Speaks what every side always speaks, whatever this machine's Python has."""

    def hello(self, expected_key: str | None) -> dict[str, Any]:
        """See `OfficeClient.hello`."""
        told = super().hello(expected_key)
        self._encoding = GZIP
        return told


def as_text(data: bytes) -> str:
    """UTF-8 as it is, any other bytes as hex behind `hex:`."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "hex:" + data.hex()


def as_bytes(text: str) -> bytes:
    """What `as_text` was given."""
    return bytes.fromhex(text[4:]) if text.startswith("hex:") else text.encode("utf-8")


def freeze(folder: Path, into: Path) -> None:
    """Keep every file of a data folder as text."""
    into.mkdir(parents=True)
    for path in sorted(folder.iterdir()):
        if path.is_dir() or path.name.endswith(LEFT_OUT):
            continue
        if is_database(path):
            with closing(sqlite3.connect(path)) as connection:
                text = "\n".join(connection.iterdump())
            (into / f"{path.name}.sql").write_text(text + "\n", encoding="utf-8")
        else:
            (into / f"{path.name}.txt").write_text(as_text(path.read_bytes()), encoding="utf-8", newline="")


def thaw(frozen: Path, folder: Path) -> Path:
    """Make a data folder again from what `freeze` kept."""
    folder.mkdir(parents=True)
    for path in frozen.iterdir():
        target = folder / path.stem
        if path.suffix == ".sql":
            with closing(sqlite3.connect(target)) as connection:
                connection.executescript(path.read_text(encoding="utf-8"))
        else:
            target.write_bytes(as_bytes(path.read_bytes().decode("utf-8")))
    return folder


def plain(value: Any) -> Any:
    """A folded state as JSON, without what stands at its default: a later release may add to it, not change it."""
    if isinstance(value, Enum):
        return value.value
    names = getattr(value, "__dataclass_fields__", None) or getattr(value, "_fields", None)
    if names:
        kept = {name: getattr(value, name) for name in names}
        return {name: plain(item) for name, item in sorted(kept.items()) if not _is_default(item)}
    if hasattr(value, "items"):
        return {str(plain(key)): plain(item) for key, item in sorted(value.items(), key=lambda pair: str(pair[0]))}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _is_default(item: Any) -> bool:
    return item is None or item is False or (hasattr(item, "__len__") and len(item) == 0)


def sample(event_type: EventType, line: int, marked: dict[str, Any], plan: str) -> dict[str, Any]:
    """Data that this type may have: every field but an ancestor's log."""

    known = KNOWN | {"sha256": plan}

    def one(field: Field) -> Any:
        match field.kind:
            case Kind.TEXT:
                return known.get(field.name, f"{field.words.zh}示例")[: field.most]
            case Kind.NUMBER:
                return line if field.name == event_type.cites else max(field.least, 1)
            case Kind.FLAG:
                return True
            case Kind.CHOICE:
                return field.choices[0].id
            case Kind.SEATS:
                return [1, 2]
            case Kind.ROWS:
                return [{row.name: one(row) for row in field.rows}]
            case Kind.RECORD:
                return marked | {"status": "late"}

    return {field.name: one(field) for field in event_type.fields if field.name != "log"}


def record_one(school: FieldHouse, event_type: EventType) -> bool:
    """Record an event of this type about whatever fits; whether the laptop took it."""
    events = school.laptop.journal.events()
    people = [Actor(one.id, one.role.value) for one in school.laptop.journal.day.duties.on_duty()]
    may = [one for one in people if one.role in event_type.may] or ([LAPTOP] if "laptop" in event_type.may else [])
    if not may:
        return False
    marked = next((event for event in events if event.type == "attendance_marked"), None)
    for actor, cited in product(may, reversed(events)):
        allowed = event_type.witness_by or {actor.role}
        witnesses = [one for one in people if one != actor and one.role in allowed][: event_type.witnesses]
        data = sample(event_type, cited.seq, dict(marked.data) if marked else {}, school.laptop.journal.birth.plan)
        for chosen in (data, {name: data[name] for name in data if event_type.field(name).required}):
            with suppress(DomainError):
                school.record(event_type.name, actor, *witnesses, **chosen)
                return True
    return False


def record_day(school: FieldHouse, *, first_half: bool) -> set[str]:
    """Record one event of as many types as this laptop takes; returns what it did not."""
    done = {event.type for event in school.laptop.journal.events()}
    wanted = [one for one in CATALOGUE if one.name not in done and (one.name not in LAST or not first_half)]
    wanted.sort(key=lambda one: LAST.index(one.name) if one.name in LAST else -1)
    for event_type in wanted[: len(wanted) // 2 if first_half else None]:
        school.clock.move(60)
        record_one(school, event_type)
    return {one.name for one in CATALOGUE} - {event.type for event in school.laptop.journal.events()}


def first_pass(house: StickHouse) -> list[dict[str, Any]]:
    """The laptop's first sync over a real socket, as it crossed the wire."""
    served = ServedOffice(house.county.office)
    road = RecordingRoad(served.url)
    client = GzipClient(road.url)
    make_runner(house.school.laptop, client).run_pass()
    client.close()
    road.close()
    served.close()
    return road.kept


def make(into: Path, work: Path) -> set[str]:
    """Write a release's folder; returns the event types that could not be recorded."""
    county = make_office_house(work)
    house = StickHouse(county, fill_house(enrol_by_files(county, work / "laptop"), pupils=PUPILS, signed_in=None))
    school = county.office.store.read(lambda book: book.find_school(NAN_HU))
    assert school is not None
    county.office.county_logs.append(school, "message_sent", {"text": "请核对领卷人签名"}, "admin")
    record_day(house.school, first_half=True)
    wire = first_pass(house)  # closes the office, as the evening does
    into.mkdir(parents=True)
    freeze(work / "server", into / "office")
    left = record_day(house.school, first_half=False)
    laptop = house.school.laptop
    bundle = pack_bundle(laptop)
    reopened = open_office(ServerConfig(work / "server"))
    Bundles(reopened).take(bundle.data, bundle.name)
    receipt_file = Bundles(reopened).receipt_file(NAN_HU)
    fold = {"lines": laptop.journal.head.seq, "day": plain(laptop.journal.day)}
    reopened.close()
    house.school.close()
    freeze(work / "laptop", into / "laptop")
    write_json(into / "wire.json", wire)
    write_json(into / "fold.json", fold)
    (into / bundle.name).write_bytes(bundle.data)
    (into / receipt_file.name).write_bytes(receipt_file.encode())
    return left


def write_json(path: Path, content: Any) -> None:
    """Keep JSON that people can compare."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=isinstance(content, dict))
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    place = RELEASES / SOFTWARE
    if place.exists():
        sys.exit(f"{place} is frozen; a new release has a new number")
    with tempfile.TemporaryDirectory() as scratch:
        sys.stdout.write(f"not recorded: {sorted(make(place, Path(scratch)))}\n")
