"""What one line on every page says: saved n, received m, last contact, and what is wrong if anything is."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.errors import DomainError


class SyncState(StrEnum):
    """Where sync stands; being offline is normal and no state of failure."""

    NEVER = "never"  # no pass has ended yet since the program started
    RUNNING = "running"
    IN_TOUCH = "in_touch"  # the last pass reached its end
    WAITING = "waiting"  # the last pass failed; the next one comes by itself


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """Counts come from the log and from receipts, never from HTTP codes.

    `last_contact` is in ms on the laptop's clock, `next_in` in real seconds; `problem` has its words in
    `shared/wire/problems.py`.
    """

    state: SyncState
    recorded: int
    received: int
    last_contact: int | None
    next_in: float | None
    problem: DomainError | None
    inherited_pending: int = 0
    """Of the lines without a receipt, those of logs that this laptop took over."""

    backed_up: int = 0
    """The last own line that a verified backup of the office holds."""

    @property
    def pending(self) -> int:
        """Lines without a receipt."""
        return self.recorded - self.received
