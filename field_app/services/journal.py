"""The journal: the one way anything is recorded on the laptop, and the day as it stands."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.ancestry import cited, first_place, placed
from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.clock import WatchedClock
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import LAPTOP, Draft, Event
from shared.domain.fold import Day, advance, begin, follow, judge, standing
from shared.domain.readiness import CLOCK_DISTURBED, LAPTOP_STARTED
from shared.log.birth import Birth, birth_head, decode_birth
from shared.log.chain import Head, next_hash
from shared.log.home import find_event_at_home
from shared.log.line import Place, decode_line, encode_line
from shared.log.logfile import Fragment
from shared.log.signing import SignedHead, SigningKey, sign_head
from shared.store.ports import EventStore


@dataclass(frozen=True, slots=True)
class Recorded:
    """A line that is on disk; `repeated` when the form's request id had recorded it before."""

    event: Event
    repeated: bool = False


class Journal:
    """Decides, encodes, commits, folds: one record at a time, in this order, so that "recorded" means on disk.

    The folded day is immutable: a reader takes `folded` once and looks at it as long as it likes.
    """

    def __init__(self, store: EventStore, clock: WatchedClock, key: SigningKey) -> None:
        record = store.birth()
        if record is None:
            raise DomainError(ErrorCode.NOT_ENROLLED)
        self.birth = decode_birth(record)
        if self.birth.key != key.public:  # heads signed with another key would prove nothing to anybody
            raise DomainError(ErrorCode.KEY_DAMAGED, path="log.key")
        self.clock = clock
        self._store = store
        self._key = key
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._head = store.head()
        self.folded, self._before = begin([_said(ancestor, self.birth) for ancestor in store.ancestors()])
        self._listeners: list[Callable[[Event], None]] = []
        self._in_doubt = False
        self._told: tuple[int | None, int | None] = (None, None)
        for line in store.lines():
            self._follow(decode_line(line))
        self._tell_clock()
        if self._events:
            clock.resume(self._events[-1].at)

    @property
    def day(self) -> Day:
        """The day as the log says it."""
        return self.folded.day

    @property
    def head(self) -> Head:
        """The newest position that is on disk."""
        return self._head

    def events(self) -> list[Event]:
        """All events at their places, those of ancestors first."""
        return [*(event for event in self._before if event is not None), *self._events]

    def event(self, place: int) -> Event:
        """One event by its place: its sequence number, below zero for a line of an ancestor (docs/adr/0012)."""
        if place > 0:
            return self._events[place - 1]
        return standing(self._before, place, first_place(self.folded.shifts))

    def record(self, draft: Draft, request: str) -> Recorded:
        """Record a draft once per request id; returns after the durable commit.

        What the clock has noticed is recorded before it, so that the log's order says which times it concerns.
        Raises whatever `judge` refuses, LINE_TOO_LONG, NOT_RECORDED or DISK_FULL; then nothing has changed.
        """
        with self._lock:
            noticed = self._note_clock()
            recorded = self._record(draft, request)
        self._tell_listeners(*noticed, *(() if recorded.repeated else (recorded.event,)))
        return recorded

    def note_clock(self) -> None:
        """Record what the clock has noticed, if anything; raises as `record` does."""
        with self._lock:
            noticed = self._note_clock()
        self._tell_listeners(*noticed)

    def settle(self) -> None:
        """Promise that the day is that of the lines on disk, after a failed commit too; NOT_RECORDED or DISK_FULL."""
        with self._lock:
            if self._in_doubt:
                self._store.settle()
                self._catch_up()

    def sign_head(self) -> SignedHead:
        """The newest head, signed and kept."""
        signed = sign_head(self._key, self._head)
        self._store.add_head(signed)
        return signed

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` after every record from now on."""
        self._listeners.append(listener)

    def start(self, software: str, request: str) -> None:
        """Record that the program started."""
        self.record(Draft(LAPTOP_STARTED.name, LAPTOP, {"software": software}), request)

    def _note_clock(self) -> list[Event]:
        events = []
        for disturbance in self.clock.noticed():
            data = {"kind": disturbance.kind.value, "by": disturbance.by}
            events.append(self._record(Draft(CLOCK_DISTURBED.name, LAPTOP, data), disturbance.id).event)
            self.clock.settle(disturbance)
        return events

    def _record(self, draft: Draft, request: str) -> Recorded:
        before = self._store.find_request(request)  # settles the store, which the catching up relies on
        if self._in_doubt:
            self._catch_up()
        if before is not None:
            return Recorded(self.event(before), repeated=True)
        event_type = CATALOGUE.get(draft.type)
        seq = self._head.seq + 1
        draft = cited(draft, self.folded.shifts)
        line = encode_line(draft, self._place(seq), event_type.version, self.clock.now())
        event = decode_line(line)
        judged = judge(self.folded, event, self.event)
        head = Head(self.birth.log, seq, next_hash(self._head.hash, line))
        signed = sign_head(self._key, head) if event_type.milestone else None
        self._in_doubt = True
        self._store.append(line, head, request, signed)
        self._in_doubt = False
        self._head = head
        self.folded = follow(self.folded, judged, self.event)
        self._events.append(judged)
        self._tell_clock()
        return Recorded(event)

    def _tell_listeners(self, *events: Event) -> None:
        for event in events:
            for listener in self._listeners:
                listener(event)

    def _tell_clock(self) -> None:
        """Carry a changed clock check; an unchanged one must not undo what the clock has noticed since."""
        readiness = self.folded.day.readiness
        check = (readiness.offset, readiness.error)
        if check != self._told:
            self._told = check
            self.clock.set_check(*check)

    def _place(self, seq: int) -> Place:
        plan = self.day.readiness.plan or self.birth.plan
        return Place(self.birth.log, seq, self.birth.school, self.birth.campaign, plan[:16])

    def _catch_up(self) -> None:
        """After a commit that failed or could not be asked about: believe the file, not this memory."""
        lines = self._store.lines(after=self._head.seq)
        head = self._store.head()
        for line in lines:
            self._follow(decode_line(line))
        self._head = head
        self._in_doubt = False
        self._tell_clock()

    def _follow(self, event: Event) -> None:
        self.folded = advance(self.folded, event, self.event)
        stands = event.seq not in self.folded.verdicts
        self._events.append(placed(event, self.folded.shifts) if stands else event)


def _said(ancestor: Fragment, birth: Birth) -> tuple[str, list[Event | None]]:
    """An ancestor's log id and its events; None for a line that does not count, as at the office."""
    log = birth_head(ancestor.birth or b"").log
    return log, [find_event_at_home(line, seq, log, birth) for seq, line in enumerate(ancestor.lines, start=1)]
