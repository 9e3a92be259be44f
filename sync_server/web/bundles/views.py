"""Bundles that schools brought on a stick: taken as the network's lines are, with the result in words."""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from shared.domain.errors import DomainError, ErrorCode
from shared.web.access import access
from shared.web.errors import say
from shared.wire.bundle import SUFFIX
from sync_server.services.access import Action, decide
from sync_server.services.bundles import Taken
from sync_server.web.desk import the_account, the_desk

bp = Blueprint("bundles", __name__, template_folder="templates", url_prefix="/bundles")


@dataclass(frozen=True, slots=True)
class Brought:
    """One uploaded file: what was taken from it, or the sentence that says why nothing was."""

    name: str
    taken: Taken | None
    problem: str


@bp.get("")
@access("account")
def page() -> str:
    """The form."""
    decide(the_account(), Action.IMPORT_BUNDLE)
    return _page([])


@bp.post("")
@access("account")
def take() -> str:
    """Take the files; one that is refused stops no other, and sending them again changes nothing."""
    decide(the_account(), Action.IMPORT_BUNDLE)
    files = [(file.filename or "–", file.read()) for file in request.files.getlist("files") if file.filename]
    if not files:
        raise DomainError(ErrorCode.NOT_A_BUNDLE, path="–")
    return _page([_take(name, data) for name, data in files])


@bp.get("/receipt/<code>")
@access("account")
def receipt(code: str) -> Response:
    """The receipt file that goes back to a school."""
    file = the_desk().bundles.receipt_file(code, the_account())
    return Response(
        file.encode(),
        mimetype="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


def _take(name: str, data: bytes) -> Brought:
    try:
        return Brought(name, the_desk().bundles.take(data, name, the_account()), "")
    except DomainError as problem:
        return Brought(name, None, say(problem))


def _page(brought: list[Brought]) -> str:
    return render_template("bundles/page.html", title=_("U 盘导入"), brought=brought, suffix=SUFFIX, say=say)
