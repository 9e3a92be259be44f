"""Workloads of two places at once: a laptop that syncs with an office, and an office that imports files."""

import random
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path

from bench.sample_log import make_log
from field_app.app import House
from field_app.services.carrying import carry
from field_app.services.enrolment import enrol_online
from field_app.services.people import put_on_duty
from field_app.sync.client import OfficeClient
from field_app.sync.runner import SyncRunner
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Draft
from shared.log.signing import SigningKey
from shared.store.durable import read_file
from shared.store.sticks import put_on_stick
from shared.store.writer import SHARED
from shared.verify_cli import verify_office
from shared.wire.bundle import read_bundle
from shared.wire.receipt_file import read_receipt_file
from sync_server.app import open_office
from sync_server.config import ServerConfig
from sync_server.services.bundles import Bundles
from sync_server.store.migrations import server_migrations
from tests import sync_house
from tests.faults.laptop_work import TRIES, examine_laptop, opened, record
from tests.faults.older import make_older
from tests.faults.oracle import Fact, check_office, receipts_of
from tests.faults.oracle_places import check_files
from tests.faults.stage import Say
from tests.field_house import PRINCIPAL, STAFF
from tests.office_house import CAMPAIGN, FIRST, SECOND, ServedOffice, fragment, make_folder

STICK = "stick"
LINES = 6
PASSES = 3
TIMEOUTS = (2.0, 10.0)


def prepare_office(root: Path) -> None:
    """An office, and a laptop that it enrolled, with its principal on duty."""
    root.mkdir()
    make_folder(root / "office")
    served = serve(root)
    try:
        with opened(root / "laptop") as house:
            enrol_online(house.laptop, served.url, served.office.enrolments.make_code(FIRST))
            put_on_duty(house.laptop, None, (), STAFF[0], "first")
    finally:
        served.close()


def prepare_old_office(root: Path) -> None:
    """The same, and the office's database is of an older schema."""
    prepare_office(root)
    make_older(root / "office" / "server.sqlite", SHARED, ((server_migrations, "m0002_quarantine"),))


def serve(root: Path) -> ServedOffice:
    """The office of this folder behind a socket."""
    return ServedOffice(open_office(ServerConfig(root / "office")))


def make_runner(house: House, url: str) -> SyncRunner:
    """The laptop's own sync, as `testday field run` makes it."""
    return sync_house.make_runner(house.laptop, OfficeClient(url, TIMEOUTS))


def sync_day(root: Path, chance: random.Random, say: Say) -> None:
    """Lines are recorded and sent, again and again."""
    served = serve(root)
    try:
        _sync(root, served.url, chance, say)
    finally:
        served.close()


def serve_until_killed(root: Path, chance: random.Random, say: Say) -> None:
    """The office alone; it leaves its address for the laptop."""
    (root / "url").write_text(serve(root).url, encoding="utf-8")
    say("serving")
    threading.Event().wait()


def sync_with_office(root: Path, chance: random.Random, say: Say) -> None:
    """The laptop alone, with an office in another process."""
    _sync(root, (root / "url").read_text(encoding="utf-8"), chance, say)


def _sync(root: Path, url: str, chance: random.Random, say: Say) -> None:
    with opened(root / "laptop") as house:
        runner = make_runner(house, url)
        for number in range(PASSES):
            for line in range(LINES):
                draft = Draft("note_added", PRINCIPAL, {"text": "记" * chance.choice((3, 200))})
                record(house, draft, f"request-{number}-{line}", say)
            _pass(runner, house, say)


def _pass(runner: SyncRunner, house: House, say: Say) -> None:
    for _ in range(TRIES):
        with suppress(DomainError):
            runner.run_pass()
            head = house.laptop.journal.head
            say("received", log=head.log, seq=head.seq, hash=head.hash.hex())
            return


