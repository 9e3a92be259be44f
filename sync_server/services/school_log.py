"""A stored log for readers: every line in words, with its verdict and what later lines did to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.domain.ancestry import placed, shown
from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.describe import describe, title
from shared.domain.errors import ErrorCode
from shared.domain.event import Actor, Event
from shared.domain.words import Words
from shared.wire.problems import PROBLEMS
from sync_server.services.folds import LogFold

_LAPTOP = Words("本机", "The laptop")
_UNREADABLE = Words("这一行读不出来，已原样保留", "This line cannot be read; it is kept as it came")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line in words; `time` is when it was recorded and `happened` when people say it was, in corrected ms."""

    seq: int
    time: int | None
    happened: int | None
    feature: str
    title: Words
    words: Words
    people: tuple[Words, ...]
    verdict: Words | None
    voided: bool
    corrected: bool


def list_entries(
    fold: LogFold, events: Iterable[Event | None], names: Mapping[str, Words], feature: str = "", text: str = ""
) -> list[Entry]:
    """The lines, newest first, of one feature (or `verdict`: those that break a rule) that contain `text`."""
    entries = [_entry(fold, seq, event, names) for seq, event in enumerate(events, start=1)]
    return [entry for entry in reversed(entries) if _wanted(entry, feature, text.strip().lower())]


def _wanted(entry: Entry, feature: str, text: str) -> bool:
    if feature == "verdict":
        if entry.verdict is None:
            return False
    elif feature and entry.feature != feature:
        return False
    said = [words for part in (entry.words, entry.title, *entry.people) for words in (part.zh, part.en)]
    return not text or text in " ".join([*said, str(entry.seq)]).lower()


def _entry(fold: LogFold, seq: int, event: Event | None, names: Mapping[str, Words]) -> Entry:
    code = fold.folded.verdicts.get(seq)
    verdict = _verdict(code) if code else None
    if event is None:
        return Entry(seq, None, None, "", _UNREADABLE, _UNREADABLE, (), verdict, False, False)
    event_type = CATALOGUE.find(event.type)
    return Entry(
        seq=seq,
        time=event.at.corrected,
        happened=event.happened,
        feature=event_type.feature if event_type else "",
        title=title(event),
        words=describe_line(shown(placed(event, fold.folded.shifts), fold.folded.shifts), names),
        people=tuple(_person(who, names) for who in (event.actor, *event.witnesses)),
        verdict=verdict,
        voided=seq in fold.folded.voided,
        corrected=seq in fold.folded.corrected,
    )


def describe_line(event: Event, names: Mapping[str, Words]) -> Words:
    """The sentence; a line that breaks the rules of its type may not fit it, and is shown as it is."""
    try:
        return describe(event, names)
    except (KeyError, TypeError, AttributeError, ValueError):
        return Words(f"{event.type} {dict(event.data)}"[:300], f"{event.type} {dict(event.data)}"[:300])


def _verdict(code: ErrorCode) -> Words:
    problem = PROBLEMS[code]
    return Words(problem.zh, problem.en).fill({})


def _person(who: Actor, names: Mapping[str, Words]) -> Words:
    return _LAPTOP if who.person == "laptop" else names.get(who.person, Words(who.person, who.person))
