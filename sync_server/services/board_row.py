"""One school's row of the county board, made purely from its folded logs, its plan and its contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.domain import progress
from shared.domain.combination import combine
from shared.domain.fold import Day
from shared.domain.plan import Plan, instant_of
from shared.domain.progress import BalanceSummary, IncidentSummary, SignalSummary
from shared.domain.signals import SignalRecord
from shared.domain.timetable import Signal
from shared.domain.words import Words
from sync_server.services.bells import BellFact, bell_facts, count_holders
from sync_server.services.family import counting, letters_of, living_branches, overlap, voices
from sync_server.services.folds import LogFold
from sync_server.services.local_time import date_text
from sync_server.services.partings import Parting, PartingKind
from sync_server.store.records import School

SILENT_AFTER_MS = 10 * 60 * 1000
WORST_SIGNAL_MS = 60 * 1000
"""A signal further off than this needs attention."""


class SchoolState(StrEnum):
    """How far a school has got; `never_seen` until its first line, `handed_in` after its day is handed in."""

    NEVER_SEEN = "never_seen"
    WAITING = "waiting"
    READY = "ready"
    CHECKED_IN = "checked_in"
    RUNNING = "running"
    ENDED = "ended"
    SEALED = "sealed"
    HANDED_IN = "handed_in"


SCHOOL_STATE_WORDS = {
    SchoolState.NEVER_SEEN: Words("从未联系", "Never seen"),
    SchoolState.HANDED_IN: Words("已上交", "Handed in"),
    **{SchoolState(state.value): words for state, words in progress.STATE_WORDS.items()},
}


class Concern(StrEnum):
    """Why somebody should look at a school now, the gravest first."""

    GRAVE_INCIDENT = "grave_incident"
    SILENT = "silent"
    MATERIALS = "materials"
    NO_BELL = "no_bell"
    BROKEN = "broken"
    FORK = "fork"
    OVERLAP = "overlap"
    UNHEARD = "unheard"
    QUARANTINE = "quarantine"
    INCIDENT = "incident"
    TWO_BELLS = "two_bells"
    SIGNAL = "signal"
    UNRECORDED = "unrecorded"
    VERDICT = "verdict"
    NEVER_SEEN = "never_seen"


CONCERN_WORDS = {
    Concern.GRAVE_INCIDENT: Words("三级事件未结", "Level 3 incident open"),
    Concern.SILENT: Words("失联", "Silent"),
    Concern.MATERIALS: Words("工具失衡", "Materials out of balance"),
    Concern.NO_BELL: Words("没有哪台电脑响铃", "No laptop holds the bell"),
    Concern.BROKEN: Words("县里存的日志损坏", "Stored log damaged"),
    Concern.FORK: Words("日志分叉", "Log forked"),
    Concern.OVERLAP: Words("原电脑接手后又有记录", "Lines after a takeover"),
    Concern.UNHEARD: Words("恢复后还没联系", "Not heard since the restoration"),
    Concern.QUARANTINE: Words("有单独保留的数据", "Data in quarantine"),
    Concern.INCIDENT: Words("二级事件未结", "Level 2 incident open"),
    Concern.TWO_BELLS: Words("两台电脑都响铃", "Two laptops hold the bell"),
    Concern.SIGNAL: Words("指令偏差大或未发", "Signal far off or skipped"),
    Concern.UNRECORDED: Words("开考后仍有未登记", "Pupils unrecorded after the start"),
    Concern.VERDICT: Words("有记录不合规则", "Some lines break a rule"),
    Concern.NEVER_SEEN: Words("从未联系", "Never seen"),
}


@dataclass(frozen=True, slots=True)
class BlockCells:
    """One block of a row: its state and who is there."""

    state: progress.BlockState
    expected: int
    present: int
    late: int
    absent: int
    unrecorded: int


@dataclass(frozen=True, slots=True)
class Contact:
    """What the office knows besides the lines: `last` is its own time (ms) of the school's last word.

    `broken`: the office's own copy of a log is damaged on disk; `unheard`: laptops that were heard of before the office
    was put back, and not since.
    """

    last: int | None = None
    quarantined: int = 0
    broken: bool = False
    unheard: int = 0


@dataclass(frozen=True, slots=True)
class SignalFact:
    """One planned signal of the log's day; `planned` and `deviation` in ms, None while unknown."""

    signal: Signal
    record: SignalRecord
    planned: int | None
    deviation: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a school's logs say; None where they, or the plan they name, leave it unknown (no bells then)."""

    plan: Plan | None
    day: str | None
    block: str | None
    roster: int | None
    blocks: Mapping[str, BlockCells] | None
    signals: SignalSummary | None
    signal_facts: tuple[SignalFact, ...] | None
    bells: tuple[BellFact, ...]
    materials: BalanceSummary
    incidents: IncidentSummary
    opened: bool
    handed_in: bool
    lines: int
    logs: int
    forks: int
    open_forks: int
    open_overlap: int
    verdicts: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the board; `facts` is None for a school that has never sent a line: unknown, not zero."""

    school: School
    state: SchoolState
    facts: Facts | None
    last_contact: int | None
    silence: int | None
    silent: bool | None
    quarantined: int
    concerns: tuple[Concern, ...]

    @property
    def now(self) -> BlockCells | None:
        """The cells of the block that the school is in, or comes to first."""
        if self.facts is None or self.facts.blocks is None or self.facts.block is None:
            return None
        return self.facts.blocks[self.facts.block]


def make_row(
    school: School, facts: Facts | None, contact: Contact, now: int, silent_after: int = SILENT_AFTER_MS
) -> Row:
    """The row at office time `now`; silent: its day runs and for `silent_after` nothing came (both ms)."""
    silence = None if contact.last is None else max(now - contact.last, 0)
    silent = None
    if facts is not None:
        runs = facts.opened and not facts.handed_in
        silent = runs and (silence is None or silence > silent_after)
    return Row(
        school=school,
        state=_state(facts),
        facts=facts,
        last_contact=contact.last,
        silence=silence,
        silent=silent,
        quarantined=contact.quarantined,
        concerns=tuple(_concerns(facts, bool(silent), contact)),
    )


def gather(folds: Sequence[LogFold], plan: Plan | None, partings: Sequence[Parting] = ()) -> Facts | None:
    """What a school's logs say together, as the county chose where they part; None while there is no line."""
    living = living_branches(folds)
    lines = sum(fold.branch.head.seq - max(fold.branch.fork, 0) for fold in folds)
    if not lines:
        return None
    counted, heard = counting(folds, partings), voices(folds, partings)
    day = combine([fold.folded for fold in heard])
    forks = len(folds) - len(living)
    blocks = _blocks(day, plan) if plan else None
    today = progress.current_day(day, plan).id if plan else None
    return Facts(
        plan=plan,
        day=today,
        block=_current_block(blocks, plan) if blocks and plan else None,
        roster=None if day.readiness.roster_seq is None else len(day.readiness.seats),
        blocks=blocks,
        signals=progress.signal_summary(day, plan) if plan else None,
        signal_facts=_signal_facts(day, plan, max(fold.folded.last_time or 0 for fold in counted)) if plan else None,
        bells=bell_facts(heard, letters_of(folds), today) if today else (),
        materials=progress.balance_summary(day),
        incidents=progress.incident_summary(day),
        opened=bool(day.readiness.opened),
        handed_in=progress.is_handed_in(day, plan),
        lines=lines,
        logs=len(living),
        forks=forks,
        open_forks=max(0, forks - sum(len(p.sides) - 1 for p in partings if p.kind is PartingKind.FORK and p.choice)),
        open_overlap=_open_overlap(living, partings),
        verdicts=sum(place > 0 for fold in counted for place in fold.folded.verdicts),
    )


