"""Materials 监测工具 and sealing 封装: counts that balance, bags with two signatures (domain §6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from shared.domain.catalogue import BLOCK, NOTE, EventType, number, rows, text
from shared.domain.event import Event
from shared.domain.roles import HEADS, PROCTORS, STAFF, Role
from shared.domain.words import Words

FEATURE = "materials"
COLUMNS = ("received", "handed_out", "unused", "damaged", "collected", "void", "missing")
COLUMN_WORDS = {
    "received": Words("领到", "Received"),
    "handed_out": Words("发出", "Handed out"),
    "unused": Words("未用", "Unused"),
    "damaged": Words("破损", "Damaged"),
    "collected": Words("收回", "Collected"),
    "void": Words("作废", "Void"),
    "missing": Words("缺少", "Missing"),
}
_COUNT_FIELDS = (
    text("material", "工具", "material", most=40),
    text("form", "卷别", "form", most=10, required=False),
    *(number(name, w.zh, w.en, most=9999, required=False) for name, w in COLUMN_WORDS.items()),
)
_COUNTERS = PROCTORS | HEADS | {Role.SECRECY_OFFICER, Role.ORAL_PROCTOR}

MATERIALS_COUNTED = EventType(
    name="materials_counted",
    feature=FEATURE,
    title=Words("清点工具", "Materials counted"),
    words=Words("{block} 清点：{counts} {note}", "{block} counted: {counts} {note}"),
    fields=(BLOCK, rows("counts", "清点", "counts", _COUNT_FIELDS), NOTE),
    may=_COUNTERS,
    witnesses=1,
    witness_by=STAFF,
)
BAG_SEALED = EventType(
    name="bag_sealed",
    feature=FEATURE,
    title=Words("封袋", "Bag sealed"),
    words=Words(
        "{block} {bag} 号袋封装：{sheets} 份，封条号 {seal} {contents}",
        "{block} bag {bag} sealed: {sheets} sheets, seal {seal} {contents}",
    ),
    fields=(
        BLOCK,
        text("bag", "袋号", "bag", most=40),
        text("seal", "封条号", "seal", most=40),
        number("sheets", "份数", "sheets"),
        text("contents", "内容", "contents", most=200, required=False),
    ),
    may=PROCTORS | {Role.ORAL_PROCTOR, Role.SECRECY_OFFICER},
    witnesses=1,
    witness_by=STAFF,
    milestone=True,
)
BLOCK_SEALED = EventType(
    name="block_sealed",
    feature=FEATURE,
    title=Words("封装完成", "Block sealed"),
    words=Words("{block} 封装完成：{bags} 袋 {note}", "{block} sealed: {bags} bags {note}"),
    fields=(BLOCK, number("bags", "袋数", "bags", most=99), NOTE),
    may=PROCTORS | {Role.ORAL_PROCTOR},
    witnesses=1,
    witness_by=STAFF,
    milestone=True,
)
TYPES = (MATERIALS_COUNTED, BAG_SEALED, BLOCK_SEALED)


# What pupils write their answers on, by material id, the first that a block has; these must equal the pupils present.
ANSWER_MATERIALS = ("card", "questionnaire", "booklet")


class Gap(StrEnum):
    """Which identity does not hold (domain §6.3)."""

    ISSUE = "issue"  # received against handed out + unused + damaged
    RETURN = "return"  # handed out against collected + void + missing
    MISSING = "missing"  # sheets that are known to be missing, against none
    PRESENT = "present"  # pupils present against answer sheets collected


@dataclass(frozen=True, slots=True)
class Difference:
    """One identity that does not hold: `wanted` sheets, `found` sheets."""

    gap: Gap
    wanted: int
    found: int

    @property
    def number(self) -> int:
        """Sheets too few; negative when there are too many."""
        return self.wanted - self.found


@dataclass(frozen=True, slots=True)
class Count:
    """The numbers of one material and form; None where nobody has counted yet."""

    received: int | None = None
    handed_out: int | None = None
    unused: int | None = None
    damaged: int | None = None
    collected: int | None = None
    void: int | None = None
    missing: int | None = None
    seq: int = 0

    @property
    def issue_difference(self) -> int | None:
        """received - (handed out + unused + damaged); None until received and handed out are known."""
        if self.received is None or self.handed_out is None:
            return None
        return self.received - self.handed_out - (self.unused or 0) - (self.damaged or 0)

    @property
    def return_difference(self) -> int | None:
        """handed out - (collected + void + missing); None until handed out and collected are known."""
        if self.handed_out is None or self.collected is None:
            return None
        return self.handed_out - self.collected - (self.void or 0) - (self.missing or 0)

    @property
    def is_complete(self) -> bool:
        """Whether everything that the identities need has been counted."""
        return self.issue_difference is not None and self.return_difference is not None

    def differences(self) -> tuple[Difference, ...]:
        """Every identity that does not hold; what nobody has counted yet is no difference."""
        found = []
        if self.received is not None and self.issue_difference:
            found.append(Difference(Gap.ISSUE, self.received, self.received - self.issue_difference))
        if self.handed_out is not None and self.return_difference:
            found.append(Difference(Gap.RETURN, self.handed_out, self.handed_out - self.return_difference))
        if self.missing:
            found.append(Difference(Gap.MISSING, self.missing, 0))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Bag:
    """One sealed bag; `people` are the two who sealed it."""

    bag: str
    seal: str
    sheets: int
    contents: str
    seq: int
    time: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """One block's balance: sums over its forms by material, and whether each identity holds."""

    known: bool
    difference: int
    missing: int

    @property
    def balanced(self) -> bool:
        """Whether everything counted so far adds up and nothing is missing."""
        return self.known and self.difference == 0 and self.missing == 0


