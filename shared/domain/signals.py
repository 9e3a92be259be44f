"""Timing signals 报时指令: planned, due, given and confirmed are four times, kept apart (domain §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from shared.domain.catalogue import BLOCK, NOTE, REASON, EventType, choice, number, rows, text
from shared.domain.event import Event
from shared.domain.roles import HEADS, LAPTOP_ONLY, PROCTORS, Role
from shared.domain.words import Words

FEATURE = "signals"
_SIGNAL = text("signal", "指令", "signal", most=60)
_MS = 10**14

SIGNAL_GIVEN = EventType(
    name="signal_given",
    feature=FEATURE,
    title=Words("发出指令", "Signal given"),
    words=Words("{signal} 已发出（{channel}）{reason}", "{signal} given ({channel}) {reason}"),
    fields=(
        _SIGNAL,
        number("planned", "计划时间", "planned (ms)", most=_MS, required=False),
        number("due", "应发时间", "due (ms)", most=_MS, required=False),
        choice(
            "channel",
            "方式",
            "channel",
            [
                ("voice", "口头", "voice"),
                ("bell", "铃声", "bell"),
                ("broadcast", "广播", "broadcast"),
                ("rooms", "逐室通知", "room to room"),
            ],
        ),
        text("reason", "早晚原因", "why early or late", most=300, required=False),
        NOTE,
        number("rung", "响铃时间", "rung at (ms)", most=_MS, required=False),
        choice(
            "device",
            "响铃处",
            "rung by",
            [("console", "报时台", "the console"), ("speaker", "本机扬声器", "the laptop's speaker")],
            required=False,
        ),
    ),
    may=frozenset({Role.TIMEKEEPER, Role.LAPTOP}) | HEADS | PROCTORS,
)
SIGNAL_DUE = EventType(
    name="signal_due",
    feature=FEATURE,
    title=Words("指令到时", "Signal due"),
    words=Words("{signal} 到时", "{signal} is due"),
    fields=(
        _SIGNAL,
        number("planned", "计划时间", "planned (ms)", most=_MS),
        number("due", "应发时间", "due (ms)", most=_MS),
        number("fired", "本机发出时间", "handed over at (ms)", most=_MS),
    ),
    may=LAPTOP_ONLY,
)
SIGNAL_MISSED = EventType(
    name="signal_missed",
    feature=FEATURE,
    title=Words("指令漏发", "Signal missed"),
    words=Words(
        "{signal} 到时没有响铃：{cause}，{late} 毫秒后才发现", "{signal} did not ring: {cause}; noticed {late} ms later"
    ),
    fields=(
        _SIGNAL,
        number("planned", "计划时间", "planned (ms)", most=_MS),
        number("due", "应发时间", "due (ms)", most=_MS),
        number("late", "晚多少（毫秒）", "late (ms)", most=_MS),
        choice(
            "cause",
            "原因",
            "cause",
            [
                ("stopped", "程序没有运行", "the program was not running"),
                ("asleep", "电脑在休眠", "the laptop was asleep"),
                ("clock_moved", "对时后这一刻已经过去", "a clock check moved past it"),
                ("stalled", "电脑当时停顿", "the laptop stood still"),
                ("unplanned", "当时还没有开始当日工作或采用方案", "the day was not open, or its plan not adopted"),
            ],
        ),
    ),
    may=LAPTOP_ONLY,
)
SIGNAL_CONFIRMED = EventType(
    name="signal_confirmed",
    feature=FEATURE,
    title=Words("确认指令", "Signal confirmed"),
    words=Words("{signal} 已听到，确认", "{signal} heard and confirmed"),
    fields=(_SIGNAL,),
    may=frozenset({Role.TIMEKEEPER, Role.INSPECTOR}) | HEADS | PROCTORS,
)
SIGNAL_SKIPPED = EventType(
    name="signal_skipped",
    feature=FEATURE,
    title=Words("未发指令", "Signal skipped"),
    words=Words("{signal} 未发：{reason}", "{signal} skipped: {reason}"),
    fields=(_SIGNAL, REASON),
    may=frozenset({Role.TIMEKEEPER, Role.CHIEF_PROCTOR}) | HEADS,
)
TIMING_CHANGED = EventType(
    name="timing_changed",
    feature=FEATURE,
    title=Words("调整时间", "Timing changed"),
    words=Words("{block}：{kind} {minutes} 分钟；{reason}", "{block}: {kind}, {minutes} min; {reason}"),
    fields=(
        choice(
            "kind",
            "方式",
            "kind",
            [
                ("extended", "补时", "extended"),
                ("started_late", "推迟开始", "started late"),
                ("moved", "整场移动", "moved"),
            ],
        ),
        BLOCK,
        number("minutes", "分钟", "minutes", least=-240, most=240),
        rows("signals", "移动的指令", "signals moved", (_SIGNAL,), most=60),
        REASON,
    ),
    may=frozenset({Role.CHIEF_PROCTOR}),
    witnesses=1,
    witness_by=frozenset({Role.PRINCIPAL, Role.INSPECTOR}),
)
TYPES = (SIGNAL_DUE, SIGNAL_GIVEN, SIGNAL_CONFIRMED, SIGNAL_SKIPPED, SIGNAL_MISSED, TIMING_CHANGED)


@dataclass(frozen=True, slots=True)
class SignalRecord:
    """What the log says of one signal; times are corrected ms, None while it has not happened.

    `fired` is when the laptop handed it to what sounds; `missed` names why it could not (a cause of `signal_missed`).
    """

    planned: int | None = None
    due: int | None = None
    given: int | None = None
    given_seq: int | None = None
    channel: str = ""
    reason: str = ""
    confirmed: int | None = None
    confirmed_seq: int | None = None
    skipped_seq: int | None = None
    repeats: int = 0
    fired: int | None = None
    missed: str = ""

    @property
    def is_untouched(self) -> bool:
        """Whether it was neither rung, given, skipped nor missed."""
        return self.given is None and self.skipped_seq is None and self.fired is None and not self.missed

    @property
    def deviation(self) -> int | None:
        """Given minus due in ms; None when either is unknown. What two people have moved is not late."""
        due = self.planned if self.due is None else self.due
        return None if self.given is None or due is None else self.given - due


_UNMENTIONED = SignalRecord()


@dataclass(frozen=True, slots=True)
class Signals:
    """The record of every signal that something was said about, and by how many ms signals were moved in all."""

    records: Mapping[str, SignalRecord] = field(default_factory=lambda: MappingProxyType({}))
    moved: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, signal: str) -> SignalRecord:
        """The record of one signal; an empty one when the log does not mention it."""
        return self.records.get(signal, _UNMENTIONED)


def _with(state: Signals, signal: str, record: SignalRecord) -> Signals:
    return Signals({**state.records, signal: record}, state.moved)


def _given(state: Signals, event: Event) -> Signals:
    data = event.data
    before = state.get(data["signal"])
    if before.given is not None:  # the first ring is the one the rooms acted on
        return _with(state, data["signal"], replace(before, repeats=before.repeats + 1))
    record = replace(
        before,
        planned=data.get("planned", before.planned),
        due=data.get("due", before.due),
        given=data.get("rung", event.time),
        given_seq=event.seq,
        channel=data["channel"],
        reason=data.get("reason", ""),
    )
    return _with(state, data["signal"], record)


def _confirmed(state: Signals, event: Event) -> Signals:
    before = state.get(event.data["signal"])
    return _with(state, event.data["signal"], replace(before, confirmed=event.time, confirmed_seq=event.seq))


def _skipped(state: Signals, event: Event) -> Signals:
    before = state.get(event.data["signal"])
    return _with(state, event.data["signal"], replace(before, skipped_seq=event.seq, reason=event.data["reason"]))


def _due(state: Signals, event: Event) -> Signals:
    data = event.data
    before = state.get(data["signal"])
    return _with(state, data["signal"], replace(before, planned=data["planned"], due=data["due"], fired=data["fired"]))


def _missed(state: Signals, event: Event) -> Signals:
    data = event.data
    before = state.get(data["signal"])
    return _with(state, data["signal"], replace(before, planned=data["planned"], due=data["due"], missed=data["cause"]))


def _moved(state: Signals, event: Event) -> Signals:
    by = event.data["minutes"] * 60_000
    ids = {row["signal"] for row in event.data["signals"]}
    return replace(state, moved={**state.moved, **{name: state.moved.get(name, 0) + by for name in ids}})


APPLY = {
    TIMING_CHANGED.name: _moved,
    SIGNAL_DUE.name: _due,
    SIGNAL_MISSED.name: _missed,
    SIGNAL_GIVEN.name: _given,
    SIGNAL_CONFIRMED.name: _confirmed,
    SIGNAL_SKIPPED.name: _skipped,
}
