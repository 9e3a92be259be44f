"""Check-in: the first one in full, the afternoon's again, and the five who sing; absences, lateness, undo."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from bench.simulation.scripted_day import Act, Scene
from shared.domain.plan import PhaseKind

_OPENS = 8 * 60 + 20.2
_WINDOW = 17.0
_SINGERS = 5


@dataclass(frozen=True, slots=True)
class Morning:
    """Who is not simply there in the morning, by seat."""

    absent: tuple[int, ...]
    late: tuple[int, ...]
    refused: tuple[int, ...]
    leaves_early: tuple[int, ...]


def draw_morning(scene: Scene) -> Morning:
    """Drawn once from the school's chance."""
    chance = scene.chance
    seats = [pupil.seat for pupil in scene.school.pupils]
    chance.shuffle(seats)
    sizes = (
        chance.choice((0, 0, 1, 1, 2)),
        chance.choice((0, 1, 1, 2)),
        int(scene.school.number % 8 == 5),
        int(scene.school.number % 4 == 1),
    )
    groups = []
    for size in sizes:
        groups.append(tuple(seats[:size]))
        seats = seats[size:]
    return Morning(*groups)


def list_acts(scene: Scene, morning: Morning) -> Iterator[Act]:
    """Every check-in of the day."""
    first = scene.blocks[0].id
    yield from _first(scene, first, morning)
    yield from _leaving(scene, first, morning)
    yield from _afternoon(scene, morning)
    yield from _singers(scene)


def _first(scene: Scene, block: str, morning: Morning) -> Iterator[Act]:
    missing = {*morning.absent, *morning.late, *morning.refused}
    coming = [pupil.seat for pupil in scene.school.pupils if pupil.seat not in missing]
    scene.chance.shuffle(coming)
    step = _WINDOW / max(len(coming), 1)
    for place, seat in enumerate(coming):
        yield Act(_OPENS + place * step, partial(mark, scene, block, seat, "present"))
    if scene.school.number % 3 != 2:
        yield Act(_OPENS + _WINDOW + 0.2, partial(_wrong_then_undone, scene, block, coming[0]))
    for seat in morning.absent:
        reason = scene.chance.choice(("sick", "leave", "unknown"))
        at = _OPENS + _WINDOW + 1
        yield Act(at, partial(mark, scene, block, seat, "absent", reason))
    for seat in morning.refused:
        yield Act(_OPENS + _WINDOW + 1, partial(mark, scene, block, seat, "refused", "family"))
    yield Act(8 * 60 + 40.4, partial(_close, scene, block))
    for seat in morning.late:
        at = 8 * 60 + 42 + scene.chance.random() * 14
        yield Act(at, partial(mark, scene, block, seat, "late", "traffic", "约 8:50 到场"))
    yield Act(8 * 60 + 57, partial(_post_list, scene, block))


def _leaving(scene: Scene, block: str, morning: Morning) -> Iterator[Act]:
    for seat in morning.leaves_early:
        yield Act(9 * 60 + 44, partial(mark, scene, block, seat, "left_early", "unwell"))


def _afternoon(scene: Scene, morning: Morning) -> Iterator[Act]:
    """Everybody again before the third block; who was absent comes back in some schools, one is ill in others."""
    block = scene.blocks[2]
    opens = scene.phase(block, PhaseKind.PREPARE).start or 0
    stays_away = {*morning.refused, *morning.leaves_early}
    if scene.school.number % 2:
        stays_away |= set(morning.absent)
    ill = scene.chance.choice(scene.school.pupils).seat if scene.school.number % 5 == 0 else 0
    coming = [p.seat for p in scene.school.pupils if p.seat not in stays_away and p.seat != ill]
    for place, seat in enumerate(coming):
        at = opens + place * 8 / len(coming)
        yield Act(at, partial(mark, scene, block.id, seat, "present"))
    if ill:
        yield Act(opens + 8.2, partial(mark, scene, block.id, ill, "absent", "sick"))
    yield Act(opens + 8.5, partial(_close, scene, block.id))


def _singers(scene: Scene) -> Iterator[Act]:
    """Five who are there are checked in again and handed to the oral proctors."""
    block = next(item for item in scene.plan.check_in_blocks() if not item.signalled)
    opens = scene.phase(block, PhaseKind.ANSWER).start or 0

    def hand_over() -> None:
        there = scene.ledger.present_seats(scene.up_to(scene.blocks[2].id))
        for seat in there[:_SINGERS]:
            mark(scene, block.id, seat, "present", role="oral_proctor")

    yield Act(opens + 0.5, hand_over)


def mark(  # noqa: PLR0913 - a check-in has this many sides
    scene: Scene, block: str, seat: int, status: str, reason: str = "", note: str = "", role: str = "proctor"
) -> int:
    """Mark a seat; returns the line."""
    form = {"block": block, "seat": seat, "status": status, "reason": reason, "note": note}
    data = {key: value for key, value in form.items() if value != ""}
    reply = scene.people.record(role, "/check-in/mark", "attendance_marked", form, data)
    scene.ledger.mark(block, seat, status, reply["seq"])
    return int(reply["seq"])


def _wrong_then_undone(scene: Scene, block: str, seat: int) -> None:
    """A finger slips: a pupil who is there is marked absent, and the mark is undone."""
    line = mark(scene, block, seat, "absent", "unknown")
    form = {"block": block, "line": line, "reason": "点错"}
    data = {"line": line, "reason": "点错"}
    scene.people.record("proctor", "/check-in/undo", "record_voided", form, data)
    scene.ledger.unmark(line)


def _close(scene: Scene, block: str) -> None:
    scene.people.record("proctor", "/check-in/close", "check_in_closed", {"block": block})
    scene.ledger.closed.add(block)


def _post_list(scene: Scene, block: str) -> None:
    scene.people.record("proctor", "/check-in/posted", "list_posted", {"block": block})
