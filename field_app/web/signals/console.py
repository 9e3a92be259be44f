"""The timekeeper's console 报时台: its page, what it asks each second, and what its bells report."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, url_for
from flask_babel import gettext as _

from field_app.services import signals
from field_app.services.bell_holding import holding_today
from field_app.services.people import list_hands
from field_app.services.timetable import Timetable
from field_app.timekeeping.tones import score
from field_app.web.acting import current_actor, the_laptop
from field_app.web.answers import answer, form_number, form_text
from field_app.web.frame.views import person_label, phase_text
from shared.domain.access import may_record
from shared.domain.signals import SIGNAL_CONFIRMED
from shared.web.access import access
from shared.web.language import language

bp = Blueprint("console", __name__)
MS_LIMIT = 10**14


@bp.get("/console")
@access("enrolled")
def page() -> str:
    """The full-screen page; it goes on ringing when nobody is signed in any more."""
    laptop = the_laptop()
    return render_template(
        "signals/console.html",
        title=_("报时台"),
        log=laptop.journal.birth.log,
        speaks=language(),
        score=score(),
    )


@bp.get("/console.json")
@access("enrolled")
def now() -> Response:
    """The time, the phase, who acts and may confirm, whether this laptop rings, and today's signals in time order."""
    laptop = the_laptop()
    begun = laptop.clock.now()
    lines = signals.list_signals(laptop)
    timetable = laptop.timetable()
    return tell(
        begun.corrected,
        lines,
        signals.pick_next(lines, begun.corrected),
        phase=phase_text(timetable),
        phase_end=_phase_end(timetable),
    )


def tell(
    begun: int, lines: tuple[signals.SignalLine, ...], following: signals.SignalLine | None, **more: Any
) -> Response:
    """What a console shows of these signals, to a question that came at `begun` (corrected ms)."""
    laptop, actor = the_laptop(), current_actor()
    told = {
        "rate": laptop.enrolment.rate if laptop.enrolment else 1,
        "actor": person_label(actor) if actor else "",
        "hands": _hands(),
        "rings": holding_today(laptop).is_here,
        "next": following.signal.id if following else None,
        "signals": [_line(line) for line in lines],
        **more,
    }
    ended = laptop.clock.now()
    # the page takes this for the time in the middle of its request, so the time spent here is shared out
    return jsonify(**told, now=(begun + ended.corrected) // 2, checked=ended.error)


@bp.post("/armed")
@access("enrolled")
def armed() -> tuple[str, int]:
    """The console's heartbeat: the signals whose bells stand on its audio clock."""
    the_laptop().bell.arm(form_ids())
    return "", 204


@bp.post("/rung")
@access("enrolled")
def rung() -> Any:
    """A bell of the console has sounded; the page sends this until it is answered, and it counts once."""
    signal = form_text("signal")
    at = form_number("at", most=MS_LIMIT)
    recorded = signals.ring(the_laptop(), signal, at, "console")
    line = signals.find_signal(the_laptop(), signal)
    said = _("%(signal)s 已响铃", signal=line.signal.title.text(language()))
    return answer(recorded, said, url_for("signals.console.page"), signal=signal, state=line.state.value)


def form_ids() -> tuple[str, ...]:
    """The signals that a heartbeat names."""
    return tuple(part for part in form_text("signals").split(",") if part)


def _line(line: signals.SignalLine) -> dict[str, Any]:
    chosen = language()
    return {
        "id": line.signal.id,
        "kind": line.signal.kind.value,
        "title": line.signal.title.text(chosen),
        "script": line.signal.script.text(chosen),
        "due": line.due,
        "given": line.record.given,
        "state": line.state.value,
    }


def _phase_end(timetable: Timetable) -> int | None:
    """When the first of the phases going on now ends; None between blocks."""
    ends = [timetable.span(block, phase)[1] for block, phase in timetable.phases_now()]
    return min((end for end in ends if end is not None), default=None)


def _hands() -> list[tuple[str, str]]:
    """Everyone on duty who may confirm, as (what the form sends, label), in the order they came."""
    hands = [hand.actor for hand in list_hands(the_laptop())]
    return [
        (f"{actor.person}.{actor.role}", person_label(actor))
        for actor in hands
        if may_record(SIGNAL_CONFIRMED, actor.role)
    ]
