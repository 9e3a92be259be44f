"""The log: every event in words, the chain's state, voiding, export."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from field_app.services import records
from field_app.web.acting import acting, request_id, the_laptop, witnesses
from field_app.web.answers import answer, form_place, form_text
from shared.domain.catalogue_of_events import CATALOGUE, FEATURE_WORDS
from shared.domain.fold import may_be_voided
from shared.web.access import access
from shared.web.language import language

bp = Blueprint("log", __name__, url_prefix="/log", template_folder="templates")


@bp.get("/")
@access("acting")
def page() -> str:
    """Every event in words, newest first."""
    laptop = the_laptop()
    feature, text = request.args.get("feature", ""), request.args.get("text", "")
    heads = laptop.store.heads()
    return render_template(
        "log/page.html",
        title=_("日志"),
        entries=records.list_entries(laptop, feature, text, language()),
        feature=feature,
        text=text,
        features=FEATURE_WORDS,
        head=laptop.journal.head,
        last_head=heads[-1].head if heads else None,
        may_be_voided=may_be_voided,
        witnessed={kind.name for kind in CATALOGUE if kind.witnesses},
    )


@bp.post("/void")
@access("acting")
def void() -> Any:
    """Make a line void, with a reason."""
    line = form_place()
    recorded = records.void(the_laptop(), acting(), witnesses(), line, form_text("reason"), request_id())
    return answer(recorded, _("第 %(line)d 条已作废", line=line), url_for("log.page"))


@bp.get("/export")
@access("entered")
def export() -> Response:
    """The log as a file that anybody can check with `testday verify`."""
    laptop = the_laptop()
    name = f"testday-{laptop.journal.birth.school}-{laptop.journal.head.seq}.log"
    return Response(
        records.log_file(laptop),
        mimetype="application/x-testday-log",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
