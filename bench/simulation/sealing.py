"""Materials: counted after handing out and at sealing, bagged apart, sealed by two; one school corrects a count."""

from collections.abc import Iterator
from functools import partial

from bench.simulation.scripted_day import Act, Scene
from bench.simulation.sheets_counted import (
    Rows,
    as_data,
    as_form,
    count_rows,
    draw_mishaps,
    only,
    short_by_one,
    to_bag,
)
from shared.domain.plan import Block, PhaseKind


def list_acts(scene: Scene) -> Iterator[Act]:
    """Counting and sealing of every block that has materials."""
    for block in scene.blocks:
        if not block.material_rows():
            continue
        begins = scene.phase(block, PhaseKind.ANSWER).start or 0
        seals = scene.phase(block, PhaseKind.SEAL).start or 0
        yield Act(begins + 12, partial(_count_handed_out, scene, block))
        if scene.school.number % 10 == 4 and block is scene.blocks[1]:
            yield Act(seals + 5, partial(_count_short, scene, block))
        yield Act(seals + 8, partial(_count_all, scene, block))
        yield Act(seals + 13, partial(_bag, scene, block))
        yield Act(seals + 17, partial(_seal, scene, block))


def _count_handed_out(scene: Scene, block: Block) -> None:
    _count(
        scene,
        block,
        only(count_rows(scene, block, draw_mishaps(scene, block)), "received", "handed_out", "unused", "damaged"),
    )


def _count_short(scene: Scene, block: Block) -> None:
    _count(scene, block, short_by_one(count_rows(scene, block, draw_mishaps(scene, block))))


def _count_all(scene: Scene, block: Block) -> None:
    _count(scene, block, count_rows(scene, block, draw_mishaps(scene, block)))


def _count(scene: Scene, block: Block, rows: Rows) -> None:
    form = {"block": block.id, **as_form(rows), **scene.people.witness("secrecy_officer")}
    data = {"block": block.id, "counts": as_data(rows)}
    scene.people.record("chief_proctor", "/materials/count", "materials_counted", form, data)
    held = scene.ledger.counts.setdefault(block.id, {})
    for key, numbers in rows.items():
        held[key] = {**held.get(key, {}), **numbers}


def _bag(scene: Scene, block: Block) -> None:
    """A bag for each material: booklets and cards are never mixed."""
    for number, material in enumerate(block.materials, start=1):
        data = {
            "block": block.id,
            "bag": str(number),
            "seal": f"{scene.school.code[-3:]}{scene.chance.randrange(10**5):05}",
            "sheets": to_bag(scene.ledger.counts[block.id], material),
            "contents": material.title.zh,
        }
        form = {**data, **scene.people.witness("secrecy_officer", 1)}
        scene.people.record("chief_proctor", "/materials/bag", "bag_sealed", form, data)
        scene.ledger.bags.setdefault(block.id, set()).add(str(number))


def _seal(scene: Scene, block: Block) -> None:
    missing = sum(numbers["missing"] for numbers in scene.ledger.counts[block.id].values())
    data: dict[str, object] = {"block": block.id, "bags": len(block.materials)}
    if missing:
        data["note"] = "缺一份，已登记事件并报县"
    form = {key: value for key, value in data.items() if key != "bags"} | scene.people.witness("inspector")
    scene.people.record("chief_proctor", "/materials/sealed", "block_sealed", form, data)
    scene.ledger.sealed.add(block.id)
