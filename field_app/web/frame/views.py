"""The strip above and the line below every page, and the small status that keeps them true."""

from typing import Any

from flask import Blueprint, Flask, Response, flash, jsonify, redirect, request
from flask_babel import gettext as _

from field_app.services.laptop import Laptop
from field_app.services.signals import SignalState, next_signal
from field_app.services.timetable import Timetable, clock_text
from field_app.sync.status import SyncState
from field_app.web.acting import current_actor, new_request_id, the_laptop, the_sync
from field_app.web.safekeeping.words import keeping_notice
from shared.domain.ancestry import label
from shared.domain.duties import Duties
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor
from shared.domain.plan import PhaseKind
from shared.domain.roles import ROLE_WORDS, Role
from shared.domain.words import Words
from shared.web.access import access
from shared.web.errors import say, wants_json
from shared.web.language import language

bp = Blueprint(
    "frame", __name__, template_folder="templates", static_folder="../static", static_url_path="/static/field"
)

BELL_SOON_MS = 5 * 60_000
"""A signal this near asks for an open console."""
_OFFLINE = frozenset({ErrorCode.OFFICE_UNREACHABLE, ErrorCode.OFFICE_ADDRESS_UNKNOWN})
"""How a laptop without a network hears of it."""

PHASE_WORDS = {
    PhaseKind.COLLECT: Words("领取工具", "collect"),
    PhaseKind.CHECK_IN: Words("检录", "check-in"),
    PhaseKind.PREPARE: Words("准备", "prepare"),
    PhaseKind.ANSWER: Words("答题", "answer"),
    PhaseKind.SEAL: Words("封装", "seal"),
}


@bp.post("/sync/now")
@access("enrolled")
def sync_now() -> Any:
    """Ask for a pass of sync at once."""
    the_sync().sync_now()
    if wants_json():
        return jsonify(said=_("正在联系县级"))
    flash(_("正在联系县级"))
    return redirect(request.referrer or "/", code=303)


@bp.get("/status.json")
@access("entered")
def status() -> Response:
    """What the strip and the foot show, for pages that stay open."""
    return jsonify(strip())


def init_strip(app: Flask) -> None:
    """Give every template the strip's content and the form helpers."""

    @app.context_processor
    def context() -> dict[str, Any]:
        return {
            "strip": strip(),
            "new_request_id": new_request_id,
            "actor": current_actor(),
            "people_on_duty": _people_on_duty(),
            "person_label": person_label,
            "clock_text": clock_text,
            "line_label": line_label,
        }


def strip() -> dict[str, Any]:
    """School, programme, phases, time, who acts, and what is saved and received; every value is ready to show."""
    laptop = the_laptop()
    now = laptop.clock.now()
    content: dict[str, Any] = {
        "school": laptop.enrolment.school_name if laptop.enrolment else _("尚未登记"),
        "programme": "",
        "phase": "",
        "bell": "",
        "box": "",
        "now": now.corrected,
        "rate": laptop.enrolment.rate if laptop.enrolment else 1,
        "checked": now.error,
        "raw_differs": bool(now.offset),
        "raw": now.wall,
        "actor": "",
        "rehearsal": bool(laptop.enrolment and laptop.enrolment.mode == "rehearsal"),
        **_county_line(),
    }
    if laptop.is_enrolled:
        actor = current_actor()
        content["actor"] = person_label(actor) if actor else ""
        try:
            plan = laptop.plan
            content["programme"] = plan.title.text(language())
            content["bell"] = bell_text(laptop)
            content["box"] = keeping_notice()
            content["phase"] = phase_text(laptop.timetable())
        except DomainError:  # the page itself says that no plan is loaded
            return content
    return content


def _county_line() -> dict[str, Any]:
    """Saved, received, last contact; offline is normal and says so."""
    status = the_sync().status()
    network = ""
    if status.state is SyncState.WAITING and status.problem is not None:
        network = _("未联网，正常") if status.problem.code in _OFFLINE else say(status.problem)
    elif status.problem is not None:
        network = say(status.problem)
    elif status.state is SyncState.IN_TOUCH:
        network = _("已联网")
    return {
        "recorded": status.recorded,
        "received": status.received,
        "contact": clock_text(status.last_contact) if status.last_contact else _("尚无"),
        "network": network,
    }


def bell_text(laptop: Laptop) -> str:
    """What to do when a signal is near and no console is open to ring it; empty when nothing need be done."""
    found = next_signal(laptop)
    if found is None or found.state is SignalState.ELSEWHERE or laptop.bell.is_open:
        return ""
    near = found.wait is not None and 0 < found.wait <= BELL_SOON_MS
    said = (
        _("快到指令时间，报时台没有打开，到时不会响铃") if laptop.bell.is_silent else _("快到指令时间，报时台没有打开")
    )
    return str(said) if near else ""


def line_label(place: int) -> str:
    """A line's number as people read it: 57, or A57 for a line of the laptop that this one took over from."""
    return label(place, the_laptop().journal.folded.shifts)


def phase_text(timetable: Timetable) -> str:
    """What is going on now, as `语文测试〔答题〕`; sealing and the next preparation may go on at once."""
    chosen = language()
    parts = [
        f"{block.title.text(chosen)}〔{PHASE_WORDS[phase.kind].text(chosen)}〕"
        for block, phase in timetable.phases_now()
    ]
    return " · ".join(parts) or _("场次之间")


def person_label(actor: Actor) -> str:
    """`主监测员 张明`: role and name of somebody on duty."""
    person = _duties().people.get(actor.person)
    role = ROLE_WORDS[Role(actor.role)].text(language()) if actor.role in set(Role) else actor.role
    return f"{role} {person.name}" if person else role


def _people_on_duty() -> list[tuple[str, str]]:
    """Everyone on duty as (id, label), for switching and witnessing."""
    return [(person.id, person_label(Actor(person.id, person.role.value))) for person in _duties().on_duty()]


def _duties() -> Duties:
    laptop = the_laptop()
    return laptop.journal.day.duties if laptop.is_enrolled else Duties()
