"""Messages from the county to schools."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from shared.domain.errors import DomainError
from shared.web.access import access
from shared.web.errors import say
from shared.wire.problems import PROBLEMS
from sync_server.web.desk import the_account, the_desk

bp = Blueprint("messages", __name__, template_folder="templates", url_prefix="/messages")


@bp.get("")
@access("account")
def page() -> str:
    """What was sent, and the form to send."""
    return _page(to=request.args.get("to", ""))


@bp.post("")
@access("account")
def send() -> Any:
    """Send a message to a school, or to all."""
    code, text = request.form.get("to", ""), request.form.get("text", "")
    try:
        number = the_desk().messages.send(the_account(), code, text)
    except DomainError as problem:
        return _page(to=code, text=text, problem=say(problem)), PROBLEMS[problem.code].status
    flash(_("已发出，收信学校 %(n)d 所；学校下次联系时收到。", n=number))
    return redirect(url_for("messages.page"))


def _page(**more: Any) -> str:
    desk, account = the_desk(), the_account()
    sent = desk.messages.list(account)
    schools = sorted((row.school for row in desk.board.rows(account)), key=lambda school: school.code)
    return render_template("messages/page.html", title=_("通知"), sent=sent, schools=schools, **more)
