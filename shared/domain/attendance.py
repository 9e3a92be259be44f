"""Check-in 检录: the status of each seat in each block (domain §5)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from shared.domain.catalogue import BLOCK, NOTE, SEAT, EventType, choice, number
from shared.domain.event import Event
from shared.domain.roles import HEADS, PROCTORS, Role
from shared.domain.words import Words

FEATURE = "attendance"


class Status(StrEnum):
    """A seat's attendance in a block; late and left early count as present (domain §5)."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    ABSENT = "absent"
    REFUSED = "refused"
    NOT_ON_REGISTER = "not_on_register"


STATUS_WORDS = {
    Status.PRESENT: Words("到场", "Present"),
    Status.LATE: Words("迟到", "Late"),
    Status.LEFT_EARLY: Words("中途离场", "Left early"),
    Status.ABSENT: Words("缺考", "Absent"),
    Status.REFUSED: Words("拒绝参加", "Refused"),
    Status.NOT_ON_REGISTER: Words("不在籍", "Not on the register"),
}
REASONS = [
    ("sick", "病假", "sick"),
    ("leave", "事假", "on leave"),
    ("traffic", "路上耽搁", "delayed on the way"),
    ("family", "家长不同意", "family refused"),
    ("moved", "已转出", "moved away"),
    ("unwell", "身体不适", "unwell"),
    ("unknown", "原因不明", "not known"),
    ("other", "其他", "other"),
]
NEEDS_REASON = frozenset(Status) - {Status.PRESENT}
COUNTS_AS_PRESENT = frozenset({Status.PRESENT, Status.LATE, Status.LEFT_EARLY})

ATTENDANCE_MARKED = EventType(
    name="attendance_marked",
    feature=FEATURE,
    title=Words("检录", "Check-in"),
    words=Words("{block} {seat} 号：{status} {reason} {note}", "{block} seat {seat}: {status} {reason} {note}"),
    fields=(
        BLOCK,
        SEAT,
        choice("status", "状态", "status", [(s.value, w.zh, w.en) for s, w in STATUS_WORDS.items()]),
        choice("reason", "原因", "reason", REASONS, required=False),
        NOTE,
    ),
    may=PROCTORS | {Role.ORAL_PROCTOR, Role.PE_PROCTOR},
)
CHECK_IN_CLOSED = EventType(
    name="check_in_closed",
    feature=FEATURE,
    title=Words("结束检录", "Check-in closed"),
    words=Words(
        "{block} 结束检录：应到 {expected}，实到 {present}，未到 {absent}，未登记 {unrecorded}",
        "{block} check-in closed: expected {expected}, present {present}, absent {absent}, unrecorded {unrecorded}",
    ),
    fields=(
        BLOCK,
        number("expected", "应到", "expected", most=999),
        number("present", "实到", "present", most=999),
        number("absent", "未到", "absent", most=999),
        number("unrecorded", "未登记", "unrecorded", most=999),
    ),
    may=PROCTORS | {Role.ORAL_PROCTOR, Role.PE_PROCTOR},
    milestone=True,
)
LIST_POSTED = EventType(
    name="list_posted",
    feature=FEATURE,
    title=Words("张贴名单", "List posted"),
    words=Words("{block} 检录名单已张贴公示", "{block}: the checked-in list is posted"),
    fields=(BLOCK,),
    may=PROCTORS | HEADS | {Role.INFO_OFFICER},
)
TYPES = (ATTENDANCE_MARKED, CHECK_IN_CLOSED, LIST_POSTED)


class Mark(NamedTuple):
    """The newest status of a seat in a block, and the line that says so."""

    status: Status
    reason: str
    note: str
    seq: int
    time: int
    person: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of one block; `expected` leaves out pupils not on the register, as the rate formula asks (domain §12)."""

    expected: int = 0
    present: int = 0
    late: int = 0
    left_early: int = 0
    absent: int = 0
    refused: int = 0
    not_on_register: int = 0
    unrecorded: int = 0


@dataclass(frozen=True, slots=True)
class Attendance:
    """Marks by block and seat; blocks whose check-in is closed or whose list is posted, with the line's number."""

    marks: Mapping[str, Mapping[int, Mark]] = field(default_factory=lambda: MappingProxyType({}))
    closed: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    posted: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def effective(self, order: Sequence[str]) -> Mapping[int, Mark]:
        """The marks that hold in the last block of `order` (the day's blocks up to it, in order).

        A seat without a mark of its own keeps its mark of an earlier block; who left early is absent from then on.
        """
        result: dict[int, Mark] = {}
        for block in order:
            for seat, mark in result.items():
                if mark.status is Status.LEFT_EARLY:
                    result[seat] = mark._replace(status=Status.ABSENT)
            result.update(self.marks.get(block, {}))
        return result


def count(marks: Mapping[int, Mark], seats: Collection[int]) -> Totals:
    """The totals of these marks over these seats."""
    by_status = Counter([marks[seat].status for seat in seats if seat in marks])
    return Totals(
        expected=len(seats) - by_status[Status.NOT_ON_REGISTER],
        present=sum(by_status[status] for status in COUNTS_AS_PRESENT),
        late=by_status[Status.LATE],
        left_early=by_status[Status.LEFT_EARLY],
        absent=by_status[Status.ABSENT],
        refused=by_status[Status.REFUSED],
        not_on_register=by_status[Status.NOT_ON_REGISTER],
        unrecorded=len(seats) - by_status.total(),
    )


def _marked(state: Attendance, event: Event) -> Attendance:
    data = event.data
    mark = Mark(
        Status(data["status"]),
        data.get("reason", ""),
        data.get("note", ""),
        event.seq,
        event.time,
        event.actor.person,
    )
    block = {**state.marks.get(data["block"], {}), data["seat"]: mark}
    # built directly, as in `fold.apply`: nine of ten lines of a day are marks
    return Attendance({**state.marks, data["block"]: block}, state.closed, state.posted)


def _closed(state: Attendance, event: Event) -> Attendance:
    return replace(state, closed={**state.closed, event.data["block"]: event.seq})


def _posted(state: Attendance, event: Event) -> Attendance:
    return replace(state, posted={**state.posted, event.data["block"]: event.seq})


APPLY = {ATTENDANCE_MARKED.name: _marked, CHECK_IN_CLOSED.name: _closed, LIST_POSTED.name: _posted}
