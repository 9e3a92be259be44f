"""The signals 报时指令 that a timetable requires, in the order of their times (domain §3)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.domain.blocks import Block, Day, Phase, PhaseKind
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.words import Words


class SignalKind(StrEnum):
    """What a signal announces."""

    CHECK_IN_OPEN = "check_in_open"
    CHECK_IN_CLOSE = "check_in_close"
    PREPARE = "prepare"
    START = "start"
    REMINDER = "reminder"
    END = "end"
    SEAL_END = "seal_end"


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal of the day; `at` is minutes after local midnight, `script` what the timekeeper reads out."""

    id: str
    block: str
    day: str
    kind: SignalKind
    at: int | None
    title: Words
    script: Words
    optional: bool


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A plan's own word on a signal: another title or script, or a reminder, which rings only when `enabled`."""

    block: str
    kind: SignalKind
    minutes_before_end: int | None
    enabled: bool
    title: Words | None
    script: Words | None


# The official words were never seen; these are ours, and a plan's `signals` rows replace them.
SIGNAL_WORDS: dict[SignalKind, tuple[Words, Words]] = {
    SignalKind.CHECK_IN_OPEN: (
        Words("检录开始", "Check-in opens"),
        Words("现在开始检录，请参测学生按顺序入场。", "Check-in is open. Pupils, please come in one by one."),
    ),
    SignalKind.CHECK_IN_CLOSE: (
        Words("检录结束", "Check-in closes"),
        Words("检录时间到，检录结束。", "Time is up: check-in is closed."),
    ),
    SignalKind.PREPARE: (
        Words("{block}：准备", "{block}: prepare"),
        Words("{block}即将开始，请监测员做好准备。", "{block} is about to begin. Proctors, please prepare."),
    ),
    SignalKind.START: (
        Words("{block}：开始", "{block}: start"),
        Words("{block}现在开始，请开始答题。", "{block} begins now. Please start."),
    ),
    SignalKind.REMINDER: (
        Words("{block}：还剩 {minutes} 分钟", "{block}: {minutes} minutes left"),
        Words("距{block}结束还有 {minutes} 分钟。", "{minutes} minutes are left for {block}."),
    ),
    SignalKind.END: (
        Words("{block}：结束", "{block}: end"),
        Words(
            "{block}时间到，请停止答题，在座位上坐好。", "Time is up for {block}. Put your pens down and stay seated."
        ),
    ),
    SignalKind.SEAL_END: (
        Words("{block}：封装结束", "{block}: sealing ends"),
        Words("{block}封装时间到。", "The time for sealing {block} is up."),
    ),
}

AT_START = {
    PhaseKind.CHECK_IN: SignalKind.CHECK_IN_OPEN,
    PhaseKind.PREPARE: SignalKind.PREPARE,
    PhaseKind.ANSWER: SignalKind.START,
}
AT_END = {
    PhaseKind.CHECK_IN: SignalKind.CHECK_IN_CLOSE,
    PhaseKind.ANSWER: SignalKind.END,
    PhaseKind.SEAL: SignalKind.SEAL_END,
}
_CLOSING = frozenset(AT_END.values())
_SHANGHAI = 8 * 60  # minutes ahead of UTC; China has kept one zone and no summer time since 1991


def list_signals(days: Sequence[Day], blocks: Iterable[Block], rows: Sequence[SignalRow]) -> tuple[Signal, ...]:
    """Every signal in force: by day, then time; unknown times last in their day; at one minute, what ends first."""
    order = {day.id: number for number, day in enumerate(days)}
    found = [signal for block in blocks if block.signalled for signal in _signals_of(block, rows)]
    return tuple(sorted(found, key=lambda signal: (order[signal.day], *_moment(signal))))


def _moment(signal: Signal) -> tuple[bool, int, bool]:
    if signal.at is None:
        return True, 0, False  # in the order of the plan
    return False, signal.at, signal.kind not in _CLOSING


def _signals_of(block: Block, rows: Sequence[SignalRow]) -> Iterator[Signal]:
    own = [row for row in rows if row.block == block.id]
    for phase in block.phases:
        if phase.kind in AT_START:
            yield _required(block, AT_START[phase.kind], phase.start, own)
        if phase.kind is PhaseKind.ANSWER:
            yield from (_reminder(block, phase, row) for row in own if row.kind is SignalKind.REMINDER and row.enabled)
        if phase.kind in AT_END:
            yield _required(block, AT_END[phase.kind], phase.end, own)


def _required(block: Block, kind: SignalKind, at: int | None, rows: Sequence[SignalRow]) -> Signal:
    row = next((row for row in rows if row.kind is kind), None)
    title, script = _words(block, kind, row, "")
    return Signal(f"{block.id}.{kind}", block.id, block.day, kind, at, title, script, optional=False)


def _reminder(block: Block, answer: Phase, row: SignalRow) -> Signal:
    minutes = row.minutes_before_end or 0
    at = None if answer.end is None else answer.end - minutes
    title, script = _words(block, row.kind, row, str(minutes))
    return Signal(f"{block.id}.reminder-{minutes}", block.id, block.day, row.kind, at, title, script, optional=True)


def _words(block: Block, kind: SignalKind, row: SignalRow | None, minutes: str) -> tuple[Words, Words]:
    title, script = SIGNAL_WORDS[kind]
    zh = {"block": block.title.zh, "minutes": minutes}
    en = {"block": block.title.en, "minutes": minutes}
    ours = [Words(words.fill(zh).zh, words.fill(en).en) for words in (title, script)]
    return (row and row.title) or ours[0], (row and row.script) or ours[1]


def instant_of(date_iso: str, minute: int) -> int:
    """Epoch milliseconds of a minute after midnight in China (UTC+8 always); FIELD_INVALID for what is no date."""
    try:
        days = date.fromisoformat(date_iso).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError as error:
        raise DomainError(ErrorCode.FIELD_INVALID, field="date", value=date_iso, expected="2022-05-25") from error
    return (days * 24 * 60 + minute - _SHANGHAI) * 60_000


def clock_text(minute: int | None) -> str:
    """A minute after midnight as `08:20`; a dash for an unknown one."""
    return "–" if minute is None else f"{minute // 60:02}:{minute % 60:02}"
