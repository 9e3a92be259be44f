"""Timing signals 报时指令: planned, due, given and confirmed are four times, kept apart (domain §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from shared.domain.catalogue import NOTE, REASON, EventType, choice, number, text
from shared.domain.event import Event
from shared.domain.roles import HEADS, PROCTORS, Role
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
    ),
    may=frozenset({Role.TIMEKEEPER}) | HEADS | PROCTORS,
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
TYPES = (SIGNAL_GIVEN, SIGNAL_CONFIRMED, SIGNAL_SKIPPED)


@dataclass(frozen=True, slots=True)
class SignalRecord:
    """What the log says of one signal; times are corrected ms, None while it has not happened."""

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

    @property
    def deviation(self) -> int | None:
        """Given minus planned in ms; None when either is unknown."""
        return None if self.given is None or self.planned is None else self.given - self.planned


@dataclass(frozen=True, slots=True)
class Signals:
    """The record of every signal that something was said about."""

    records: Mapping[str, SignalRecord] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, signal: str) -> SignalRecord:
        """The record of one signal; an empty one when the log does not mention it."""
        return self.records.get(signal, SignalRecord())


def _with(state: Signals, signal: str, record: SignalRecord) -> Signals:
    return replace(state, records={**state.records, signal: record})


def _given(state: Signals, event: Event) -> Signals:
    data = event.data
    before = state.get(data["signal"])
    if before.given is not None:  # the first ring is the one the rooms acted on
        return _with(state, data["signal"], replace(before, repeats=before.repeats + 1))
    record = replace(
        before,
        planned=data.get("planned"),
        due=data.get("due"),
        given=event.time,
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


APPLY = {SIGNAL_GIVEN.name: _given, SIGNAL_CONFIRMED.name: _confirmed, SIGNAL_SKIPPED.name: _skipped}
