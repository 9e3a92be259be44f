"""Workloads of two places at once: a laptop that syncs with an office, and an office that imports files."""

import random
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bench.sample_log import make_log
from field_app.app import House
from field_app.services.enrolment import enrol_online
from field_app.services.people import put_on_duty
from field_app.sync.client import OfficeClient
from field_app.sync.runner import SyncRunner
from shared.domain.errors import DomainError
from shared.domain.event import Draft
from shared.verify_cli import verify_office
from sync_server.app import open_office
from sync_server.config import ServerConfig
from tests.faults.laptop_work import TRIES, examine_laptop, opened, record
from tests.faults.oracle import Fact, check_office, receipts_of
from tests.faults.stage import Say
from tests.field_house import PRINCIPAL, STAFF
from tests.office_house import CAMPAIGN, FIRST, SECOND, ServedOffice, fragment, make_folder

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


def serve(root: Path) -> ServedOffice:
    """The office of this folder behind a socket."""
    return ServedOffice(open_office(ServerConfig(root / "office")))


def make_runner(house: House, url: str) -> SyncRunner:
    """The laptop's own sync, as `testday field run` makes it."""
    laptop = house.laptop
    assert laptop.enrolment is not None
    return SyncRunner(
        client=OfficeClient(url, TIMEOUTS),
        store=laptop.store,
        office=house.office,
        keys=laptop.keys,
        enrolment=laptop.enrolment,
        clock=laptop.clock,
    )


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
