"""Who may record what: asked by pages, services, API and imports alike, from the catalogue's own declaration."""

from collections.abc import Iterable

from shared.domain.catalogue import EventType
from shared.domain.duties import PERSON_PUT_ON_DUTY, Duties
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import LAPTOP, Actor
from shared.domain.roles import HEADS, Role


def authorise(event_type: EventType, actor: Actor, witnesses: tuple[Actor, ...], duties: Duties) -> None:
    """Promise that `actor`, with these witnesses, may record this type now.

    Raises NOT_ALLOWED, NOT_ON_DUTY, WITNESS_MISSING, WITNESS_IS_ACTOR or WITNESS_NOT_ALLOWED.
    """
    if actor.role not in event_type.may:
        raise DomainError(ErrorCode.NOT_ALLOWED, role=actor.role, allowed=role_list(event_type.may))
    if duties.holds(actor):
        if witnesses or event_type.witnesses:
            _check_witnesses(event_type, actor, witnesses, duties)
    elif actor != LAPTOP and not _opens_the_house(event_type, actor, duties):
        raise DomainError(ErrorCode.NOT_ON_DUTY, person=actor.person)


def witnesses_needed(event_type: EventType, duties: Duties) -> int:
    """How many witnesses this type needs now: none until a second person is on duty to witness."""
    return event_type.witnesses if event_type.witnesses and len(duties.on_duty()) > 1 else 0


def may_record(event_type: EventType, role: str) -> bool:
    """Whether a role may record this type at all; pages hide what it may not."""
    return role in event_type.may


def role_list(roles: Iterable[Role]) -> str:
    """Role ids in the order they are declared, for a sentence; the edge puts words in their place."""
    chosen = set(roles)
    return ", ".join(role.value for role in Role if role in chosen)


def _opens_the_house(event_type: EventType, actor: Actor, duties: Duties) -> bool:
    return event_type is PERSON_PUT_ON_DUTY and not duties.on_duty() and actor.role in HEADS


def _check_witnesses(event_type: EventType, actor: Actor, witnesses: tuple[Actor, ...], duties: Duties) -> None:
    people = [witness.person for witness in witnesses]
    if actor.person in people:
        raise DomainError(ErrorCode.WITNESS_IS_ACTOR)
    if len(set(people)) < witnesses_needed(event_type, duties):
        raise DomainError(ErrorCode.WITNESS_MISSING)
    for witness in witnesses:
        if witness.role not in event_type.witness_by and event_type.witnesses:
            raise DomainError(
                ErrorCode.WITNESS_NOT_ALLOWED, role=witness.role, allowed=role_list(event_type.witness_by)
            )
        if not duties.holds(witness):
            raise DomainError(ErrorCode.NOT_ON_DUTY, person=witness.person)
