"""What is still open: the one list behind Today's "do now" and the close-out's "missing" (domain §14)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from field_app.services.county import newer_plan
from field_app.services.enrolment import awaits_enrolment, is_forgotten
from field_app.services.laptop import Laptop
from field_app.services.timetable import Timetable
from field_app.sync.status import SyncStatus
from shared.domain.attendance import count
from shared.domain.fold import Day
from shared.domain.materials import Materials
from shared.domain.plan import Block, PhaseKind
from shared.domain.progress import order_up_to
from shared.domain.roles import HEADS, PROCTORS, STAFF, Role
from shared.domain.signals import SignalRecord

CONFIRM_WITHIN_MS = 2 * 60_000
"""A signal not confirmed after this long is open (domain §3)."""
SOON_MS = 2 * 60_000
_KEEPERS = frozenset({Role.TIMEKEEPER, Role.CHIEF_PROCTOR}) | HEADS
"""Who looks after the clock and the signals."""


class Urgency(IntEnum):
    """How soon somebody must act; red is for NOW only."""

    NOW = 0
    SOON = 1
    LATER = 2


class MatterKind(StrEnum):
    """What kind of thing is open; its sentence is in `field_app/web/today/sentences.py`."""

    DISK_FULL = "disk_full"
    DAY_NOT_OPEN = "day_not_open"
    NO_ROSTER = "no_roster"
    CLOCK_NOT_CHECKED = "clock_not_checked"
    CLOCK_DISTURBED = "clock_disturbed"
    READINESS_OPEN = "readiness_open"
    PLAN_NEWER = "plan_newer"
    SEATS_UNRECORDED = "seats_unrecorded"
    CHECK_IN_NOT_CLOSED = "check_in_not_closed"
    SIGNAL_DUE = "signal_due"
    SIGNAL_MISSED = "signal_missed"
    SIGNAL_NOT_CONFIRMED = "signal_not_confirmed"
    BLOCK_NOT_SEALED = "block_not_sealed"
    OUT_OF_BALANCE = "out_of_balance"
    INCIDENT_OPEN = "incident_open"
    NOT_HANDED_IN = "not_handed_in"
    NOT_ENROLLED_HERE = "not_enrolled_here"
    FORGOTTEN_THERE = "forgotten_there"


@dataclass(frozen=True, slots=True)
class Matter:
    """One open thing: what, where and by whom it is settled, how urgent; `subject` is a block, signal or incident."""

    kind: MatterKind
    link: str
    urgency: Urgency
    roles: frozenset[Role]
    subject: str = ""
    number: int = 0
    due: int | None = field(default=None, compare=False)


def list_matters(laptop: Laptop, status: SyncStatus | None = None) -> tuple[Matter, ...]:
    """Everything open now, most urgent first; with the sync's status also what the office asks for."""
    timetable = laptop.timetable()
    day = laptop.journal.day
    found = [
        *_disk(laptop),
        *_opening(day, timetable),
        *_plan(laptop),
        *_check_in(day, timetable),
        *_signals(day, timetable),
        *_materials(day, timetable),
        *_incidents(day),
        *_closing(day, timetable),
        *_enrolment(laptop, status),
    ]
    return tuple(sorted(found, key=lambda matter: (matter.urgency, matter.due or 0)))


def list_unsettled(laptop: Laptop) -> tuple[Matter, ...]:
    """What a close-out must show as missing: everything of the day that is open, but the handing in itself."""
    apart = (MatterKind.NOT_HANDED_IN, MatterKind.DISK_FULL)
    return tuple(matter for matter in list_matters(laptop) if matter.kind not in apart)


def _disk(laptop: Laptop) -> Iterator[Matter]:
    if laptop.reserve.is_used:
        yield Matter(MatterKind.DISK_FULL, "/log/", Urgency.NOW, STAFF)


def _opening(day: Day, timetable: Timetable) -> Iterator[Matter]:
    ready = day.readiness
    if timetable.today.id not in ready.opened:
        yield Matter(MatterKind.DAY_NOT_OPEN, "/readiness/", Urgency.SOON, HEADS)
    if not ready.seats:
        yield Matter(MatterKind.NO_ROSTER, "/roster/", Urgency.SOON, HEADS | {Role.INFO_OFFICER, Role.CHIEF_PROCTOR})
    if ready.disturbed:
        yield Matter(MatterKind.CLOCK_DISTURBED, "/clock/", Urgency.NOW, _KEEPERS)
    elif ready.clock_seq is None:
        yield Matter(MatterKind.CLOCK_NOT_CHECKED, "/clock/", Urgency.SOON, _KEEPERS)
    open_items = sum(
        1
        for item in timetable.plan.readiness
        if item.id not in ready.items or ready.items[item.id].result == "not_ready"
    )
    if open_items:
        yield Matter(MatterKind.READINESS_OPEN, "/readiness/", Urgency.LATER, STAFF, number=open_items)


