"""The laptop's sync as pages see it: none before enrolment, then one schedule for the rest of the run."""

import threading

from field_app.services.laptop import Laptop
from field_app.sync.client import OfficeClient
from field_app.sync.ports import OfficeRecords
from field_app.sync.receipts import ReceiptsTaken
from field_app.sync.runner import SyncRunner
from field_app.sync.schedule import SyncSchedule
from field_app.sync.status import SyncState, SyncStatus
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import LAPTOP, Draft
from shared.domain.office import OFFICE_WENT_BACK, Kept


class LaptopSync:
    """Starts the schedule once the laptop is enrolled; `active` is false where no pass may run (tests, `--no-sync`)."""

    def __init__(self, laptop: Laptop, office: OfficeRecords, *, active: bool) -> None:
        self._laptop = laptop
        self._office = office
        self._active = active
        self._lock = threading.Lock()
        self._schedule: SyncSchedule | None = None

    def start(self) -> None:
        """Begin passes, if the laptop is enrolled and they have not begun; harmless otherwise."""
        laptop = self._laptop
        with self._lock:
            if self._schedule is not None or not laptop.is_enrolled or laptop.enrolment is None:
                return
            runner = SyncRunner(
                client=OfficeClient(laptop.enrolment.server_url),
                store=laptop.store,
                office=self._office,
                keys=laptop.keys,
                enrolment=laptop.enrolment,
                clock=laptop.clock,
            )
            runner.notice = self.note_office
            schedule = SyncSchedule(runner, self._office.last_contact)
            laptop.journal.listen(lambda _event: schedule.soon())
            if self._active:
                schedule.start()
            self._schedule = schedule

    def note_office(self, what: Kept, had: int, has: int) -> None:
        """Record, once for each time, that the office holds less than it had signed for."""
        data = {"what": what.value, "had": had, "has": has}
        self._laptop.journal.record(Draft(OFFICE_WENT_BACK.name, LAPTOP, data), f"went-back-{what.value}-{had}-{has}")

    def restart(self) -> None:
        """Go on with what the laptop is enrolled for now."""
        self.stop()
        self._schedule = None
        self.start()

    def stop(self) -> None:
        """End passes; one that is running ends first."""
        if self._schedule is not None and self._active:
            self._schedule.stop()

    def status(self) -> SyncStatus:
        """How it stands now, without waiting for the network."""
        if self._schedule is None:
            recorded = self._laptop.journal.head.seq if self._laptop.is_enrolled else 0
            return SyncStatus(SyncState.NEVER, recorded, 0, None, None, None)
        return self._schedule.status()

    def sync_now(self) -> None:
        """Ask for a pass at once."""
        self.start()
        if self._schedule is not None and self._active:
            self._schedule.sync_now()

    def take_receipt_file(self, data: bytes, name: str) -> ReceiptsTaken:
        """Keep what the county wrote on a stick; raises NOT_ENROLLED, RECEIPT_UNREADABLE, RECEIPT_FOR_ANOTHER, …"""
        self.start()
        if self._schedule is None:
            raise DomainError(ErrorCode.NOT_ENROLLED)
        return self._schedule.runner.take_receipt_file(data, name)
