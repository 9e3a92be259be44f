"""Handing the day in: what is missing, the act itself, and whether the county has everything (promise 4)."""

from dataclasses import dataclass
from itertools import takewhile

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.matters import Matter, list_unsettled
from field_app.sync.status import SyncStatus
from shared.domain.attendance import Totals
from shared.domain.closing import DAY_HANDED_IN
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import LAPTOP, Actor, Draft
from shared.domain.progress import presence
from shared.log.chain import Head
from shared.log.signing import SignedHead, sign_head


@dataclass(frozen=True, slots=True)
class CloseOut:
    """The close-out as a page shows it: the county's receipts cover `sent.received` of `sent.recorded` lines.

    `trailing` lines at the end are what the laptop noted of itself since people recorded anything: that it was started
    again to read a receipt, say. They go along next time, and leave nobody unfinished.
    """

    day: str
    missing: tuple[Matter, ...]
    handed_in: int | None
    head: Head
    trailing: int
    sent: SyncStatus

    @property
    def left(self) -> int:
        """How many lines the county must still give a receipt for."""
        own = self.sent.pending - self.sent.inherited_pending
        return max(0, own - self.trailing) + self.sent.inherited_pending

    @property
    def finished(self) -> bool:
        """Whether the county's receipts cover all that people recorded of a day that is handed in."""
        return self.handed_in is not None and self.left == 0


@dataclass(frozen=True, slots=True)
class HeadCard:
    """The newest head, signed, with the counts that stand beside it on screen and paper.

    `pupils` are those of the last block that goes by signals.
    """

    signed: SignedHead
    pupils: Totals
    bags: int
    incidents: int


def head_card(laptop: Laptop) -> HeadCard:
    """What the close-out sheet and its QR code say; nothing is recorded."""
    day, timetable = laptop.journal.day, laptop.timetable()
    blocks = [block for block in timetable.check_in_blocks() if block.signalled]
    return HeadCard(
        sign_head(laptop.keys.log, laptop.journal.head),
        presence(day, laptop.plan, blocks[-1].id) if blocks else Totals(),
        sum(len(bags) for bags in day.materials.bags.values()),
        len(day.incidents.by_number),
    )


def look_at_close_out(laptop: Laptop, sent: SyncStatus) -> CloseOut:
    """The close-out of today."""
    today = laptop.timetable().today.id
    own = (event for event in reversed(laptop.journal.events()) if event.seq > 0)
    return CloseOut(
        today,
        list_unsettled(laptop),
        laptop.journal.day.closing.handed_in.get(today),
        laptop.journal.head,
        sum(1 for _ in takewhile(lambda event: event.actor == LAPTOP, own)),
        sent,
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