def _open_overlap(living: Sequence[LogFold], partings: Sequence[Parting]) -> int:
    """Lines written after a takeover, while the county has not chosen what counts of them."""
    overlaps = [parting for parting in partings if parting.kind is PartingKind.OVERLAP]
    if overlaps and all(parting.choice for parting in overlaps):
        return 0
    return sum(overlap(fold, living) for fold in living)


def plan_hash(school: School, folds: Sequence[LogFold]) -> str:
    """The plan a school works by: as its newest log adopted it or was born with it, else as the office gave it."""
    living = sorted(living_branches(folds), key=lambda fold: fold.folded.last_time or 0)
    if not living:
        return school.plan
    return living[-1].folded.day.readiness.plan or living[-1].birth.plan or school.plan


def _blocks(day: Day, plan: Plan) -> dict[str, BlockCells]:
    cells = {}
    for block in progress.blocks_of(plan, progress.current_day(day, plan).id):
        totals = progress.presence(day, plan, block.id)
        cells[block.id] = BlockCells(
            state=progress.block_state(day, plan, block.id),
            expected=totals.expected,
            present=totals.present,
            late=totals.late,
            absent=totals.absent + totals.refused,
            unrecorded=totals.unrecorded,
        )
    return cells


def _signal_facts(day: Day, plan: Plan, last: int) -> tuple[SignalFact, ...]:
    """A day without a date is the one its signals name, else, once it is opened, that of the last line (ms)."""
    pairs = [(signal, day.signals.get(signal.id)) for signal in progress.signals_of_day(day, plan)]
    named = [record.planned for _, record in pairs if record.planned is not None]
    date = date_text(max(named, default=last)) if named or day.readiness.opened else None
    facts = []
    for signal, record in pairs:
        planned = progress.planned_time(signal, record, plan)
        if planned is None and date is not None and signal.at is not None:
            planned = instant_of(date, signal.at)
        facts.append(SignalFact(signal, record, planned, progress.signal_deviation(signal, record, plan)))
    return tuple(facts)


