"""The line codec: one event, one line of UTF-8 JSON; the bytes that are hashed, stored and sent."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.clock import Instant
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft, Event

FORMAT = 1
LONGEST = 16 * 1024
"""Most bytes of a line, without its newline."""

DEEPEST = 32
"""Most objects and lists within each other, the outermost counted: no reader may depend on the room on its stack."""

_KEYS = ("v", "log", "seq", "school", "campaign", "plan", "type", "tv", "actor", "witnesses", "at", "data")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: its log and number, its school and campaign, and the plan in force (16 hex digits)."""

    log: str
    seq: int
    school: str
    campaign: str
    plan: str


def encode_line(draft: Draft, place: Place, version: int, at: Instant) -> bytes:
    """The bytes of one event, without a newline; raises LINE_TOO_LONG."""
    record: dict[str, Any] = {
        "v": FORMAT,
        "log": place.log,
        "seq": place.seq,
        "school": place.school,
        "campaign": place.campaign,
        "plan": place.plan,
        "type": draft.type,
        "tv": version,
        "actor": {"person": draft.actor.person, "role": draft.actor.role},
        "witnesses": [{"person": witness.person, "role": witness.role} for witness in draft.witnesses],
        "at": {"wall": at.wall, "tick": at.tick, "run": at.run, "offset": at.offset, "error": at.error},
    }
    if draft.happened is not None:
        record["happened"] = draft.happened
    record["data"] = draft.data
    line = _ENCODER.encode(record).encode("utf-8")
    if len(line) > LONGEST:
        raise DomainError(ErrorCode.LINE_TOO_LONG, limit=LONGEST)
    return line


def decode_line(line: bytes) -> Event:
    """The event of one line; raises NOT_A_LINE for anything that is not exactly a line of this format."""
    if len(line) > LONGEST:
        raise DomainError(ErrorCode.LINE_TOO_LONG, limit=LONGEST)
    record = read_json(line)
    try:
        if type(record["v"]) is not int or record["v"] != FORMAT:
            raise _not_a_line(f"v={record['v']!s:.10}")
        return _event(record)
    except (KeyError, TypeError, AttributeError) as problem:
        raise _not_a_line(str(problem)[:60]) from problem


def read_json(line: bytes) -> dict[str, Any]:
    """The JSON object of one record; raises NOT_A_LINE for other JSON, floats, doubled keys or bad UTF-8."""
    try:
        text = line.decode("utf-8").strip(_BLANK)
        record, end = _DECODER.raw_decode(text)  # what `decode` does, without its search for blanks on both sides
        if end != len(text):
            raise ValueError("more than one record")
        if b"\\u" in line:  # an escape may hide half a character, which no page could show
            json.dumps(record, ensure_ascii=False).encode("utf-8")
        if line.count(b"{") + line.count(b"[") > DEEPEST and _is_too_deep(record):
            raise ValueError("depth")
    except (ValueError, RecursionError) as problem:
        raise _not_a_line(type(problem).__name__) from problem
    if type(record) is not dict:
        raise _not_a_line("JSON")
    return record


def _is_too_deep(record: object) -> bool:
    level = [record]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
    return any(isinstance(inner, dict | list) for inner in level)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _event(record: Mapping[str, Any]) -> Event:
    at = record["at"]
    happened = record.get("happened")
    if len(record) != len(_KEYS) + (happened is not None) or len(at) != 5:
        raise _not_a_line("keys")
    if type(record["witnesses"]) is not list:
        raise _not_a_line("witnesses")
    event = Event(
        record["log"],
        record["seq"],
        record["school"],
        record["campaign"],
        record["plan"],
        record["type"],
        record["tv"],
        _actor(record["actor"]),
        tuple(map(_actor, record["witnesses"])),
        Instant(at["wall"], at["tick"], at["run"], at["offset"], at["error"]),
        happened,
        record["data"],
    )
    _check_types(event)
    return event


def _actor(record: Mapping[str, Any]) -> Actor:
    person, role = record["person"], record["role"]
    if type(person) is not str or type(role) is not str or len(record) != 2:
        raise _not_a_line("actor")
    return Actor(person, role)


def _check_types(event: Event) -> None:
    at = event.at
    texts = type(event.log) is type(event.school) is type(event.campaign) is type(event.plan) is type(event.type) is str
    numbers = type(event.seq) is type(event.version) is type(at.wall) is type(at.tick) is int
    maybe = type(event.happened) in _MAYBE and type(at.offset) in _MAYBE and type(at.error) in _MAYBE
    if not (texts and numbers and maybe and type(at.run) is str and type(event.data) is dict and event.seq > 0):
        raise _not_a_line("types")


def _no_float(text: str) -> float:
    raise ValueError(f"float {text[:10]}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys differ: of two equal ones, two readers might take another."""
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("doubled key")
    return record


def _not_a_line(reason: str) -> DomainError:
    return DomainError(ErrorCode.NOT_A_LINE, reason=reason)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_MAYBE = (int, type(None))
_BLANK = " \t\n\r"
_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_once)
"""Made once: making one for each line cost a quarter of reading it."""
