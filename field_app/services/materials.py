"""Counting materials and sealing them: never blocking, always by two people, differences said at once (domain §6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.privacy import refuse_names
from field_app.services.timetable import Timetable
from shared.domain.ancestry import origin
from shared.domain.attendance import Totals
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.domain.materials import (
    BAG_SEALED,
    BLOCK_SEALED,
    MATERIALS_COUNTED,
    Bag,
    Count,
    Difference,
    answer_material,
    present_difference,
)
from shared.domain.plan import Block, Material, PhaseKind, expected_counts
from shared.domain.progress import presence


@dataclass(frozen=True, slots=True)
class Row:
    """One row to count: a material in one form; `hint` is how many a balanced rotation would need, None if unknown."""

    material: Material
    form: str
    hint: int | None
    count: Count


@dataclass(frozen=True, slots=True)
class Counting:
    """One block's counts and bags as a page shows them; `present` is None until anybody has been checked in.

    `answer` is the material that must come back once per pupil present; None when the block has no materials.
    """

    block: Block
    rows: tuple[Row, ...]
    totals: Totals
    present: int | None
    answer: Material | None
    collected: int | None
    bags: tuple[Bag, ...]
    sealed_seq: int | None

    @property
    def against_present(self) -> Difference | None:
        """Answer sheets collected against pupils present, when they differ."""
        return None if self.present is None else present_difference(self.collected, self.present)

    @property
    def is_balanced(self) -> bool:
        """Whether every row is counted and adds up, and one answer sheet came back for each pupil present."""
        rows = all(row.count.is_complete and not row.count.differences() for row in self.rows)
        return bool(self.rows) and rows and self.present is not None and self.collected == self.present

    @property
    def next_bag(self) -> str:
        """The lowest number that no bag of the block has."""
        used = {bag.bag for bag in self.bags}
        return next(str(number) for number in range(1, len(used) + 2) if str(number) not in used)

    def to_bag(self, material: Material) -> int:
        """The sheets of a material that go into bags: collected, unused, damaged and void."""
        counts = [row.count for row in self.rows if row.material.id == material.id]
        return sum((c.collected or 0) + (c.unused or 0) + (c.damaged or 0) + (c.void or 0) for c in counts)

    @property
    def all_to_bag(self) -> int:
        """The sheets of all materials that go into bags, as far as they are counted."""
        return sum(self.to_bag(material) for material in self.block.materials)

    @property
    def bagged(self) -> int:
        """The sheets in all sealed bags."""
        return sum(bag.sheets for bag in self.bags)


@dataclass(frozen=True, slots=True)
class NewCount:
    """Counts as typed: by (material, form) only the columns that were filled in; `happened` when it was done before."""

    block: str
    rows: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)
    note: str = ""
    happened: int | None = None


@dataclass(frozen=True, slots=True)
class NewBag:
    """A bag about to be sealed; `seal` is its seal's number, or a word that says it has none."""

    block: str
    bag: str
    seal: str
    sheets: int
    contents: str = ""
    happened: int | None = None


@dataclass(frozen=True, slots=True)
class NewSealing:
    """A block whose sealing is complete; `note` says why when counts do not add up."""

    block: str
    note: str = ""
    happened: int | None = None


def list_blocks(laptop: Laptop) -> tuple[Block, ...]:
    """Today's blocks that have materials to count, in the plan's order."""
    return tuple(block for block in laptop.timetable().blocks() if block.material_rows())


def current_block(laptop: Laptop) -> Block | None:
    """The block to count now: the first unsealed one that has ended, else the newest begun, else the first."""
    timetable = laptop.timetable()
    blocks = list_blocks(laptop)
    sealed = laptop.journal.day.materials.sealed
    answers = {block.id: block.phase(PhaseKind.ANSWER) or block.phases[-1] for block in blocks}
    ended = [b for b in blocks if b.id not in sealed and _is_past(timetable, answers[b.id].end)]
    begun = [b for b in blocks if _is_past(timetable, b.phases[0].start)]
    return next(iter((*ended, *reversed(begun), *blocks)), None)


