"""Every event has a sentence: whatever fields a line of its type may leave out, no page stumbles over it."""

import pytest

from shared.domain.catalogue import EventType
from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.clock import Instant
from shared.domain.describe import describe
from shared.domain.event import Actor, Event
from shared.domain.words import Words
from tests.make_release import KNOWN, sample

NAMES = {KNOWN["block"]: Words("语文测试", "Chinese test"), KNOWN["signal"]: Words("开始答题", "Start")}


@pytest.mark.parametrize("event_type", list(CATALOGUE), ids=lambda event_type: event_type.name)
def test_every_event_has_a_sentence_in_both_languages(event_type: EventType) -> None:
    whole = sample(event_type, 1, {"block": "chinese", "seat": 1}, "a" * 64)
    least = {name: value for name, value in whole.items() if event_type.field(name).required}
    for data in (whole, least):
        at = Instant(1_653_438_000_000, 1000, "r")
        event = Event("L", 2, "s", "c", "p", event_type.name, 1, Actor("p1", "principal"), (), at, None, data)
        words = describe(event, NAMES)
        assert words.zh
        assert words.en
        assert "{" not in words.zh + words.en
