"""What Today shows: the next signal, what to do now for each role, and how each block stands."""

from dataclasses import dataclass

from field_app.services.laptop import Laptop
from field_app.services.matters import Matter, list_matters
from field_app.sync.status import SyncStatus
from shared.domain.attendance import Totals
from shared.domain.materials import Balance
from shared.domain.plan import Block, Signal
from shared.domain.progress import BlockState, block_state, presence

AT_MOST = 5
"""Lines of "do now": a tired person reads five."""
OTHERS = 3
"""Lines of what other roles should do now."""


@dataclass(frozen=True, slots=True)
class BlockLine:
    """One block's line: how far it is, who is there, whether its materials balance, when it begins (ms)."""

    block: Block
    state: BlockState
    totals: Totals
    balance: Balance
    bags: int
    begins: int | None


@dataclass(frozen=True, slots=True)
class Today:
    """Everything on the page; `yours` are the matters of the acting role, `others` the rest.

    `rings` is whether the next signal is this laptop's to ring.
    """

    next_signal: Signal | None
    next_at: int | None
    rings: bool
    yours: tuple[Matter, ...]
    others: tuple[Matter, ...]
    blocks: tuple[BlockLine, ...]
    open_incidents: dict[int, int]


def look_at_today(laptop: Laptop, role: str, status: SyncStatus) -> Today:
    """The day as it stands, for somebody acting in `role`."""
    timetable = laptop.timetable()
    day = laptop.journal.day
    matters = list_matters(laptop, status)
    upcoming = [
        (planned, signal)
        for signal in timetable.plan.signals()
        if signal.day == timetable.today.id
        and (planned := timetable.due(signal)) is not None
        and day.signals.get(signal.id).given is None
        and day.signals.get(signal.id).skipped_seq is None
        and planned >= timetable.now
    ]
    next_at, next_signal = min(upcoming, key=lambda found: found[0], default=(None, None))
    return Today(
        next_signal=next_signal,
        next_at=next_at,
        rings=next_at is None or day.bell.of(timetable.today.id).rings(next_at),
        yours=tuple(matter for matter in matters if role in matter.roles)[:AT_MOST],
        others=tuple(matter for matter in matters if role not in matter.roles)[:OTHERS],
        blocks=tuple(_line(laptop, block) for block in timetable.check_in_blocks()),
        open_incidents=_by_level(laptop),
    )


def _line(laptop: Laptop, block: Block) -> BlockLine:
    day, timetable = laptop.journal.day, laptop.timetable()
    starts = [s for phase in block.phases if (s := timetable.span(block, phase)[0]) is not None]
    return BlockLine(
        block,
        block_state(day, laptop.plan, block.id),
        presence(day, laptop.plan, block.id),
        day.materials.balance(block.id),
        len(day.materials.bags.get(block.id, {})),
        min(starts, default=None),
    )


def _by_level(laptop: Laptop) -> dict[int, int]:
    counts = dict.fromkeys((3, 2, 1), 0)
    for incident in laptop.journal.day.incidents.open():
        counts[incident.level] += 1
    return counts
