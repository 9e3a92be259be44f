"""The high-water mark: the last head that this laptop signed, outside its database, so that an older database shows."""

from pathlib import Path

from shared.domain.errors import DomainError
from shared.log.chain import Head
from shared.log.signing import SignedHead, read_head_record
from shared.store.durable import write_whole

NAME = "high_water"


def write_high_water(folder: Path, signed: SignedHead) -> None:
    """Keep a head as the newest; raises DISK_FULL or NOT_RECORDED."""
    write_whole(folder / NAME, signed.record() + b"\n")


def find_high_water(folder: Path, key: str) -> Head | None:
    """The newest head that was kept, if it can be read and this log's key (hex) signed it."""
    try:
        signed = read_head_record((folder / NAME).read_bytes().rstrip(b"\n"))
    except (OSError, DomainError):
        return None
    return signed.head if signed.is_signed_by(key) else None
