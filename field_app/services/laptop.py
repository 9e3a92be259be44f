"""The laptop as a whole: what it is enrolled for, its log, its roster, its people, its plan."""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from field_app.config import KEY_FILE
from field_app.roster.sealed import SealedRoster
from field_app.roster.shelf import Shelf
from field_app.services.bell import Bell
from field_app.services.journal import Journal
from field_app.services.pins import PinGate
from field_app.services.timetable import Timetable
from field_app.sync.ports import OfficeRecords
from field_app.timekeeping.awake import Awake
from field_app.timekeeping.drill_book import DrillBook
from shared.domain.clock import WatchedClock
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.plan import Plan
from shared.log.birth import Birth
from shared.log.chain import Head
from shared.log.logfile import Fragment
from shared.log.signing import SigningKey, log_id
from shared.store.durable import write_whole
from shared.store.ports import EventStore
from shared.store.reserve import Reserve
from shared.wire.enrolment import Enrolment
from shared.wire.plan_file import read_plan


@dataclass(frozen=True, slots=True)
class Keys:
    """The two key files: the laptop's own, for the office's door, and its log's, for heads."""

    device: SigningKey
    log: SigningKey


@dataclass(frozen=True, slots=True)
class Parts:
    """What a laptop is put together from."""

    folder: Path
    clock: WatchedClock
    store: EventStore
    contents: OfficeRecords
    pins: PinGate
    keys: Keys
    enrolment: Enrolment | None
    software: str
    reserve: Reserve


class Laptop:
    """Holds what every page needs; before enrolment there is no journal and no plan."""

    def __init__(self, parts: Parts) -> None:
        self.folder = parts.folder
        self.clock = parts.clock
        self.store = parts.store
        self.contents = parts.contents
        self.pins = parts.pins
        self.keys = parts.keys
        self.enrolment = parts.enrolment
        self.software = parts.software
        self.reserve = parts.reserve
        self.roster = SealedRoster(self.folder / "roster.enc")
        self.shelf = Shelf()
        self.awake = Awake()
        self.bell = Bell(lambda: self.clock.now().tick)
        self.drills = DrillBook(self.folder / "drills.json")
        self.drill_bell = Bell(lambda: self.clock.now().tick)
        """What a drill's console has scheduled; never asked about the day's own signals."""
        self._journal: Journal | None = None
        self._plan: Plan | None = None
        self.duty_lock = threading.Lock()
        """Held while a person comes on duty: their number, PIN and line belong together."""
        self._lock = threading.Lock()
        if self.store.birth() is not None:
            self._journal = Journal(self.store, self.clock, self.keys.log)

    @property
    def is_enrolled(self) -> bool:
        """Whether the log is born."""
        return self._journal is not None

    @property
    def journal(self) -> Journal:
        """The journal; raises NOT_ENROLLED before the log is born."""
        if self._journal is None:
            raise DomainError(ErrorCode.NOT_ENROLLED)
        return self._journal

    @property
    def plan(self) -> Plan:
        """The plan in force: the newest adopted, else the one of the birth; raises PLAN_NOT_LOADED."""
        wanted = self.journal.day.readiness.plan or self.journal.birth.plan
        with self._lock:
            if self._plan is None or self._plan.sha256 != wanted:
                data = self.contents.find_content(wanted)
                if data is None:
                    raise DomainError(ErrorCode.PLAN_NOT_LOADED)
                self._plan = read_plan(data, "plan.yaml")
            return self._plan

    def timetable(self) -> Timetable:
        """The plan at this moment."""
        return Timetable(self.plan, self.clock.now().corrected, self.journal.day.signals.moved)

    def enrol(self, enrolment: Enrolment, plan: bytes, clock: WatchedClock) -> None:
        """Take up an office's enrolment: keep it and its plan, and give the log its birth; raises ALREADY_ENROLLED.

        The birth comes last: until it is on disk the laptop counts as not enrolled and may be enrolled again.
        """
        self.begin(enrolment, [plan], clock)
        self.note_start()

    def renew(self, enrolment: Enrolment, plan: bytes) -> None:
        """Keep the office's enrolment of a laptop whose log was begun without it."""
        self.contents.add_content(plan)
        write_whole(self.folder / "laptop.json", enrolment.encode().encode("utf-8"))
        self.enrolment = enrolment

    def begin(
        self, enrolment: Enrolment, plans: Sequence[bytes], clock: WatchedClock, ancestors: Sequence[Fragment] = ()
    ) -> Head | None:
        """Give the log its birth, behind these logs; returns the head after which it goes on, None without any.

        Its key is made now: a laptop whose disk was copied before it was enrolled must not write another one's log.
        Raises ALREADY_ENROLLED or PLAN_NOT_LOADED.
        """
        if self._journal is not None:
            raise DomainError(ErrorCode.ALREADY_ENROLLED, school=self.enrolment.school_name if self.enrolment else "?")
        for plan in plans:
            read_plan(plan, "plan.yaml")
            self.contents.add_content(plan)
        write_whole(self.folder / "laptop.json", enrolment.encode().encode("utf-8"))
        self.enrolment = enrolment
        self.clock = clock
        self.keys = replace(self.keys, log=SigningKey(secrets.token_bytes(32)))
        write_whole(self.folder / KEY_FILE, self.keys.log.raw)
        public = self.keys.log.public
        after = ancestors[-1].end if ancestors else None
        birth = Birth(
            log=log_id(public),
            key=public,
            school=enrolment.school,
            campaign=enrolment.campaign,
            mode=enrolment.mode,
            rate=enrolment.rate,
            ancestor=after,
            plan=enrolment.plan,
            software=self.software,
            born=clock.now().wall,
        )
        self.store.begin(birth.encode(), ancestors)
        self._journal = Journal(self.store, self.clock, self.keys.log)
        return after

    def note_start(self) -> None:
        """Record that the program started on an enrolled laptop; commands that only look do not say so."""
        if self._journal is not None:
            self._journal.start(self.software, f"start-{self.clock.now().run}")
