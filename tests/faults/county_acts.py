"""What happens in a made-up county, one act a function; nobody waits for anybody, and everything may go wrong."""

import json
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from field_app.config import KEY_FILE
from field_app.services.box_feed import BoxFeed, Place
from field_app.services.carrying import pack_bundle
from field_app.services.records import log_file
from field_app.services.takeover import survey, take_over
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Draft, Event
from shared.log.signing import SigningKey, log_id
from shared.store.backups import FOLDER, list_backups
from shared.wire.county_log import MESSAGE_SENT
from sync_server.services.backups import OfficeBackups
from sync_server.services.bundles import Bundles
from sync_server.services.epochs import note_high_water
from sync_server.services.handing_back import hand_back
from tests.faults.county import SEATS, URL, County, Party
from tests.faults.county_doors import DECADE_MS
from tests.faults.county_poison import leave_later_lines, poison
from tests.faults.county_road import TROUBLES, Crash
from tests.field_house import CHIEF_PROCTOR, PROCTOR

Act = Callable[[County, random.Random], None]
MOST_LAPTOPS = 3
"""Of one school, at one time."""
REQUESTS = 6
"""Of a usual pass of sync."""


def record(county: County, chance: random.Random) -> None:
    """Some lines are recorded."""
    party = _enrolled(county, chance)
    if party is None:
        return
    if chance.random() < 0.5:
        party.staff()
    for _ in range(chance.randint(1, 4)):
        party.record(_draft(party, chance))


def record_and_crash(county: County, chance: random.Random) -> None:
    """The laptop's power fails at one of its next commits, before it or after."""
    party = _enrolled(county, chance)
    if party is None:
        return
    _dying(party, chance)
    try:
        for _ in range(3):
            party.record(_draft(party, chance))
    except Crash:
        party.crash()
    _well(party)


def sync(county: County, chance: random.Random) -> None:
    """A pass on a good road."""
    _pass(county, chance, {})


def sync_badly(county: County, chance: random.Random) -> None:
    """A pass that meets one or two troubles."""
    _pass(county, chance, {chance.randrange(REQUESTS): chance.choice(TROUBLES) for _ in range(chance.randint(1, 2))})


def sync_and_crash(county: County, chance: random.Random) -> None:
    """A pass during which the laptop's power fails at a commit."""
    _pass(county, chance, {}, dying=True)


def let_come(county: County, chance: random.Random) -> None:
    """What the road held up arrives, in any order."""
    county.open_office()
    county.road.let_come()


def start_again(county: County, chance: random.Random) -> None:
    """The program is ended and started; half the times the laptop too."""
    party = _any(county, chance)
    party.close()
    if chance.random() < 0.5:
        party.time.started = f"{chance.getrandbits(16):04x}"
    party.open()


