"""Choosing: what the records that part from each other say differently, and the county's word about what counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.ancestry import first_place, shown
from shared.domain.contest import Fact, Subject, SubjectKind, facts_since
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import LAPTOP, Event
from shared.domain.fold import standing
from shared.domain.words import Words
from shared.log.chain import Head
from shared.wire.county_log import BOTH, LEADS, ONLY, RECORDS_CHOSEN
from sync_server.services.access import Action, decide
from sync_server.services.county_log import CountyLogs
from sync_server.services.family import counting
from sync_server.services.folds import Folds, LogFold
from sync_server.services.local_time import clock_text
from sync_server.services.partings import Parting, PartingKind, Side, partings_of, tip_of
from sync_server.services.school_facts import Log
from sync_server.services.school_log import describe_line
from sync_server.store.ports import Store
from sync_server.store.records import Account

_LAPTOP = Words("本机", "the laptop")


@dataclass(frozen=True, slots=True)
class SideView:
    """One record: its log, from which line and time (corrected ms) on it is its own, and whether it counts today."""

    log: Log
    side: Side
    line: int
    since: int | None
    lines: int
    counts: bool


@dataclass(frozen=True, slots=True)
class SaidLine:
    """What a record says of a subject: the line's place in its log, its sentence, who and when (corrected ms)."""

    place: int
    words: Words
    who: Words
    time: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A subject of which records say different things; None where one says nothing."""

    subject: Words
    said: tuple[SaidLine | None, ...]


@dataclass(frozen=True, slots=True)
class PartingView:
    """A parting side by side: the differences, and how many subjects are said alike, or by one record alone."""

    parting: Parting
    sides: tuple[SideView, ...]
    differences: list[Difference]
    alike: int
    alone: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to count after a line of a log: a rule, and the first head of the chosen record, or ""."""

    log: str
    line: int
    rule: str
    chosen: str
    reason: str


class Choosing:
    """Compares records, and writes down what the county chose."""

    def __init__(self, store: Store, folds: Folds, county_logs: CountyLogs) -> None:
        self._store = store
        self._folds = folds
        self._county_logs = county_logs

    def compare(
        self, logs: Sequence[Log], partings: Sequence[Parting], names: Mapping[str, Words]
    ) -> list[PartingView]:
        """Each parting of a school's logs, side by side."""
        counted = {tip_of(fold) for fold in counting([log.fold for log in logs], partings)}
        return [self._compare(logs, parting, counted, names) for parting in partings]

    def choose(self, account: Account, code: str, wanted: Wanted) -> None:
        """Say in the county log what counts after a line.

        Raises ACTION_REFUSED, SCHOOL_UNKNOWN, PAGE_NOT_FOUND (no such parting or side) or FIELD_MISSING.
        """
        decide(account, Action.CHOOSE_RECORDS, code)
        school = self._store.read(lambda book: book.find_school(code))
        if school is None:
            raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=code)
        folds = self._folds.of_school(school.no)
        partings = self._store.read(lambda book: partings_of(book, school, folds))
        parting = next((p for p in partings if (p.log, p.line) == (wanted.log, wanted.line)), None)
        sides = parting.sides if parting else ()
        head = next((side.head for side in sides if str(side.head) == wanted.chosen), None)
        if parting is None or wanted.rule not in (BOTH, LEADS, ONLY) or (head is None) != (wanted.rule == BOTH):
            raise DomainError(ErrorCode.PAGE_NOT_FOUND)
        if not wanted.reason.strip():
            raise DomainError(ErrorCode.FIELD_MISSING, field="理由 / reason")
        data: dict[str, object] = {"log": wanted.log, "line": wanted.line, "rule": wanted.rule}
        if head is not None:
            data |= {"chosen": wanted.chosen, "name": self._name(folds, parting, head)}
        data |= {"reason": wanted.reason.strip()}
        self._county_logs.append(school, RECORDS_CHOSEN.name, data, account.name)

    def _name(self, folds: Sequence[LogFold], parting: Parting, head: Head) -> str:
        """What people at the school would call a record; the county log speaks their language."""
        if parting.kind is PartingKind.OVERLAP:
            return "原来的电脑" if head.log == parting.log else "接手的电脑"
        sides = [side for side in parting.sides if side.head == head]
        fold = next(f for f in folds for side in sides if f.log.id == head.log and tip_of(f) in side.tips)
        first = self._folds.events(fold.log, fold.branch)[max(head.seq, 1) - 1]
        return f"第 {head.seq} 条记于 {clock_text(first.time, True)} 的那一份" if first else f"{head.hash.hex()[:8]}"

    def _compare(
        self, logs: Sequence[Log], parting: Parting, counted: set[tuple[str, int]], names: Mapping[str, Words]
    ) -> PartingView:
        shown_logs = [_spokesman(logs, side) for side in parting.sides]
        histories = [self._folds.history(log.fold.log, log.fold.branch, log.fold.branch.head.seq) for log in shown_logs]
        facts = [
            facts_since(log.fold.folded, side.tips[tip_of(log.fold)])
            for log, side in zip(shown_logs, parting.sides, strict=True)
        ]
        subjects = sorted({subject for said in facts for subject in said}, key=str)
        shared = [s for s in subjects if sum(s in said for said in facts) > 1]
        differing = [s for s in shared if len({said[s].said for said in facts if s in said}) > 1]
        sources = list(zip(shown_logs, facts, histories, strict=True))
        return PartingView(
            parting=parting,
            sides=tuple(
                _side(log, side, history, any(tip in counted for tip in side.tips))
                for log, side, history in zip(shown_logs, parting.sides, histories, strict=True)
            ),
            differences=[
                Difference(
                    subject_words(subject, names),
                    tuple(_said(log, said.get(subject), history, names) for log, said, history in sources),
                )
                for subject in differing
            ],
            alike=len(shared) - len(differing),
            alone=len(subjects) - len(shared),
        )


