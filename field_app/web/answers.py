"""How a form is answered: what was recorded and when, to a script as JSON, to a reader as a line on the next page."""

import re
from typing import Any

from flask import flash, jsonify, redirect, request
from flask_babel import gettext as _

from field_app.services.journal import Recorded
from field_app.services.timetable import clock_text
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.fold import may_be_voided
from shared.web.errors import wants_json


def answer(recorded: Recorded, said: str, back: str, **more: Any) -> Any:
    """Say that a line is on disk: to a script as JSON, else with a flash and a redirect to `back`.

    The JSON is `{log, seq, said, repeated, undo}` and `more`; `undo` says whether the line may be made void.
    """
    event = recorded.event
    sentence = _(
        "%(said)s · %(time)s 已存（第 %(seq)d 条）", said=said, time=clock_text(event.at.corrected, True), seq=event.seq
    )
    if wants_json():
        undo = may_be_voided(event.type)
        return jsonify(log=event.log, seq=event.seq, said=sentence, repeated=recorded.repeated, undo=undo, **more)
    flash(sentence)
    return redirect(back, code=303)


def form_number(name: str, *, least: int = 1, most: int = 999_999_999) -> int:
    """A whole number that a form must carry; full-width digits are understood; raises FIELD_INVALID."""
    value = request.form.get(name, "").strip()
    if not value.isdecimal() or not least <= int(value) <= most:
        raise DomainError(ErrorCode.FIELD_INVALID, field=name, value=value[:20], expected=f"{least}–{most}")
    return int(value)


def form_place() -> int:
    """The place of the line that a form points at, below zero for an ancestor's; raises FIELD_INVALID."""
    value = request.form.get("line", "").strip()
    if not re.fullmatch(r"-?[1-9]\d{0,8}", value):
        raise DomainError(ErrorCode.FIELD_INVALID, field="line", value=value[:20], expected="1–999999999")
    return int(value)


def form_text(name: str) -> str:
    """A text that a form may carry, without spaces around it."""
    return request.form.get(name, "").strip()
