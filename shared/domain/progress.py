"""How far a day has got, block by block: what one log says, in the few figures of a board row (domain §14).

The office's board and the laptop ask the same functions, so the two cannot count differently.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain import attendance
from shared.domain.attendance import Totals
from shared.domain.blocks import Block
from shared.domain.blocks import Day as PlanDay
from shared.domain.fold import Day
from shared.domain.incidents import Incident
from shared.domain.plan import Plan, instant_of
from shared.domain.signals import SignalRecord
from shared.domain.timetable import Signal, SignalKind
from shared.domain.words import Words

LEVELS = (1, 2, 3)


class BlockState(StrEnum):
    """How far a block has got; the order here is the order of a day."""

    WAITING = "waiting"
    READY = "ready"
    CHECKED_IN = "checked_in"
    RUNNING = "running"
    ENDED = "ended"
    SEALED = "sealed"


STATE_WORDS = {
    BlockState.WAITING: Words("未就绪", "Not ready"),
    BlockState.READY: Words("已就绪", "Ready"),
    BlockState.CHECKED_IN: Words("已检录", "Checked in"),
    BlockState.RUNNING: Words("答题中", "Running"),
    BlockState.ENDED: Words("已结束", "Ended"),
    BlockState.SEALED: Words("已封装", "Sealed"),
}
BEGUN = (BlockState.RUNNING, BlockState.ENDED, BlockState.SEALED)


@dataclass(frozen=True, slots=True)
class SignalSummary:
    """The day's signals in figures; `worst` is the largest deviation in ms, by size, of the signal `worst_signal`."""

    planned: int
    given: int
    confirmed: int
    skipped: int
    worst: int | None
    worst_signal: str | None


@dataclass(frozen=True, slots=True)
class BalanceSummary:
    """The materials of all blocks; `balanced` is None until something has been counted far enough to compare."""

    balanced: bool | None
    difference: int
    missing: int
    bags: int


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """Incidents by level 1–3, the open ones and all of them."""

    open: Mapping[int, int]
    total: Mapping[int, int]


def current_day(day: Day, plan: Plan) -> PlanDay:
    """The plan's day that the log is in: the one opened last, by id or date; the first before any is opened."""
    if day.readiness.opened:
        newest = max(day.readiness.opened, key=lambda name: day.readiness.opened[name])
        for planned in plan.days:
            if newest in (planned.id, planned.date):
                return planned
    return plan.days[0]


def blocks_of(plan: Plan, day_id: str) -> tuple[Block, ...]:
    """The blocks of one day that pupils answer, in the plan's order."""
    return tuple(block for block in plan.check_in_blocks() if block.day == day_id)


def order_up_to(plan: Plan, block_id: str) -> tuple[str, ...]:
    """The blocks whose marks tell who is there in `block_id`: those of its day and its pupils up to it, in order.

    A block of a chosen few (singing, oral) stands alone: who comes to it says nothing about the classroom.
    Raises BLOCK_UNKNOWN.
    """
    block = plan.block(block_id)
    same = [b.id for b in plan.blocks if b.day == block.day and plan.group_of(b).pupils is None]
    if block_id not in same:
        return (block_id,)
    return tuple(same[: same.index(block_id) + 1])


def presence(day: Day, plan: Plan, block_id: str) -> Totals:
    """Who is there in a block, over the roster's seats; an unknown roster counts the seats that were marked.

    Of a chosen few nobody knows the seats beforehand: those not marked yet count as unrecorded.
    """
    marks = day.attendance.effective(order_up_to(plan, block_id))
    group = plan.group_of(plan.block(block_id))
    if group.pupils is None:
        return attendance.count(marks, day.readiness.seats or tuple(marks))
    waiting = max(group.expected(len(day.readiness.seats)) - len(marks), 0)
    return attendance.count(marks, (*marks, *range(-waiting, 0)))


