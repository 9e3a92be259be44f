"""The county log: one chained log per school that only the office writes; its event types and their fold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from shared.domain.catalogue import Catalogue, EventType, choice, number, text
from shared.domain.checking import check_data
from shared.domain.describe import describe
from shared.domain.event import Event
from shared.domain.words import Words
from shared.log.line import decode_line

FEATURE = "county"
COUNTY_ROLE = "county"
"""The role of every actor in a county log; the person is the account's name."""

PLAN_PUBLISHED = EventType(
    name="plan_published",
    feature=FEATURE,
    title=Words("方案下发", "Plan published"),
    words=Words("下发方案 {plan}（第 {revision} 版）", "Plan {plan} published (revision {revision})"),
    fields=(
        text("sha256", "文件指纹", "file hash", most=64),
        text("plan", "方案", "plan", most=60),
        number("revision", "版次", "revision", least=1),
    ),
    may=frozenset(),
)
MESSAGE_SENT = EventType(
    name="message_sent",
    feature=FEATURE,
    title=Words("县里通知", "Message from the county"),
    words=Words("县里通知：{text}", "Message from the county: {text}"),
    fields=(text("text", "内容", "text", most=1000),),
    may=frozenset(),
)
INCIDENT_ACKNOWLEDGED = EventType(
    name="incident_acknowledged",
    feature=FEATURE,
    title=Words("县里已知悉", "Acknowledged by the county"),
    words=Words("县里已知悉第 {line} 条异常 {note}", "The county knows of the incident in line {line} {note}"),
    fields=(
        text("log", "日志", "log", most=26),
        number("line", "记录号", "line", least=1, most=10**9),
        text("note", "说明", "note", most=500, required=False),
    ),
    may=frozenset(),
)
RELEASED, LEFT_APART = "released", "left_apart"
QUARANTINE_SETTLED = EventType(
    name="quarantine_settled",
    feature=FEATURE,
    title=Words("单独保留的数据已处理", "Quarantine settled"),
    words=Words(
        "单独保留的数据（日志 {log}）：{outcome}，新收 {lines} 条。理由：{reason}",
        "Data kept apart (log {log}): {outcome}, {lines} new lines. Reason: {reason}",
    ),
    fields=(
        text("sha256", "数据指纹", "fingerprint of the data", most=64),
        text("code", "保留的原因", "why it stood apart", most=40),
        text("log", "日志", "log", most=26),
        choice(
            "outcome",
            "处理",
            "outcome",
            [
                (RELEASED, "已放行，归入日志", "released into its log"),
                (LEFT_APART, "不放行，原样留存", "not released; it stays as it came"),
            ],
        ),
        number("lines", "新收", "new lines", most=10**9),
        text("reason", "理由", "reason", most=500),
    ),
    may=frozenset(),
)
BARRED, ADMITTED = "barred", "admitted"
LAPTOP_ACCESS_DECIDED = EventType(
    name="laptop_access_decided",
    feature=FEATURE,
    title=Words("电脑的停用与恢复", "A laptop barred or admitted again"),
    words=Words("县里决定：电脑 {device} {access}。理由：{reason}", "Laptop {device}: {access}. Reason: {reason}"),
    fields=(
        text("device", "电脑", "laptop", most=26),
        choice(
            "access",
            "停用或恢复",
            "access",
            [
                (BARRED, "停用，不再接收它联网上送的记录", "barred; what it sends over the network is not taken"),
                (ADMITTED, "恢复使用", "admitted again"),
            ],
        ),
        text("reason", "理由", "reason", most=500),
    ),
    may=frozenset(),
)
BOTH, LEADS, ONLY = "both", "leads", "only"
RECORDS_CHOSEN = EventType(
    name="records_chosen",
    feature=FEATURE,
    title=Words("两份记录的取舍", "Choice of records"),
    words=Words(
        "县里决定：第 {line} 条以后的两份记录，{rule}{name}。理由：{reason}",
        "The county decided about the two records after line {line}: {rule}{name}. Reason: {reason}",
    ),
    fields=(
        text("log", "日志", "log", most=26),
        number("line", "最后一条相同的", "last common line", least=-1, most=10**9),
        choice(
            "rule",
            "取舍",
            "rule",
            [
                (BOTH, "都算，照各自所记", "both count, as recorded"),
                (LEADS, "都记了的，以这一份为准：", "of what both say this one counts: "),
                (ONLY, "只算这一份：", "only this one counts: "),
            ],
        ),
        text("chosen", "选中的凭证", "chosen head", most=120, required=False),
        text("name", "选中的那一份", "the chosen one", most=80, required=False),
        text("reason", "理由", "reason", most=500),
    ),
    may=frozenset(),
)
"""`chosen` is the first head of the record that counts: the line after the last common one, or another log's birth."""
_DECISIONS = (QUARANTINE_SETTLED, LAPTOP_ACCESS_DECIDED, RECORDS_CHOSEN)
COUNTY_CATALOGUE = Catalogue((PLAN_PUBLISHED, MESSAGE_SENT, INCIDENT_ACKNOWLEDGED, *_DECISIONS))
_TOLD = {MESSAGE_SENT.name, *(decision.name for decision in _DECISIONS)}


