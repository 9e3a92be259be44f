"""What sync needs from the laptop's file beside its log."""

from collections.abc import Sequence
from typing import Protocol

from shared.log.chain import Head
from shared.log.receipt import Receipt
from shared.log.signing import SignedHead


class OfficeRecords(Protocol):
    """What the office gave this laptop, kept for ever."""

    def find_content(self, sha256: str) -> bytes | None:
        """The bytes with this hash, if they are here."""
        ...

    def add_content(self, data: bytes) -> str:
        """Keep these bytes; returns their hash."""
        ...

    def add_receipt(self, receipt: Receipt, travelled: dict[str, str]) -> None:
        """Keep a checked receipt as it travelled."""
        ...

    def receipts(self, log: str, mark: str) -> list[Receipt]:
        """The receipts of a log with this mark, newest line first."""
        ...

    def county_birth(self) -> bytes | None:
        """The birth record of the county log in force."""
        ...

    def county_lines(self) -> list[bytes]:
        """Its lines in order."""
        ...

    def county_file(self) -> bytes:
        """The county log as a log file; empty before the first contact."""
        ...

    def county_hashes(self) -> list[bytes]:
        """The hashes of the same lines."""
        ...

    def add_county(
        self, birth: bytes | None, lines: Sequence[bytes], heads: Sequence[Head], signed: SignedHead
    ) -> None:
        """Keep checked lines with the heads they make; a birth record begins a county log that is in force from now."""
        ...

    def last_contact(self) -> int | None:
        """The laptop's time (ms) at the last pass that succeeded."""
        ...

    def set_last_contact(self, at: int) -> None:
        """Note a pass that succeeded."""
        ...
