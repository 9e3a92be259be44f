"""The kit beside a black box: what a spare laptop needs to go on with a school's day, and nothing secret."""

import json
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import DomainError, ErrorCode
from shared.wire.enrolment import Enrolment, read_enrolment

_SIGN = "testday kit 1"


@dataclass(frozen=True, slots=True)
class Kit:
    """The enrolment, the plan files in bytes as their hashes want them, and the county log as a log file.

    `county` is empty before the first contact. There is no roster in it, no PIN and no key.
    """

    enrolment: Enrolment
    plans: tuple[bytes, ...]
    county: bytes

    def encode(self) -> bytes:
        """The kit as readable JSON."""
        content = {
            "kit": _SIGN,
            "enrolment": json.loads(self.enrolment.encode()),
            "plans": [plan.decode("utf-8") for plan in self.plans],
            "county": self.county.decode("utf-8"),
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


def read_kit(data: bytes) -> Kit:
    """The kit in a file's bytes; raises ENROLMENT_UNREADABLE."""
    try:
        content: dict[str, Any] = json.loads(data)
        if content["kit"] != _SIGN:
            raise ValueError(_SIGN)
        plans = tuple(plan.encode("utf-8") for plan in content["plans"])
        return Kit(read_enrolment(content["enrolment"]), plans, content["county"].encode("utf-8"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE) from problem
