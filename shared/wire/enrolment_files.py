"""Enrolment by USB stick: the laptop's request as a file, and the office's answer with the plan in it."""

import json
import re
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import DomainError, ErrorCode
from shared.log.signing import log_id
from shared.wire.enrolment import Enrolment, read_enrolment
from shared.wire.texts import text_of

LONGEST = 40
"""Most characters of a code and of a version, as when they come over the network."""

REQUEST_NAME = "testday-enrol-request.json"

_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """What a laptop asks for: its one-time code, its public key (hex) and its software version."""

    code: str
    key: str
    software: str

    def encode(self) -> bytes:
        """The request as a readable file."""
        content = {"enrol_request": 1, "code": self.code, "key": self.key, "software": self.software}
        return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


def read_request(data: bytes) -> EnrolRequest:
    """The request in a file; raises ENROLMENT_UNREADABLE."""
    content = _load(data, "enrol_request")
    try:
        code, key, software = (text_of(content.get(name)) for name in ("code", "key", "software"))
    except (TypeError, ValueError) as problem:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE) from problem
    if not _KEY.fullmatch(key) or not 0 < len(code) <= LONGEST or not 0 < len(software) <= LONGEST:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE)
    return EnrolRequest(code, key, software)


def encode_answer(told: dict[str, object], plan: bytes, server_url: str) -> bytes:
    """The office's answer as a readable file; the plan travels inside, byte for byte."""
    content = {"enrolment": 1, **told, "server_url": server_url, "plan_file": plan.decode("utf-8")}
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


def read_answer(data: bytes, key: str) -> tuple[Enrolment, bytes]:
    """The enrolment and its plan for the laptop with this public key.

    Raises ENROLMENT_UNREADABLE, or ENROLMENT_FOR_ANOTHER when the county made the file for another laptop.
    """
    content = _load(data, "enrolment")
    enrolment = read_enrolment(content)
    if enrolment.device != log_id(key)[:12]:
        raise DomainError(ErrorCode.ENROLMENT_FOR_ANOTHER, school=enrolment.school_name)
    try:
        return enrolment, text_of(content.get("plan_file")).encode("utf-8")
    except (TypeError, ValueError) as problem:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE) from problem


def _load(data: bytes, mark: str) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE) from problem
    if not isinstance(content, dict) or content.get(mark) != 1:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE)
    return content