def _current_block(blocks: Mapping[str, BlockCells], plan: Plan) -> str | None:
    signalled = [name for name in blocks if plan.block(name).signalled]
    begun = [name for name in signalled if blocks[name].state in progress.BEGUN]
    return begun[-1] if begun else next(iter(signalled), None)


def _state(facts: Facts | None) -> SchoolState:
    if facts is None:
        return SchoolState.NEVER_SEEN
    if facts.handed_in:
        return SchoolState.HANDED_IN
    if facts.blocks and facts.block:
        return SchoolState(facts.blocks[facts.block].state.value)
    return SchoolState.READY if facts.opened and facts.roster is not None else SchoolState.WAITING


def _concerns(facts: Facts | None, silent: bool, contact: Contact) -> list[Concern]:
    if facts is None:
        known = {Concern.UNHEARD: contact.unheard, Concern.QUARANTINE: contact.quarantined, Concern.NEVER_SEEN: True}
        return [concern for concern, holds in known.items() if holds]
    signals = facts.signals
    ringing = None if facts.handed_in else count_holders(facts.bells)
    found = {
        Concern.GRAVE_INCIDENT: facts.incidents.open[3] > 0,
        Concern.SILENT: silent,
        Concern.MATERIALS: facts.materials.balanced is False or facts.materials.missing > 0,
        Concern.NO_BELL: ringing == 0,
        Concern.BROKEN: contact.broken,
        Concern.FORK: facts.open_forks > 0,
        Concern.OVERLAP: facts.open_overlap > 0,
        Concern.UNHEARD: contact.unheard > 0,
        Concern.QUARANTINE: contact.quarantined > 0,
        Concern.INCIDENT: facts.incidents.open[2] > 0,
        Concern.TWO_BELLS: (ringing or 0) > 1,
        Concern.SIGNAL: signals is not None and (abs(signals.worst or 0) > WORST_SIGNAL_MS or signals.skipped > 0),
        Concern.UNRECORDED: _unrecorded(facts),
        Concern.VERDICT: facts.verdicts > 0,
    }
    return [concern for concern, holds in found.items() if holds]


def _unrecorded(facts: Facts) -> bool:
    if facts.blocks is None or facts.block is None:
        return False
    block = facts.blocks[facts.block]
    return block.state in progress.BEGUN and block.unrecorded > 0