def look_up(laptop: Laptop, block_id: str) -> Counting:
    """One block's counts, bags and who was present; raises BLOCK_UNKNOWN."""
    plan, day = laptop.plan, laptop.journal.day
    block = plan.block(block_id)
    hints = expected_counts(block, plan.group_of(block).expected(len(day.readiness.seats)))
    counts = day.materials.counts.get(block_id, {})
    rows = tuple(
        Row(material, form, hints.get((material.id, form)) or None, counts.get((material.id, form), Count()))
        for material, form in block.material_rows()
    )
    totals = presence(day, plan, block_id)
    answer = answer_material(material.id for material in block.materials)
    return Counting(
        block=block,
        rows=rows,
        totals=totals,
        present=totals.present if totals.expected > totals.unrecorded or totals.not_on_register else None,
        answer=next((material for material in block.materials if material.id == answer), None),
        collected=None if answer is None else day.materials.collected(block_id, answer),
        bags=tuple(day.materials.bags.get(block_id, {}).values()),
        sealed_seq=day.materials.sealed.get(block_id),
    )


def count(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], new: NewCount, request: str) -> Recorded:
    """Record what was counted, whether it adds up or not; raises FIELD_MISSING when nothing was filled in."""
    refuse_names(laptop, new.note)
    known = [(material.id, form) for material, form in laptop.plan.block(new.block).material_rows()]
    rows = [_row_data(key, new.rows[key]) for key in known if new.rows.get(key)]
    if not rows:
        raise DomainError(ErrorCode.FIELD_MISSING, field="counts")
    data: dict[str, object] = {"block": new.block, "counts": rows}
    if new.note:
        data["note"] = new.note
    return laptop.journal.record(Draft(MATERIALS_COUNTED.name, actor, data, witnesses, new.happened), request)


def seal_bag(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], new: NewBag, request: str) -> Recorded:
    """Record a sealed bag; raises BLOCK_UNKNOWN, FIELD_MISSING without a label or seal, NAME_IN_TEXT."""
    refuse_names(laptop, new.bag, new.seal, new.contents)
    for name, value in (("bag", new.bag), ("seal", new.seal)):
        if not value:
            raise DomainError(ErrorCode.FIELD_MISSING, field=name)
    data: dict[str, object] = {
        "block": laptop.plan.block(new.block).id,
        "bag": new.bag,
        "seal": new.seal,
        "sheets": new.sheets,
    }
    if new.contents:
        data["contents"] = new.contents
    return laptop.journal.record(Draft(BAG_SEALED.name, actor, data, witnesses, new.happened), request)


def seal_block(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], new: NewSealing, request: str) -> Recorded:
    """Record that a block's sealing is complete, with its bags counted here.

    Raises BLOCK_UNKNOWN, NAME_IN_TEXT, or REASON_MISSING without a note when counts do not add up or no bag is sealed.
    """
    refuse_names(laptop, new.note)
    counting = look_up(laptop, new.block)
    if not new.note and not (counting.is_balanced and counting.bags):
        raise DomainError(ErrorCode.REASON_MISSING)
    data: dict[str, object] = {"block": new.block, "bags": len(counting.bags)}
    if new.note:
        data["note"] = new.note
    return laptop.journal.record(Draft(BLOCK_SEALED.name, actor, data, witnesses, new.happened), request)


def list_incidents_of(laptop: Laptop, block: str) -> tuple[int, ...]:
    """The numbers of the incidents that were recorded for a block."""
    incidents = laptop.journal.day.incidents.by_number.values()
    return tuple(incident.number for incident in incidents if incident.block == block)


def find_seal_code(laptop: Laptop, place: int | None) -> str:
    """The seal code of the head signed at a place of the log; empty when none was signed there."""
    if place is None:
        return ""
    own = laptop.journal.head.log
    wanted = (own, place) if place > 0 else origin(place, laptop.journal.folded.shifts)
    signed = [*laptop.store.heads(), *(one for log in laptop.store.ancestors() for one in log.heads)]
    return next((one.head.seal_code for one in signed if (one.head.log, one.head.seq) == wanted), "")


def _is_past(timetable: Timetable, minute: int | None) -> bool:
    instant = timetable.instant(timetable.today, minute)
    return instant is not None and instant <= timetable.now


def _row_data(key: tuple[str, str], numbers: Mapping[str, int]) -> dict[str, object]:
    material, form = key
    return {"material": material, **({"form": form} if form else {}), **numbers}
