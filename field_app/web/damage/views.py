"""The one page of a laptop whose log is damaged: what was found, what a rebuilding gives, and its button."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Response, current_app, redirect, render_template
from flask_babel import gettext as _

from field_app.services.anew import begin_anew
from field_app.services.damage import Damage, DamageKind, find_damage
from field_app.services.rebuilding import Account, plan_rebuilding, rebuild
from field_app.services.timetable import clock_text
from field_app.store.copies import CopyKind
from shared.domain.errors import DomainError
from shared.web.access import access
from shared.web.errors import say

bp = Blueprint("damage", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page works on: the laptop's folder, and what opens the laptop once it is mended."""

    folder: Path
    mended: Callable[[], None]


@bp.get("/")
@access("entered")
def page() -> Any:
    """What was found and what can be done."""
    desk = _desk()
    damage = find_damage(desk.folder)
    if damage is None:  # rebuilt by the command meanwhile
        desk.mended()
        return redirect("/", code=303)
    account, problem = None, ""
    try:
        account = plan_rebuilding(desk.folder).account
    except DomainError as found:
        problem = say(found)
    return _render("damage/page.html", damage=damage, found=_found(damage), account=account, problem=problem)


@bp.post("/rebuild")
@access("entered")
def submit() -> Any:
    """Rebuild, tell what came from where, and open the laptop."""
    desk = _desk()
    account = rebuild(desk.folder)
    desk.mended()
    return _render("damage/done.html", account=account)


@bp.post("/anew")
@access("entered")
def anew() -> Any:
    """Begin a new log behind what was found, and open the laptop."""
    desk = _desk()
    account = begin_anew(desk.folder)
    desk.mended()
    return _render("damage/done.html", account=account, anew=True)


@bp.get("/found.log")
@access("entered")
def found_log() -> Response:
    """The lines that were found, to carry to the county."""
    return Response(
        plan_rebuilding(_desk().folder).log_file(),
        mimetype="text/plain",
        headers={"Content-Disposition": "attachment; filename=found.log"},
    )


@bp.get("/<path:_elsewhere>")
@access("entered")
def elsewhere(_elsewhere: str) -> Any:
    """Every other page comes back when the log is mended."""
    return redirect("/")


def _desk() -> Desk:
    return cast(Desk, current_app.extensions["damage"])


def _render(template: str, **more: Any) -> str:
    return render_template(template, title=_("重建记录"), origins=_origins, clock_text=clock_text, **more)


def _found(damage: Damage) -> str:
    """What is wrong, in a teacher's words."""
    words = {
        DamageKind.DAMAGED: _("记录文件 log.sqlite 坏了，里面有的地方读不对。"),
        DamageKind.MISSING: _("记录文件 log.sqlite 不见了，可能被清理软件删掉。"),
        DamageKind.SHORTER: _(
            "记录文件只有 %(lines)d 条，可是已经记到过第 %(proven)d 条：可能换成了旧的一份。",
            lines=damage.lines,
            proven=damage.proven,
        ),
        DamageKind.OTHER: _("记录文件和凭证对不上：可能在另一份副本上登记过。"),
    }
    return str(words[damage.kind])


def _origins(account: Account) -> list[tuple[str, int]]:
    """Where the lines come from, in words."""
    words = {
        CopyKind.BACKUP: _("来自备份"),
        CopyKind.BLACK_BOX: _("来自黑匣子"),
        CopyKind.DAMAGED: _("从坏文件里读出"),
    }
    return [(str(words[kind]), account.origins[kind]) for kind in CopyKind if kind in account.origins]
