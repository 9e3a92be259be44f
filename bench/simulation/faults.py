"""What the network and the office suffer in a simulated day."""

import random
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

FAULTS = ("none", "day-offline", "flaky")
_REQUESTS_A_SYNC = 4


class Fault(StrEnum):
    """What befalls one sync."""

    REFUSED = "refused"
    REQUEST_CUT = "request_cut"
    REPLY_CUT = "reply_cut"
    LATE = "late"
    ERROR_500 = "error_500"
    LOST_BY_500 = "done_but_500"


@dataclass(slots=True)
class Fate:
    """The fault of one sync, if any, and how many requests pass before it strikes; `share` places the cut."""

    fault: Fault | None = None
    after: int = 0
    share: float = 0.5
    seconds: float = 0.0

    def strikes(self) -> Fault | None:
        """What befalls the next request; asked once a request."""
        self.after -= 1
        return self.fault if self.after == -1 else None


@dataclass(slots=True)
class FlakyNetwork:
    """Draws the fate of syncs: one in three is hit, by any fault at any of its requests. Off until `on` is set."""

    chance: random.Random
    on: bool = False
    syncs: int = 0
    struck: Counter[str] = field(default_factory=Counter)

    def draw(self) -> Fate:
        """The fate of a sync that begins now."""
        if not self.on:
            return Fate()
        self.syncs += 1
        if self.chance.random() >= 1 / 3:
            return Fate()
        fault = self.chance.choice(list(Fault))
        after = 0 if fault is Fault.REFUSED else self.chance.randrange(_REQUESTS_A_SYNC)
        return Fate(fault, after, self.chance.random(), self.chance.uniform(0.2, 2.0))

    def note(self, fault: Fault) -> None:
        """A fault has struck."""
        self.struck[fault.value] += 1
