"""The county board as a page, as JSON for programs, as a spreadsheet, and its strip of signals."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import gettext as _

from shared.domain.progress import STATE_WORDS
from shared.web.access import access
from shared.web.language import language
from shared.web.limits import GUESSES, failed, limiter
from sync_server.services.access import Action, decide
from sync_server.services.board import kind_of, summarise
from sync_server.services.board_cells import cells_of
from sync_server.services.board_row import CONCERN_WORDS, SCHOOL_STATE_WORDS, WORST_SIGNAL_MS, Row
from sync_server.services.signal_strip import OFF_PLAN, Standing, column_times, count_standings, make_strips
from sync_server.web.board.export import XLSX, as_csv, as_xlsx
from sync_server.web.board.signal_words import MARKS, STANDING_WORDS, bell_words, hint
from sync_server.web.desk import the_account, the_desk

bp = Blueprint("board", __name__, template_folder="templates")
_KINDS = ("fine", "attention", "silent")


@bp.get("/")
@access("account")
def page() -> str:
    """The board."""
    return render_template("board/page.html", title=_("县级看板"), states=SCHOOL_STATE_WORDS, **_context())


@bp.get("/board/table")
@access("account")
def table() -> str:
    """The part of the board that the page fetches again."""
    return render_template("board/table.html", **_context())


@bp.get("/board.json")
@access("account_or_basic")
@limiter.limit(GUESSES, deduct_when=failed)
def cells() -> Any:
    """The same cells for a program; docs/board.md says what each key means."""
    desk = the_desk()
    rows = desk.board.rows(the_account())
    return jsonify({"now": desk.board.now(), "schools": [cells_of(row) for row in rows]})


@bp.get("/board.<any(xlsx, csv):form>")
@access("account")
def export(form: str) -> Response:
    """The board as an .xlsx or .csv file."""
    decide(the_account(), Action.EXPORT_BOARD)
    rows = the_desk().board.rows(the_account())
    body, kind = (as_xlsx(rows, language()), XLSX) if form == "xlsx" else (as_csv(rows, language()), "text/csv")
    name = f"attachment; filename=board.{'xlsx' if form == 'xlsx' else 'csv'}"
    return Response(body, mimetype=kind, headers={"Content-Disposition": name})


@bp.get("/board/signals")
@access("account")
def signals() -> str:
    """Every school's signals against their plan."""
    return render_template("board/signals.html", title=_("指令"), **_strips())


@bp.get("/board/signals/table")
@access("account")
def signals_table() -> str:
    """The part of the signals page that it fetches again."""
    return render_template("board/signals_table.html", **_strips())


def _strips() -> dict[str, Any]:
    board = the_desk().board
    strips = make_strips(board.rows(the_account()), board.now())
    off = bool(request.args.get("off"))
    return {
        "all_strips": strips,
        "strips": [strip for strip in strips if not off or strip.standing in OFF_PLAN],
        "off": off,
        "times": column_times(strips),
        "counts": count_standings(strips),
        "hint": hint,
        "bell_words": bell_words,
        "marks": MARKS,
        "standings": Standing,
        "worst_signal_ms": WORST_SIGNAL_MS,
        "standing_words": STANDING_WORDS,
    }


def _context() -> dict[str, Any]:
    rows = the_desk().board.rows(the_account())
    state, text = request.args.get("state", ""), request.args.get("text", "").strip().lower()
    shown = [row for row in rows if _wanted(row, state, text)]
    return {
        "all_rows": rows,
        "rows": shown,
        "state": state,
        "text": text,
        "summary": summarise(rows),
        "recovery": the_desk().board.recovery(the_account()),
        "waiting": the_desk().quarantine.count(the_account()),
        "columns": max((len(row.facts.blocks or ()) for row in rows if row.facts), default=0),
        "kind_of": kind_of,
        "why": _why,
        "bell_words": bell_words,
        "state_words": SCHOOL_STATE_WORDS,
        "block_words": STATE_WORDS,
    }


def _wanted(row: Row, state: str, text: str) -> bool:
    if text and text not in f"{row.school.code} {row.school.name}".lower():
        return False
    return not state or state == (kind_of(row) if state in _KINDS else row.state.value)


def _why(row: Row) -> str:
    """What to look at, in words."""
    return ("、" if language() == "zh" else ", ").join(
        CONCERN_WORDS[concern].text(language()) for concern in row.concerns
    )
