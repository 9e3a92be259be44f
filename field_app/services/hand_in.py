"""Handing the day in: what is missing, the act itself, and whether the county has everything (promise 4)."""

from dataclasses import dataclass

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.matters import Matter, list_unsettled
from shared.domain.closing import DAY_HANDED_IN
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.log.chain import Head


@dataclass(frozen=True, slots=True)
class CloseOut:
    """The close-out as a page shows it; of `recorded` lines, an ancestor's included, receipts cover `received`.

    `finished` is true only when the day is handed in and receipts cover everything.
    """

    day: str
    missing: tuple[Matter, ...]
    handed_in: int | None
    head: Head
    recorded: int
    received: int

    @property
    def finished(self) -> bool:
        """Whether the county's receipts cover every line of a day that is handed in."""
        return self.handed_in is not None and self.received >= self.recorded


def look_at_close_out(laptop: Laptop, recorded: int, received: int) -> CloseOut:
    """The close-out of today."""
    today = laptop.timetable().today.id
    return CloseOut(
        today,
        list_unsettled(laptop),
        laptop.journal.day.closing.handed_in.get(today),
        laptop.journal.head,
        recorded,
        received,
    )


def hand_in(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], note: str, request: str) -> Recorded:
    """Record that the day is handed in; with open matters a note must say why (raises REASON_MISSING)."""
    missing = list_unsettled(laptop)
    if missing and not note:
        raise DomainError(ErrorCode.REASON_MISSING)
    data: dict[str, object] = {"day": laptop.timetable().today.id, "open": len(missing)}
    if note:
        data["note"] = note
    return laptop.journal.record(Draft(DAY_HANDED_IN.name, actor, data, witnesses), request)
