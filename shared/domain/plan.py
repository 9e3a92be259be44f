"""The plan 方案: one programme (one grade) on its one or two test days, as data; numbers of pupils are never in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Protocol, TypeVar

from shared.domain.blocks import (
    Block,
    BlockKind,
    Day,
    Group,
    Material,
    Mode,
    Phase,
    PhaseKind,
    Source,
    expected_counts,
)
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.timetable import Signal, SignalKind, SignalRow, clock_text, instant_of, list_signals
from shared.domain.words import Words

__all__ = [
    "Block",
    "BlockKind",
    "Day",
    "Group",
    "IncidentFamily",
    "IncidentLevel",
    "IncidentType",
    "Material",
    "Mode",
    "Phase",
    "PhaseKind",
    "Plan",
    "ReadinessItem",
    "Signal",
    "SignalKind",
    "SignalRow",
    "Source",
    "Words",
    "clock_text",
    "expected_counts",
    "instant_of",
]


class IncidentFamily(StrEnum):
    """The two families of incidents: 考务类 and 安全类 (domain §8)."""

    ADMINISTRATION = "administration"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class IncidentLevel:
    """A level of incidents, 3 the gravest; `report_within` is minutes, a county's setting and no official number."""

    level: int
    title: Words
    report_within: int | None
    meaning: Words


@dataclass(frozen=True, slots=True)
class IncidentType:
    """A kind of incident and the level that the form proposes; people may choose another."""

    id: str
    family: IncidentFamily
    title: Words
    level: int


@dataclass(frozen=True, slots=True)
class ReadinessItem:
    """One thing to be ready before the day (domain §11)."""

    id: str
    title: Words


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


def _pick(items: Iterable[T], wanted: str, block: str) -> T:
    for item in items:
        if item.id == wanted:
            return item
    raise DomainError(ErrorCode.BLOCK_UNKNOWN, block=block)


@dataclass(frozen=True)  # no slots: what is listed once is kept, since every second of the day asks for it
class Plan:
    """A plan as read from its file; `sha256` is the hex hash of that file's bytes."""

    id: str
    revision: int
    year: int
    grade: int
    title: Words
    days: tuple[Day, ...]
    blocks: tuple[Block, ...]
    groups: tuple[Group, ...]
    roles: tuple[str, ...]
    incident_levels: tuple[IncidentLevel, ...]
    incident_types: tuple[IncidentType, ...]
    readiness: tuple[ReadinessItem, ...]
    sha256: str
    signal_rows: tuple[SignalRow, ...] = ()

    @property
    def short(self) -> str:
        """The first 16 hex digits of the hash, as every line of a log carries it."""
        return self.sha256[:16]

    def block(self, block_id: str) -> Block:
        """The block of this id; BLOCK_UNKNOWN when the plan has none."""
        return _pick(self.blocks, block_id, block_id)

    def day_of(self, block: Block) -> Day:
        """The day on which a block of this plan takes place; BLOCK_UNKNOWN for another plan's block."""
        return _pick(self.days, block.day, block.id)

    def group_of(self, block: Block) -> Group:
        """Who sits a block of this plan; BLOCK_UNKNOWN for another plan's block."""
        return _pick(self.groups, block.group, block.id)

    def signals(self) -> tuple[Signal, ...]:
        """Every signal in force, by day and time, unknown times last in their day."""
        return tuple(self._signals.values())

    def signal(self, signal_id: str) -> Signal:
        """The signal of this id; SIGNAL_UNKNOWN when none in force has it."""
        found = self._signals.get(signal_id)
        if found is None:
            raise DomainError(ErrorCode.SIGNAL_UNKNOWN, signal=signal_id)
        return found

    @cached_property
    def _signals(self) -> dict[str, Signal]:
        return {signal.id: signal for signal in list_signals(self.days, self.blocks, self.signal_rows)}

    def check_in_blocks(self) -> tuple[Block, ...]:
        """The blocks with an attendance of their own: those that pupils answer, in the plan's order.

        The morning's check-in is for the first of them: presence belongs to what is answered, not to the door.
        """
        return tuple(
            block for block in self.blocks if block.phase(PhaseKind.ANSWER) and self.group_of(block).pupils != 0
        )
