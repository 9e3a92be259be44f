"""Getting ready: the checklist of the plan, opening the day, and taking up a plan that the county has revised."""

from dataclasses import dataclass

from field_app.services.county import newer_plan
from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.privacy import refuse_names
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.domain.plan import Block, Plan, ReadinessItem
from shared.domain.readiness import DAY_OPENED, PLAN_ADOPTED, READINESS_CHECKED, Check
from shared.wire.plan_file import read_plan


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be ready, and the newest answer to it."""

    item: ReadinessItem
    check: Check | None


@dataclass(frozen=True, slots=True)
class Preparation:
    """How far the school is: today's day, whether it is open, the checklist, and the county's newer plan if any."""

    day: str
    opened: int | None
    items: tuple[Item, ...]
    newer: Plan | None
    changed: tuple[Block, ...]

    @property
    def left(self) -> int:
        """Items without an answer, or answered "not ready"."""
        return sum(1 for item in self.items if item.check is None or item.check.result == "not_ready")


def look_at_preparation(laptop: Laptop) -> Preparation:
    """The preparation as it stands."""
    ready = laptop.journal.day.readiness
    today = laptop.timetable().today.id
    items = tuple(Item(item, ready.items.get(item.id)) for item in laptop.plan.readiness)
    newer = _newer(laptop)
    changed = tuple(block for block in newer.blocks if block not in laptop.plan.blocks) if newer else ()
    return Preparation(today, ready.opened.get(today), items, newer, changed)


def check_item(laptop: Laptop, actor: Actor, item: str, result: str, note: str, request: str) -> Recorded:
    """Answer one item of the checklist; raises FIELD_INVALID for an item that the plan does not have."""
    if item not in {known.id for known in laptop.plan.readiness}:
        raise DomainError(ErrorCode.FIELD_INVALID, field="item", value=item[:20], expected=laptop.plan.id)
    refuse_names(laptop, note)
    data = {"item": item, "result": result} | ({"note": note} if note else {})
    return laptop.journal.record(Draft(READINESS_CHECKED.name, actor, data), request)


def open_day(laptop: Laptop, actor: Actor, anchor: str, request: str) -> Recorded:
    """Open today; `anchor` is a word that the county reads out, else the hash of this morning's roster (design §3).

    A day that is open cannot be opened again: ALREADY_OPEN.
    """
    preparation = look_at_preparation(laptop)
    if preparation.opened is not None and laptop.store.find_request(request) is None:
        raise DomainError(ErrorCode.ALREADY_OPEN)
    anchor = anchor or (laptop.roster.fingerprint if laptop.roster.exists else "")
    data = {"day": preparation.day} | ({"anchor": anchor} if anchor else {})
    return laptop.journal.record(Draft(DAY_OPENED.name, actor, data), request)


def adopt_plan(laptop: Laptop, actor: Actor, request: str) -> Recorded:
    """Take up the county's newer plan; raises PLAN_NOT_LOADED when there is none."""
    if (before := laptop.store.find_request(request)) is not None:
        return Recorded(laptop.journal.event(before), repeated=True)
    newer = _newer(laptop)
    if newer is None:
        raise DomainError(ErrorCode.PLAN_NOT_LOADED)
    data = {"sha256": newer.sha256, "plan": newer.id, "revision": newer.revision}
    return laptop.journal.record(Draft(PLAN_ADOPTED.name, actor, data), request)


def _newer(laptop: Laptop) -> Plan | None:
    sha256 = newer_plan(laptop)
    data = laptop.contents.find_content(sha256) if sha256 else None
    return read_plan(data, "plan.yaml") if data else None
