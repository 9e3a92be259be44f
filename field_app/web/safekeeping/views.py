"""Choosing, releasing and taking up the black box; a backup now."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect
from flask_babel import gettext as _

from field_app.web.acting import the_backups, the_box
from field_app.web.answers import form_text
from field_app.web.safekeeping.words import backup_words
from shared.web.access import access
from shared.web.errors import wants_json

bp = Blueprint("safekeeping", __name__, template_folder="templates")
BACK = "/readiness/#safekeeping"


@bp.post("/box")
@access("acting")
def choose() -> Any:
    """Take a drive from the list, or a folder that was typed."""
    status = the_box().choose(form_text("place") or form_text("typed"))
    return _answer(_("黑匣子在 %(place)s", place=status.place))


@bp.post("/box/release")
@access("acting")
def release() -> Any:
    """Finish writing, so that the stick can be taken out."""
    the_box().release()
    return _answer(_("黑匣子已写完，可以安全拔出"))


@bp.post("/box/resume")
@access("acting")
def resume() -> Any:
    """Write on."""
    the_box().resume()
    return _answer(_("黑匣子接着写"))


@bp.post("/backup")
@access("acting")
def back_up() -> Any:
    """Make a backup at once."""
    return _answer(_("已备份并核对：%(words)s", words=backup_words(the_backups().make())))


def _answer(said: str) -> Any:
    if wants_json():
        return jsonify(said=said, next=BACK)
    flash(said)
    return redirect(BACK, code=303)
