"""Check-in: one touch or one key for each pupil."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from field_app.roster.finding import search_keys
from field_app.services import attendance
from field_app.services.journal import Recorded
from field_app.web.acting import acting, happened, request_id, the_laptop
from field_app.web.answers import answer, form_number, form_place, form_text
from shared.domain.attendance import NEEDS_REASON, REASONS, STATUS_WORDS, Status
from shared.web.access import access
from shared.web.language import language

bp = Blueprint("attendance", __name__, url_prefix="/check-in", template_folder="templates")


@bp.get("/")
@access("acting")
def page() -> str:
    """All pupils on one screen in seat order."""
    laptop = the_laptop()
    timetable = laptop.timetable()
    block = laptop.plan.block(request.args.get("block") or timetable.current_check_in().id)
    return render_template(
        "attendance/page.html",
        title=_("检录"),
        check_in=attendance.look_up(laptop, block.id),
        block=block,
        blocks=timetable.check_in_blocks(),
        statuses=STATUS_WORDS,
        needs_reason=NEEDS_REASON,
        reasons=REASONS,
        search_keys=search_keys,
    )


@bp.post("/mark")
@access("acting")
def mark() -> Any:
    """Record one seat's status."""
    new = attendance.NewMark(
        block=form_text("block"),
        seat=form_number("seat", most=999),
        status=form_text("status"),
        reason=form_text("reason"),
        note=form_text("note"),
        happened=happened(),
    )
    recorded = attendance.mark(the_laptop(), acting(), new, request_id())
    said = _("%(seat)s 号 %(status)s", seat=new.seat, status=_status(new.status))
    return _answer(recorded, new.block, said)


@bp.post("/undo")
@access("acting")
def undo() -> Any:
    """Void one mark, with a reason."""
    line = form_place()
    recorded = attendance.undo(the_laptop(), acting(), line=line, reason=form_text("reason"), request=request_id())
    return _answer(recorded, form_text("block"), _("已撤销第 %(line)d 条", line=line))


@bp.post("/close")
@access("acting")
def close() -> Any:
    """End the check-in of a block."""
    block = form_text("block")
    recorded = attendance.close(the_laptop(), acting(), block, request_id())
    return _answer(recorded, block, _("检录已结束，之后到的登记为迟到"))


@bp.post("/posted")
@access("acting")
def posted() -> Any:
    """The list is on the notice board."""
    block = form_text("block")
    recorded = attendance.post_list(the_laptop(), acting(), block, request_id())
    return _answer(recorded, block, _("已登记张贴公示名单"))


@bp.get("/list")
@access("acting")
def printed_list() -> str:
    """The checked-in list for the notice board, to print."""
    laptop = the_laptop()
    block = laptop.plan.block(request.args.get("block") or laptop.timetable().current_check_in().id)
    check_in = attendance.look_up(laptop, block.id)
    return render_template(
        "attendance/list.html",
        title=_("检录名单"),
        check_in=check_in,
        block=block,
        statuses=STATUS_WORDS,
        head=laptop.journal.head,
    )


def _answer(recorded: Recorded, block: str, said: str) -> Any:
    """Say what was recorded, with the block's new totals and seats for the page that stays open."""
    standing = attendance.stand(the_laptop(), block)
    totals = standing.totals
    return answer(
        recorded,
        said,
        f"{bp.url_prefix}/?{urlencode({'block': block})}",  # by hand: `url_for` cost a twentieth of a check-in
        totals={
            "expected": totals.expected,
            "present": totals.present,
            "late": totals.late,
            "absent": totals.absent + totals.refused,
            "unrecorded": totals.unrecorded,
        },
        seats=[
            [number, held.status, held.seq, standing.is_inherited(number)]
            if (held := standing.marks.get(number))
            else [number, "", 0, False]
            for number in standing.numbers
        ],
    )


def _status(status: str) -> str:
    return STATUS_WORDS[Status(status)].text(language())
