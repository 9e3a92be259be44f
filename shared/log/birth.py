"""The birth record: what a log is, for ever; hash(0) is its hash."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import DomainError, ErrorCode
from shared.log.chain import Head
from shared.log.line import read_json
from shared.log.signing import HEAD_PATTERN, LOG_PATTERN, head_of, log_id

PREFIX = b'{"birth":'
_LOG = re.compile(LOG_PATTERN)
_KEY = re.compile(r"[0-9a-f]{64}")
_ANCESTOR = re.compile(HEAD_PATTERN.decode("ascii"))


@dataclass(frozen=True, slots=True)
class Birth:
    """One log's birth; `mode` is live or rehearsal for ever, `rate` the clock's speed (1 in a live log)."""

    log: str
    key: str
    school: str
    campaign: str
    mode: str
    rate: int
    ancestor: Head | None
    plan: str
    software: str
    born: int

    def encode(self) -> bytes:
        """The record's bytes, without a newline."""
        ancestor = self.ancestor and {
            "log": self.ancestor.log,
            "seq": self.ancestor.seq,
            "hash": self.ancestor.hash.hex(),
        }
        content = {
            "birth": 1,
            "log": self.log,
            "key": self.key,
            "school": self.school,
            "campaign": self.campaign,
            "mode": self.mode,
            "rate": self.rate,
            "ancestor": ancestor,
            "plan": self.plan,
            "software": self.software,
            "born": self.born,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def birth_hash(record: bytes) -> bytes:
    """hash(0) of the chain."""
    return hashlib.sha256(record).digest()


def birth_head(record: bytes) -> Head:
    """The head of a log that has no line yet."""
    return Head(decode_birth(record).log, 0, birth_hash(record))


def decode_birth(record: bytes) -> Birth:
    """The birth of a birth record; raises NOT_A_LINE, or LOG_KEY_MISMATCH when the id is not its key's."""
    content = read_json(record)
    try:
        birth = _birth(content)
        expected = log_id(birth.key)
    except (KeyError, TypeError, ValueError) as problem:
        raise DomainError(ErrorCode.NOT_A_LINE, reason="birth") from problem
    if birth.encode() != record:
        raise DomainError(ErrorCode.NOT_A_LINE, reason="birth")
    if birth.mode not in ("live", "rehearsal") or birth.rate < 1 or (birth.mode == "live" and birth.rate != 1):
        raise DomainError(ErrorCode.NOT_A_LINE, reason="mode")
    if birth.log != expected:
        raise DomainError(ErrorCode.LOG_KEY_MISMATCH)
    return birth


def _birth(content: dict[str, Any]) -> Birth:
    ancestor = content["ancestor"]
    if content["birth"] != 1 or not _LOG.fullmatch(str(content["log"])):
        raise ValueError("birth")
    if not _KEY.fullmatch(str(content["key"])) or not _KEY.fullmatch(str(content["plan"])):
        raise ValueError("key or plan")
    if ancestor is not None and not _ANCESTOR.fullmatch(json.dumps(ancestor, separators=(",", ":"))):
        raise ValueError("ancestor")
    return Birth(
        log=str(content["log"]),
        key=str(content["key"]),
        school=str(content["school"]),
        campaign=str(content["campaign"]),
        mode=str(content["mode"]),
        rate=int(content["rate"]),
        ancestor=head_of(ancestor) if ancestor is not None else None,
        plan=str(content["plan"]),
        software=str(content["software"]),
        born=int(content["born"]),
    )
