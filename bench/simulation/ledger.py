"""What the script of one school knows that it did, apart from the product: replies, and the state they leave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PRESENT = ("present", "late", "left_early")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A reply that said "recorded": which line, of which type, and the data that the form had carried."""

    log: str
    seq: int
    type: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Given:
    """A signal given: its time in ms lies between `earliest` and `latest`, on the laptop's corrected clock."""

    earliest: int
    latest: int


@dataclass(slots=True)
class IncidentSeen:
    """An incident's level, and whether somebody closed it."""

    level: int
    is_open: bool = True


@dataclass(slots=True)
class Ledger:
    """One school's account of itself; every number here comes from what the script sent and was told."""

    school: str
    name: str
    seats: tuple[int, ...] = ()
    confirmed: list[Confirmed] = field(default_factory=list)
    offset: int = 0
    opened: bool = False
    handed_in: bool = False
    marks: dict[str, dict[int, list[tuple[int, str]]]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    given: dict[str, Given] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    counts: dict[str, dict[tuple[str, str], dict[str, int]]] = field(default_factory=dict)
    bags: dict[str, set[str]] = field(default_factory=dict)
    sealed: set[str] = field(default_factory=set)
    incidents: dict[int, IncidentSeen] = field(default_factory=dict)

    def confirm(self, reply: Mapping[str, Any], kind: str, data: Mapping[str, Any]) -> int:
        """Note a reply that confirmed a record; a repeated one names a line that is noted already."""
        if not reply["repeated"]:
            self.confirmed.append(Confirmed(reply["log"], reply["seq"], kind, dict(data)))
        return int(reply["seq"])

    def mark(self, block: str, seat: int, status: str, line: int) -> None:
        """A seat was marked."""
        self.marks.setdefault(block, {}).setdefault(seat, []).append((line, status))

    def unmark(self, line: int) -> None:
        """A mark was undone: the seat's earlier one holds again."""
        for seats in self.marks.values():
            for marks in seats.values():
                marks[:] = [mark for mark in marks if mark[0] != line]

    def newest(self, block: str) -> dict[int, str]:
        """The status that each seat has in one block by its own marks there."""
        return {seat: marks[-1][1] for seat, marks in self.marks.get(block, {}).items() if marks}

    def standing(self, blocks: tuple[str, ...]) -> dict[int, str]:
        """Who is where in the last of these blocks: a status holds until there is a newer one.

        Who left early in a block is absent in the next.
        """
        status: dict[int, str] = {}
        for block in blocks:
            status = {seat: "absent" if word == "left_early" else word for seat, word in status.items()}
            status |= self.newest(block)
        return status

    def present_seats(self, blocks: tuple[str, ...]) -> list[int]:
        """The seats of the pupils who sit there in the last of these blocks."""
        standing = self.standing(blocks)
        return [seat for seat in self.seats if standing.get(seat) in PRESENT]
