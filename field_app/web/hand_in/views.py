"""Handing in: one guided act that says "not finished" until the county's receipt for the last line is here."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from field_app.services import hand_in
from field_app.web.acting import acting, request_id, the_laptop, the_sync, witnesses
from field_app.web.answers import answer, form_text
from field_app.web.today.sentences import matter_button, matter_sentence
from shared.domain.naming import names_of
from shared.web.access import access

bp = Blueprint("hand_in", __name__, url_prefix="/hand-in", template_folder="templates")


@bp.get("/")
@access("acting")
def page() -> str:
    """What is missing, the act, and where the lines are."""
    laptop = the_laptop()
    names = names_of(laptop.plan, laptop.journal.day.duties)
    return render_template(
        "hand_in/page.html",
        title=_("上交"),
        close_out=hand_in.look_at_close_out(laptop, the_sync().status()),
        sentence=lambda matter: matter_sentence(matter, names),
        button=matter_button,
        day_title=names[laptop.timetable().today.id],
    )


@bp.post("/")
@access("acting")
def submit() -> Any:
    """Hand the day in, and send at once."""
    recorded = hand_in.hand_in(the_laptop(), acting(), witnesses(), form_text("note"), request_id())
    the_sync().sync_now()
    return answer(recorded, _("今天的记录已上交，等县级回执"), url_for("hand_in.page"))
