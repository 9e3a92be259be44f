"""The office as one value: its store, key, clock and services, put together in `sync_server/app.py`."""

from dataclasses import dataclass

from shared.domain.clock import Clock
from shared.log.signing import SigningKey
from sync_server.config import ServerConfig
from sync_server.services.county_log import CountyLogs
from sync_server.services.enrolment import Enrolments
from sync_server.services.folds import Folds
from sync_server.services.ingest import Ingest
from sync_server.services.integrity import Integrity
from sync_server.services.plans import Plans
from sync_server.services.probing import Probing
from sync_server.services.receipts import Receipts
from sync_server.services.sessions import Sessions
from sync_server.store.ports import Store
from sync_server.store.records import OfficeRow


@dataclass(frozen=True, slots=True)
class Office:
    """What every view and command needs; `clock` shows the rehearsal's time in a rehearsal."""

    config: ServerConfig
    row: OfficeRow
    store: Store
    key: SigningKey
    clock: Clock
    folds: Folds
    receipts: Receipts
    ingest: Ingest
    sessions: Sessions
    enrolments: Enrolments
    county_logs: CountyLogs
    plans: Plans
    probing: Probing
    integrity: Integrity

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()
