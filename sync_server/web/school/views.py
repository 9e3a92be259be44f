"""The school page and the log behind it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from shared.domain.attendance import REASONS, STATUS_WORDS
from shared.domain.catalogue_of_events import FEATURE_WORDS
from shared.domain.materials import COLUMN_WORDS
from shared.domain.progress import STATE_WORDS
from shared.domain.words import Words
from shared.web.access import access
from shared.wire.county_log import BARRED
from sync_server.services.access import Action, may
from sync_server.services.board_row import CONCERN_WORDS, SCHOOL_STATE_WORDS, Concern
from sync_server.services.choosing import Wanted
from sync_server.web.desk import the_account, the_desk

bp = Blueprint("school", __name__, template_folder="templates", url_prefix="/schools")

STATUS_MARKS = {
    "present": ("●", "good"),
    "late": ("▲", "warn"),
    "left_early": ("◣", "warn"),
    "absent": ("✕", "bad"),
    "refused": ("✕", "bad"),
    "not_on_register": ("–", "none"),
}


@bp.get("/<code>")
@access("account")
def page(code: str) -> str:
    """One school's day."""
    view = the_desk().schools.open(the_account(), code)
    return render_template(
        "school/page.html",
        title=view.row.school.name,
        view=view,
        state_words=SCHOOL_STATE_WORDS,
        block_words=STATE_WORDS,
        concern_words=CONCERN_WORDS,
        links=_links(code),
        status_words=STATUS_WORDS,
        status_marks=STATUS_MARKS,
        reasons={key: Words(zh, en) for key, zh, en in REASONS},
        column_words=COLUMN_WORDS,
    )


@bp.post("/<code>/records")
@access("account")
def choose(code: str) -> Any:
    """Say which of several records counts."""
    form = request.form
    rule, _sep, chosen = form.get("choice", "").partition(" ")
    place = form.get("line", "")
    line = int(place) if place.removeprefix("-").isascii() and place.removeprefix("-").isdigit() else -2
    wanted = Wanted(form.get("log", ""), line, rule, chosen, form.get("reason", ""))
    the_desk().choosing.choose(the_account(), code, wanted)
    flash(_("已记入县级日志，学校下次联系时收到；本页按这个决定统计。"))
    return redirect(url_for("school.page", code=code) + "#partings", code=303)


@bp.post("/<code>/laptops/<device>")
@access("account")
def decide_access(code: str, device: str) -> Any:
    """Bar a laptop, or admit it again."""
    form = request.form
    wanted = form.get("access", "")
    the_desk().laptops.decide_access(the_account(), code, device, wanted, form.get("reason", ""))
    flash(_("已停用，并已记入县级日志。") if wanted == BARRED else _("已恢复使用，并已记入县级日志。"))
    return redirect(url_for("school.page", code=code) + "#devices", code=303)


def _links(code: str) -> dict[Concern, str]:
    """The pages where somebody can do something about a concern."""
    links = {Concern.UNHEARD: url_for("backups.page")} if may(the_account(), Action.VIEW_BACKUPS, code) else {}
    if not may(the_account(), Action.VIEW_QUARANTINE, code):
        return links
    return links | {
        Concern.FORK: "#partings",
        Concern.OVERLAP: "#partings",
        Concern.QUARANTINE: url_for("quarantine.page", school=code),
        Concern.VERDICT: url_for("quarantine.page", school=code),
    }


@bp.get("/<code>/log")
@access("account")
def log(code: str) -> str:
    """One log of the school in words, newest first."""
    letter, feature, text = (request.args.get(key, "") for key in ("log", "feature", "text"))
    view = the_desk().schools.open_log(the_account(), code, letter or "A", feature, text)
    return render_template(
        "school/log.html",
        title=_("%(school)s 日志", school=view.row.school.name),
        view=view,
        feature=feature,
        text=text,
        features=FEATURE_WORDS | {"verdict": Words("不合规则的记录", "Lines that break a rule")},
    )
