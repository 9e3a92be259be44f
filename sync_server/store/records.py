"""Rows of the office's store as values; numbers (`no`) are local to this database and never leave it."""

from dataclasses import dataclass

from shared.log.chain import Head
from shared.log.receipt import Receipt
from shared.timepiece import Rehearsal


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """What `testday server init` fixed for ever."""

    epoch: str
    county: str
    campaign: str
    mode: str
    rehearsal: Rehearsal | None


@dataclass(frozen=True, slots=True)
class Restoration:
    """When the office was put back and this epoch began (`at`, its own clock in ms), and to what.

    `source` is the backup's file name, empty when somebody put an older database in place by hand. `upto` is when
    anything was last heard in what was put back; it `has` so many lines of those that the office `had` (0: unknown).
    """

    epoch: str
    at: int
    source: str
    upto: int | None
    had: int
    has: int


@dataclass(frozen=True, slots=True)
class School:
    """A sample school; `plan` is the SHA-256 of the plan file it works by."""

    no: int
    code: str
    name: str
    stage: str
    plan: str


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled laptop; `skew` is its clock minus ours (ms) at the last session.

    `heard_again`: whether it was heard since the office was put back, None when it was not heard of before that.
    """

    no: int
    id: str
    school_no: int
    key: str
    software: str
    enrolled: int
    barred: bool
    last_contact: int | None
    skew: int | None
    heard_again: bool | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether the office waits to hear it again."""
        return self.heard_again is False and not self.barred


@dataclass(frozen=True, slots=True)
class EnrolCode:
    """A one-time code, known by its hash; `device_no` is the laptop that used it."""

    school_no: int
    expires: int
    device_no: int | None


@dataclass(frozen=True, slots=True)
class StoredLog:
    """A log this office holds; `device_no` is the laptop that vouched for it, None when it came as a file."""

    no: int
    school_no: int
    id: str
    birth: bytes
    device_no: int | None


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of a log: 0 came first; others share `parent` up to line `fork`; `head` is its newest line.

    A branch with `fork` -1 shares nothing: branch 0, and one whose birth record is another (then `birth` holds it, and
    that of every branch that leaves it).
    """

    no: int
    parent: int
    fork: int
    head: Head
    signature: str
    received: int
    birth: bytes | None = None


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt with its exact text and the office's signature."""

    receipt: Receipt
    text: str
    signature: str

    @property
    def head(self) -> Head:
        """The head that it is for."""
        return self.receipt.head

    def travelled(self) -> dict[str, str]:
        """The receipt as it travels."""
        return {"receipt": self.text, "sig": self.signature}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a line that kept its place is skipped by the fold."""

    seq: int
    code: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Bytes that stand apart, and why: from this school (None: none of the list) and laptop (None: a file).

    `sha256` (hex) is the fingerprint of the bytes; a list leaves `body` empty.
    """

    no: int
    school_no: int | None
    log: str
    at: int
    code: str
    device: str | None
    sha256: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the office: `scope` is a county's name or a school's code, as `scope_kind` says."""

    no: int
    name: str
    password: str
    role: str
    scope_kind: str
    scope: str


@dataclass(frozen=True, slots=True)
class Content:
    """A file kept by its hash; a plan's `title` and `stage` are for choosing it."""

    sha256: str
    kind: str
    name: str
    stage: str
    revision: int
    body: bytes