def _plan(laptop: Laptop) -> Iterator[Matter]:
    if newer_plan(laptop) is not None:
        yield Matter(MatterKind.PLAN_NEWER, "/readiness/", Urgency.NOW, HEADS | {Role.INFO_OFFICER})


def _check_in(day: Day, timetable: Timetable) -> Iterator[Matter]:
    seats = day.readiness.seats
    main = [block for block in timetable.check_in_blocks() if block.signalled]
    for block in main:
        begun = _phase_instant(timetable, block, PhaseKind.ANSWER, begin=True)
        if not seats or begun is None or timetable.now < begun:
            continue
        left = count(day.attendance.effective(order_up_to(timetable.plan, block.id)), seats).unrecorded
        if left:
            link = f"/check-in/?block={block.id}"
            yield Matter(MatterKind.SEATS_UNRECORDED, link, Urgency.NOW, PROCTORS, block.id, left, begun)
        if block is main[0] and block.id not in day.attendance.closed:
            link = f"/check-in/?block={block.id}"
            yield Matter(MatterKind.CHECK_IN_NOT_CLOSED, link, Urgency.SOON, PROCTORS, block.id, due=begun)


def _signals(day: Day, timetable: Timetable) -> Iterator[Matter]:
    for signal in timetable.plan.signals():
        planned = timetable.due(signal)
        if signal.day != timetable.today.id or planned is None:
            continue
        record = day.signals.get(signal.id)
        if record.is_untouched and not day.bell.of(signal.day).rings(planned):
            continue  # the other laptop's to ring
        kind = _signal_matter(record, planned, timetable.now)
        if kind is not None:
            urgency = Urgency.SOON if kind is MatterKind.SIGNAL_DUE and planned > timetable.now else Urgency.NOW
            yield Matter(kind, f"/signals/#{signal.id}", urgency, _KEEPERS, signal.id, due=planned)


def _signal_matter(record: SignalRecord, planned: int, now: int) -> MatterKind | None:
    if record.skipped_seq is not None:
        return None
    if record.given is not None:
        late = record.confirmed is None and now - record.given > CONFIRM_WITHIN_MS
        return MatterKind.SIGNAL_NOT_CONFIRMED if late else None
    if record.missed or now > planned + CONFIRM_WITHIN_MS:
        return MatterKind.SIGNAL_MISSED
    return MatterKind.SIGNAL_DUE if now > planned - SOON_MS else None


def _materials(day: Day, timetable: Timetable) -> Iterator[Matter]:
    counters = PROCTORS | {Role.SECRECY_OFFICER}
    for block in timetable.blocks():
        link = f"/materials/?block={block.id}"
        seal_by = _phase_instant(timetable, block, PhaseKind.SEAL, begin=False)
        seal_from = _phase_instant(timetable, block, PhaseKind.SEAL, begin=True)
        if seal_from is not None and timetable.now >= seal_from and block.id not in day.materials.sealed:
            urgency = Urgency.NOW if seal_by is not None and timetable.now >= seal_by else Urgency.SOON
            yield Matter(MatterKind.BLOCK_NOT_SEALED, link, urgency, counters, block.id, due=seal_by)
        if _is_out_of_balance(day.materials, block):
            difference = day.materials.balance(block.id).difference
            yield Matter(MatterKind.OUT_OF_BALANCE, link, Urgency.SOON, counters, block.id, difference)


def _is_out_of_balance(materials: Materials, block: Block) -> bool:
    balance = materials.balance(block.id)
    return balance.known and not balance.balanced


def _incidents(day: Day) -> Iterator[Matter]:
    for incident in day.incidents.open():
        urgency = Urgency.NOW if incident.level > 1 and incident.told_at is None else Urgency.SOON
        link = f"/incidents/{incident.number}"
        yield Matter(MatterKind.INCIDENT_OPEN, link, urgency, STAFF, incident.type, incident.level, incident.time)


def _closing(day: Day, timetable: Timetable) -> Iterator[Matter]:
    ends = [
        end
        for block in timetable.blocks()
        for phase in block.phases
        if (end := timetable.span(block, phase)[1]) is not None
    ]
    if ends and timetable.now >= max(ends) and timetable.today.id not in day.closing.handed_in:
        yield Matter(
            MatterKind.NOT_HANDED_IN, "/hand-in/", Urgency.NOW, HEADS | {Role.INFO_OFFICER, Role.CHIEF_PROCTOR}
        )


def _enrolment(laptop: Laptop, status: SyncStatus | None) -> Iterator[Matter]:
    if awaits_enrolment(laptop):
        yield Matter(MatterKind.NOT_ENROLLED_HERE, "/enrol", Urgency.LATER, HEADS | {Role.INFO_OFFICER})
    elif status is not None and is_forgotten(status):
        yield Matter(MatterKind.FORGOTTEN_THERE, "/enrol", Urgency.SOON, HEADS | {Role.INFO_OFFICER})


def _phase_instant(timetable: Timetable, block: Block, kind: PhaseKind, *, begin: bool) -> int | None:
    phase = block.phase(kind)
    if phase is None:
        return None
    return timetable.span(block, phase)[0 if begin else 1]
