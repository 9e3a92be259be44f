"""Words for the ids that a log carries: blocks, signals, people, incident types, materials, readiness items."""

from shared.domain.duties import Duties
from shared.domain.plan import Plan
from shared.domain.roles import ROLE_WORDS
from shared.domain.words import Words


def names_of(plan: Plan | None, duties: Duties) -> dict[str, Words]:
    """Every id of this plan and these people with its words, for `describe`."""
    names: dict[str, Words] = {}
    if plan is not None:
        for titled in (plan.days, plan.blocks, plan.incident_types, plan.readiness, plan.signals()):
            names.update({item.id: item.title for item in titled})
        for block in plan.blocks:
            for material in block.materials:
                names[material.id] = material.title
    for person in duties.people.values():
        role = ROLE_WORDS[person.role]
        names[person.id] = Words(f"{role.zh} {person.name}", f"{role.en} {person.name}")
    return names
