"""The parts of a test day: days, groups of pupils, materials, and blocks 场次 with their phases (domain §2)."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.words import Words


class BlockKind(StrEnum):
    """What a block is; `preparation` is the morning's collecting of materials and check-in."""

    PREPARATION = "preparation"
    TEST = "test"
    QUESTIONNAIRE = "questionnaire"
    ORAL = "oral"
    PE = "pe"
    STAFF_QUESTIONNAIRE = "staff_questionnaire"


# These run at their own pace in a room or place of their own: the timekeeper's signals are not for them.
WITHOUT_SIGNALS = frozenset({BlockKind.ORAL, BlockKind.PE, BlockKind.STAFF_QUESTIONNAIRE})


class Mode(StrEnum):
    """How a block is answered; paper and hybrid leave paper behind that must be sealed."""

    PAPER = "paper"
    HYBRID = "hybrid"
    ONLINE = "online"


class PhaseKind(StrEnum):
    """A phase of a block; the order here is the order in which they may follow each other."""

    COLLECT = "collect"
    CHECK_IN = "check_in"
    PREPARE = "prepare"
    ANSWER = "answer"
    SEAL = "seal"


WITHOUT_PUPILS = frozenset({PhaseKind.COLLECT, PhaseKind.SEAL})
"""Phases that may go on while the pupils are somewhere else."""


class Source(StrEnum):
    """Where a phase's times come from: printed in a document, concluded by somebody, or not known yet."""

    STATED = "stated"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Day:
    """One test day; `date` is ISO (2022-05-25), or None until the county has filled it in."""

    id: str
    title: Words
    date: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Who sits a block: `pupils` is None for every pupil of the roster, a number for a chosen few, 0 for staff."""

    id: str
    title: Words
    pupils: int | None

    def expected(self, n_pupils: int) -> int:
        """How many of a roster of `n_pupils` belong to this group."""
        return n_pupils if self.pupils is None else min(self.pupils, n_pupils)


@dataclass(frozen=True, slots=True)
class Material:
    """A kind of sheet 题本, 答题卡, 问卷; `per_form` when each form of the block has its own."""

    id: str
    title: Words
    per_form: bool


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase; times are minutes after local midnight, None until known."""

    kind: PhaseKind
    start: int | None
    end: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a day; its phases are in the order of `PhaseKind`, each kind at most once."""

    id: str
    day: str
    title: Words
    kind: BlockKind
    mode: Mode | None
    group: str
    forms: tuple[str, ...]
    materials: tuple[Material, ...]
    phases: tuple[Phase, ...]
    roles: tuple[str, ...] = ()
    signalled: bool = True

    @property
    def inferred(self) -> bool:
        """Whether any of the block's times is somebody's conclusion and no document's."""
        return any(phase.source is Source.INFERRED for phase in self.phases)

    def phase(self, kind: PhaseKind) -> Phase | None:
        """The block's phase of this kind, if it has one."""
        return next((phase for phase in self.phases if phase.kind is kind), None)

    def material_rows(self) -> tuple[tuple[Material, str], ...]:
        """The rows to count, in order: each material with each of its forms, or with "" where forms do not matter."""
        return tuple((material, form) for material in self.materials for form in self._forms_of(material))

    def _forms_of(self, material: Material) -> tuple[str, ...]:
        return self.forms if material.per_form and self.forms else ("",)


def expected_counts(block: Block, n_pupils: int) -> dict[tuple[str, str], int | None]:
    """A hint, never a rule: sheets by (material, form), and each material's total under the form "".

    Forms are spread evenly only in a balanced rotation; a number that does not divide gives None (domain §6.1).
    """
    counts: dict[tuple[str, str], int | None] = {(material.id, ""): n_pupils for material in block.materials}
    for material, form in block.material_rows():
        if form:
            each, rest = divmod(n_pupils, len(block.forms))
            counts[material.id, form] = None if rest else each
    return counts
