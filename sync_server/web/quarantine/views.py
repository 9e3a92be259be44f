"""What stands apart: the list, one piece opened, its bytes, and the two ways to settle it."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from shared.domain.errors import DomainError
from shared.web.access import access
from shared.web.errors import say
from shared.wire.problems import PROBLEMS
from sync_server.web.desk import the_account, the_desk
from sync_server.web.quarantine.words import cure, why

bp = Blueprint("quarantine", __name__, template_folder="templates", url_prefix="/quarantine")


@bp.get("")
@access("account")
def page() -> str:
    """What waits for a decision, of one school or of all, and what was decided before."""
    desk, account = the_desk(), the_account()
    code = request.args.get("school", "")
    found = desk.quarantine.list(account, code)
    school = desk.schools.verdicts(account, code) if code else None
    return render_template("quarantine/page.html", title=_("单独保留"), found=found, school=school, why=why, cure=cure)


@bp.get("/<int:number>")
@access("account")
def piece(number: int) -> str:
    """One piece whole, with the form to settle it."""
    return _piece(number)


@bp.get("/<int:number>/data")
@access("account")
def data(number: int) -> Response:
    """The bytes as they came."""
    held = the_desk().quarantine.get(the_account(), number)
    name = f'attachment; filename="testday-{held.item.sha256[:12]}.log"'
    return Response(held.item.body, mimetype="application/octet-stream", headers={"Content-Disposition": name})


@bp.post("/<int:number>/release")
@access("account")
def release(number: int) -> Any:
    """Put the lines into their log."""
    reason = request.form.get("reason", "")
    try:
        fresh = the_desk().quarantine.release(the_account(), number, reason)
    except DomainError as problem:
        return _piece(number, reason=reason, refused=say(problem)), PROBLEMS[problem.code].status
    flash(_("已放行：新收 %(n)d 条，已写入县级日志。", n=fresh))
    return redirect(url_for("quarantine.piece", number=number), code=303)


@bp.post("/<int:number>/leave")
@access("account")
def leave(number: int) -> Any:
    """Note that nothing more is to be done."""
    reason = request.form.get("reason", "")
    try:
        the_desk().quarantine.leave_apart(the_account(), number, reason)
    except DomainError as problem:
        return _piece(number, reason=reason, refused=say(problem)), PROBLEMS[problem.code].status
    flash(_("已结案：数据原样留存，已写入县级日志。"))
    return redirect(url_for("quarantine.piece", number=number), code=303)


def _piece(number: int, reason: str = "", refused: str = "") -> str:
    view = the_desk().quarantine.open(the_account(), number)
    return render_template(
        "quarantine/piece.html",
        title=_("单独保留的数据"),
        view=view,
        held=view.held,
        reason=reason,
        refused=refused,
        why=why,
        cure=cure,
    )
