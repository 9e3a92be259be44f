"""Incidents: saved first, completed later; how long is left to report one (domain §8)."""

from collections.abc import Mapping
from dataclasses import dataclass

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.privacy import refuse_names
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.domain.incidents import INCIDENT_CLOSED, INCIDENT_OPENED, INCIDENT_UPDATED, Incident
from shared.domain.plan import IncidentType

_TYPE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident and until when it must be reported, in corrected ms; None once told, closed, or without a limit."""

    incident: Incident
    report_by: int | None


@dataclass(frozen=True, slots=True)
class NewIncident:
    """An incident as typed; only a type or `what` is needed. `level` 0 takes the type's own.

    `type` is an id of the plan's; any other text is a type of its own and then needs a `family`.
    """

    type: str
    family: str = ""
    level: int = 0
    block: str = ""
    seats: tuple[int, ...] = ()
    what: str = ""
    done: str = ""
    told: str = ""
    channel: str = ""
    happened: int | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """What is added to an incident; an empty text or level 0 leaves things as they are.

    `happened` is when it was done, above all when somebody was told, if that was before now.
    """

    level: int = 0
    what: str = ""
    done: str = ""
    told: str = ""
    channel: str = ""
    happened: int | None = None


def list_incidents(laptop: Laptop) -> tuple[IncidentLine, ...]:
    """The open ones, gravest first, then the closed ones, newest first."""
    incidents = laptop.journal.day.incidents
    closed = [incident for incident in reversed(tuple(incidents.by_number.values())) if not incident.is_open]
    return tuple(_line(laptop, incident) for incident in (*incidents.open(), *closed))


def get_incident(laptop: Laptop, number: int) -> IncidentLine:
    """One incident by its number; raises INCIDENT_UNKNOWN."""
    incident = laptop.journal.day.incidents.by_number.get(number)
    if incident is None:
        raise DomainError(ErrorCode.INCIDENT_UNKNOWN, incident=number)
    return _line(laptop, incident)


def open_incident(laptop: Laptop, actor: Actor, new: NewIncident, request: str) -> Recorded:
    """Record a new incident; raises FIELD_MISSING without a type, BLOCK_UNKNOWN, SEAT_UNKNOWN, NAME_IN_TEXT."""
    refuse_names(laptop, new.type, new.what, new.done, new.told)
    kind = next((item for item in laptop.plan.incident_types if item.id == new.type), None)
    data: dict[str, object] = {
        "family": kind.family.value if kind else new.family,
        "type": kind.id if kind else (new.type or new.what)[:_TYPE_LENGTH],
        "level": new.level or (kind.level if kind else 1),
        "what": new.what or (kind.title.zh if kind else new.type),
    }
    if not data["type"]:
        raise DomainError(ErrorCode.FIELD_MISSING, field="type")
    if new.block:
        data["block"] = laptop.plan.block(new.block).id
    if new.seats:
        data["seats"] = list(_known_seats(laptop, new.seats))
    data |= _filled({"done": new.done, "told": new.told, "channel": new.channel})
    return laptop.journal.record(Draft(INCIDENT_OPENED.name, actor, data, happened=new.happened), request)


def update_incident(laptop: Laptop, actor: Actor, number: int, addition: Addition, request: str) -> Recorded:
    """Record what is new about an incident.

    Raises INCIDENT_UNKNOWN, NOTHING_CHANGED, NAME_IN_TEXT, or REASON_MISSING when its level falls without a word why.
    """
    refuse_names(laptop, addition.what, addition.done, addition.told)
    incident = get_incident(laptop, number).incident
    typed = {
        "level": addition.level,
        "what": addition.what,
        "done": addition.done,
        "told": addition.told,
        "channel": addition.channel,
    }
    changed = {name: value for name, value in _filled(typed).items() if value != getattr(incident, name)}
    if not changed and laptop.store.find_request(request) is None:
        raise DomainError(ErrorCode.NOTHING_CHANGED)
    if _falls(incident, addition.level) and not {"what", "done"} & set(changed):
        raise DomainError(ErrorCode.REASON_MISSING)
    draft = Draft(INCIDENT_UPDATED.name, actor, {"incident": number, **changed}, happened=addition.happened)
    return laptop.journal.record(draft, request)


def close_incident(
    laptop: Laptop, actor: Actor, number: int, result: str, request: str, *, happened: int | None = None
) -> Recorded:
    """Record how an incident ended; raises INCIDENT_UNKNOWN, FIELD_MISSING, ALREADY_RECORDED, NAME_IN_TEXT."""
    refuse_names(laptop, result)
    incident = get_incident(laptop, number).incident
    if not result:
        raise DomainError(ErrorCode.FIELD_MISSING, field="result")
    if not incident.is_open and laptop.store.find_request(request) is None:
        raise DomainError(ErrorCode.ALREADY_RECORDED, seq=incident.history[-1])
    data = {"incident": number, "result": result}
    return laptop.journal.record(Draft(INCIDENT_CLOSED.name, actor, data, happened=happened), request)


def list_types(laptop: Laptop) -> Mapping[str, tuple[IncidentType, ...]]:
    """The plan's types of incident by family, in the plan's order."""
    types: dict[str, tuple[IncidentType, ...]] = {}
    for item in laptop.plan.incident_types:
        types[item.family.value] = (*types.get(item.family.value, ()), item)
    return types


def _line(laptop: Laptop, incident: Incident) -> IncidentLine:
    within = next((item.report_within for item in laptop.plan.incident_levels if item.level == incident.level), None)
    settled = incident.told_at is not None or not incident.is_open
    return IncidentLine(incident, None if settled or within is None else incident.time + within * 60_000)


def _falls(incident: Incident, level: int) -> bool:
    """Whether a level is less grave than the incident's."""
    return 0 < level < incident.level


def _known_seats(laptop: Laptop, seats: tuple[int, ...]) -> tuple[int, ...]:
    """The seats in order, each once; raises SEAT_UNKNOWN for one that the roster does not have."""
    known = laptop.journal.day.readiness.seats
    for seat in seats:
        if known and seat not in known:
            raise DomainError(ErrorCode.SEAT_UNKNOWN, seat=seat)
    return tuple(sorted(set(seats)))


def _filled(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}
