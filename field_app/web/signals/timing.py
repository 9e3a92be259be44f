"""Moving signals 补时: first what would move from when to when, then the record of two people."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from field_app.services import timing
from field_app.services.timetable import clock_text
from field_app.services.timing import NewTiming, Preview, Stays, Timing
from field_app.web.acting import acting, request_id, the_laptop, witnesses
from field_app.web.answers import answer, form_text
from field_app.web.frame.views import PHASE_WORDS
from shared.domain.access import may_record
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.signals import TIMING_CHANGED
from shared.domain.words import Words
from shared.web.access import access
from shared.web.errors import say
from shared.web.language import language

bp = Blueprint("timing", __name__)
MINUTES = TIMING_CHANGED.field("minutes")
KINDS = TIMING_CHANGED.field("kind")
STAYS_WORDS = {
    Stays.GIVEN: Words("已发出", "given already"),
    Stays.SKIPPED: Words("不发", "skipped"),
    Stays.MISSED: Words("漏发", "missed"),
    Stays.FIRED: Words("已到时", "due already"),
    Stays.ELSEWHERE: Words("由另一台电脑响铃", "the other laptop's"),
    Stays.UNTIMED: Words("时间待定", "no time yet"),
    Stays.NOT_OF_THIS_KIND: Words("这种调整不动它", "not moved by this kind"),
}


@bp.get("/timing")
@access("acting")
def page() -> str:
    """What a change would do; nothing is recorded by looking."""
    laptop = the_laptop()
    block = request.args.get("block", laptop.timetable().current_block().id)
    kind, minutes = (request.args.get(name, "").strip() for name in ("kind", "minutes"))
    preview, problem = _look(block, kind, minutes)
    return render_template(
        "signals/timing.html",
        title=_("补时、推迟开始、整场移动"),
        preview=preview,
        problem=problem,
        asked={"block": block, "kind": kind, "minutes": minutes},
        blocks=[block for block in laptop.timetable().blocks() if block.signalled],
        kinds=KINDS.choices,
        may_move=may_record(TIMING_CHANGED, acting().role),
        stays_words=STAYS_WORDS,
        phase_words=PHASE_WORDS,
    )


@bp.post("/timing")
@access("acting")
def change() -> Any:
    """Move the signals as they were seen, with a reason and a witness."""
    laptop = the_laptop()
    asked = Timing(form_text("kind"), form_text("block"), _minutes(form_text("minutes")))
    new = NewTiming(asked, form_text("reason"), form_text("seen"))
    recorded = timing.change_timing(laptop, acting(), witnesses(), new, request_id())
    timetable = laptop.timetable()
    moved = [laptop.plan.signal(row["signal"]) for row in recorded.event.data["signals"]]
    said = "，".join(f"{signal.title.text(language())} {clock_text(timetable.due(signal))}" for signal in moved)
    back = url_for("signals.page")
    return answer(recorded, _("已调整：%(signals)s", signals=said), back, next=back)


def _look(block: str, kind: str, minutes: str) -> tuple[Preview | None, str]:
    """The preview, or why there is none; neither before the form was filled in."""
    if not minutes:
        return None, ""
    try:
        return timing.preview_timing(the_laptop(), Timing(kind, block, _minutes(minutes))), ""
    except DomainError as refusal:
        return None, say(refusal)


def _minutes(text: str) -> int:
    """Minutes as typed; a minus for earlier."""
    value = text.replace("−", "-")
    if not value.removeprefix("-").isdecimal() or abs(int(value)) > MINUTES.most:
        expected = f"{MINUTES.least}–{MINUTES.most}"
        raise DomainError(ErrorCode.FIELD_INVALID, field="minutes", value=text[:20], expected=expected)
    return int(value)
