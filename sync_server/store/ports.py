"""The office's store as a port: units of work over its books, so that services know no database."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from shared.log.chain import Head
from shared.log.receipt import Receipt
from shared.log.signing import SignedHead
from sync_server.store.records import (
    Account,
    Branch,
    Content,
    Device,
    EnrolCode,
    OfficeRow,
    Quarantined,
    Restoration,
    School,
    SignedReceipt,
    StoredLog,
    Verdict,
)

T = TypeVar("T")

CHECKPOINT = 16
"""A hash is stored at every line whose number this divides; those between are computed from the lines."""


class OfficeBook(Protocol):
    """The office itself, its people and its files."""

    def find_office(self) -> OfficeRow | None:
        """What `init` fixed, or None before it."""
        ...

    def make_office(self, office: OfficeRow) -> None:
        """Fix the office, once; a second time is a fault of the store."""
        ...

    def begin_epoch(self, restoration: Restoration) -> None:
        """Name what the office is from now on; every laptop that was heard of before waits to be heard again."""
        ...

    def find_restoration(self) -> Restoration | None:
        """The last time that the office was put back."""
        ...

    def last_word(self) -> int | None:
        """When (ms, the office's clock) anything of a school was last heard."""
        ...

    def count_lines(self) -> int:
        """How many lines of schools and of the county are here: a number that only grows."""
        ...

    def find_account(self, name: str) -> Account | None:
        """The account of this name."""
        ...

    def list_accounts(self) -> list[Account]:
        """All accounts by name."""
        ...

    def add_account(self, account: Account) -> None:
        """Add an account (its `no` is chosen here)."""
        ...

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password hash."""
        ...

    def find_content(self, sha256: str) -> Content | None:
        """The file with this hash."""
        ...

    def list_contents(self, kind: str) -> list[Content]:
        """All files of a kind, newest first."""
        ...

    def add_content(self, content: Content, at: int) -> None:
        """Keep a file; the same bytes twice are kept once."""
        ...


class SchoolBook(Protocol):
    """Schools, their laptops and their enrolment codes."""

    def find_school(self, code: str) -> School | None:
        """The school of this code."""
        ...

    def get_school(self, school_no: int) -> School:
        """The school of this number."""
        ...

    def list_schools(self) -> list[School]:
        """All schools by code."""
        ...

    def save_school(self, school: School) -> None:
        """Add a school, or give the one of this code its new name, stage and plan (`no` is chosen here)."""
        ...

    def find_device(self, device_id: str) -> Device | None:
        """The laptop of this id."""
        ...

    def list_devices(self, school_no: int) -> list[Device]:
        """The laptops of a school in order of enrolment."""
        ...

    def add_device(self, device: Device) -> int:
        """Add a laptop (its `no` is chosen here and returned); one that is known by its key keeps its row."""
        ...

    def set_barred(self, device_no: int, barred: bool) -> None:
        """Bar a laptop from now on, or admit it again."""
        ...

    def touch_device(self, device_no: int, at: int, skew: int | None) -> None:
        """Note a contact, and the clock skew when it is known."""
        ...

    def hear_again(self, device_no: int) -> None:
        """Note that what a laptop has was brought since the office was put back."""
        ...

    def find_code(self, digest: bytes) -> EnrolCode | None:
        """The enrolment code with this hash."""
        ...

    def add_code(self, digest: bytes, code: EnrolCode) -> None:
        """Keep a new enrolment code."""
        ...

    def use_code(self, digest: bytes, device_no: int) -> None:
        """Give a code to the laptop that used it."""
        ...


class LogBook(Protocol):
    """Logs, their branches and lines, and what was said about them."""

    def find_log(self, log_id: str) -> StoredLog | None:
        """The log of this id."""
        ...

    def list_logs(self, school_no: int | None = None) -> list[StoredLog]:
        """A school's logs, or all, in the order in which they came."""
        ...

    def add_log(self, log: StoredLog) -> StoredLog:
        """Add a log; returned with its number."""
        ...

    def vouch_log(self, log_no: int, device_no: int) -> None:
        """Note the laptop that vouched for a log."""
        ...

    def branches(self, log: StoredLog) -> list[Branch]:
        """A log's branches by number."""
        ...

    def lines(self, log: StoredLog, branch: int, after: int, upto: int) -> list[bytes]:
        """The lines stored under this branch itself, after `after` up to `upto`."""
        ...

    def find_hash(self, log: StoredLog, branch: int, seq: int) -> bytes | None:
        """The chain's hash at a line of this branch itself, where one is stored: at every CHECKPOINT-th line."""
        ...

    def add_lines(self, log: StoredLog, branch: int, lines: Sequence[bytes], heads: Sequence[Head]) -> None:
        """Store lines, and the hash of every CHECKPOINT-th; a place that is taken is a fault of the store."""
        ...

    def set_branch(self, log: StoredLog, branch: Branch) -> None:
        """Put a branch's newest head in place."""
        ...

    def add_head(self, log: StoredLog, signed: SignedHead) -> None:
        """Keep a head that the log's key signed; the same one is kept once."""
        ...

    def heads(self, log: StoredLog) -> list[SignedHead]:
        """The signed heads of a log in order, whatever their branch."""
        ...

    def add_verdicts(self, log: StoredLog, branch: int, verdicts: Iterable[Verdict]) -> None:
        """Keep verdicts beside their lines; the same line twice keeps the first."""
        ...

    def clear_verdicts(self, log: StoredLog) -> None:
        """Forget a log's verdicts before they are derived again."""
        ...

    def verdicts(self, log: StoredLog, branch: int) -> list[Verdict]:
        """A branch's verdicts in order."""
        ...

    def find_receipt(self, log: StoredLog, head: Head, mark: str) -> tuple[str, str] | None:
        """The text and signature of the receipt for this head."""
        ...

    def receipts(self, log: StoredLog, mark: str) -> Iterator[SignedReceipt]:
        """The receipts with this mark, newest line first, whatever their branch."""
        ...

    def add_receipt(self, log: StoredLog, receipt: Receipt, text: str, signature: str) -> None:
        """Keep a receipt; one for the same head and mark is kept once."""
        ...

    def add_quarantined(self, item: Quarantined) -> None:
        """Keep bytes that could not be taken (`no` is chosen here); the same ones for the same reason once."""
        ...

    def list_quarantined(self) -> list[Quarantined]:
        """What stands apart, newest first, without the bytes."""
        ...

    def find_quarantined(self, no: int) -> Quarantined | None:
        """One of them with its bytes."""
        ...


class CountyBook(Protocol):
    """The county log of each school."""

    def county_birth(self, school_no: int) -> bytes | None:
        """The county log's birth record for this school."""
        ...

    def begin_county(self, school_no: int, birth: bytes) -> None:
        """Give a school's county log its birth, once."""
        ...

    def county_head(self, school_no: int) -> Head | None:
        """The newest head, or None before the birth."""
        ...

    def county_lines(self, school_no: int, after: int = 0) -> list[bytes]:
        """The lines after `after`."""
        ...

    def county_hash(self, school_no: int, seq: int) -> bytes | None:
        """The hash at a line, from 1."""
        ...

    def add_county_line(self, school_no: int, line: bytes, head: Head) -> None:
        """Store the next line; a place that is taken is a fault of the store."""
        ...


class Books(OfficeBook, SchoolBook, LogBook, CountyBook, Protocol):
    """Everything a unit of work may look at and add to."""


class Store(Protocol):
    """Runs units of work: `write` in one durable transaction, `read` on what is committed."""

    def write(self, work: Callable[[Books], T]) -> T:
        """Do `work` whole or not at all; returns after the commit."""
        ...

    def read(self, work: Callable[[Books], T]) -> T:
        """Do `work` that only looks."""
        ...

    def backup(self, target: Path) -> None:
        """Write a consistent copy that can be opened as a store of its own; raises BACKUP_EXISTS."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...
