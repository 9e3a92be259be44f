"""The frame of the office's pages: county, time, who is signed in; words for times and ages; our scripts."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, g, send_from_directory
from flask_babel import gettext as _

from shared.web.access import access
from sync_server.services.access import Action, may
from sync_server.services.local_time import clock_text, date_text
from sync_server.web.desk import the_desk

bp = Blueprint("frame", __name__, template_folder="templates")
_SCRIPTS = Path(__file__).parent / "scripts"
_MINUTE = 60_000


@bp.get("/scripts/<name>")
@access("anyone")
def script(name: str) -> Any:
    """One of our scripts or style sheets."""
    return send_from_directory(_SCRIPTS, name)


def init_office_frame(app: Flask) -> None:
    """Give every template the strip, the clock words and what the account may do."""
    app.context_processor(_context)
    app.jinja_env.globals.update(
        clock_text=clock_text, date_text=date_text, age=age, seconds=seconds, deviation_mark=deviation_mark
    )


def age(ms: int | None) -> str:
    """How long ago, in words; a question mark when nobody knows."""
    if ms is None:
        return "?"
    minutes = ms // _MINUTE
    if minutes < 1:
        return str(_("刚刚"))
    if minutes < 60:
        return str(_("%(n)d 分钟前", n=minutes))
    if minutes < 48 * 60:
        return str(_("%(h)d 小时 %(m)d 分前", h=minutes // 60, m=minutes % 60))
    return str(_("%(n)d 天前", n=minutes // (24 * 60)))


def seconds(ms: int | None) -> str:
    """A deviation with its sign; a dash when there is none."""
    if ms is None:
        return "–"
    number, whole = _scaled(ms)
    return str(_("%(n)+d 分", n=number) if whole else _("%(n)+d 秒", n=number))


def deviation_mark(ms: int) -> str:
    """The same for a narrow cell: `+35″`, `-12′`."""
    number, whole = _scaled(ms)
    return f"{number:+d}{'′' if whole else '″'}"


def _scaled(ms: int) -> tuple[int, bool]:
    """A deviation in whole minutes (True) from ten minutes on, below that in seconds."""
    whole = abs(ms) >= 10 * _MINUTE
    return round(ms / (_MINUTE if whole else 1000)), whole


def _context() -> dict[str, Any]:
    desk = the_desk()
    account = g.get("account")
    row = desk.office.row
    return {
        "office": row,
        "now": desk.board.now(),
        "rate": row.rehearsal.rate if row.rehearsal else 1,
        "may": lambda action, school=None: account is not None and may(account, Action(action), school),
    }
