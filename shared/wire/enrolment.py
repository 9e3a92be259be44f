"""What a laptop is told once, when it is enrolled; kept beside its log as `laptop.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import DomainError, ErrorCode
from shared.timepiece import Rehearsal
from shared.wire.texts import text_of


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Which school and campaign this laptop serves, the office it trusts, and whether it is a rehearsal."""

    school: str
    school_name: str
    county: str
    campaign: str
    mode: str
    rehearsal: Rehearsal | None
    plan: str
    server_url: str
    server_key: str
    epoch: str
    device: str

    @property
    def rate(self) -> int:
        """The clock's speed: 1 unless a rehearsal says otherwise."""
        return self.rehearsal.rate if self.rehearsal else 1

    def encode(self) -> str:
        """The enrolment as readable JSON."""
        rehearsal = self.rehearsal and {
            "rate": self.rehearsal.rate,
            "real_start": self.rehearsal.real_start,
            "shown_start": self.rehearsal.shown_start,
        }
        content = {
            "school": {"code": self.school, "name": self.school_name},
            "county": self.county,
            "campaign": self.campaign,
            "mode": self.mode,
            "rehearsal": rehearsal,
            "plan": self.plan,
            "server_url": self.server_url,
            "server_key": self.server_key,
            "epoch": self.epoch,
            "device": self.device,
        }
        return json.dumps(content, ensure_ascii=False, indent=1)


def read_enrolment(content: Mapping[str, Any], server_url: str = "") -> Enrolment:
    """The enrolment in an office's answer or in `laptop.json`; raises ENROLMENT_UNREADABLE."""
    try:
        return Enrolment(
            school=text_of(content["school"]["code"]),
            school_name=text_of(content["school"]["name"]),
            county=text_of(content["county"]),
            campaign=text_of(content["campaign"]),
            mode=text_of(content["mode"]),
            rehearsal=_rehearsal(content["rehearsal"]),
            plan=text_of(content["plan"]),
            server_url=text_of(content.get("server_url") or server_url),
            server_key=text_of(content["server_key"]),
            epoch=text_of(content["epoch"]),
            device=text_of(content["device"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE) from problem


def _rehearsal(content: Any) -> Rehearsal | None:
    if content is None:
        return None
    rehearsal = Rehearsal(content["rate"], content["real_start"], content["shown_start"])
    if {type(rehearsal.rate), type(rehearsal.real_start), type(rehearsal.shown_start)} != {int} or rehearsal.rate < 1:
        raise TypeError("rehearsal")
    return rehearsal
