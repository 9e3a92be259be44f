"""The clock check 对时: two people, a named reference, one press."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from field_app.services import clock_checks
from field_app.services.clock_checks import NewCheck, Press
from field_app.web.acting import acting, request_id, the_laptop, witnesses
from field_app.web.answers import answer, form_number, form_text
from field_app.web.clock.sentences import ahead_or_behind, disturbance_sentence, warnings
from shared.domain.access import may_record
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.readiness import CLOCK_CHECKED
from shared.web.access import access

bp = Blueprint("clock", __name__, url_prefix="/clock", template_folder="templates")
OFFSET, ERROR = CLOCK_CHECKED.field("offset"), CLOCK_CHECKED.field("error")


@bp.get("/", strict_slashes=False)
@access("acting")
def page() -> str:
    """The laptop's time with seconds, the check, and every check so far."""
    laptop = the_laptop()
    state = clock_checks.look_at_clock(laptop)
    return render_template(
        "clock/page.html",
        title=_("对时"),
        state=state,
        rate=laptop.enrolment.rate if laptop.enrolment else 1,
        references=CLOCK_CHECKED.field("reference"),
        usual_error=clock_checks.USUAL_ERROR_MS,
        ahead_or_behind=ahead_or_behind,
        disturbance=disturbance_sentence(state.disturbed),
        warnings=warnings(state.now.offset or 0) if state.checked else [],
        may_check=may_record(CLOCK_CHECKED, acting().role),
    )


@bp.get("/press.json")
@access("acting")
def press() -> Any:
    """What the laptop's clock says at this moment, for the button."""
    now = the_laptop().clock.now()
    return jsonify(wall=now.wall, run=now.run, tick=now.tick)


@bp.post("/", strict_slashes=False)
@access("acting")
def check() -> Any:
    """Record a check; a clock that is far off is taken as it is, with a word of warning."""
    error = clock_checks.USUAL_ERROR_MS
    if form_text("error"):
        error = form_number("error", least=ERROR.least, most=ERROR.most)
    new = NewCheck(form_text("reference"), _offset(), error)
    recorded = clock_checks.check_clock(the_laptop(), acting(), witnesses(), new, request_id())
    said = _("已对时：%(off)s", off=ahead_or_behind(int(recorded.event.data["offset"])))
    return answer(
        recorded,
        said,
        url_for("clock.page"),
        offset=recorded.event.data["offset"],
        warnings=warnings(int(recorded.event.data["offset"])),
    )


def _offset() -> int:
    """The offset in ms, as given, or from the time that the reference showed at the press, or in seconds by hand."""
    if form_text("offset"):
        return _whole("offset")
    if form_text("reference_time"):
        pressed = Press(form_text("pressed_run"), _whole("pressed_tick")) if form_text("pressed_tick") else None
        return clock_checks.offset_of(the_laptop(), pressed, form_text("reference_time"), form_text("reference_date"))
    return _seconds() * (1 if form_text("side") == "behind" else -1)


def _whole(name: str) -> int:
    value = request.form.get(name, "").strip().replace("−", "-")
    most = OFFSET.most if name == "offset" else 10**16
    try:
        number = int(value)
    except ValueError:
        number = most + 1
    if abs(number) > most:
        raise DomainError(ErrorCode.FIELD_INVALID, field=name, value=value[:20], expected=f"{-most}–{most}")
    return number


def _seconds() -> int:
    """Seconds by hand, with a point or without, as ms."""
    value = form_text("seconds")
    try:
        milliseconds = round(float(value) * 1000)
    except (ValueError, OverflowError):
        milliseconds = -1
    if not 0 <= milliseconds <= OFFSET.most:
        raise DomainError(ErrorCode.FIELD_INVALID, field="seconds", value=value[:20], expected="0–999999")
    return milliseconds
