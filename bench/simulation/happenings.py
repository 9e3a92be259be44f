"""Incidents: opened at once, completed later, closed or left open; the gravest one stays open over the day."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from bench.simulation.ledger import IncidentSeen
from bench.simulation.scripted_day import Act, Scene
from bench.simulation.sheets_counted import MISSING_SCHOOL
from shared.domain.plan import PhaseKind


@dataclass(frozen=True, slots=True)
class Happening:
    """An incident of the script; `closes` is how many minutes later, None for one that stays open."""

    at: float
    type: str
    level: int
    block: str
    what: str
    role: str
    closes: float | None = 25.0
    seats: tuple[int, ...] = ()


def list_acts(scene: Scene, absent: tuple[int, ...]) -> Iterator[Act]:
    """Every incident of the day."""
    for happening in _draw(scene, absent):
        numbers: list[int] = []
        yield Act(happening.at, partial(_open, scene, happening, numbers))
        yield Act(happening.at + 6, partial(_report, scene, happening, numbers))
        if happening.closes is not None:
            yield Act(happening.at + happening.closes, partial(_close, scene, numbers))


def _draw(scene: Scene, absent: tuple[int, ...]) -> Iterator[Happening]:
    number, blocks = scene.school.number, scene.blocks
    first, second = blocks[0].id, blocks[1].id
    if number % 3 == 0 and absent:
        yield Happening(
            8 * 60 + 50, "absent_or_late", 1, first, "开考前仍未到校，班主任联系家长", "proctor", seats=absent
        )
    if number % 5 == 2:
        yield Happening(9 * 60 + 11, "equipment_failure", 1, first, "广播室电源跳闸，十分钟后恢复", "info_officer")
    if number % 7 == 5:
        yield Happening(
            9 * 60 + 33, "pupil_unwell", 1, first, "学生腹痛，校医到场处理后返回座位", "medical", seats=(2,)
        )
    if number % 7 == 3:
        yield Happening(11 * 60 + 8, "signal_wrong", 2, second, "结束铃未响，改为逐室通知", "timekeeper")
    if number % 9 == 7:
        yield Happening(9 * 60 + 3, "short_count", 2, first, "启封后少一册，已启用备用", "chief_proctor")
    if number == MISSING_SCHOOL:
        at = (scene.phase(blocks[1], PhaseKind.SEAL).start or 0) + 10
        yield Happening(at, "paper_missing", 3, second, "封装时清点少一份问卷，正在考室内查找", "chief_proctor", None)


def _open(scene: Scene, happening: Happening, numbers: list[int]) -> None:
    family = next(item.family for item in scene.plan.incident_types if item.id == happening.type)
    data: dict[str, object] = {
        "type": happening.type,
        "family": family.value,
        "level": happening.level,
        "block": happening.block,
        "what": happening.what,
    }
    form = dict(data)
    if happening.seats:
        data["seats"] = sorted(happening.seats)
        form["seats"] = " ".join(str(seat) for seat in happening.seats)
    reply = scene.people.record(happening.role, "/incidents/open", "incident_opened", form, data)
    numbers.append(reply["seq"])
    scene.ledger.incidents[reply["seq"]] = IncidentSeen(happening.level)


def _report(scene: Scene, happening: Happening, numbers: list[int]) -> None:
    told = "县级值班" if happening.level > 1 else "主监"
    form = {"done": "已按预案处理", "told": told, "channel": "phone" if happening.level > 1 else "in_person"}
    path = f"/incidents/{numbers[0]}/update"
    scene.people.record(happening.role, path, "incident_updated", form, {"incident": numbers[0], **form})


def _close(scene: Scene, numbers: list[int]) -> None:
    form = {"result": "已处理完毕，未影响测试"}
    path = f"/incidents/{numbers[0]}/close"
    scene.people.record("chief_proctor", path, "incident_closed", form, {"incident": numbers[0], **form})
    scene.ledger.incidents[numbers[0]].is_open = False
