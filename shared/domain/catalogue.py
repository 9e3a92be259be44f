"""The declaration of event types: fields, who may record, how many witnesses, and what it means in words.

Schemas, the fast checker, the access rule, docs/events.md and the log page all come from these declarations.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.errors import DomainError, ErrorCode
from shared.domain.roles import Role
from shared.domain.words import Words


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"  # a string of at most `most` characters
    NUMBER = "number"  # an integer from `least` to `most`
    FLAG = "flag"  # true or false
    CHOICE = "choice"  # the id of one of `choices`
    SEATS = "seats"  # a list of seat numbers, each once
    ROWS = "rows"  # a list of records with the fields of `rows`
    RECORD = "record"  # a JSON object, checked against another event type


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a CHOICE field and its words."""

    id: str
    words: Words


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event's data: its kind, words and bounds."""

    name: str
    kind: Kind
    words: Words
    required: bool = True
    least: int = 0
    most: int = 0
    choices: tuple[Choice, ...] = ()
    rows: tuple["Field", ...] = ()

    def choice(self, choice_id: str) -> Words:
        """The words of one choice; the id itself when it is not one of them."""
        return next((c.words for c in self.choices if c.id == choice_id), Words(choice_id, choice_id))


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of fact: `may` record it, `witness_by` roles that may witness, `witnesses` how many are needed.

    `milestone` events get a signed head in the same commit (design §3). `cites` is the field that names an earlier
    line; the field `log` beside it says whose line, when it is an ancestor's (shared/domain/ancestry.py).
    """

    name: str
    feature: str
    title: Words
    words: Words
    fields: tuple[Field, ...]
    may: frozenset[Role]
    witnesses: int = 0
    witness_by: frozenset[Role] = frozenset()
    milestone: bool = False
    version: int = 1
    cites: str = ""

    def field(self, name: str) -> Field:
        """The declared field; raises KeyError when there is none of this name."""
        return next(f for f in self.fields if f.name == name)


def text(name: str, zh: str, en: str, *, most: int = 200, required: bool = True) -> Field:
    """A text field of at most `most` characters."""
    return Field(name, Kind.TEXT, Words(zh, en), required, 1 if required else 0, most)


def number(name: str, zh: str, en: str, *, least: int = 0, most: int = 9999, required: bool = True) -> Field:
    """An integer field within its bounds."""
    return Field(name, Kind.NUMBER, Words(zh, en), required, least, most)


def flag(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    """A yes/no field."""
    return Field(name, Kind.FLAG, Words(zh, en), required)


def choice(name: str, zh: str, en: str, choices: Iterable[tuple[str, str, str]], *, required: bool = True) -> Field:
    """A field that takes one of `(id, Chinese, English)`."""
    options = tuple(Choice(key, Words(label_zh, label_en)) for key, label_zh, label_en in choices)
    return Field(name, Kind.CHOICE, Words(zh, en), required, choices=options)


def seats(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    """A list of seat numbers (1–999), each once."""
    return Field(name, Kind.SEATS, Words(zh, en), required, 1, 999)


def rows(name: str, zh: str, en: str, fields: tuple[Field, ...], *, most: int = 200) -> Field:
    """A list of at most `most` records."""
    return Field(name, Kind.ROWS, Words(zh, en), True, 0, most, rows=fields)


SEAT = number("seat", "座号", "seat", least=1, most=999)
BLOCK = text("block", "场次", "block", most=40)
NOTE = text("note", "说明", "note", most=500, required=False)
REASON = text("reason", "原因", "reason", most=300)
CITED_LOG = text("log", "原电脑的日志", "ancestor's log", most=26, required=False)


class Catalogue:
    """All event types by name."""

    def __init__(self, types: Iterable[EventType]) -> None:
        self._types: dict[str, EventType] = {}
        for event_type in types:
            if event_type.name in self._types:
                raise ValueError(f"declared twice: {event_type.name}")
            self._types[event_type.name] = event_type

    def __iter__(self) -> Iterator[EventType]:
        return iter(self._types.values())

    def find(self, name: str) -> EventType | None:
        """The type of this name, or None."""
        return self._types.get(name)

    def get(self, name: str) -> EventType:
        """The type of this name; raises UNKNOWN_EVENT_TYPE."""
        found = self._types.get(name)
        if found is None:
            raise DomainError(ErrorCode.UNKNOWN_EVENT_TYPE, type=name)
        return found
