"""Corrections 更正 and voids 作废: new events that point at an old line; nothing recorded is ever changed."""

from shared.domain.catalogue import CITED_LOG, REASON, EventType, Field, Kind, number
from shared.domain.roles import STAFF
from shared.domain.words import Words

FEATURE = "corrections"
_LINE = number("line", "原记录号", "line", least=1, most=10**9)

RECORD_VOIDED = EventType(
    name="record_voided",
    feature=FEATURE,
    title=Words("作废", "Voided"),
    words=Words("第 {line} 条作废：{reason}", "Line {line} void: {reason}"),
    fields=(_LINE, CITED_LOG, REASON),
    may=STAFF,
    cites="line",
)
RECORD_CORRECTED = EventType(
    name="record_corrected",
    feature=FEATURE,
    title=Words("更正", "Corrected"),
    words=Words("第 {line} 条更正：{reason}", "Line {line} corrected: {reason}"),
    fields=(_LINE, CITED_LOG, REASON, Field("data", Kind.RECORD, Words("更正后的内容", "corrected content"))),
    may=STAFF,
    cites="line",
)
TYPES = (RECORD_VOIDED, RECORD_CORRECTED)
NAMES = frozenset(event_type.name for event_type in TYPES)
