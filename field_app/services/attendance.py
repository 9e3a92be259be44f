"""Checking pupils in: marks, undo, the end of check-in (domain §5)."""

from collections.abc import Mapping
from dataclasses import dataclass

from field_app.roster.pupil import Pupil
from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.privacy import refuse_names
from shared.domain.attendance import (
    ATTENDANCE_MARKED,
    CHECK_IN_CLOSED,
    LIST_POSTED,
    Mark,
    Totals,
    count,
)
from shared.domain.corrections import RECORD_VOIDED
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.domain.progress import order_up_to


@dataclass(frozen=True, slots=True)
class Seat:
    """One card of the check-in grid; `inherited` when the mark comes from an earlier block of the day."""

    number: int
    pupil: Pupil | None
    mark: Mark | None
    inherited: bool


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One block's check-in as a page shows it."""

    block: str
    seats: tuple[Seat, ...]
    totals: Totals
    closed: int | None
    posted: int | None
    names_locked: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is there in a block, by seat alone: the roster's seats, the marks that hold, and the block's own marks."""

    numbers: tuple[int, ...]
    marks: Mapping[int, Mark]
    own: Mapping[int, Mark]

    @property
    def totals(self) -> Totals:
        """The counts over the roster's seats."""
        return count(self.marks, self.numbers)

    def is_inherited(self, number: int) -> bool:
        """Whether a seat's mark is that of an earlier block."""
        return number in self.marks and number not in self.own


def stand(laptop: Laptop, block: str) -> Standing:
    """The standing of one block, without names; raises BLOCK_UNKNOWN."""
    day = laptop.journal.day
    marks = day.attendance.effective(order_up_to(laptop.plan, block))
    return Standing(day.readiness.seats, marks, day.attendance.marks.get(block, {}))


def look_up(laptop: Laptop, block: str) -> CheckIn:
    """The check-in of one block: every seat of the roster with its mark; names only while the roster is open."""
    day, standing = laptop.journal.day, stand(laptop, block)
    numbers = standing.numbers
    pupils = {pupil.seat: pupil for pupil in names(laptop)}
    seats = tuple(
        Seat(number, pupils.get(number), standing.marks.get(number), standing.is_inherited(number))
        for number in numbers
    )
    return CheckIn(
        block,
        seats,
        standing.totals,
        day.attendance.closed.get(block),
        day.attendance.posted.get(block),
        names_locked=bool(numbers) and not laptop.roster.is_unlocked and laptop.roster.exists,
    )


def names(laptop: Laptop) -> tuple[Pupil, ...]:
    """The pupils with their names while the roster is open and whole; none otherwise."""
    return laptop.roster.load_if_open()


@dataclass(frozen=True, slots=True)
class NewMark:
    """A status about to be recorded; `happened` is the stated time of a late entry in corrected ms."""

    block: str
    seat: int
    status: str
    reason: str = ""
    note: str = ""
    happened: int | None = None


def mark(laptop: Laptop, actor: Actor, new: NewMark, request: str) -> Recorded:
    """Record a seat's status; raises BLOCK_UNKNOWN, SEAT_UNKNOWN, REASON_MISSING, NAME_IN_TEXT or what `judge` does."""
    laptop.plan.block(new.block)
    refuse_names(laptop, new.note)
    data: dict[str, object] = {"block": new.block, "seat": new.seat, "status": new.status}
    if new.reason:
        data["reason"] = new.reason
    if new.note:
        data["note"] = new.note
    return laptop.journal.record(Draft(ATTENDANCE_MARKED.name, actor, data, happened=new.happened), request)


def undo(laptop: Laptop, actor: Actor, *, line: int, reason: str, request: str) -> Recorded:
    """Void a mark, with a reason; the seat's earlier mark holds again. Raises REASON_MISSING, NAME_IN_TEXT."""
    refuse_names(laptop, reason)
    if not reason:
        raise DomainError(ErrorCode.REASON_MISSING)
    return laptop.journal.record(Draft(RECORD_VOIDED.name, actor, {"line": line, "reason": reason}), request)


def close(laptop: Laptop, actor: Actor, block: str, request: str) -> Recorded:
    """End the check-in of a block with its totals; later arrivals are recorded as late."""
    totals = stand(laptop, block).totals
    data = {
        "block": block,
        "expected": totals.expected,
        "present": totals.present,
        "absent": totals.absent + totals.refused,
        "unrecorded": totals.unrecorded,
    }
    return laptop.journal.record(Draft(CHECK_IN_CLOSED.name, actor, data), request)


def post_list(laptop: Laptop, actor: Actor, block: str, request: str) -> Recorded:
    """Record that the checked-in list is on the notice board."""
    return laptop.journal.record(Draft(LIST_POSTED.name, actor, {"block": block}), request)
