"""Enrolment: with a code over the network, or with two files on a USB stick."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from field_app.services import enrolment
from field_app.web.acting import the_laptop, the_sync
from field_app.web.answers import form_text
from shared.domain.errors import DomainError, ErrorCode
from shared.web.access import access
from shared.web.errors import wants_json
from shared.wire.enrolment import Enrolment
from shared.wire.enrolment_files import REQUEST_NAME

bp = Blueprint("enrol", __name__, url_prefix="/enrol", template_folder="templates")


@bp.get("")
@access("entered")
def page() -> Any:
    """The two ways in."""
    laptop = the_laptop()
    took_over = enrolment.awaits_enrolment(laptop)
    forgotten = enrolment.is_forgotten(the_sync().status())
    if laptop.is_enrolled and not (took_over or forgotten):
        return redirect("/")
    url = laptop.enrolment.server_url if laptop.enrolment else ""
    return render_template("enrol/page.html", title=_("登记本机"), took_over=took_over, forgotten=forgotten, url=url)


@bp.post("")
@access("entered")
def enrol() -> Any:
    """Enrol over the network."""
    return _answer(enrolment.enrol_online(the_laptop(), form_text("url"), form_text("code")))


@bp.post("/request")
@access("entered")
def request_file() -> Response:
    """The request to carry to the county."""
    body = enrolment.request_file(the_laptop(), form_text("code"))
    return Response(
        body,
        mimetype="application/json",
        headers={"Content-Disposition": f"attachment; filename={REQUEST_NAME}"},
    )


@bp.post("/file")
@access("entered")
def answer_file() -> Any:
    """The county's answer, brought back."""
    upload = request.files.get("file")
    if upload is None:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE)
    return _answer(enrolment.enrol_by_file(the_laptop(), upload.read()))


def _answer(enrolled: Enrolment) -> Any:
    the_sync().restart()
    said = _("已登记：%(school)s", school=enrolled.school_name)
    journal = the_laptop().journal
    goes_on = "/" if journal.birth.ancestor or journal.day.duties.people else url_for("people.first_page")
    if wants_json():
        return jsonify(said=said, school=enrolled.school, plan=enrolled.plan, next=goes_on)
    flash(said)
    return redirect(goes_on, code=303)
