"""Events in words: the catalogue's sentences filled with the words of their values."""

from collections.abc import Mapping
from typing import Any

from shared.domain.catalogue import Catalogue, EventType, Field, Kind
from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.event import Event
from shared.domain.materials import COLUMN_WORDS
from shared.domain.words import Words

Names = Mapping[str, Words]
"""Words for ids that a log only carries as ids: blocks, signals, people, incident types, materials."""


def describe(event: Event, names: Names, catalogue: Catalogue = CATALOGUE) -> Words:
    """One sentence that says what the event means; a type the catalogue does not know, or not yet, by its name."""
    event_type = catalogue.find(event.type)
    if event_type is None:
        return Words(f"不认识的记录类型：{event.type}", f"Unknown event type: {event.type}")
    if event.version > event_type.version:
        zh = f"新版程序写的“{event_type.title.zh}”（第 {event.version} 版），这里的程序较旧，已原样保留"
        en = f"“{event_type.title.en}” of a newer program (version {event.version}); kept as it is"
        return Words(zh, en)
    return _filled(event, event_type, names)


def _filled(event: Event, event_type: EventType, names: Names) -> Words:
    fields = {field.name: field for field in event_type.fields}
    zh = {key: _value(fields.get(key), value, names, "zh") for key, value in event.data.items()}
    en = {key: _value(fields.get(key), value, names, "en") for key, value in event.data.items()}
    for key in fields.keys() - event.data.keys():
        zh[key] = en[key] = ""
    return Words(event_type.words.fill(zh).zh.strip(), event_type.words.fill(en).en.strip())


def title(event: Event) -> Words:
    """The event type's short title."""
    event_type = CATALOGUE.find(event.type)
    return event_type.title if event_type else Words(event.type, event.type)


def _value(field: Field | None, value: Any, names: Names, language: str) -> str:
    if field is None:
        return str(value)
    if field.kind is Kind.CHOICE:
        return field.choice(value).text(language)
    if field.kind is Kind.FLAG:
        yes, no = ("是", "否") if language == "zh" else ("yes", "no")
        return yes if value else no
    if field.kind is Kind.SEATS:
        return _seats(value, language)
    if field.kind is Kind.ROWS:
        return ("；" if language == "zh" else "; ").join(_row(row, names, language) for row in value)
    if field.kind is Kind.TEXT and value in names:
        return names[value].text(language)
    return str(value)


def _seats(value: list[int], language: str) -> str:
    listed = ", ".join(str(seat) for seat in value)
    if not listed:
        return ""
    return f"{listed} 号" if language == "zh" else f"seats {listed}"


def _row(row: Mapping[str, Any], names: Names, language: str) -> str:
    if "material" not in row:
        return " ".join(names[one].text(language) if one in names else str(one) for one in row.values())
    what = names[row["material"]].text(language) if row["material"] in names else str(row["material"])
    form = f" {row['form']}" if row.get("form") else ""
    numbers = " ".join(
        f"{words.text(language)} {row[column]}" for column, words in COLUMN_WORDS.items() if column in row
    )
    return f"{what}{form}：{numbers}" if language == "zh" else f"{what}{form}: {numbers}"
