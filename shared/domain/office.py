"""What a laptop notices about the county office: that it holds less, or says other things, than it signed for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from shared.domain.catalogue import EventType, choice, number
from shared.domain.event import Event
from shared.domain.roles import LAPTOP_ONLY
from shared.domain.words import Words

FEATURE = "office"


class Kept(StrEnum):
    """What the office should have kept."""

    LINES = "lines"
    COUNTY_LOG = "county_log"


OFFICE_WENT_BACK = EventType(
    name="office_went_back",
    feature=FEATURE,
    title=Words("县里的数据退回了", "The office went back"),
    words=Words(
        "县里签收过{what}到第 {had} 条，现在只认到第 {has} 条；本机已重新核对",
        "The office had signed for {what} up to line {had} and now holds it up to line {has}",
    ),
    fields=(
        choice(
            "what",
            "内容",
            "what",
            [
                (Kept.LINES.value, "本机的记录", "this laptop's lines"),
                (Kept.COUNTY_LOG.value, "县级通知", "the county's messages"),
            ],
        ),
        number("had", "签收到", "signed up to", least=1, most=10**9),
        number("has", "现在到", "now up to", least=0, most=10**9),
    ),
    may=LAPTOP_ONLY,
    milestone=True,
)
"""An office restored from an old backup, or one that drops a line: the missing lines flow again, this one stays."""

TYPES = (OFFICE_WENT_BACK,)


@dataclass(frozen=True, slots=True)
class Office:
    """How often the office went back, by what it should have kept, and the newest line that says so."""

    went_back: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))


def _went_back(state: Office, event: Event) -> Office:
    times, _ = state.went_back.get(event.data["what"], (0, 0))
    return replace(state, went_back={**state.went_back, event.data["what"]: (times + 1, event.seq)})


APPLY = {OFFICE_WENT_BACK.name: _went_back}