@dataclass(frozen=True, slots=True)
class Message:
    """A message from the county: its line, its time (ms), who sent it."""

    seq: int
    time: int
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the county log for people to read: when (ms), by whom, in words."""

    seq: int
    time: int
    person: str
    words: Words


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of data that stood apart: decided by whom, when (ms), why, and how many lines it brought."""

    seq: int
    time: int
    person: str
    outcome: str
    lines: int
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of several records counts: the rule, the first head of the chosen one (empty: both), by whom, when, why."""

    seq: int
    time: int
    person: str
    rule: str
    chosen: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class County:
    """What the county has said: the plan in force, messages in order, incidents it knows of by (log, line).

    `settled`: what became of data that stood apart, by its fingerprint and the reason for which it did. `choices`: by
    log and last common line, the newest choice between records.
    """

    plan: str | None = None
    revision: int = 0
    messages: tuple[Message, ...] = ()
    acknowledged: Mapping[tuple[str, int], str] = field(default_factory=lambda: MappingProxyType({}))
    settled: Mapping[tuple[str, str], Settlement] = field(default_factory=lambda: MappingProxyType({}))
    choices: Mapping[tuple[str, int], Choice] = field(default_factory=lambda: MappingProxyType({}))


def fold_county(lines: Iterable[bytes]) -> County:
    """What these lines of one county log say; types of a later release are passed over."""
    county = County()
    for line in lines:
        county = _apply(county, decode_line(line))
    return county


def tell_county(lines: Iterable[bytes]) -> list[Said]:
    """What people at the school read of these lines, in order: messages and decisions."""
    told = []
    for line in lines:
        event = decode_line(line)
        if event.type in _TOLD:
            words = describe(event, {}, COUNTY_CATALOGUE)
            told.append(Said(event.seq, event.time, event.actor.person, words))
    return told


def check_county(name: str, data: Mapping[str, object]) -> EventType:
    """The declared type, after checking `data` against it; raises UNKNOWN_EVENT_TYPE or a field's code."""
    event_type = COUNTY_CATALOGUE.get(name)
    check_data(event_type, data)
    return event_type


def _apply(county: County, event: Event) -> County:
    data = event.data
    if event.type == PLAN_PUBLISHED.name:
        return replace(county, plan=data["sha256"], revision=data["revision"])
    if event.type == MESSAGE_SENT.name:
        message = Message(event.seq, event.time, event.actor.person, data["text"])
        return replace(county, messages=(*county.messages, message))
    if event.type == INCIDENT_ACKNOWLEDGED.name:
        key = (data["log"], data["line"])
        return replace(county, acknowledged={**county.acknowledged, key: data.get("note", "")})
    if event.type == QUARANTINE_SETTLED.name:
        said = (data["outcome"], data["lines"], data["reason"])
        settlement = Settlement(event.seq, event.time, event.actor.person, *said)
        return replace(county, settled={**county.settled, (data["sha256"], data["code"]): settlement})
    if event.type == RECORDS_CHOSEN.name:
        named = (data["rule"], data.get("chosen", ""), data.get("name", ""), data["reason"])
        made = Choice(event.seq, event.time, event.actor.person, *named)
        return replace(county, choices={**county.choices, (data["log"], data["line"]): made})
    return county
