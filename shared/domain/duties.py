"""On duty 上岗: who is here today, in which role, and who stands in for whom (domain §4, §8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from shared.domain.catalogue import REASON, EventType, choice, flag, text
from shared.domain.event import Actor, Event
from shared.domain.roles import HEADS, ROLE_WORDS, STAFF, Role
from shared.domain.takeover import DAY_TAKEN_OVER
from shared.domain.words import Words

FEATURE = "duties"
_ROLES = [(role.value, words.zh, words.en) for role, words in ROLE_WORDS.items() if role is not Role.LAPTOP]
_PERSON = text("person", "人员编号", "person", most=20)

PERSON_PUT_ON_DUTY = EventType(
    name="person_put_on_duty",
    feature=FEATURE,
    title=Words("上岗", "Put on duty"),
    words=Words("{name}（{unit}）上岗：{role}", "{name} ({unit}) on duty as {role}"),
    fields=(
        _PERSON,
        text("name", "姓名", "name", most=40),
        text("unit", "单位", "unit", most=80),
        choice("role", "职责", "role", _ROLES),
        flag("outsider", "外校人员", "from outside"),
    ),
    may=HEADS,
    witnesses=1,
    witness_by=STAFF,
)
PERSON_RELIEVED = EventType(
    name="person_relieved",
    feature=FEATURE,
    title=Words("离岗", "Relieved"),
    words=Words("{person} 离岗：{reason}", "{person} relieved: {reason}"),
    fields=(_PERSON, REASON),
    may=HEADS,
    witnesses=1,
    witness_by=STAFF,
)
PIN_CHANGED = EventType(
    name="pin_changed",
    feature=FEATURE,
    title=Words("重设口令", "PIN changed"),
    words=Words("{person} 重设口令", "{person} has a new PIN"),
    fields=(_PERSON,),
    may=HEADS | {Role.INFO_OFFICER},
    witnesses=1,
    witness_by=STAFF,
)
DUTY_DELEGATED = EventType(
    name="duty_delegated",
    feature=FEATURE,
    title=Words("代理开始", "Delegation begins"),
    words=Words("{person} 由 {to} 代理：{reason}", "{to} stands in for {person}: {reason}"),
    fields=(_PERSON, text("to", "代理人", "stand-in", most=20), REASON),
    may=HEADS,
    witnesses=1,
    witness_by=STAFF,
)
DUTY_RESUMED = EventType(
    name="duty_resumed",
    feature=FEATURE,
    title=Words("代理结束", "Delegation ends"),
    words=Words("{person} 回岗，代理结束", "{person} is back; the delegation ends"),
    fields=(_PERSON,),
    may=HEADS,
)
TYPES = (PERSON_PUT_ON_DUTY, PERSON_RELIEVED, PIN_CHANGED, DUTY_DELEGATED, DUTY_RESUMED)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on duty; names of staff stand in the log because they sign for things."""

    id: str
    name: str
    unit: str
    role: Role
    outsider: bool
    seq: int
    on_duty: bool = True


@dataclass(frozen=True, slots=True)
class Duties:
    """Everyone who was put on duty, and the delegations in force (person → stand-in)."""

    people: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    delegations: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def holds(self, actor: Actor) -> bool:
        """Whether this person is on duty in this role, or stands in for somebody in it."""
        person = self.people.get(actor.person)
        if person is None or not person.on_duty:
            return False
        if person.role == actor.role:
            return True
        return any(
            to == actor.person and self.people[principal].role == actor.role
            for principal, to in self.delegations.items()
            if principal in self.people
        )

    def on_duty(self) -> tuple[Person, ...]:
        """The people on duty now, in the order they came."""
        return tuple(person for person in self.people.values() if person.on_duty)

    def in_role(self, role: Role) -> tuple[Person, ...]:
        """The people on duty in this role."""
        return tuple(person for person in self.on_duty() if person.role is role)


def _put_on_duty(duties: Duties, event: Event) -> Duties:
    data = event.data
    person = Person(data["person"], data["name"], data["unit"], Role(data["role"]), data["outsider"], event.seq)
    return replace(duties, people={**duties.people, person.id: person})


def _relieved(duties: Duties, event: Event) -> Duties:
    person = duties.people.get(event.data["person"])
    if person is None:
        return duties
    return replace(duties, people={**duties.people, person.id: replace(person, on_duty=False)})


def _delegated(duties: Duties, event: Event) -> Duties:
    return replace(duties, delegations={**duties.delegations, event.data["person"]: event.data["to"]})


def _resumed(duties: Duties, event: Event) -> Duties:
    left = {person: to for person, to in duties.delegations.items() if person != event.data["person"]}
    return replace(duties, delegations=left)


def _taken_over(duties: Duties, event: Event) -> Duties:
    return Duties({key: replace(person, on_duty=False) for key, person in duties.people.items()})


APPLY = {
    DAY_TAKEN_OVER.name: _taken_over,
    PERSON_PUT_ON_DUTY.name: _put_on_duty,
    PERSON_RELIEVED.name: _relieved,
    DUTY_DELEGATED.name: _delegated,
    DUTY_RESUMED.name: _resumed,
}