def subject_words(subject: Subject, names: Mapping[str, Words]) -> Words:
    """What a subject is called."""

    def name(key: str) -> Words:
        return names.get(key, Words(key, key))

    block = name(subject.block)
    if subject.kind is SubjectKind.SIGNAL:
        return name(subject.key)
    if subject.kind is SubjectKind.SEAT:
        return Words(f"{block.zh} {subject.key} 号", f"{block.en}, seat {subject.key}")
    if subject.kind is SubjectKind.BAG:
        return Words(f"{block.zh} 袋 {subject.key}", f"{block.en}, bag {subject.key}")
    material, form = subject.key
    what = name(material)
    return Words(f"{block.zh} {what.zh} {form}".strip(), f"{block.en}, {what.en} {form}".strip())


def _spokesman(logs: Sequence[Log], side: Side) -> Log:
    """Of the branches that go on from a side the one heard of last: it has all the others' lines but their forks'."""
    here = [log for log in logs if tip_of(log.fold) in side.tips]
    return max(here, key=lambda log: (log.fold.branch.received, log.fold.branch.no))


def _side(log: Log, side: Side, history: Sequence[Event | None], counts: bool) -> SideView:
    place = side.tips[tip_of(log.fold)]
    first = _event(history, place, log)
    lines = log.fold.branch.head.seq - place + (1 if place > 0 else 0)
    return SideView(log, side, log.cite(place)[1], first.time if first else None, lines, counts)


def _said(log: Log, fact: Fact | None, history: Sequence[Event | None], names: Mapping[str, Words]) -> SaidLine | None:
    event = _event(history, fact.place, log) if fact is not None else None
    if event is None or fact is None:
        return None
    folded = log.fold.folded
    if fact.place in folded.corrected:
        event = event._replace(data=folded.corrected[fact.place])
    words = describe_line(shown(event, folded.shifts), names)
    who = _LAPTOP if event.actor == LAPTOP else names.get(event.actor.person, Words(event.actor.person, ""))
    return SaidLine(fact.place, words, who, event.time)


def _event(history: Sequence[Event | None], place: int, log: Log) -> Event | None:
    try:
        return standing(history, place, first_place(log.fold.folded.shifts))
    except DomainError:
        return None
