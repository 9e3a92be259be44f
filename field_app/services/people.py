"""Putting people on duty, and knowing who acts and who witnesses (design §8)."""

from dataclasses import dataclass

from field_app.services.laptop import Laptop
from shared.domain.duties import (
    DUTY_DELEGATED,
    DUTY_RESUMED,
    PERSON_PUT_ON_DUTY,
    PERSON_RELIEVED,
    PIN_CHANGED,
)
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody about to come on duty, as typed into the form."""

    name: str
    unit: str
    role: Role
    outsider: bool
    pin: str


def put_on_duty(
    laptop: Laptop, actor: Actor | None, witnesses: tuple[Actor, ...], newcomer: Newcomer, request: str
) -> Actor:
    """Put a person on duty with the PIN they chose; without an `actor` they are the first and open the house.

    The PIN is kept before the line is recorded: a person on duty can always act.
    """
    journal = laptop.journal
    if (before := laptop.store.find_request(request)) is not None:
        data = journal.event(before).data
        return Actor(data["person"], data["role"])
    person = f"p{len(journal.day.duties.people) + 1}"
    laptop.pins.set(person, newcomer.pin)
    data = {
        "person": person,
        "name": newcomer.name,
        "unit": newcomer.unit,
        "role": newcomer.role.value,
        "outsider": newcomer.outsider,
    }
    self_made = Actor(person, newcomer.role.value)
    journal.record(Draft(PERSON_PUT_ON_DUTY.name, actor or self_made, data, witnesses), request)
    return self_made


def identify(laptop: Laptop, person: str, pin: str) -> Actor:
    """The person behind a right PIN, in their role; raises NOT_ON_DUTY, PIN_WRONG or PIN_LOCKED."""
    known = laptop.journal.day.duties.people.get(person)
    if known is None or not known.on_duty:
        raise DomainError(ErrorCode.NOT_ON_DUTY)
    laptop.pins.check(person, pin)
    return Actor(person, known.role.value)


def relieve(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], person: str, reason: str, request: str) -> None:
    """Let a person go off duty."""
    laptop.journal.record(Draft(PERSON_RELIEVED.name, actor, {"person": person, "reason": reason}, witnesses), request)


def change_pin(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], person: str, pin: str, request: str) -> None:
    """Give a person a new PIN; the line is recorded first, so that no PIN changes without a trace."""
    if actor.person == person:
        raise DomainError(ErrorCode.WITNESS_IS_ACTOR)
    laptop.journal.record(Draft(PIN_CHANGED.name, actor, {"person": person}, witnesses), request)
    laptop.pins.set(person, pin)


def delegate(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], to: str, reason: str, request: str) -> None:
    """Let another person stand in for the actor, who answers the questionnaire meanwhile (domain §4)."""
    data = {"person": actor.person, "to": to, "reason": reason}
    laptop.journal.record(Draft(DUTY_DELEGATED.name, actor, data, witnesses), request)


def resume(laptop: Laptop, actor: Actor, request: str) -> None:
    """End the delegation of the actor's role."""
    laptop.journal.record(Draft(DUTY_RESUMED.name, actor, {"person": actor.person}), request)