def block_state(day: Day, plan: Plan, block_id: str) -> BlockState:
    """How far a block has got; raises BLOCK_UNKNOWN."""
    if block_id in day.materials.sealed:
        return BlockState.SEALED
    if _is_given(day, f"{block_id}.{SignalKind.END}"):
        return BlockState.ENDED
    if _is_given(day, f"{block_id}.{SignalKind.START}"):
        return BlockState.RUNNING
    if any(name in day.attendance.closed or day.attendance.marks.get(name) for name in order_up_to(plan, block_id)):
        return BlockState.CHECKED_IN
    return BlockState.READY if day.readiness.opened and day.readiness.roster_seq is not None else BlockState.WAITING


def day_state(day: Day, plan: Plan) -> BlockState:
    """The state of the newest block of the day that has begun; before any has, how far the first one is.

    Only blocks that go by the timekeeper's signals are asked: singing in a room apart must not hide the classroom.
    """
    blocks = blocks_of(plan, current_day(day, plan).id)
    states = [block_state(day, plan, block.id) for block in blocks if block.signalled]
    begun = [state for state in states if state in BEGUN]
    return begun[-1] if begun else next(iter(states), BlockState.WAITING)


def signal_summary(day: Day, plan: Plan) -> SignalSummary:
    """The signals of the log's day: planned, given, confirmed, skipped, and the largest deviation."""
    planned = signals_of_day(day, plan)
    records = [(signal, day.signals.get(signal.id)) for signal in planned]
    deviations = [
        (deviation, signal.id)
        for signal, record in records
        if (deviation := signal_deviation(signal, record, plan)) is not None
    ]
    worst, name = max(deviations, key=lambda found: abs(found[0]), default=(None, None))
    return SignalSummary(
        planned=len(planned),
        given=sum(record.given is not None for _, record in records),
        confirmed=sum(record.confirmed is not None for _, record in records),
        skipped=sum(record.skipped_seq is not None and record.given is None for _, record in records),
        worst=worst,
        worst_signal=name,
    )


def signals_of_day(day: Day, plan: Plan) -> tuple[Signal, ...]:
    """The plan's signals of the log's day, in the order of their times."""
    today = current_day(day, plan).id
    return tuple(signal for signal in plan.signals() if signal.day == today)


def planned_time(signal: Signal, record: SignalRecord, plan: Plan) -> int | None:
    """When a signal was planned in ms: as the log says, else as a dated plan says; None when neither knows."""
    if record.planned is not None:
        return record.planned
    date = next(day.date for day in plan.days if day.id == signal.day)
    return None if date is None or signal.at is None else instant_of(date, signal.at)


def signal_deviation(signal: Signal, record: SignalRecord, plan: Plan) -> int | None:
    """Given minus due in ms (planned, where nobody moved it); None while it was not given, or its time is unknown."""
    due = record.due if record.due is not None else planned_time(signal, record, plan)
    return None if record.given is None or due is None else record.given - due


def balance_summary(day: Day) -> BalanceSummary:
    """All blocks together: the largest difference by size, sheets missing, bags sealed."""
    balances = [day.materials.balance(block) for block in day.materials.counts]
    known = [balance for balance in balances if balance.known]
    return BalanceSummary(
        balanced=all(balance.balanced for balance in known) if known else None,
        difference=max((balance.difference for balance in known), key=abs, default=0),
        missing=sum(balance.missing for balance in balances),
        bags=sum(len(bags) for bags in day.materials.bags.values()),
    )


def incident_summary(day: Day) -> IncidentSummary:
    """How many incidents of each level are open, and how many there have been."""
    incidents = day.incidents.by_number.values()
    return IncidentSummary(_by_level(i for i in incidents if i.is_open), _by_level(incidents))


def is_handed_in(day: Day, plan: Plan | None) -> bool:
    """Whether the log's day has been handed in; without its plan, whether any day has."""
    if plan is None:
        return bool(day.closing.handed_in)
    today = current_day(day, plan)
    return today.id in day.closing.handed_in or today.date in day.closing.handed_in


def _by_level(incidents: Iterable[Incident]) -> Mapping[int, int]:
    counts = dict.fromkeys(LEVELS, 0)
    for incident in incidents:
        counts[incident.level] += 1
    return counts


def _is_given(day: Day, signal: str) -> bool:
    return day.signals.get(signal).given is not None
