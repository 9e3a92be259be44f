"""Getting ready: open the day, the plan, the checklist."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from field_app.services import readiness
from field_app.services.journal import Recorded
from field_app.web.acting import acting, request_id, the_laptop
from field_app.web.answers import answer, form_text
from field_app.web.frame.views import PHASE_WORDS
from field_app.web.safekeeping.words import safekeeping
from shared.domain.access import may_record
from shared.domain.naming import names_of
from shared.domain.plan import clock_text
from shared.domain.readiness import DAY_OPENED, PLAN_ADOPTED, READINESS_CHECKED
from shared.web.access import access

bp = Blueprint("readiness", __name__, template_folder="templates")
RESULTS = READINESS_CHECKED.field("result").choices


@bp.get("/readiness/")
@access("acting")
def page() -> str:
    """What is ready and what is not."""
    laptop = the_laptop()
    role = acting().role
    return render_template(
        "readiness/page.html",
        title=_("准备"),
        preparation=readiness.look_at_preparation(laptop),
        ready=laptop.journal.day.readiness,
        plan=laptop.plan,
        names=names_of(laptop.plan, laptop.journal.day.duties),
        results=RESULTS,
        phase_words=PHASE_WORDS,
        minutes=clock_text,
        may_open=may_record(DAY_OPENED, role),
        may_adopt=may_record(PLAN_ADOPTED, role),
        **safekeeping(),
    )


@bp.post("/readiness/check")
@access("acting")
def check() -> Any:
    """Answer one item."""
    recorded = readiness.check_item(
        the_laptop(), acting(), form_text("item"), form_text("result"), form_text("note"), request_id()
    )
    return _answer(recorded, _("准备情况已登记"))


@bp.post("/day/open")
@access("acting")
def open_day() -> Any:
    """Open the day."""
    return _answer(readiness.open_day(the_laptop(), acting(), form_text("anchor"), request_id()), _("当日工作已开始"))


@bp.post("/readiness/adopt")
@access("acting")
def adopt() -> Any:
    """Take up the county's newer plan."""
    return _answer(readiness.adopt_plan(the_laptop(), acting(), request_id()), _("已改用县里新发的方案"))


def _answer(recorded: Recorded, said: str) -> Any:
    return answer(recorded, said, url_for("readiness.page"))
