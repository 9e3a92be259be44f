"""The page of the office's backups: the newest one, and what is left to do after one was put back."""

from flask import Blueprint, render_template
from flask_babel import gettext as _

from shared.web.access import access
from sync_server.services.access import Action, decide
from sync_server.services.backups import look_at_backups
from sync_server.web.desk import the_account, the_desk

bp = Blueprint("backups", __name__, template_folder="templates", url_prefix="/backups")


@bp.get("")
@access("account")
def page() -> str:
    """The newest backup, and which laptops were not heard again since the office was put back."""
    decide(the_account(), Action.VIEW_BACKUPS)
    desk = the_desk()
    return render_template(
        "backups/page.html",
        title=_("备份"),
        kept=look_at_backups(desk.office),
        recovery=desk.board.recovery(the_account()),
    )
