"""Putting people on duty, and knowing who acts and who witnesses (design §8)."""

from dataclasses import dataclass

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from field_app.services.pins import check_strength
from shared.domain.duties import (
    DUTY_DELEGATED,
    DUTY_RESUMED,
    PERSON_PUT_ON_DUTY,
    PERSON_RELIEVED,
    PIN_CHANGED,
    Person,
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
    person: str = ""
    """Who they are already, when they come on duty again."""


def returning(laptop: Laptop, person: str, pin: str) -> Newcomer:
    """Somebody known who is not on duty, coming again with a new PIN; raises NOT_ON_DUTY for anybody else."""
    known = laptop.journal.day.duties.people.get(person)
    if known is None or known.on_duty:
        raise DomainError(ErrorCode.NOT_ON_DUTY)
    return Newcomer(known.name, known.unit, known.role, known.outsider, pin, known.id)


def list_absent(laptop: Laptop) -> list[Person]:
    """Everybody known who is not on duty now, in the order they first came."""
    return [person for person in laptop.journal.day.duties.people.values() if not person.on_duty]


def open_house(laptop: Laptop, newcomer: Newcomer, passphrase: str, request: str) -> Recorded:
    """Set the site passphrase and put the first person on duty, who opens the house in their own name (design §8).

    Raises PASSPHRASE_TOO_SHORT, PIN_TOO_SIMPLE, NOT_ALLOWED; asked again after a crash between the two it goes on.
    """
    if laptop.roster.exists:
        laptop.roster.unlock(passphrase)
    else:
        check_strength(newcomer.pin)
        laptop.roster.set_passphrase(passphrase)
    return put_on_duty(laptop, None, (), newcomer, request)


def put_on_duty(
    laptop: Laptop, actor: Actor | None, witnesses: tuple[Actor, ...], newcomer: Newcomer, request: str
) -> Recorded:
    """Put a person on duty with the PIN they chose; without an `actor` they are the first and act for themself.

    The PIN is kept before the line is recorded: a person on duty can always act.
    """
    with laptop.duty_lock:
        if (before := laptop.store.find_request(request)) is not None:
            return Recorded(laptop.journal.event(before), repeated=True)
        person = newcomer.person or f"p{len(laptop.journal.day.duties.people) + 1}"
        laptop.pins.set(person, newcomer.pin)
        data = {
            "person": person,
            "name": newcomer.name,
            "unit": newcomer.unit,
            "role": newcomer.role.value,
            "outsider": newcomer.outsider,
        }
        self_made = Actor(person, newcomer.role.value)
        return laptop.journal.record(Draft(PERSON_PUT_ON_DUTY.name, actor or self_made, data, witnesses), request)


def identify(laptop: Laptop, person: str, pin: str) -> Actor:
    """The person behind a right PIN, in their role; raises NOT_ON_DUTY, PIN_WRONG or PIN_LOCKED."""
    known = laptop.journal.day.duties.people.get(person)
    if known is None or not known.on_duty:
        raise DomainError(ErrorCode.NOT_ON_DUTY)
    laptop.pins.check(person, pin)
    return Actor(person, known.role.value)


def relieve(
    laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], person: str, reason: str, request: str
) -> Recorded:
    """Let a person go off duty."""
    return laptop.journal.record(
        Draft(PERSON_RELIEVED.name, actor, {"person": person, "reason": reason}, witnesses), request
    )


def change_pin(
    laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], person: str, pin: str, request: str
) -> Recorded:
    """Give a person a new PIN; the line is recorded first, so that no PIN changes without a trace."""
    if actor.person == person:
        raise DomainError(ErrorCode.WITNESS_IS_ACTOR)
    check_strength(pin)
    recorded = laptop.journal.record(Draft(PIN_CHANGED.name, actor, {"person": person}, witnesses), request)
    laptop.pins.set(person, pin)
    return recorded


def delegate(
    laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], to: str, reason: str, request: str
) -> Recorded:
    """Let another person stand in for the actor, who answers the questionnaire meanwhile (domain §4)."""
    data = {"person": actor.person, "to": to, "reason": reason}
    return laptop.journal.record(Draft(DUTY_DELEGATED.name, actor, data, witnesses), request)


def resume(laptop: Laptop, actor: Actor, request: str) -> Recorded:
    """End the delegation of the actor's role."""
    return laptop.journal.record(Draft(DUTY_RESUMED.name, actor, {"person": actor.person}), request)


def switch_to(laptop: Laptop, person: str, role: str, pin: str) -> Actor:
    """The person behind a right PIN, in the role they take: their own, or one they stand in for; raises NOT_ON_DUTY."""
    actor = identify(laptop, person, pin)
    wanted = Actor(person, role or actor.role)
    if not laptop.journal.day.duties.holds(wanted):
        raise DomainError(ErrorCode.NOT_ON_DUTY)
    return wanted


def check_same(first: str, again: str) -> None:
    """Promise that what was typed twice is the same; raises TYPED_DIFFERENTLY."""
    if first != again:
        raise DomainError(ErrorCode.TYPED_DIFFERENTLY)


@dataclass(frozen=True, slots=True)
class Hand:
    """One way a person may act: their own role, or a role they stand in for."""

    actor: Actor
    name: str
    unit: str
    stands_in: bool


def list_hands(laptop: Laptop) -> list[Hand]:
    """Everyone on duty in every role they may act in, in the order they came."""
    duties = laptop.journal.day.duties
    hands = []
    for person in duties.on_duty():
        hands.append(Hand(Actor(person.id, person.role.value), person.name, person.unit, False))
        for principal, to in duties.delegations.items():
            if to == person.id:
                role = duties.people[principal].role.value
                hands.append(Hand(Actor(person.id, role), person.name, person.unit, True))
    return hands


def list_vacancies(laptop: Laptop) -> list[Role]:
    """The roles that the plan asks for and nobody holds yet, in the plan's order."""
    held = {person.role for person in laptop.journal.day.duties.on_duty()}
    return [Role(role) for role in laptop.plan.roles if role in set(Role) and Role(role) not in held]
