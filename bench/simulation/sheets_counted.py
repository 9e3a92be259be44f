"""The numbers that people count in one block: they add up, but where the script wants otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.simulation.scripted_day import Scene
from shared.domain.plan import Block, Material

Rows = dict[tuple[str, str], dict[str, int]]
"""Numbers by (material, form) and column."""
MISSING_SCHOOL = 9
_SPARE = 2


@dataclass(frozen=True, slots=True)
class Mishaps:
    """What goes wrong with the first row of a block: sheets damaged on opening, replaced and void, not found again."""

    damaged: int = 0
    void: int = 0
    missing: int = 0


def draw_mishaps(scene: Scene, block: Block) -> Mishaps:
    """By the school's number, so that a county always has one of each."""
    number, place = scene.school.number, scene.blocks.index(block)
    return Mishaps(
        damaged=int(number % 6 == 4 and place == 0),
        void=int(number % 5 == 1 and place == 0),
        missing=int(number == MISSING_SCHOOL and place == 1),
    )


def count_rows(scene: Scene, block: Block, mishaps: Mishaps) -> Rows:
    """Every row of a block, complete."""
    there = scene.ledger.present_seats(scene.up_to(block.id))
    rows: Rows = {}
    for material, form in block.material_rows():
        hit = mishaps if not rows else Mishaps()
        handed = len(_with_form(block, form, there)) + hit.void
        received = len(_with_form(block, form, scene.ledger.seats)) + _SPARE
        rows[material.id, form] = {
            "received": received,
            "handed_out": handed,
            "unused": received - handed - hit.damaged,
            "damaged": hit.damaged,
            "collected": handed - hit.void - hit.missing,
            "void": hit.void,
            "missing": hit.missing,
        }
    return rows


def short_by_one(rows: Rows) -> Rows:
    """The same, with one sheet too few collected in the last row: two stuck together."""
    last = list(rows)[-1]
    return {**rows, last: {**rows[last], "collected": rows[last]["collected"] - 1}}


def only(rows: Rows, *columns: str) -> Rows:
    """Some columns of every row."""
    return {key: {name: numbers[name] for name in columns} for key, numbers in rows.items()}


def as_form(rows: Rows) -> dict[str, str]:
    """The fields of the page's table."""
    return {
        f"{material}.{form}.{column}": str(number)
        for (material, form), numbers in rows.items()
        for column, number in numbers.items()
    }


def as_data(rows: Rows) -> list[dict[str, object]]:
    """What the recorded line must hold."""
    return [
        {"material": material, **({"form": form} if form else {}), **numbers}
        for (material, form), numbers in rows.items()
    ]


def to_bag(rows: Mapping[tuple[str, str], Mapping[str, int]], material: Material) -> int:
    """The sheets of a material that go into its bag: everything but what is missing."""
    found = [numbers for (name, _form), numbers in rows.items() if name == material.id]
    return sum(n["collected"] + n["unused"] + n["damaged"] + n["void"] for n in found)


def _with_form(block: Block, form: str, seats: list[int] | tuple[int, ...]) -> list[int]:
    """The seats that get this form: forms go round in seat order."""
    if not form:
        return list(seats)
    return [seat for seat in seats if block.forms[(seat - 1) % len(block.forms)] == form]
