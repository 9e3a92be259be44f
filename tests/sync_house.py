"""Laptops for tests of sync: a real database, the real client and runner, an office across a real socket."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.sample_log import SampleLog, make_log
from field_app.services.laptop import Keys, Laptop
from field_app.store.office import OfficeStore, office_migrations
from field_app.sync.client import OfficeClient
from field_app.sync.runner import SyncRunner
from field_app.timekeeping.steady_clock import SteadyClock
from shared.domain.errors import DomainError
from shared.log.signing import SigningKey
from shared.store.migrations import log_migrations
from shared.store.sqlite import SqliteEventStore
from shared.store.writer import Writer
from shared.timepiece import Machine
from shared.wire.enrolment import Enrolment
from sync_server.app import open_office
from sync_server.config import ServerConfig
from sync_server.store.ports import Books
from tests.office_house import CAMPAIGN, FIRST, ServedOffice, make_folder, rewritten

TIMEOUTS = (2.0, 5.0)


def make_runner(laptop: Laptop, client: OfficeClient) -> SyncRunner:
    """The sync of a real, enrolled laptop over this client."""
    assert laptop.enrolment is not None
    return SyncRunner(
        client=client,
        store=laptop.store,
        office=laptop.contents,
        keys=laptop.keys,
        enrolment=laptop.enrolment,
        clock=laptop.clock,
    )


@dataclass
class SyncLaptop:
    """A laptop whose lines are made up beforehand: it records the next ones when a test says so."""

    folder: Path
    enrolment: Enrolment
    keys: Keys
    log: SampleLog
    writer: Writer
    client: OfficeClient

    def __post_init__(self) -> None:
        self.store = SqliteEventStore(self.writer)
        self.office = OfficeStore(self.writer)
        if self.store.birth() is None:
            self.store.begin(self.log.birth)
        self.runner = self.new_runner()

    def new_runner(self) -> SyncRunner:
        """A runner as after a restart of the program."""
        return SyncRunner(
            client=self.client,
            store=self.store,
            office=self.office,
            keys=self.keys,
            enrolment=self.enrolment,
            clock=SteadyClock(Machine()),
        )

    def record(self, count: int) -> "SyncLaptop":
        """Record the next lines."""
        done = self.store.head().seq
        for head, line in zip(
            self.log.heads[done + 1 : done + 1 + count], self.log.lines[done : done + count], strict=True
        ):
            self.store.append(line, head, f"request-{head.seq}")
        return self

    def goes_on_otherwise(self, seq: int, more: int = 0) -> None:
        """From line `seq` on this laptop's lines are others than those that were made up."""
        line = self.log.lines[seq - 1].replace(b'"wall":1', b'"wall":2')
        self.log = rewritten(self.log, seq, line, self.log.lines[seq : seq + more])

    def fails(self) -> DomainError:
        """Why the next pass does not reach its end."""
        try:
            self.runner.run_pass()
        except DomainError as problem:
            return problem
        raise AssertionError("the pass reached its end")

    def copy(self, folder: Path, url: str = "") -> "SyncLaptop":
        """The same folder on another machine, as after copying a disk."""
        backup = folder / "log.sqlite"
        folder.mkdir()
        self.writer.read(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        shutil.copy(self.folder / "log.sqlite", backup)
        return open_laptop(folder, self.enrolment, self.keys, self.log, url)

    def close(self) -> None:
        """Let go of the file and the connection."""
        self.client.close()
        self.writer.close()


def open_laptop(folder: Path, enrolment: Enrolment, keys: Keys, log: SampleLog, url: str = "") -> SyncLaptop:
    """A laptop over a folder that may hold a log already."""
    writer = Writer(folder / "log.sqlite", (log_migrations, office_migrations))
    return SyncLaptop(folder, enrolment, keys, log, writer, OfficeClient(url or enrolment.server_url, TIMEOUTS))


def enrol_laptop(served: ServedOffice, folder: Path, school: str = FIRST, size: int = 40, url: str = "") -> SyncLaptop:
    """A fresh laptop, enrolled over the network with a code of the office, with `size` lines to record."""
    folder.mkdir()
    device = SigningKey.new()
    client = OfficeClient(served.url, TIMEOUTS)
    enrolment = client.enrol(served.office.enrolments.make_code(school), device, "test")
    client.close()
    log = make_log(school, CAMPAIGN, enrolment.plan, size, seed=len(folder.name))
    return open_laptop(folder, enrolment, Keys(device, log.key), log, url)


def stored_lines(served: ServedOffice, log: SampleLog, branch: int = 0) -> list[bytes]:
    """What the office holds of a log under a branch itself."""

    def work(book: Books) -> list[bytes]:
        stored = book.find_log(log.heads[0].log)
        return book.lines(stored, branch, 0, 10**9) if stored else []

    return served.office.store.read(work)


def list_verdicts(served: ServedOffice, log: SampleLog, branch: int = 0) -> dict[int, str]:
    """The office's verdicts beside the lines of a log."""

    def work(book: Books) -> dict[int, str]:
        stored = book.find_log(log.heads[0].log)
        return {item.seq: item.code for item in book.verdicts(stored, branch)} if stored else {}

    return served.office.store.read(work)


def list_branches(served: ServedOffice, log: SampleLog) -> list[tuple[int, int]]:
    """Where each branch of a log leaves the others, and its last line."""

    def work(book: Books) -> list[tuple[int, int]]:
        stored = book.find_log(log.heads[0].log)
        return [(branch.fork, branch.head.seq) for branch in book.branches(stored)] if stored else []

    return served.office.store.read(work)


def serve(folder: Path, port: int = 0) -> ServedOffice:
    """An office of this folder behind a real socket; made when the folder is new."""
    config = ServerConfig(folder) if folder.exists() else make_folder(folder)
    return ServedOffice(open_office(config), port)
