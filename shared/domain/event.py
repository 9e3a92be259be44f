"""An event: who says that what happened, when; the parsed form of one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.domain.clock import Instant


class Actor(NamedTuple):
    """A person in the role they acted in, or the laptop itself."""

    person: str
    role: str


LAPTOP = Actor("laptop", "laptop")


class Event(NamedTuple):
    """One line's meaning; `plan` is the first 16 hex digits of the plan's hash, `happened` corrected ms or None."""

    log: str
    seq: int
    school: str
    campaign: str
    plan: str
    type: str
    version: int
    actor: Actor
    witnesses: tuple[Actor, ...]
    at: Instant
    happened: int | None
    data: Mapping[str, Any]

    @property
    def time(self) -> int:
        """When it happened, in corrected ms: the stated time of a late entry, else the time of recording."""
        return self.happened if self.happened is not None else self.at.corrected


@dataclass(frozen=True, slots=True)
class Draft:
    """An event about to be recorded: what a service hands to the journal."""

    type: str
    actor: Actor
    data: Mapping[str, Any]
    witnesses: tuple[Actor, ...] = ()
    happened: int | None = None
