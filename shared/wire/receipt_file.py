"""The receipt file: what an office says back by stick, as readable JSON; what must be believed in it is signed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.errors import DomainError, ErrorCode
from shared.wire.texts import text_of

SUFFIX = ".receipt"
MOST_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """For one school: receipts as they travel, the county log as a whole log file (or None), the plans it names."""

    school: str
    school_name: str
    receipts: tuple[Mapping[str, str], ...]
    county_log: bytes | None
    contents: tuple[bytes, ...]

    @property
    def name(self) -> str:
        """The file's name."""
        return f"testday-{self.school}{SUFFIX}"

    def encode(self) -> bytes:
        """The file."""
        content = {
            "receipt_file": 1,
            "school": {"code": self.school, "name": self.school_name},
            "receipts": [dict(receipt) for receipt in self.receipts],
            "county_log": None if self.county_log is None else self.county_log.decode("utf-8"),
            "contents": [item.decode("utf-8") for item in self.contents],
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


def read_receipt_file(data: bytes, name: str) -> ReceiptFile:
    """The parts of a receipt file, no signature checked; raises RECEIPT_UNREADABLE."""
    try:
        if len(data) > MOST_BYTES:
            raise ValueError("size")
        content = json.loads(data)
        if type(content["receipt_file"]) is not int or content["receipt_file"] != 1:
            raise ValueError("version")
        if type(content["receipts"]) is not list or type(content["contents"]) is not list:
            raise TypeError("lists")
        county = content["county_log"]
        return ReceiptFile(
            text_of(content["school"]["code"]),
            text_of(content["school"]["name"]),
            tuple({key: text_of(item[key]) for key in ("receipt", "sig")} for item in content["receipts"]),
            None if county is None else text_of(county).encode("utf-8"),
            tuple(text_of(item).encode("utf-8") for item in content["contents"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as problem:
        raise DomainError(ErrorCode.RECEIPT_UNREADABLE, path=name) from problem