def import_files(root: Path, chance: random.Random, say: Say) -> None:
    """Files of two schools come on a stick, each in two parts, the second of which repeats the first."""
    office = open_office(ServerConfig(root / "office"))
    try:
        for school in (FIRST, SECOND):
            log = make_log(school, CAMPAIGN, "0" * 64, 3 * LINES, chance.randrange(10**6))
            for upto in (LINES, 3 * LINES):
                for _ in range(TRIES):
                    with suppress(DomainError):
                        office.ingest.import_file(fragment(log, 0, upto))
                        head = log.heads[upto]
                        say("received", log=head.log, seq=head.seq, hash=head.hash.hex())
                        break
    finally:
        office.close()


def prepare_road(root: Path) -> None:
    """An office, a laptop that it enrolled, and a stick."""
    prepare_office(root)
    (root / STICK).mkdir()
    (root / STICK / "readme.txt").write_bytes(b"a stick of the school\n")


def carry_day(root: Path, chance: random.Random, say: Say) -> None:
    """Lines go to the office on a stick, and the receipts come back on it, twice."""
    with opened(root / "laptop") as house, closing(open_office(ServerConfig(root / "office"))) as office:
        for trip in range(2):
            for line in range(LINES):
                draft = Draft("note_added", PRINCIPAL, {"text": "记" * chance.choice((3, 200))})
                record(house, draft, f"request-{trip}-{line}", say)
            for _ in range(TRIES):
                with suppress(DomainError):
                    _carry(root, house, Bundles(office), say)
                    break


def _carry(root: Path, house: House, bundles: Bundles, say: Say) -> None:
    carried = carry(house.laptop, str(root / STICK))
    _say_carried(root, carried.path, say)
    if not bundles.take(read_file(carried.path), carried.path.name).complete:
        raise DomainError(ErrorCode.NOT_RECORDED, reason="bundle")
    head = carried.head
    say("received", log=head.log, seq=head.seq, hash=head.hash.hex())
    back = bundles.receipt_file(FIRST)
    written = put_on_stick(root / STICK, back.name, back.encode())
    _say_carried(root, written, say)
    house.sync.take_receipt_file(read_file(written), written.name)
    say("answered", log=head.log, seq=head.seq)


def _say_carried(root: Path, path: Path, say: Say) -> None:
    """A bundle has a name of its own; the receipts of a school are one file, written anew each time."""
    name, content = str(path.relative_to(root)), read_file(path)
    say("carried", file=name, sha256=sha256(content).hexdigest(), renewed=path.suffix == ".receipt")


def examine_road(root: Path, facts: Sequence[Fact], whole: bool) -> list[str]:
    """Both places, and the stick between them: every file on it can be read by the one that it is for."""
    findings = examine_office(root, facts, whole) + check_files(root, facts)
    key = SigningKey((root / "office" / "server.key").read_bytes())
    try:
        for path in sorted((root / STICK).iterdir()):
            if path.suffix == ".bundle":
                read_bundle(path.read_bytes(), key, path.name)
            elif path.suffix == ".receipt":
                read_receipt_file(path.read_bytes(), path.name)
    except DomainError as problem:
        findings.append(f"{path.name} is neither the old nor the new one: {problem.code.value}")
    kept = {(fact["log"], fact["seq"]) for fact in receipts_of(root / "laptop" / "log.sqlite", key.public)}
    lost = [fact for fact in facts if fact["fact"] == "answered" and (fact["log"], fact["seq"]) not in kept]
    return findings + [f"the receipt for line {fact['seq']} is lost" for fact in lost]


def examine_office(root: Path, facts: Sequence[Fact], whole: bool) -> list[str]:
    """Open both as restarts do; what the laptop's own receipts promise must be at the office too."""
    findings = examine_laptop(root / "laptop", facts, whole)
    try:
        office = open_office(ServerConfig(root / "office"))
        key = office.key.public
        office.close()
        reports = verify_office(root / "office" / "server.sqlite") or []
    except DomainError as problem:
        return [*findings, f"the office cannot be opened: {problem.code.value} {dict(problem.values)}"]
    findings += [f"the office's log is not whole: {report.problem}" for report in reports if not report.is_whole]
    promised = [*facts, *receipts_of(root / "laptop" / "log.sqlite", key)]
    return findings + check_office(root / "office", promised)
