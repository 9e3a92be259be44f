"""Incidents: the open ones first, a form that saves first and is completed later, the report form on paper."""

import re
import unicodedata
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from field_app.services import incidents
from field_app.services.attendance import names
from field_app.services.incidents import Addition, NewIncident
from field_app.services.timetable import date_of
from field_app.web.acting import acting, happened, request_id, the_laptop
from field_app.web.answers import answer, form_text
from field_app.web.frame.views import line_label
from field_app.web.incidents.words import described_lines, level_text, type_text
from shared.domain.access import may_record
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.incidents import CHANNELS, FAMILIES, INCIDENT_CLOSED
from shared.domain.words import Words
from shared.web.access import access

bp = Blueprint("incidents", __name__, url_prefix="/incidents", template_folder="templates")
OTHER = "other:"
"""Before the family: the chip of an incident that no type of the plan fits."""


@bp.get("/")
@access("acting")
def page() -> str:
    """Every incident, open and gravest first."""
    laptop = the_laptop()
    return render_template(
        "incidents/page.html",
        title=_("应急事件"),
        lines=incidents.list_incidents(laptop),
        now=laptop.clock.now().corrected,
        **_words(),
    )


@bp.get("/new")
@access("acting")
def new() -> str:
    """The form: one touch on a type, one on save."""
    laptop = the_laptop()
    timetable = laptop.timetable()
    return render_template(
        "incidents/new.html",
        title=_("登记事件"),
        types=incidents.list_types(laptop),
        blocks=timetable.blocks(),
        block=request.args.get("block") or timetable.current_block().id,
        chosen=request.args.get("type", ""),
        what=request.args.get("what", ""),
        seats=laptop.journal.day.readiness.seats,
        pupils={pupil.seat: pupil.name for pupil in names(laptop)},
        **_words(),
    )


@bp.post("/open")
@access("acting")
def open_incident() -> Any:
    """Save a new incident."""
    chosen, family = form_text("type"), form_text("family")
    if chosen.startswith(OTHER):
        chosen, family = form_text("title"), chosen.removeprefix(OTHER)
    draft = NewIncident(
        type=chosen,
        family=family,
        level=_level(),
        block=form_text("block"),
        seats=_seats(),
        what=form_text("what"),
        done=form_text("done"),
        told=form_text("told"),
        channel=form_text("channel"),
        happened=happened(),
    )
    recorded = incidents.open_incident(the_laptop(), acting(), draft, request_id())
    return _answer(recorded, recorded.event.seq, _("事件 %(n)s 已登记", n=recorded.event.seq))


@bp.get("/<int(signed=True):number>")
@access("acting")
def incident(number: int) -> str:
    """One incident: what is known, what can be added, how it ends."""
    laptop = the_laptop()
    line = incidents.get_incident(laptop, number)
    return render_template(
        "incidents/incident.html",
        title=_("事件 %(n)s", n=line_label(number)),
        line=line,
        incident=line.incident,
        now=laptop.clock.now().corrected,
        history=described_lines(laptop, line.incident),
        may_close=may_record(INCIDENT_CLOSED, acting().role),
        **_words(),
    )


@bp.post("/<int(signed=True):number>/update")
@access("acting")
def update(number: int) -> Any:
    """Add to an incident."""
    addition = Addition(
        level=_level(),
        what=form_text("what"),
        done=form_text("done"),
        told=form_text("told"),
        channel=form_text("channel"),
        happened=happened(),
    )
    recorded = incidents.update_incident(the_laptop(), acting(), number, addition, request_id())
    return _answer(recorded, number, _("事件 %(n)s 已补充", n=line_label(number)))


@bp.post("/<int(signed=True):number>/close")
@access("acting")
def close(number: int) -> Any:
    """Close an incident with its result."""
    result, stated = form_text("result"), happened()
    recorded = incidents.close_incident(the_laptop(), acting(), number, result, request_id(), happened=stated)
    return _answer(recorded, number, _("事件 %(n)s 已结案", n=line_label(number)))


@bp.get("/<int(signed=True):number>/form")
@access("acting")
def printed_form(number: int) -> str:
    """The school's incident report form, to print, sign and stamp."""
    laptop = the_laptop()
    found = incidents.get_incident(laptop, number).incident
    return render_template(
        "incidents/form.html",
        title=_("样本校应急事件报告表"),
        incident=found,
        school=laptop.journal.birth.school,
        opened_by=laptop.journal.event(found.history[0]).actor,
        history=described_lines(laptop, found),
        head=laptop.journal.head,
        date_text=date_of,
        **_words(),
    )


def _words() -> dict[str, Any]:
    plan = the_laptop().plan
    return {
        "levels": plan.incident_levels,
        "families": {key: Words(zh, en) for key, zh, en in FAMILIES},
        "channels": {key: Words(zh, en) for key, zh, en in CHANNELS},
        "block_titles": {block.id: block.title for block in plan.blocks},
        "level_text": level_text,
        "type_text": type_text,
    }


def _level() -> int:
    """The level in the form, 0 when it says none; raises FIELD_INVALID."""
    value = form_text("level")
    if value and value not in ("1", "2", "3"):
        raise DomainError(ErrorCode.FIELD_INVALID, field="level", value=value, expected="1–3")
    return int(value or 0)


def _seats() -> tuple[int, ...]:
    """Seats as repeated fields or as a list (`3, 7、12`), full-width digits understood; raises FIELD_INVALID."""
    text = unicodedata.normalize("NFKC", " ".join(request.form.getlist("seats")))
    parts = [part for part in re.split(r"[\s,、;号]+", text) if part]
    if not all(part.isdecimal() and 1 <= int(part) <= 999 for part in parts):
        raise DomainError(ErrorCode.FIELD_INVALID, field="seats", value=text[:20], expected="3, 7, 12")
    return tuple(sorted({int(part) for part in parts}))


def _answer(recorded: Any, number: int, said: str) -> Any:
    back = url_for("incidents.incident", number=number)
    return answer(recorded, said, back, incident=number, next=back)
