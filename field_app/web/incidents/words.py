"""The words of an incident: its level with a shape, its type, and its lines of the log."""

from field_app.services.laptop import Laptop
from field_app.web.acting import the_laptop
from field_app.web.frame.views import person_label
from shared.domain.describe import describe
from shared.domain.event import Event
from shared.domain.incidents import Incident
from shared.domain.naming import names_of
from shared.web.language import language

SHAPES = {1: "●", 2: "▲", 3: "■"}


def level_text(level: int) -> str:
    """A level as `■ 三级·严重`: 3 is the gravest, so the number never stands alone."""
    words = next((item.title for item in the_laptop().plan.incident_levels if item.level == level), None)
    return f"{SHAPES[level]} {words.text(language()) if words else level}"


def type_text(incident: Incident) -> str:
    """The title of the incident's type in the plan; a type that somebody typed stands for itself."""
    found = next((item.title for item in the_laptop().plan.incident_types if item.id == incident.type), None)
    return found.text(language()) if found else incident.type


def described_lines(laptop: Laptop, incident: Incident) -> list[tuple[Event, str, str]]:
    """The lines that make the incident, as (event, sentence, who)."""
    names = names_of(laptop.plan, laptop.journal.day.duties)
    events = [laptop.journal.event(seq) for seq in incident.history]
    return [(event, describe(event, names).text(language()), person_label(event.actor)) for event in events]
