"""Checking a head: somebody types the seal code from a slip, or pastes what a phone read from a QR code."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from shared.web.access import access
from sync_server.services.access import Action, decide
from sync_server.web.desk import the_account, the_desk

bp = Blueprint("heads", __name__, template_folder="templates", url_prefix="/heads")


@bp.get("")
@access("account")
def page() -> str:
    """The form."""
    decide(the_account(), Action.VIEW_LOG)
    return render_template("heads/page.html", title=_("核对凭证"), text="", found=None)


@bp.post("")
@access("account")
def check() -> str:
    """How the head stands to what the office holds."""
    text = request.form.get("text", "")[:4000]
    found = the_desk().heads.check(the_account(), text)
    return render_template("heads/page.html", title=_("核对凭证"), text=text, found=found)