def set_clock(county: County, chance: random.Random) -> None:
    """A laptop's clock is set, by seconds or years."""
    party = _any(county, chance)
    span = chance.choice((2, 3600, DECADE_MS // 1000))
    party.time.step(chance.uniform(-span, span))
    if chance.random() < 0.3:
        party.time.minutes = chance.choice((0, 480, -300))


def set_office_clock(county: County, chance: random.Random) -> None:
    """The office's clock is set, by seconds or years."""
    county.clock.wall += round(chance.choice((2000, DECADE_MS)) * chance.uniform(-1, 1))


def keep_safe(county: County, chance: random.Random) -> None:
    """What the program does by itself every few seconds: high-water mark, backup, black box."""
    party = _enrolled(county, chance)
    if party is None:
        return
    laptop = party.open().laptop
    if chance.random() < 0.7:
        party.open().backups.look()
    if chance.random() < 0.6:
        place = {"place": str(party.stick), "other_disk": False}
        (party.folder / "black_box.json").write_text(json.dumps(place), encoding="utf-8")
        getattr(BoxFeed(laptop, Place(party.stick, False)), "_look")()  # noqa: B009 - its thread's one step


def copy_folder(county: County, chance: random.Random) -> None:
    """Somebody copies a laptop's folder to a shelf."""
    party = _any(county, chance)
    party.close()
    if party.folder.exists():
        shutil.copytree(party.folder, _new_place(county, f"copy-{party.name}"))


def put_folder_back(county: County, chance: random.Random) -> None:
    """A laptop's folder becomes what it was when somebody copied it."""
    party = _any(county, chance)
    copies = sorted(county.folder.glob(f"copy-{party.name}.*"))
    if copies:
        party.close()
        county.discarded |= party.lines()
        shutil.rmtree(party.folder)
        shutil.copytree(chance.choice(copies), party.folder)


def put_database_back(county: County, chance: random.Random) -> None:
    """One of the backups of a laptop's log is put in its place; of an earlier log the program would not take it."""
    party = _any(county, chance)
    key = party.folder / KEY_FILE
    log = log_id(SigningKey(key.read_bytes()).public) if key.exists() else ""
    backups = list_backups(party.folder / FOLDER, log)[::-1] if log else []
    if backups:
        party.close()
        county.discarded |= party.lines()
        for ending in ("", "-wal", "-shm"):
            (party.folder / f"log.sqlite{ending}").unlink(missing_ok=True)
        shutil.copy(chance.choice(backups).path, party.folder / "log.sqlite")


def clone(county: County, chance: random.Random) -> None:
    """A laptop's folder is copied to another laptop, and both go on."""
    party = _any(county, chance)
    if _has_room(county, party.school):
        party.close()
        other = county.add(f"laptop-{len(county.parties)}", party.school)
        if party.folder.exists():
            shutil.copytree(party.folder, other.folder)


def lose(county: County, chance: random.Random) -> None:
    """A laptop is gone, sometimes with its stick."""
    party = _any(county, chance)
    party.close()
    county.discarded |= party.lines()
    party.gone = True
    shutil.rmtree(party.folder, ignore_errors=True)
    if chance.random() < 0.3:
        shutil.rmtree(party.stick)


def unpack(county: County, chance: random.Random) -> None:
    """A laptop fresh from the box."""
    school = chance.choice(county.parties).school
    if _has_room(county, school):
        county.add(f"laptop-{len(county.parties)}", school).open()


def enrol(county: County, chance: random.Random) -> None:
    """The county enrols a laptop that is not, or one that took over."""
    party = _any(county, chance)
    with suppress(DomainError):  # it is enrolled already
        party.enrol()


def take_over_day(county: County, chance: random.Random) -> None:
    """A fresh laptop goes on with a day from a stick, a backup, a copy, or what the office hands back."""
    fresh = [party for party in county.living() if not party.open().laptop.is_enrolled]
    if not fresh:
        unpack(county, chance)
        fresh = [party for party in county.living() if not party.open().laptop.is_enrolled]
    if not fresh:
        return
    party = chance.choice(fresh)
    if chance.random() < 0.2:
        _dying(party, chance)
    try:
        place = _place_to_take_over(county, party, chance)
        estates = [estate for estate in survey(place) if estate.kit is not None] if place else []
        if estates:
            take_over(party.open().laptop, chance.choice(estates), chance.choice(("broken", "gone", "restored")))
            party.open().sync.start()
    except Crash:
        party.crash()
    _well(party)


def pack(county: County, chance: random.Random) -> None:
    """A bundle is written."""
    party = _enrolled(county, chance)
    if party is not None:
        county.bundles.append(pack_bundle(party.open().laptop).data)


def bring(county: County, chance: random.Random) -> None:
    """Any bundle, old or new, is brought to the office, once more or for the first time."""
    if county.bundles:
        taken = Bundles(county.office).take(chance.choice(county.bundles), "x.bundle")
        county.findings += [f"a bundle's log is refused: {log.problem.code}" for log in taken.logs if log.problem]


def hand_over_file(county: County, chance: random.Random) -> None:
    """A laptop's own log comes to the office as a plain file, without those that it goes on from."""
    party = _enrolled(county, chance)
    if party is not None:
        county.office.ingest.import_file(log_file(party.open().laptop))


def write_receipts(county: County, chance: random.Random) -> None:
    """The office writes a receipt file for a school."""
    school = chance.choice(county.parties).school
    county.receipt_files.append((school, Bundles(county.office).receipt_file(school).encode()))


def carry_receipts(county: County, chance: random.Random) -> None:
    """Any receipt file of a school, old or new, comes to one of its laptops."""
    party = _enrolled(county, chance)
    files = [data for school, data in county.receipt_files if party is not None and school == party.school]
    if party is None or not files:
        return
    try:
        party.open().sync.take_receipt_file(chance.choice(files), "x.receipt")
    except DomainError as problem:
        if problem.code is not ErrorCode.RECEIPT_FOR_ANOTHER:  # it says nothing of this laptop's own log
            county.findings.append(f"a receipt file is refused: {problem.code}")


def back_up_office(county: County, chance: random.Random) -> None:
    """The office is backed up, and says so in receipts."""
    note_high_water(county.office.store, county.office.config.folder)
    OfficeBackups(county.office).write(_new_place(county, "office-backup"))


def restore_office(county: County, chance: random.Random) -> None:
    """The office becomes what it was at any earlier backup."""
    backups = sorted(county.folder.glob("office-backup.*"))
    if backups:
        county.discarded |= county.office_lines()
        county.close_office()
        database = county.folder / "office" / "server.sqlite"
        for ending in ("", "-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
        shutil.copy(chance.choice(backups), database)
        county.went_back = True


def crash_office(county: County, chance: random.Random) -> None:
    """The office's power fails, and comes back."""
    county.crash_office()


def speak(county: County, chance: random.Random) -> None:
    """The county says something to a school."""
    code = chance.choice(county.parties).school
    school = county.office.store.read(lambda book: book.find_school(code))
    assert school is not None
    county.office.county_logs.append(school, MESSAGE_SENT.name, {"text": f"通知 {chance.getrandbits(20)}"}, "李娜")


def be_newer(county: County, chance: random.Random) -> None:
    """A laptop's own log holds a line of a later release when its program starts."""
    leave_later_lines(_any(county, chance), chance)


ACTS: dict[Act, int] = {
    **{record: 16, record_and_crash: 4, sync: 12, sync_badly: 14, sync_and_crash: 4, let_come: 4, start_again: 3},
    **{set_clock: 4, set_office_clock: 2, keep_safe: 7, copy_folder: 4, put_folder_back: 4, put_database_back: 2},
    **{clone: 3, lose: 2, unpack: 1, enrol: 3, take_over_day: 5, pack: 5, bring: 6, write_receipts: 3},
    **{carry_receipts: 4, back_up_office: 4, restore_office: 4, crash_office: 2, speak: 2, poison: 3, be_newer: 1},
    **{hand_over_file: 3},
}
"""Every act with its weight."""


def act(county: County, chance: random.Random) -> None:
    """One act, and some seconds or minutes until the next."""
    chosen = chance.choices(list(ACTS), list(ACTS.values()))[0]
    chosen(county, chance)
    let_pass(county, chance)


def let_pass(county: County, chance: random.Random) -> None:
    """Time passes for everybody."""
    seconds = chance.choice((0.2, 5, 300))
    county.clock.wall += round(seconds * 1000)
    for party in county.living():
        party.time.pass_ns(round(seconds * 1000) * 1_000_000)


def _any(county: County, chance: random.Random) -> Party:
    living = county.living()
    return chance.choice(living) if living else county.add(f"laptop-{len(county.parties)}", county.parties[0].school)


def _enrolled(county: County, chance: random.Random) -> Party | None:
    party = _any(county, chance)
    return party if party.open().laptop.is_enrolled else None


def _has_room(county: County, school: str) -> bool:
    return sum(party.school == school for party in county.living()) < MOST_LAPTOPS


def _new_place(county: County, name: str) -> Path:
    return county.folder / f"{name}.{len(list(county.folder.glob(f'{name}.*'))):03d}"


def _pass(county: County, chance: random.Random, plan: dict[int, str], *, dying: bool = False) -> None:
    party = _enrolled(county, chance)
    if party is None:
        return
    county.open_office()
    county.road.begin(plan)
    if dying:
        _dying(party, chance)
    try:
        party.run_pass()
    except Crash:
        party.crash()
    county.calm()
    _well(party)


def _dying(party: Party, chance: random.Random) -> None:
    """At one of its next commits the laptop's power fails, before it or after."""
    writer = party.open().writer
    commits, after = [chance.randrange(4)], chance.random() < 0.5

    def dying(work: Any) -> Any:
        commits[0] -= 1
        if commits[0] < 0 and not after:
            raise Crash
        result = type(writer).write(writer, work)
        if commits[0] < 0:
            raise Crash
        return result

    vars(writer)["write"] = dying


def _well(party: Party) -> None:
    if party.house is not None:
        vars(party.house.writer).pop("write", None)


def _place_to_take_over(county: County, party: Party, chance: random.Random) -> Path | None:
    """A folder with the remains of a laptop of the same school, or what the office holds of it."""
    family = [one for one in county.parties if one.school == party.school and one is not party]
    places = [place for one in family for place in (one.stick, one.folder / "backups") if place.exists()]
    places += [copy for one in family for copy in county.folder.glob(f"copy-{one.name}.*/backups")]
    if not places or chance.random() < 0.3:
        place = _new_place(county, "handed-back")
        place.mkdir()
        try:
            files = hand_back(county.office, party.school, URL)
        except DomainError as problem:
            if problem.code is not ErrorCode.LOG_UNKNOWN:  # the office has heard nothing of this school
                raise
            return None
        for name, data in files.items():
            (place / name).write_bytes(data)
        return place
    return chance.choice(sorted(places))


def _draft(party: Party, chance: random.Random) -> Draft:
    kind = chance.random()
    journal = party.open().laptop.journal
    incidents = sorted(journal.day.incidents.by_number)
    if kind < 0.2:
        return Draft("note_added", CHIEF_PROCTOR, {"text": "记录" * chance.choice((1, 60))})
    if kind < 0.3:
        data = {"family": "safety", "type": "other", "level": 2, "what": "停电"}
        return Draft("incident_opened", CHIEF_PROCTOR, data)
    if kind < 0.4 and incidents:
        return Draft("incident_updated", CHIEF_PROCTOR, {"incident": chance.choice(incidents), "what": "已恢复"})
    if kind < 0.45:
        counts = {"expected": 5, "present": 5, "absent": 0, "unrecorded": 0}
        return Draft("check_in_closed", PROCTOR, {"block": "chinese", **counts})
    marks = [event for event in journal.events() if event.type == "attendance_marked"]
    if kind < 0.65 and marks:
        return _correction(chance.choice(marks), chance)
    return Draft("attendance_marked", PROCTOR, _mark(chance))


def _correction(event: Event, chance: random.Random) -> Draft:
    said = {"line": event.seq, "reason": "看错了"}
    if chance.random() < 0.5:
        return Draft("record_voided", PROCTOR, said)
    return Draft("record_corrected", PROCTOR, {**said, "data": _mark(chance)})


def _mark(chance: random.Random) -> dict[str, Any]:
    status = chance.choice(("present", "present", "late", "absent"))
    data = {"block": chance.choice(("chinese", "math")), "seat": chance.choice(SEATS), "status": status}
    return data if status == "present" else {**data, "reason": "sick"}
