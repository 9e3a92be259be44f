"""The roster: choose a file, paste or give seat numbers; look at it; save it with a witness; open it; destroy it."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _

from field_app.roster.preview import RosterProblem
from field_app.roster.shelf import Shown
from field_app.services import people, rosters
from field_app.web.acting import acting, request_id, the_laptop, witnesses
from field_app.web.answers import answer, form_text
from field_app.web.roster.uploads import keep_in_memory, read_upload
from shared.domain.access import may_record
from shared.domain.readiness import ROSTER_DESTROYED, ROSTER_IMPORTED
from shared.web.access import access
from shared.web.errors import wants_json

bp = Blueprint("roster", __name__, url_prefix="/roster", template_folder="templates")
keep_in_memory(bp)
SOURCES = ROSTER_IMPORTED.field("source")


@bp.get("/", strict_slashes=False)
@access("acting")
def page() -> str:
    """The list as it is, and the three ways to bring one in."""
    return render_template(
        "roster/page.html",
        title=_("名册"),
        book=rosters.look_at_roster(the_laptop()),
        sources=SOURCES,
        may_import=may_record(ROSTER_IMPORTED, acting().role),
        may_destroy=may_record(ROSTER_DESTROYED, acting().role),
        head=the_laptop().journal.head,
    )


@bp.get("/print")
@access("acting")
def printed() -> str:
    """The seat list on paper."""
    laptop = the_laptop()
    return render_template(
        "roster/print.html", title=_("座次表"), book=rosters.look_at_roster(laptop), head=laptop.journal.head
    )


@bp.post("/preview")
@access("acting")
def make_preview() -> Any:
    """Read what was brought and say what it would become; nothing is saved."""
    laptop = the_laptop()
    data, filename = read_upload("file")
    if filename or data:
        return _shown(rosters.preview_upload(laptop, data, filename))
    if form_text("seats_only"):
        return _shown(rosters.preview_seats(laptop, form_text("seats_only")))
    return _shown(rosters.preview_text(laptop, form_text("text")))


@bp.post("/number")
@access("acting")
def number() -> Any:
    """Give the rows of a list without seats 1, 2, 3 … as they stand."""
    return _shown(rosters.number_in_order(the_laptop(), form_text("preview")))


@bp.get("/preview/<preview_id>")
@access("acting")
def preview(preview_id: str) -> str:
    """Every problem by row and column, and the pupils as they would be saved."""
    laptop = the_laptop()
    shown = laptop.shelf.get(preview_id)
    return render_template(
        "roster/preview.html",
        title=_("名册预览"),
        shown=shown,
        preview=shown.preview,
        errors=[problem for problem in shown.preview.problems if problem.severity == "error"],
        warnings=[problem for problem in shown.preview.problems if problem.severity == "warning"],
        replacement=rosters.compare(laptop, shown.preview),
        sources=SOURCES,
        book=rosters.look_at_roster(laptop),
    )


@bp.post("/save")
@access("acting")
def save() -> Any:
    """Seal the names, record the seats."""
    recorded = rosters.save(the_laptop(), acting(), witnesses(), form_text("preview"), request_id())
    said = _("名册已存：%(n)d 人", n=recorded.event.data["pupils"])
    return answer(recorded, said, url_for("roster.page"), next=url_for("roster.page"))


@bp.post("/unlock")
@access("acting")
def unlock() -> Any:
    """Open the names with the site passphrase."""
    rosters.unlock(the_laptop(), form_text("passphrase"))
    return _gone_to(_("名册已打开，检录页可以看到姓名"))


@bp.post("/passphrase")
@access("acting")
def passphrase() -> Any:
    """Begin again with a passphrase where no roster can be opened."""
    people.check_same(form_text("passphrase"), form_text("passphrase_again"))
    rosters.begin_again(the_laptop(), acting(), form_text("passphrase"))
    return _gone_to(_("开机口令已设好，现在可以导入名册"))


@bp.post("/destroy")
@access("acting")
def destroy() -> Any:
    """Destroy the names, with a witness and the proof."""
    recorded = rosters.destroy(the_laptop(), acting(), witnesses(), request_id())
    return answer(recorded, _("名册已销毁"), url_for("roster.page"), proof=recorded.event.data["proof"])


def _shown(shown: Shown) -> Any:
    """A preview is kept in memory; a reader is sent to look at it."""
    address = url_for("roster.preview", preview_id=shown.id)
    if not wants_json():
        return redirect(address, code=303)
    return jsonify(
        preview=shown.id,
        pupils=len(shown.preview.pupils),
        problems=[_problem(problem) for problem in shown.preview.problems],
        skipped=list(shown.preview.skipped),
        can_save=shown.preview.can_save,
        can_number=shown.numbered is not None,
        next=address,
    )


def _problem(problem: RosterProblem) -> dict[str, Any]:
    return {
        "severity": problem.severity,
        "row": problem.row,
        "column": problem.column,
        "code": problem.code.value,
        "zh": problem.sentence("zh"),
        "en": problem.sentence("en"),
    }


def _gone_to(said: str) -> Any:
    """Nothing was recorded: opening the names is no fact of the day."""
    if wants_json():
        return jsonify(said=said, next=url_for("roster.page"))
    flash(said)
    return redirect(url_for("roster.page"), code=303)
