"""Getting ready 测前准备: the day, plan, checklist, roster and clock checks (domain §3, §11, §14)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from shared.domain.catalogue import NOTE, EventType, choice, number, seats, text
from shared.domain.clock import MOVING, DisturbanceKind
from shared.domain.event import Event
from shared.domain.roles import HEADS, LAPTOP_ONLY, STAFF, Role
from shared.domain.takeover import DAY_TAKEN_OVER
from shared.domain.words import Words

FEATURE = "readiness"
_SHA = text("sha256", "文件指纹", "file hash", most=64)

LAPTOP_STARTED = EventType(
    name="laptop_started",
    feature=FEATURE,
    title=Words("程序启动", "Program started"),
    words=Words("本机程序启动（版本 {software}）", "The program started (version {software})"),
    fields=(text("software", "版本", "version", most=40),),
    may=LAPTOP_ONLY,
)
DAY_OPENED = EventType(
    name="day_opened",
    feature=FEATURE,
    title=Words("开始当日工作", "Day opened"),
    words=Words("开始当日工作：{day}", "The day is open: {day}"),
    fields=(
        text("day", "日期", "day", most=40),
        text("anchor", "县级口令或名册指纹", "county's word or roster hash", most=80, required=False),
    ),
    may=HEADS,
    milestone=True,
)
PLAN_ADOPTED = EventType(
    name="plan_adopted",
    feature=FEATURE,
    title=Words("采用方案", "Plan adopted"),
    words=Words("采用方案 {plan}（第 {revision} 版）", "Plan {plan} adopted (revision {revision})"),
    fields=(_SHA, text("plan", "方案", "plan", most=60), number("revision", "版次", "revision", least=1)),
    may=HEADS | {Role.INFO_OFFICER, Role.LAPTOP},
    milestone=True,
)
READINESS_CHECKED = EventType(
    name="readiness_checked",
    feature=FEATURE,
    title=Words("准备检查", "Readiness checked"),
    words=Words("{item}：{result} {note}", "{item}: {result} {note}"),
    fields=(
        text("item", "检查项", "item", most=40),
        choice(
            "result",
            "结果",
            "result",
            [
                ("ready", "已就绪", "ready"),
                ("not_ready", "未就绪", "not ready"),
                ("not_needed", "不需要", "not needed"),
            ],
        ),
        NOTE,
    ),
    may=STAFF,
)
CLOCK_CHECKED = EventType(
    name="clock_checked",
    feature=FEATURE,
    title=Words("对时", "Clock checked"),
    words=Words(
        "与{reference}对时：本机差 {offset} 毫秒（±{error}）",
        "Clock checked against {reference}: {offset} ms (±{error})",
    ),
    fields=(
        choice(
            "reference",
            "标准时间",
            "reference",
            [
                ("phone", "手机", "phone"),
                ("radio_clock", "电波钟", "radio clock"),
                ("broadcast", "广播报时", "broadcast signal"),
                ("county", "县级报时", "county's time"),
            ],
        ),
        number("offset", "差值（毫秒）", "offset (ms)", least=-(10**13), most=10**13),
        number("error", "误差（毫秒）", "error (ms)", least=0, most=3_600_000),
    ),
    may=frozenset({Role.TIMEKEEPER, Role.CHIEF_PROCTOR}) | HEADS,
    witnesses=1,
    witness_by=STAFF,
)
CLOCK_DISTURBED = EventType(
    name="clock_disturbed",
    feature=FEATURE,
    title=Words("电脑时钟有变", "Clock disturbed"),
    words=Words("本机发现{kind}（{by} 毫秒）", "The laptop noticed: {kind} ({by} ms)"),
    fields=(
        choice(
            "kind",
            "情况",
            "kind",
            [
                ("stepped", "电脑时钟被改动", "its clock was set"),
                ("drifted", "电脑时钟走得不准", "its clock runs wrong"),
                ("slept", "电脑休眠过", "it slept"),
                ("rebooted", "电脑重新开机", "it was started again"),
                ("zone", "电脑时区被改动", "its time zone was changed"),
            ],
        ),
        number("by", "差多少（毫秒）", "by (ms)", least=-(10**14), most=10**14),
    ),
    may=LAPTOP_ONLY,
)
ROSTER_IMPORTED = EventType(
    name="roster_imported",
    feature=FEATURE,
    title=Words("导入名册", "Roster imported"),
    words=Words("导入名册：{pupils} 人（{source}）", "Roster imported: {pupils} pupils ({source})"),
    fields=(
        number("pupils", "人数", "pupils", least=1, most=999),
        seats("seats", "座号", "seats"),
        choice(
            "source",
            "来源",
            "source",
            [("file", "文件", "file"), ("pasted", "粘贴", "pasted"), ("seats_only", "只有座号", "seat numbers only")],
        ),
        _SHA,
    ),
    may=frozenset({Role.INFO_OFFICER, Role.CHIEF_PROCTOR}) | HEADS,
    witnesses=1,
    witness_by=STAFF,
    milestone=True,
)
ROSTER_DESTROYED = EventType(
    name="roster_destroyed",
    feature=FEATURE,
    title=Words("销毁名册", "Roster destroyed"),
    words=Words("名册密钥已销毁（密文指纹 {proof}）", "The roster's key is destroyed (ciphertext {proof})"),
    fields=(text("proof", "密文指纹", "ciphertext hash", most=64),),
    may=HEADS,
    witnesses=1,
    witness_by=STAFF,
)
NOTE_ADDED = EventType(
    name="note_added",
    feature=FEATURE,
    title=Words("备注", "Note"),
    words=Words("备注：{text}", "Note: {text}"),
    fields=(text("text", "内容", "text", most=500),),
    may=STAFF,
)
TYPES = (
    LAPTOP_STARTED,
    DAY_OPENED,
    PLAN_ADOPTED,
    READINESS_CHECKED,
    CLOCK_CHECKED,
    CLOCK_DISTURBED,
    ROSTER_IMPORTED,
    ROSTER_DESTROYED,
    NOTE_ADDED,
)


@dataclass(frozen=True, slots=True)
class Check:
    """The latest answer to one readiness item."""

    result: str
    note: str
    seq: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """What has been prepared; `seats` are the expected pupils.

    `offset` and `error` are the last clock check in ms, less the steps of the clock since; `disturbed` names what has
    happened to the clock since that check, `""` when nothing has.
    """

    opened: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    plan: str | None = None
    items: Mapping[str, Check] = field(default_factory=lambda: MappingProxyType({}))
    seats: tuple[int, ...] = ()
    roster_seq: int | None = None
    roster_destroyed: bool = False
    offset: int | None = None
    error: int | None = None
    clock_seq: int | None = None
    disturbed: str = ""


def _opened(state: Readiness, event: Event) -> Readiness:
    return replace(state, opened={**state.opened, event.data["day"]: event.seq})


def _plan(state: Readiness, event: Event) -> Readiness:
    return replace(state, plan=event.data["sha256"])


def _checked(state: Readiness, event: Event) -> Readiness:
    check = Check(event.data["result"], event.data.get("note", ""), event.seq)
    return replace(state, items={**state.items, event.data["item"]: check})


def _clock(state: Readiness, event: Event) -> Readiness:
    return replace(state, offset=event.data["offset"], error=event.data["error"], clock_seq=event.seq, disturbed="")


def _disturbed(state: Readiness, event: Event) -> Readiness:
    kind, by = event.data["kind"], event.data["by"]
    if kind == DisturbanceKind.ZONE:
        return state
    return replace(state, offset=(state.offset or 0) - by if kind in MOVING else state.offset, disturbed=kind)


def _taken_over(state: Readiness, event: Event) -> Readiness:
    return replace(state, offset=None, error=None, clock_seq=None, disturbed="")


def _roster(state: Readiness, event: Event) -> Readiness:
    return replace(state, seats=tuple(sorted(event.data["seats"])), roster_seq=event.seq, roster_destroyed=False)


def _destroyed(state: Readiness, event: Event) -> Readiness:
    return replace(state, roster_destroyed=True)


APPLY = {
    DAY_TAKEN_OVER.name: _taken_over,
    DAY_OPENED.name: _opened,
    PLAN_ADOPTED.name: _plan,
    READINESS_CHECKED.name: _checked,
    CLOCK_CHECKED.name: _clock,
    CLOCK_DISTURBED.name: _disturbed,
    ROSTER_IMPORTED.name: _roster,
    ROSTER_DESTROYED.name: _destroyed,
}
