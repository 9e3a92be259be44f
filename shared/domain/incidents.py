"""Incidents 应急事件: two families, three levels (3 is the gravest), opened, added to, closed (domain §8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from shared.domain.catalogue import CITED_LOG, EventType, choice, number, seats, text
from shared.domain.clock import Instant
from shared.domain.event import Event
from shared.domain.roles import HEADS, STAFF, Role
from shared.domain.words import Words

FEATURE = "incidents"
FAMILIES = [("administration", "考务类", "administration"), ("safety", "安全类", "safety")]
CHANNELS = [
    ("phone", "电话", "by phone"),
    ("in_person", "当面", "in person"),
    ("message", "短信或即时消息", "by message"),
    ("none", "尚未报告", "not told yet"),
]
_INCIDENT = number("incident", "事件号", "incident", least=1, most=10**9)
_WHAT = text("what", "发生了什么", "what happened", most=500)
_DONE = text("done", "已做处置", "what was done", most=500, required=False)
_TOLD = text("told", "报告给谁", "who was told", most=100, required=False)
_CHANNEL = choice("channel", "报告方式", "how told", CHANNELS, required=False)

INCIDENT_OPENED = EventType(
    name="incident_opened",
    feature=FEATURE,
    title=Words("登记事件", "Incident opened"),
    words=Words(
        "{level} 级{family}事件：{type} {seats} {what}", "Level {level} {family} incident: {type} {seats} {what}"
    ),
    fields=(
        choice("family", "类别", "family", FAMILIES),
        text("type", "类型", "type", most=40),
        number("level", "级别", "level", least=1, most=3),
        text("block", "场次", "block", most=40, required=False),
        seats("seats", "涉及座号", "seats", required=False),
        _WHAT,
        _DONE,
        _TOLD,
        _CHANNEL,
    ),
    may=STAFF,
)
INCIDENT_UPDATED = EventType(
    name="incident_updated",
    feature=FEATURE,
    title=Words("补充事件", "Incident updated"),
    words=Words(
        "事件 {incident} 补充：{level} {what} {done} {told}", "Incident {incident}: {level} {what} {done} {told}"
    ),
    fields=(
        _INCIDENT,
        CITED_LOG,
        number("level", "级别", "level", least=1, most=3, required=False),
        text("what", "发生了什么", "what happened", most=500, required=False),
        _DONE,
        _TOLD,
        _CHANNEL,
    ),
    may=STAFF,
    cites="incident",
)
INCIDENT_CLOSED = EventType(
    name="incident_closed",
    feature=FEATURE,
    title=Words("事件结案", "Incident closed"),
    words=Words("事件 {incident} 结案：{result}", "Incident {incident} closed: {result}"),
    fields=(_INCIDENT, CITED_LOG, text("result", "处理结果", "result", most=500)),
    may=HEADS | {Role.CHIEF_PROCTOR, Role.INSPECTOR},
    cites="incident",
)
TYPES = (INCIDENT_OPENED, INCIDENT_UPDATED, INCIDENT_CLOSED)


Opening = tuple[str, Instant]
"""The log and moment of the line that opened an incident: the same in that log and in one that goes on from it."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident; its number is the place of the line that opened it."""

    number: int
    opening: Opening
    family: str
    type: str
    level: int
    block: str
    seats: tuple[int, ...]
    what: str
    time: int
    done: str = ""
    told: str = ""
    channel: str = ""
    result: str = ""
    told_at: int | None = None
    closed_at: int | None = None
    history: tuple[int, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Incidents:
    """All incidents by number, in the order they were opened."""

    by_number: Mapping[int, Incident] = field(default_factory=lambda: MappingProxyType({}))

    def open(self) -> tuple[Incident, ...]:
        """The open incidents, gravest first, then oldest first."""
        return tuple(sorted((i for i in self.by_number.values() if i.is_open), key=lambda i: (-i.level, i.number)))


def _with(state: Incidents, incident: Incident) -> Incidents:
    return replace(state, by_number={**state.by_number, incident.number: incident})


def _opened(state: Incidents, event: Event) -> Incidents:
    data = event.data
    told = data.get("told", "")
    incident = Incident(
        number=event.seq,
        opening=(event.log, event.at),
        family=data["family"],
        type=data["type"],
        level=data["level"],
        block=data.get("block", ""),
        seats=tuple(data.get("seats", ())),
        what=data["what"],
        time=event.time,
        done=data.get("done", ""),
        told=told,
        channel=data.get("channel", ""),
        told_at=event.time if told else None,
        history=(event.seq,),
    )
    return _with(state, incident)


def _updated(state: Incidents, event: Event) -> Incidents:
    incident = state.by_number.get(event.data["incident"])
    if incident is None:
        return state
    changes = {key: value for key, value in event.data.items() if key not in ("incident", "log")}
    if "told" in changes and incident.told_at is None:
        changes["told_at"] = event.time
    return _with(state, replace(incident, history=(*incident.history, event.seq), **changes))


def _closed(state: Incidents, event: Event) -> Incidents:
    incident = state.by_number.get(event.data["incident"])
    if incident is None:
        return state
    history = (*incident.history, event.seq)
    return _with(state, replace(incident, closed_at=event.time, result=event.data["result"], history=history))


APPLY = {INCIDENT_OPENED.name: _opened, INCIDENT_UPDATED.name: _updated, INCIDENT_CLOSED.name: _closed}
