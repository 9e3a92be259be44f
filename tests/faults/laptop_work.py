"""Workloads of one laptop: it records, closes and starts, backs up, is enrolled, takes a roster."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from field_app.app import House, open_house
from field_app.config import FieldConfig
from field_app.services import rosters
from field_app.services.journal import Recorded
from field_app.services.people import put_on_duty
from field_app.store.office import OfficeStore, office_migrations
from shared.domain.errors import DomainError
from shared.domain.event import Draft
from shared.log.verification import verify_log
from shared.store.migrations import log_migrations
from shared.store.sqlite import SqliteEventStore
from shared.store.writer import Writer
from shared.wire.plan_file import shipped_plans
from tests.faults.oracle import Fact, check_laptop, digest
from tests.faults.stage import Say
from tests.field_house import (
    CHIEF_PROCTOR,
    INFO_OFFICER,
    PASSPHRASE,
    PLAN_2022,
    PRINCIPAL,
    PROCTOR,
    STAFF,
    enrolment_for,
    make_laptop,
)

TRIES = 4
LINES = 12


@contextmanager
def opened(root: Path) -> Iterator[House]:
    """The laptop in this folder, as `testday field run` opens it."""
    house = open_house(FieldConfig(root, open_browser=False, sync=False))
    try:
        yield house
    finally:
        house.close()


def record(house: House, draft: Draft, request: str, say: Say) -> bool:
    """Press a button, and again while it says that nothing was recorded, as people do; False when it stays so."""
    for _ in range(TRIES):
        with suppress(DomainError):
            recorded = house.laptop.journal.record(draft, request)
            confirm(recorded, request, say)
            return True
    return False


def confirm(recorded: Recorded, request: str, say: Say) -> None:
    """What the page shows after a record."""
    say("recorded", seq=recorded.event.seq, request=request, data=digest(recorded.event.data))


def a_draft(chance: random.Random, number: int) -> Draft:
    """A check-in, a note of some length, or a milestone, which is signed in the same commit."""
    kind = chance.random()
    if kind < 0.6:
        data = {"block": "chinese", "seat": chance.randint(1, 30), "status": "present", "note": f"第 {number} 次"}
        return Draft("attendance_marked", PROCTOR, data)
    if kind < 0.85:
        return Draft("note_added", CHIEF_PROCTOR, {"text": "记录" * chance.choice((3, 60, 240))})
    counts = {"expected": 30, "present": 30, "absent": 0, "unrecorded": 0}
    return Draft("check_in_closed", CHIEF_PROCTOR, {"block": "chinese", **counts})


def prepare_laptop(root: Path) -> None:
    """A laptop in the middle of its morning."""
    make_laptop(root, signed_in=None).close()


def prepare_nothing(root: Path) -> None:
    """An empty folder."""
    root.mkdir()


def record_lines(root: Path, chance: random.Random, say: Say) -> None:
    """A morning: the program starts, and lines are recorded."""
    with opened(root) as house:
        for number in range(LINES):
            if not record(house, a_draft(chance, number), f"request-{number}", say):
                return


def start_again(root: Path, chance: random.Random, say: Say) -> None:
    """The program is closed and started again and again: each time the WAL goes into the database and away."""
    for start in range(4):
        with suppress(DomainError), opened(root) as house:
            for number in range(LINES // 4):
                record(house, a_draft(chance, number), f"request-{start}-{number}", say)


def back_up(root: Path, chance: random.Random, say: Say) -> None:
    """Lines, a backup, lines, a second backup."""
    with opened(root) as house:
        for copy in range(2):
            for number in range(LINES // 4):
                record(house, a_draft(chance, number), f"request-{copy}-{number}", say)
            lines = house.laptop.journal.head.seq
            with suppress(DomainError):
                house.writer.backup(root / f"day-{copy}.sqlite")
                say("backup", file=f"day-{copy}.sqlite", lines=lines)


def open_first(root: Path, chance: random.Random, say: Say) -> None:
    """A laptop fresh from the box: its files, their schema, its keys, its birth, its first lines."""
    plan = shipped_plans()[PLAN_2022]
    with opened(root) as house:
        laptop = house.laptop
        for _ in range(TRIES):
            with suppress(DomainError):
                if not laptop.is_enrolled:
                    laptop.enrol(enrolment_for(sha256(plan).hexdigest()), plan, laptop.clock)
                say("enrolled", birth=digest(laptop.journal.birth.encode().decode()))
                break
        if laptop.is_enrolled:
            with suppress(DomainError):
                put_on_duty(laptop, None, (), STAFF[0], "first")
            for number in range(4):
                record(house, Draft("note_added", PRINCIPAL, {"text": "准备"}), f"request-{number}", say)


def bring_roster(root: Path, chance: random.Random, say: Say) -> None:
    """Another roster takes the first one's place."""
    with opened(root) as house:
        laptop = house.laptop
        rosters.unlock(laptop, PASSPHRASE)
        for number in range(3):
            shown = rosters.preview_seats(laptop, f"1-{20 + number}")
            for _ in range(TRIES):
                with suppress(DomainError):
                    recorded = rosters.save(laptop, INFO_OFFICER, (PRINCIPAL,), shown.id, f"roster-{number}")
                    confirm(recorded, f"roster-{number}", say)
                    say("roster", sha256=recorded.event.data["sha256"], seq=recorded.event.seq)
                    break
            record(house, a_draft(chance, number), f"request-{number}", say)


def examine_laptop(root: Path, facts: Sequence[Fact], whole: bool) -> list[str]:
    """Open the log as a restart does, read it, settle it; `whole`: start the laptop itself, and record once more."""
    try:
        findings = _start_laptop(root) if whole else _open_log(root)
    except DomainError as problem:
        return [f"cannot be opened: {problem.code.value} {dict(problem.values)}"]
    return findings + check_laptop(root, facts)


def _start_laptop(root: Path) -> list[str]:
    with opened(root) as house:
        laptop = house.laptop
        if not laptop.is_enrolled:
            return []
        laptop.note_start()
        if laptop.journal.day.readiness.roster_seq and laptop.roster.exists:
            imported = laptop.journal.event(laptop.journal.day.readiness.roster_seq).data["sha256"]
            laptop.roster.settle(str(imported))
            if laptop.roster.fingerprint != imported:
                return ["the roster is not the one that the log names"]
        return []


def _open_log(root: Path) -> list[str]:
    writer = Writer(root / "log.sqlite", (log_migrations, office_migrations))
    try:
        store = SqliteEventStore(writer)
        store.settle()
        birth = store.birth()
        if birth is None:
            return []
        report = verify_log(birth, store.lines(), store.heads(), store.hashes())
        OfficeStore(writer).last_contact()
        return [] if report.is_whole else [f"not whole: {report.problem}"]
    finally:
        writer.close()