@dataclass(frozen=True, slots=True)
class Materials:
    """Counts by block and (material, form); bags by block and number; blocks whose sealing is complete."""

    counts: Mapping[str, Mapping[tuple[str, str], Count]] = field(default_factory=lambda: MappingProxyType({}))
    bags: Mapping[str, Mapping[str, Bag]] = field(default_factory=lambda: MappingProxyType({}))
    sealed: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def balance(self, block: str) -> Balance:
        """The balance of one block over all its materials and forms."""
        counts = self.counts.get(block, {}).values()
        differences = [d for c in counts for d in (c.issue_difference, c.return_difference) if d is not None]
        return Balance(
            known=bool(differences),
            difference=max(differences, key=abs, default=0),
            missing=sum(count.missing or 0 for count in counts),
        )

    def collected(self, block: str, material: str) -> int | None:
        """The sheets of one material collected over all forms; None while no form has been collected."""
        numbers = [
            count.collected
            for (name, _form), count in self.counts.get(block, {}).items()
            if name == material and count.collected is not None
        ]
        return sum(numbers) if numbers else None


def answer_material(materials: Iterable[str]) -> str | None:
    """The material that pupils answer on: the card if there is one, else the questionnaire, else the booklet."""
    known = tuple(materials)
    return next((name for name in ANSWER_MATERIALS if name in known), next(iter(known), None))


def present_difference(collected: int | None, present: int) -> Difference | None:
    """Collected answer sheets against pupils present; None when they agree or none has been collected yet."""
    return None if collected is None or collected == present else Difference(Gap.PRESENT, present, collected)


def _counted(state: Materials, event: Event) -> Materials:
    block = event.data["block"]
    counts = dict(state.counts.get(block, {}))
    for row in event.data["counts"]:
        key = (row["material"], row.get("form", ""))
        given = {name: row[name] for name in COLUMNS if name in row}
        counts[key] = replace(counts.get(key, Count()), seq=event.seq, **given)
    return replace(state, counts={**state.counts, block: counts})


def _bagged(state: Materials, event: Event) -> Materials:
    data = event.data
    people = (event.actor.person, *(witness.person for witness in event.witnesses))
    bag = Bag(data["bag"], data["seal"], data["sheets"], data.get("contents", ""), event.seq, event.time, people)
    block = {**state.bags.get(data["block"], {}), bag.bag: bag}
    return replace(state, bags={**state.bags, data["block"]: block})


def _sealed(state: Materials, event: Event) -> Materials:
    return replace(state, sealed={**state.sealed, event.data["block"]: event.seq})


APPLY = {MATERIALS_COUNTED.name: _counted, BAG_SEALED.name: _bagged, BLOCK_SEALED.name: _sealed}
