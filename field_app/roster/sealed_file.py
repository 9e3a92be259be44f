"""The bytes of `roster.enc`: a lock and a ciphertext, or what is left of them after the roster was destroyed."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from field_app.roster.locks import Lock
from field_app.roster.pupil import Pupil
from shared.domain.errors import DomainError, ErrorCode

VERSION = 1
_PUPIL_TEXTS = ("name", "code", "sex", "class_name")


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What the file says; `lock` is None when the roster was destroyed, and `proof` is then the proof of it."""

    lock: Lock | None
    sealed: bytes = field(default=b"", repr=False)
    proof: str = ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 hex of the ciphertext: names this very list without telling anything about it."""
        return self.proof or sha256(self.sealed).hexdigest()


def encode_file(file: SealedFile) -> bytes:
    """One JSON object."""
    record: dict[str, object] = {"roster": VERSION}
    if file.lock is None:
        record["destroyed"] = file.proof
    else:
        lock = file.lock
        record["lock"] = {"kdf": "scrypt", "n": lock.cost, "salt": lock.salt.hex(), "wrapped": lock.wrapped.hex()}
        record["sealed"] = file.sealed.hex()
    return json.dumps(record, separators=(",", ":")).encode()


def decode_file(data: bytes) -> SealedFile:
    """The reverse; ROSTER_DAMAGED for anything else."""
    try:
        record = json.loads(data)
        if record["roster"] != VERSION:
            raise DomainError(ErrorCode.ROSTER_DAMAGED)
        if "destroyed" in record:
            return SealedFile(None, proof=str(record["destroyed"]))
        return SealedFile(_decode_lock(record["lock"]), bytes.fromhex(record["sealed"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DomainError(ErrorCode.ROSTER_DAMAGED) from error


def _decode_lock(lock: dict[str, Any]) -> Lock:
    if lock["kdf"] != "scrypt":
        raise DomainError(ErrorCode.ROSTER_DAMAGED)
    return Lock(int(lock["n"]), bytes.fromhex(lock["salt"]), bytes.fromhex(lock["wrapped"]))


def encode_pupils(pupils: Iterable[Pupil]) -> bytes:
    """The pupils as JSON, in seat order; padded, so that the file's size does not tell how long the names are."""
    text = json.dumps([asdict(pupil) for pupil in sorted(pupils, key=lambda p: p.seat)], ensure_ascii=False).encode()
    return text + b" " * (-len(text) % 1024)


def decode_pupils(data: bytes) -> tuple[Pupil, ...]:
    """The reverse; ROSTER_DAMAGED for anything else."""
    try:
        return tuple(Pupil(int(p["seat"]), *(str(p[text]) for text in _PUPIL_TEXTS)) for p in json.loads(data))
    except (ValueError, KeyError, TypeError) as error:
        raise DomainError(ErrorCode.ROSTER_DAMAGED) from error
