"""Workloads of keeping a day: backups that rotate, the black box, an older database, a spare laptop that takes over."""

import random
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from field_app.app import House
from field_app.services.people import put_on_duty
from field_app.services.records import log_file
from field_app.services.takeover import find_newest, resume_takeover, take_over
from field_app.store.office import office_migrations
from shared.domain.errors import DomainError
from shared.domain.event import Actor, Draft
from shared.store.migrations import log_migrations
from shared.store.writer import EXCLUSIVE
from tests.faults.laptop_work import (
    LINES,
    TRIES,
    a_draft,
    examine_laptop,
    opened,
    prepare_laptop,
    record,
    start_again,
)
from tests.faults.older import make_older
from tests.faults.oracle import Fact
from tests.faults.oracle_places import check_ancestors, check_box
from tests.faults.stage import Say
from tests.field_house import PRINCIPAL, STAFF

BACKUPS = 7
"""So many are there before: the next one makes the oldest go."""
STICK = "stick"
LAPTOP = "laptop"
SPARE = "spare"


def prepare_backups(root: Path) -> None:
    """A laptop with as many backups as it keeps."""
    prepare_laptop(root)
    with opened(root) as house:
        for number in range(BACKUPS):
            record(house, Draft("note_added", PRINCIPAL, {"text": "备份"}), f"before-{number}", _nobody)
            house.backups.make()


def rotate(root: Path, chance: random.Random, say: Say) -> None:
    """Lines, and what keeps them: high-water mark, backup, the oldest backups gone."""
    with opened(root) as house:
        for copy in range(2):
            for number in range(LINES // 4):
                record(house, a_draft(chance, number), f"request-{copy}-{number}", say)
            house.backups.look()
            with suppress(DomainError):
                made = house.backups.make()
                say("backup", file=str(made.path.relative_to(root)), lines=made.seq)


def prepare_old(root: Path) -> None:
    """A laptop whose database is of an older schema, from before logs could go on from others."""
    prepare_laptop(root)
    make_older(
        root / "log.sqlite",
        EXCLUSIVE,
        ((log_migrations, "m0002_ancestors"), (office_migrations, "m0002_every_receipt")),
    )


def migrate(root: Path, chance: random.Random, say: Say) -> None:
    """The present program opens it, which brings its schema up to date, and records on."""
    start_again(root, chance, say)


def prepare_box(root: Path) -> None:
    """A laptop, and a stick on which there is something else already."""
    root.mkdir()
    prepare_laptop(root / LAPTOP)
    (root / STICK).mkdir()
    (root / STICK / "readme.txt").write_bytes(b"a stick of the school\n")


def feed_box(root: Path, chance: random.Random, say: Say) -> None:
    """Lines are recorded, and each time the box says how many of them it holds by now."""
    with opened(root / LAPTOP) as house:
        with suppress(DomainError):
            house.box.choose(str(root / STICK))
        for part in range(4):
            for number in range(LINES // 4):
                record(house, a_draft(chance, number), f"request-{part}-{number}", say)
            _say_boxed(house, say)


def _say_boxed(house: House, say: Say) -> None:
    status = house.box.resume()  # which looks at once, and returns after that look
    lines = house.laptop.journal.head.seq - status.behind
    if status.is_fine and lines:
        say("boxed", lines=lines)


def examine_box(root: Path, facts: Sequence[Fact], whole: bool) -> list[str]:
    """The laptop, and the stick beside it; `whole`: the box goes on, and then holds everything."""
    findings = examine_laptop(root / LAPTOP, facts, whole)
    complete = False
    if whole and not findings:
        with opened(root / LAPTOP) as house:
            house.box.start()
            complete = any(house.box.resume().is_fine for _ in range(TRIES))  # a process held up for seconds is late
            if house.box.status().place and not complete:
                findings.append(f"the box does not go on: {house.box.status().state}")
    return findings + check_box(root / LAPTOP, root / STICK, facts, complete=complete)


def prepare_estate(root: Path) -> None:
    """What a broken laptop left: its black box on a stick, a backup, a log file, each with the kit beside it."""
    prepare_box(root)
    with opened(root / LAPTOP) as house:
        house.box.choose(str(root / STICK))
        for number in range(LINES):
            record(house, Draft("note_added", PRINCIPAL, {"text": "记录"}), f"before-{number}", _nobody)
        made = house.backups.make()
        house.box.release()
        (kit,) = (root / STICK).glob("*.kit")
        for folder in ("copy", "file"):
            (root / folder).mkdir()
            shutil.copy(kit, root / folder)
        shutil.copy(made.path, root / "copy")
        (root / "file" / "day.log").write_bytes(log_file(house.laptop))
    shutil.rmtree(root / LAPTOP)


def go_on_elsewhere(root: Path, chance: random.Random, say: Say) -> None:
    """A spare laptop takes the day over, and records on."""
    source = root / chance.choice((STICK, "copy", "file"))
    head = find_newest(source).head
    say("left", log=head.log, seq=head.seq, hash=head.hash.hex())
    with opened(root / SPARE) as house:
        for _ in range(TRIES):
            with suppress(DomainError):
                _take_over(house, source)
                say("taken_over")
                break
        if house.laptop.is_enrolled:
            principal = _come_on_duty(house)
            for number in range(LINES // 4):
                record(house, Draft("note_added", principal, {"text": "接着记"}), f"request-{number}", say)


def _come_on_duty(house: House) -> Actor:
    """Nobody is on duty after a takeover: PINs do not travel."""
    for _ in range(TRIES):
        with suppress(DomainError):
            return put_on_duty(house.laptop, None, (), STAFF[0], "first").event.actor
    return PRINCIPAL


def _take_over(house: House, source: Path) -> None:
    """As the command does, or as the next start does when the command did not end."""
    if not house.laptop.is_enrolled:
        take_over(house.laptop, find_newest(source), "broken")
    resume_takeover(house.laptop)


def examine_estate(root: Path, facts: Sequence[Fact], whole: bool) -> list[str]:
    """The spare laptop; `whole`: what was not begun or not ended is begun again and ended, and nothing is missing."""
    if whole:
        try:
            with opened(root / SPARE) as house:
                _take_over(house, root / STICK)
        except DomainError as problem:
            return [f"the takeover cannot be begun again: {problem.code.value} {dict(problem.values)}"]
    if not (root / SPARE / "log.sqlite").exists():
        return ["the takeover is lost"] if any(fact["fact"] == "taken_over" for fact in facts) else []
    ended = [*facts, {"fact": "taken_over"}] if whole else facts
    return examine_laptop(root / SPARE, facts, whole) + check_ancestors(root / SPARE, ended)


def _nobody(*_said: object, **_more: object) -> None:
    """Hears what is said before the fault."""
