"""Files of a laptop, an office and a stick that rot, as they were when they were whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from field_app.app import House
from field_app.services.carrying import pack_bundle
from field_app.services.records import log_file
from shared.domain.event import Draft
from shared.wire.receipt_file import read_receipt_file
from sync_server.services.bundles import Bundles
from tests.faults.keeping_work import LAPTOP, STICK, prepare_box
from tests.faults.laptop_work import opened, prepare_laptop
from tests.faults.office_work import make_runner, prepare_office, serve
from tests.faults.oracle import chain_of
from tests.faults.tracing import snapshot
from tests.field_house import PRINCIPAL
from tests.office_house import FIRST

PARTS, LINES = 3, 4
DATABASE, WAL = "log.sqlite", "log.sqlite-wal"
SERVER_DATABASE, SERVER_KEY = "server.sqlite", "server.key"


@dataclass(frozen=True)
class Specimen:
    """Files that belong together, some of which rot; the log in them, its last head, and how they are checked."""

    name: str
    kind: str
    files: dict[str, bytes]
    rots: tuple[str, ...]
    birth: bytes = b""
    lines: Sequence[bytes] = ()
    head: str = ""


def make_specimens(folder: Path) -> list[Specimen]:
    """Of every kind of file that holds a log, or proves one, a few."""
    prepare_laptop(folder / "roster")
    roster = snapshot(folder / "roster")["roster.enc"]
    return [
        *_of_two_places(folder / "both"),
        *_beside_a_box(folder / "boxed"),
        Specimen("roster", "roster", {"roster.enc": roster}, ("roster.enc",)),
    ]


def _of_two_places(root: Path) -> list[Specimen]:
    """Databases with and without WAL, an export, a backup, and what goes between the two on a stick."""
    prepare_office(root)
    served = serve(root)
    with opened(root / LAPTOP) as house:
        runner = make_runner(house, served.url)
        for part in range(PARTS):
            _note_lines(house, part)
            runner.run_pass()
        running = {place: _databases(root / place) for place in (LAPTOP, "office")}
        house.writer.backup(root / LAPTOP / "day.sqlite")
        (root / LAPTOP / "day.log").write_bytes(log_file(house.laptop))
        bundle, receipts = pack_bundle(house.laptop), Bundles(served.office).receipt_file(FIRST).encode()
        log = _log_of(house)
    served.close()
    files, office = snapshot(root / LAPTOP), snapshot(root / "office")
    key = {SERVER_KEY: office[SERVER_KEY]}
    return [
        Specimen("laptop's wal", "laptop", running[LAPTOP], (WAL,), *log),
        Specimen("office's wal", "office", running["office"], (f"{SERVER_DATABASE}-wal",), *log),
        Specimen("database", "laptop", {DATABASE: files[DATABASE]}, (DATABASE,), *log),
        Specimen("backup", "laptop", {"day.sqlite": files["day.sqlite"]}, ("day.sqlite",), *log),
        Specimen("export", "laptop", {"day.log": files["day.log"]}, ("day.log",), *log),
        Specimen("office", "office", {SERVER_DATABASE: office[SERVER_DATABASE]}, (SERVER_DATABASE,), *log),
        Specimen("bundle", "bundle", {"day.bundle": bundle.data, **key}, ("day.bundle",), *log),
        Specimen("receipts", "receipts", {"day.receipt": receipts, **key}, ("day.receipt",), b"", promised(receipts)),
    ]


def promised(receipts: bytes) -> list[bytes]:
    """What the receipts in a receipt file say."""
    return [receipt["receipt"].encode() for receipt in read_receipt_file(receipts, "day.receipt").receipts]


def _beside_a_box(root: Path) -> list[Specimen]:
    """A laptop as the power leaves it: its black box holds all but its last lines, its high-water mark is the last."""
    prepare_box(root)
    with opened(root / LAPTOP) as house:
        house.box.choose(str(root / STICK))
        _note_lines(house, 0)
        house.box.release()
        _note_lines(house, 1)
        house.backups.look()
        files, log = snapshot(root), _log_of(house)
    needed = (DATABASE, WAL, "laptop.json", "log.key", "high_water")
    kept = {name: data for name, data in files.items() if name.startswith(STICK) or name.split("/")[1] in needed}
    (box,) = (name for name in kept if name.endswith(".log"))
    database, wal = f"{LAPTOP}/{DATABASE}", f"{LAPTOP}/{WAL}"
    return [
        Specimen("database beside a box", "boxed", kept, (database,), *log),
        Specimen("wal beside a box", "boxed", kept, (wal,), *log),
        Specimen("black box", "boxed", kept, (box,), *log),
        Specimen("database and black box", "boxed", kept, (database, box), *log),
    ]


def _note_lines(house: House, part: int) -> None:
    for number in range(LINES):
        house.laptop.journal.record(
            Draft("note_added", PRINCIPAL, {"text": "记录" * (9 * number + 1)}), f"{part}-{number}"
        )


def _databases(place: Path) -> dict[str, bytes]:
    """A database as the power leaves it: the last lines stand in the WAL only."""
    names = (DATABASE, WAL, SERVER_DATABASE, f"{SERVER_DATABASE}-wal")
    return {name: data for name, data in snapshot(place).items() if name in names}


def _log_of(house: House) -> tuple[bytes, list[bytes], str]:
    """The log, held against the oracle's own chain."""
    birth, lines, head = house.laptop.journal.birth.encode(), house.laptop.store.lines(), house.laptop.store.head()
    assert (len(lines), chain_of(birth, lines)[-1]) == (head.seq, head.hash)
    return birth, lines, str(head)
