"""The journal: recorded means on disk, once per request id, whatever the store does."""

import pytest

from field_app.services.journal import Journal
from field_app.timekeeping.steady_clock import SteadyClock
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.log.birth import Birth
from shared.log.chain import Head
from shared.log.logfile import Fragment
from shared.log.signing import SignedHead, SigningKey, log_id, sign_head
from shared.store.memory import MemoryEventStore
from shared.timepiece import Machine
from tests.made_up_log import CHIEF, MadeUpLog
from tests.made_up_office import shipped_plan

PRINCIPAL = Actor("p1", "principal")
ON_DUTY = Draft(
    "person_put_on_duty",
    PRINCIPAL,
    {"person": "p1", "name": "李明", "unit": "南湖小学", "role": "principal", "outsider": False},
)


def note(text: str) -> Draft:
    return Draft("note_added", PRINCIPAL, {"text": text})


class FaultyStore(MemoryEventStore):
    """A store whose next commit reports a fault, having stored the line or not."""

    fault: str = ""

    def append(self, line: bytes, head: Head, request: str, signed: SignedHead | None = None) -> None:
        """Store as told by `fault`: nothing, or the line although a fault is reported."""
        fault, self.fault = self.fault, ""
        if fault == "lost":
            raise DomainError(ErrorCode.NOT_RECORDED, reason="I/O")
        super().append(line, head, request, signed)
        if fault == "stored":
            raise DomainError(ErrorCode.NOT_RECORDED, reason="I/O")


KEY = SigningKey(bytes(range(32)))


def make_journal(store: MemoryEventStore) -> Journal:
    birth = Birth(log_id(KEY.public), KEY.public, "530521001", "2021-yunxi", "live", 1, None, "a" * 64, "0.1.0", 1)
    store.begin(birth.encode())
    journal = Journal(store, SteadyClock(Machine()), KEY)
    journal.record(ON_DUTY, "request-0")
    return journal


def test_same_request_records_once() -> None:
    journal = make_journal(MemoryEventStore())
    first = journal.record(note("一"), "request-1")
    again = journal.record(note("一"), "request-1")
    assert (again.event, again.repeated) == (first.event, True)
    assert journal.head.seq == 2


def test_refused_draft_leaves_no_trace() -> None:
    store = MemoryEventStore()
    journal = make_journal(store)
    before = journal.head
    with pytest.raises(DomainError) as refusal:
        journal.record(Draft("attendance_marked", PRINCIPAL, {"block": "chinese", "seat": 1, "status": "present"}), "r")
    assert refusal.value.code is ErrorCode.NOT_ALLOWED
    assert journal.head == before == store.head()
    assert store.find_request("r") is None


def test_lost_commit_is_not_recorded_and_the_retry_is() -> None:
    store = FaultyStore()
    journal = make_journal(store)
    store.fault = "lost"
    with pytest.raises(DomainError):
        journal.record(note("一"), "request-1")
    assert journal.head.seq == 1
    assert journal.record(note("一"), "request-1").event.seq == 2


def test_commit_that_landed_although_a_fault_was_reported_is_found_by_the_retry() -> None:
    store = FaultyStore()
    journal = make_journal(store)
    store.fault = "stored"
    with pytest.raises(DomainError):
        journal.record(note("一"), "request-1")
    retried = journal.record(note("一"), "request-1")
    assert (retried.event.seq, retried.repeated) == (2, True)
    assert journal.record(note("二"), "request-2").event.seq == 3


def test_reopened_journal_says_the_same_day() -> None:
    store = MemoryEventStore()
    journal = make_journal(store)
    journal.record(note("一"), "request-1")
    assert Journal(store, SteadyClock(Machine()), KEY).folded == journal.folded


def test_milestone_is_signed_in_the_same_commit() -> None:
    store = MemoryEventStore()
    journal = make_journal(store)
    journal.record(Draft("day_opened", PRINCIPAL, {"day": "d1"}), "request-1")
    (signed,) = store.heads()
    assert signed.head == journal.head
    assert signed.is_signed_by(journal.birth.key)


def test_an_ancestor_s_line_of_another_school_does_not_count() -> None:
    old = MadeUpLog("530521001", shipped_plan(), "2021-yunxi").come_on_duty()
    old.school = "530521002"
    old.add("note_added", CHIEF, {"text": "别校的话"})
    birth = Birth(log_id(KEY.public), KEY.public, "530521001", "2021-yunxi", "live", 1, old.head, "a" * 64, "0", 1)
    store = MemoryEventStore()
    store.begin(birth.encode(), [Fragment(old.birth, None, old.lines, [sign_head(old.key, old.head)])])
    assert Journal(store, SteadyClock(Machine()), KEY).folded.verdicts == {-1: ErrorCode.NOT_A_LINE}
