"""The log for readers: every event in words with its state; voiding; the log as a file."""

from dataclasses import dataclass

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from shared.domain.ancestry import label, shown
from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.corrections import RECORD_VOIDED
from shared.domain.describe import describe, title
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft, Event
from shared.domain.naming import names_of
from shared.domain.words import Words
from shared.log.chain import Head
from shared.log.logfile import write_log


@dataclass(frozen=True, slots=True)
class Entry:
    """One line in words; `people` are the actor and the witnesses."""

    event: Event
    title: Words
    words: Words
    people: tuple[Words, ...]
    feature: str
    voided: bool
    corrected: bool


def list_entries(laptop: Laptop, feature: str = "", text: str = "", language: str = "zh") -> list[Entry]:
    """The events, newest first, of one feature or all, whose words contain `text`."""
    folded = laptop.journal.folded
    names = names_of(laptop.plan, folded.day.duties)
    wanted = text.strip().lower()
    entries = []
    for event in reversed(laptop.journal.events()):
        event_type = CATALOGUE.find(event.type)
        entry = Entry(
            event,
            title(event),
            describe(shown(event, folded.shifts), names),
            tuple(_person(who, names) for who in (event.actor, *event.witnesses)),
            event_type.feature if event_type else "",
            event.seq in folded.voided,
            event.seq in folded.corrected,
        )
        if feature and entry.feature != feature:
            continue
        said = (entry.words.text(language), entry.people[0].text(language), label(event.seq, folded.shifts))
        if wanted and wanted not in " ".join(said).lower():
            continue
        entries.append(entry)
    return entries


def void(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], line: int, reason: str, request: str) -> Recorded:
    """Make a line void, with a reason; raises REASON_MISSING and what the journal refuses."""
    if not reason:
        raise DomainError(ErrorCode.REASON_MISSING)
    data = {"line": line, "reason": reason}
    return laptop.journal.record(Draft(RECORD_VOIDED.name, actor, data, witnesses), request)


def log_file(laptop: Laptop) -> bytes:
    """The whole log as a file that `testday verify` checks, with every signed head at its place and one at the end."""
    return sealed_log(laptop)[1]


def sealed_log(laptop: Laptop) -> tuple[Head, bytes]:
    """The same, with the head at its end."""
    last = laptop.journal.sign_head().head
    lines = laptop.store.lines(limit=last.seq)
    return last, write_log(laptop.journal.birth.encode(), lines, laptop.store.heads())


def _person(who: Actor, names: dict[str, Words]) -> Words:
    return names.get(
        who.person, Words("本机", "This laptop") if who.person == "laptop" else Words(who.person, who.person)
    )
