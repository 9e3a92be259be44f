"""Taking over: find what the other laptop left, look at it, go on from it; three steps for somebody in a hurry."""

from pathlib import Path
from typing import Any, cast

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from field_app.services.stepping_aside import StepAside, is_spare
from field_app.services.takeover import Estate, find_estates, find_newest, survey, take_over
from field_app.web.acting import the_laptop, the_sync
from field_app.web.answers import form_text
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.takeover import REASONS
from shared.web.access import access
from shared.web.errors import say, wants_json

bp = Blueprint("takeover", __name__, url_prefix="/takeover", template_folder="templates")


@bp.get("/")
@access("entered")
def page() -> Any:
    """Where to look, and what stands there; a laptop with a day of its own has no business here."""
    laptop = the_laptop()
    if laptop.is_enrolled and not is_spare(laptop):
        return redirect("/")
    place = request.args.get("place", "").strip()
    return render_template(
        "takeover/page.html",
        title=_("接手另一台电脑"),
        place=place,
        estates=_look(place),
        reasons=REASONS,
        spare=is_spare(laptop),
    )


@bp.get("/sheet")
@access("entered")
def sheet() -> str:
    """What to do when the laptop fails, to be printed before the day."""
    return render_template("takeover/sheet.html", title=_("电脑出了问题怎么办"))


@bp.post("/")
@access("entered")
def go_on() -> Any:
    """Begin a log that goes on from the chosen one."""
    reason = form_text("reason")
    if reason not in {choice.id for choice in REASONS}:
        raise DomainError(ErrorCode.FIELD_INVALID, field="reason", value=reason[:20], expected="broken, gone, …")
    estate = find_newest(Path(form_text("path")))
    step_aside = cast("StepAside | None", current_app.extensions["step_aside"])
    if step_aside is not None and is_spare(the_laptop()):
        # a spare that was enrolled beforehand lays its own log aside first; its house, and this app, end with that
        try:
            step_aside(estate, reason)
        except DomainError as problem:
            if wants_json():
                raise
            flash(_("没有接手：%(why)s", why=say(problem)), "danger")  # for the app that is open again to show
            return redirect(url_for("takeover.page", place=form_text("path")), code=303)
    else:
        take_over(the_laptop(), estate, reason)
        the_sync().start()
    said = _("已接手：接在第 %(n)d 条之后", n=estate.head.seq)
    if wants_json():
        return jsonify(said=said, next=url_for("people.first_page"))
    flash(said)
    return redirect(url_for("people.first_page"), code=303)


def _look(place: str) -> list[Estate] | None:
    """What stands at a place, or on the drives when none is named; None when nothing is there and none was named."""
    return survey(Path(place)) if place else find_estates() or None
