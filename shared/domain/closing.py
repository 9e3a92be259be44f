"""Closing: handing the day in to the county 上交."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from shared.domain.catalogue import NOTE, EventType, number, text
from shared.domain.event import Event
from shared.domain.roles import HEADS, STAFF, Role
from shared.domain.words import Words

FEATURE = "closing"

DAY_HANDED_IN = EventType(
    name="day_handed_in",
    feature=FEATURE,
    title=Words("上交", "Handed in"),
    words=Words("{day} 记录上交，未了事项 {open} 件 {note}", "{day} handed in with {open} open matters {note}"),
    fields=(
        text("day", "日期", "day", most=40),
        number("open", "未了事项", "open matters", most=999),
        NOTE,
    ),
    may=HEADS | {Role.CHIEF_PROCTOR, Role.INFO_OFFICER},
    witnesses=1,
    witness_by=STAFF,
    milestone=True,
)
TYPES = (DAY_HANDED_IN,)


@dataclass(frozen=True, slots=True)
class Closing:
    """The days handed in, with the line that says so."""

    handed_in: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def _handed_in(state: Closing, event: Event) -> Closing:
    return replace(state, handed_in={**state.handed_in, event.data["day"]: event.seq})


APPLY = {DAY_HANDED_IN.name: _handed_in}
