"""The event store port: one append-only log, its hashes, its signed heads."""

from collections.abc import Sequence
from typing import Protocol

from shared.log.chain import Head
from shared.log.logfile import Fragment
from shared.log.signing import SignedHead


class EventStore(Protocol):
    """Holds one log. `append` returns only after the line is durable; nothing is ever updated or deleted."""

    def birth(self) -> bytes | None:
        """The birth record, or None before the log is born."""
        ...

    def begin(self, birth: bytes, ancestors: Sequence[Fragment] = ()) -> None:
        """Give the log its birth record, once, with the whole logs it goes on from, oldest first.

        Raises ALREADY_OPEN when it has one.
        """
        ...

    def ancestors(self) -> list[Fragment]:
        """The logs that this one goes on from, up to the line where it does, oldest first."""
        ...

    def head(self) -> Head:
        """The newest position; raises NOT_ENROLLED before the birth."""
        ...

    def append(self, line: bytes, head: Head, request: str, signed: SignedHead | None = None) -> None:
        """Store the next line with the head it makes, the form's request id, and a signed head in the same commit.

        Raises CHAIN_BROKEN when `head` is not the next; NOT_RECORDED or DISK_FULL, after which only a settled store
        can say whether the line is there.
        """
        ...

    def find_request(self, request: str) -> int | None:
        """The sequence number that a form's request id recorded durably, if any; raises as `settle` does."""
        ...

    def settle(self) -> None:
        """Promise that every line the store shows is on disk; raises NOT_RECORDED or DISK_FULL."""
        ...

    def lines(self, after: int = 0, limit: int | None = None) -> list[bytes]:
        """The lines after sequence number `after`, in order."""
        ...

    def hashes(self, after: int = 0, limit: int | None = None) -> list[bytes]:
        """The chain's hashes of the same lines."""
        ...

    def add_head(self, signed: SignedHead) -> None:
        """Keep a signed head; the same one twice is kept once."""
        ...

    def heads(self) -> list[SignedHead]:
        """All signed heads in order."""
        ...

    def close(self) -> None:
        """Let go of the file; the store cannot be used afterwards."""
        ...
