"""Which of a school's laptops holds the bell 由哪台电脑响铃: each log says it of its own laptop, for a day (design §5).

A log without a word holds the bell: one laptop is the usual case, and silence must never mean that nobody rings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shared.domain.catalogue import EventType, text
from shared.domain.event import Event
from shared.domain.roles import HEADS, STAFF, Role
from shared.domain.words import Words

FEATURE = "signals"
_DAY = text("day", "日期", "day", most=40)

BELL_GIVEN_UP = EventType(
    name="bell_given_up",
    feature=FEATURE,
    title=Words("让出响铃", "Bell given up"),
    words=Words("{day}：本机不响铃，由另一台电脑响铃", "{day}: this laptop gives up the bell, the other one rings"),
    fields=(_DAY,),
    may=HEADS | {Role.TIMEKEEPER},
    witnesses=1,
    witness_by=STAFF,
)
# Without a witness: when the other laptop fails a minute before a signal, one person must be able to ring here.
BELL_TAKEN = EventType(
    name="bell_taken",
    feature=FEATURE,
    title=Words("接过响铃", "Bell taken"),
    words=Words("{day}：从下一条指令起由本机响铃", "{day}: this laptop rings from the next signal on"),
    fields=(_DAY,),
    may=HEADS | {Role.TIMEKEEPER},
)
TYPES = (BELL_GIVEN_UP, BELL_TAKEN)


@dataclass(frozen=True, slots=True)
class Holding:
    """Whether this log's laptop holds the bell on a day; `since` (corrected ms) and `seq` are of the newest word."""

    is_here: bool = True
    since: int | None = None
    seq: int | None = None

    def rings(self, due: int) -> bool:
        """Whether a signal due at this time (corrected ms) that nobody answered for is this laptop's to ring.

        What fell due before the bell was taken was the other laptop's.
        """
        return self.is_here and (self.since is None or due >= self.since)


@dataclass(frozen=True, slots=True)
class Bell:
    """Who holds the bell on each day that something was said about."""

    days: Mapping[str, Holding] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, day: str) -> Holding:
        """Who holds the bell on this day of the plan."""
        return self.days.get(day, Holding())


def _given_up(state: Bell, event: Event) -> Bell:
    return _with(state, event, is_here=False)


def _taken(state: Bell, event: Event) -> Bell:
    before = state.of(event.data["day"])
    return state if before.is_here else _with(state, event, is_here=True)


def _with(state: Bell, event: Event, *, is_here: bool) -> Bell:
    return Bell({**state.days, event.data["day"]: Holding(is_here, event.time, event.seq)})


APPLY = {BELL_GIVEN_UP.name: _given_up, BELL_TAKEN.name: _taken}
