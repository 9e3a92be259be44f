"""The drill 练习 of the day's signals: where it begins, its console, and its record."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from field_app.services import drills
from field_app.services.signals import pick_next
from field_app.services.timetable import date_of
from field_app.timekeeping.drill import LEAST_GAP_S, SECONDS, Device, Drill, Outcome
from field_app.timekeeping.tones import score
from field_app.web.acting import acting, the_laptop
from field_app.web.answers import form_number, form_text
from field_app.web.signals.console import MS_LIMIT, form_ids, tell
from field_app.web.signals.words import device_text, judgement, off_text, outcome_text, second_text
from shared.domain.errors import DomainError
from shared.web.access import access
from shared.web.errors import say, wants_json
from shared.web.language import language

bp = Blueprint("drill", __name__, url_prefix="/drill")
LEAST_S = 50
"""Shorter than this there is no time between opening the sound and the end."""


@bp.post("/start")
@access("acting")
def start() -> Any:
    """Begin a drill, of ten minutes unless the form says otherwise, and go to its console."""
    seconds = form_number("seconds", least=LEAST_S, most=SECONDS) if "seconds" in request.form else SECONDS
    begun = drills.start_drill(the_laptop(), acting(), seconds)
    return _go("", url_for(".page", drill_id=begun.id))


@bp.get("/")
@bp.get("/<drill_id>")
@access("enrolled")
def record(drill_id: str = "") -> str:
    """The record of one drill, the newest unless named, and the list of the last ones."""
    laptop = the_laptop()
    drills.find_running(laptop)
    kept = laptop.drills.list_drills()
    return render_template(
        "signals/drill_record.html",
        title=_("练习记录"),
        drill=drills.get_drill(laptop, drill_id) if drill_id else next(iter(kept), None),
        drills=kept,
        judgement=judgement,
        outcome_text=outcome_text,
        outcomes=Outcome,
        off_text=off_text,
        second_text=second_text,
        device_text=device_text,
        day_text=date_of,
    )


@bp.get("/<drill_id>/console")
@access("enrolled")
def page(drill_id: str) -> Any:
    """The drill's console; a drill that has ended shows its record."""
    drill = drills.get_drill(the_laptop(), drill_id)
    if not drill.is_running:
        return redirect(url_for(".record", drill_id=drill.id))
    return render_template(
        "signals/drill_console.html", title=_("练习 · 报时台"), drill=drill, speaks=language(), score=score()
    )


@bp.get("/<drill_id>/console.json")
@access("enrolled")
def now(drill_id: str) -> Response:
    """What the console shows of the drill; once it is over, where its record is."""
    laptop = the_laptop()
    begun = laptop.clock.now().corrected
    drill = drills.get_drill(laptop, drill_id)
    lines = drills.list_lines(drill, begun)
    following = pick_next(lines, begun, LEAST_GAP_S * 1000 * drill.rate) if drill.is_running else None
    given = sum(line.record.given is not None for line in lines)
    return tell(
        begun,
        lines,
        following,
        phase=_("练习：已发 %(n)d 个，共 %(all)d 个", n=given, all=len(lines)) if drill.is_running else _("练习结束"),
        phase_end=None,
        rings=True,  # here, whichever laptop rings on the day
        over="" if drill.is_running else url_for(".record", drill_id=drill.id),
    )


@bp.post("/<drill_id>/armed")
@access("enrolled")
def armed(drill_id: str) -> tuple[str, int]:
    """The console's heartbeat, which counts for the drill only."""
    laptop = the_laptop()
    if drills.get_drill(laptop, drill_id).is_running:
        laptop.drill_bell.arm(form_ids())
    return "", 204


@bp.post("/<drill_id>/rung")
@access("enrolled")
def rung(drill_id: str) -> Any:
    """A bell of the drill's console has sounded."""
    signal = form_text("signal")
    at = form_number("at", most=MS_LIMIT)
    return _told(drills.give(the_laptop(), drill_id, signal, Device.CONSOLE, at), signal)


@bp.post("/<drill_id>/give")
@access("acting")
def give(drill_id: str) -> Any:
    """A signal was given by voice, for want of a bell."""
    signal = form_text("signal")
    return _told(drills.give(the_laptop(), drill_id, signal, Device.VOICE), signal)


@bp.post("/<drill_id>/confirm")
@access("acting")
def confirm(drill_id: str) -> Any:
    """A signal of the drill was heard."""
    signal = form_text("signal")
    return _told(drills.confirm(the_laptop(), acting(), drill_id, signal), signal)


@bp.post("/<drill_id>/stop")
@access("enrolled")
def stop(drill_id: str) -> Any:
    """End the drill at once, whoever asks."""
    drill = drills.stop_drill(the_laptop(), drill_id)
    return _go(outcome_text(drill), url_for(".record", drill_id=drill.id))


def offer() -> dict[str, Any]:
    """What the signals page says of drills: the one that runs, whether one may begin, and why not."""
    laptop = the_laptop()
    running, refusal = drills.find_running(laptop), ""
    if running is None:
        try:
            drills.check_free(laptop)
        except DomainError as problem:
            refusal = say(problem)
    return {"running": running, "may": acting().role in drills.LEADERS, "refusal": refusal}


def _told(drill: Drill, signal: str) -> Any:
    line = next(
        line for line in drills.list_lines(drill, the_laptop().clock.now().corrected) if line.signal.id == signal
    )
    return jsonify(signal=signal, state=line.state.value)


def _go(said: str, address: str) -> Any:
    """Nothing was recorded in the log: a sentence without a line's number, and the next page."""
    if wants_json():
        return jsonify(said=said, next=address)
    if said:
        flash(said)
    return redirect(address, code=303)
