"""Counting and sealing: one table a block, checked while it is typed, never in the way of the next block."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from field_app.services import materials
from field_app.services.journal import Recorded
from field_app.services.materials import Counting, NewBag, NewCount, NewSealing
from field_app.web.acting import acting, happened, request_id, the_laptop, witnesses
from field_app.web.answers import answer, form_number, form_text
from field_app.web.frame.views import person_label
from field_app.web.materials.words import bags_text, row_name, row_text, templates, total_text, trouble_text
from field_app.web.pictures import draw_qr
from shared.domain.access import may_record
from shared.domain.attendance import COUNTS_AS_PRESENT
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor
from shared.domain.materials import BAG_SEALED, BLOCK_SEALED, COLUMN_WORDS, COLUMNS, MATERIALS_COUNTED
from shared.domain.progress import order_up_to
from shared.web.access import access
from shared.web.language import language

bp = Blueprint("materials", __name__, url_prefix="/materials", template_folder="templates")


@bp.get("/")
@access("acting")
def page() -> Any:
    """One block's table, its bags, and the end of its sealing."""
    laptop, role = the_laptop(), acting().role
    block = request.args.get("block") or _current_block()
    if block is None:
        return render_template("materials/empty.html", title=_("工具与封装"))
    counting = materials.look_up(laptop, block)
    return render_template(
        "materials/page.html",
        title=_("工具与封装"),
        counting=counting,
        block=counting.block,
        blocks=materials.list_blocks(laptop),
        sealed=laptop.journal.day.materials.sealed,
        columns=COLUMN_WORDS,
        absent_seats=_absent_seats(counting),
        words=templates(),
        row_name=row_name,
        row_text=row_text,
        total=total_text(counting),
        trouble=trouble_text(counting),
        trouble_type=_trouble_type(),
        incidents=materials.list_incidents_of(laptop, block),
        bags_said=bags_text(counting),
        may_count=may_record(MATERIALS_COUNTED, role),
        may_bag=may_record(BAG_SEALED, role),
        may_seal=may_record(BLOCK_SEALED, role),
        people=_people,
    )


@bp.post("/count")
@access("acting")
def count() -> Any:
    """Record the rows that were filled in."""
    laptop, block = the_laptop(), form_text("block")
    new = NewCount(block, _typed_rows(block), form_text("note"), happened())
    recorded = materials.count(laptop, acting(), witnesses(), new, request_id())
    counting = materials.look_up(laptop, block)
    said = _("清点已记录，数目没有对上，不影响下一场") if trouble_text(counting) else _("清点已记录")
    return _answer(recorded, counting, said)


@bp.post("/bag")
@access("acting")
def bag() -> Any:
    """Record a sealed bag."""
    new = NewBag(
        block=form_text("block"),
        bag=form_text("bag"),
        seal=form_text("seal"),
        sheets=form_number("sheets", least=0, most=9999),
        contents=form_text("contents"),
        happened=happened(),
    )
    before = next((bag for bag in materials.look_up(the_laptop(), new.block).bags if bag.bag == new.bag), None)
    recorded = materials.seal_bag(the_laptop(), acting(), witnesses(), new, request_id())
    said = _("%(bag)s 号袋已封，%(n)d 份", bag=new.bag, n=new.sheets)
    if before is not None and before.seq != recorded.event.seq:
        said = _("%(bag)s 号袋重新封装，%(n)d 份，原封条 %(seal)s", bag=new.bag, n=new.sheets, seal=before.seal)
    return _answer(recorded, materials.look_up(the_laptop(), new.block), said)


@bp.post("/sealed")
@access("acting")
def sealed() -> Any:
    """The sealing of a block is complete."""
    new = NewSealing(form_text("block"), form_text("note"), happened())
    recorded = materials.seal_block(the_laptop(), acting(), witnesses(), new, request_id())
    counting = materials.look_up(the_laptop(), new.block)
    title = counting.block.title.text(language())
    return _answer(recorded, counting, _("%(block)s 封装完成，共 %(n)d 袋", block=title, n=len(counting.bags)))


@bp.get("/print")
@access("acting")
def printed() -> Any:
    """The sealing list and a label for each bag, to print and sign."""
    laptop = the_laptop()
    block = request.args.get("block") or _current_block()
    if block is None:
        return redirect(url_for("materials.page"))
    counting = materials.look_up(laptop, block)
    head = laptop.journal.head
    return render_template(
        "materials/print.html",
        title=_("封装清单"),
        counting=counting,
        block=counting.block,
        day=laptop.plan.day_of(counting.block),
        school=laptop.journal.birth.school,
        columns=COLUMN_WORDS,
        absent_seats=_absent_seats(counting),
        total=total_text(counting),
        trouble=trouble_text(counting),
        people=_people,
        seal_code=lambda seq: materials.find_seal_code(laptop, seq),
        head=head,
        head_picture=draw_qr(str(head)),
    )


def _current_block() -> str | None:
    block = materials.current_block(the_laptop())
    return None if block is None else block.id


def _typed_rows(block: str) -> dict[tuple[str, str], dict[str, int]]:
    """The filled-in numbers by (material, form); raises BLOCK_UNKNOWN, or FIELD_INVALID at the cell."""
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for material, form in the_laptop().plan.block(block).material_rows():
        numbers = {}
        for column in COLUMNS:
            value = form_text(f"{material.id}.{form}.{column}")
            if not value:
                continue
            title = COLUMN_WORDS[column].text(language())
            if not value.isdecimal() or int(value) > 9999:
                place = f"{material.title.text(language())} {form}".strip()
                raise DomainError(ErrorCode.FIELD_INVALID, place, field=title, value=value[:20], expected="0–9999")
            numbers[column] = int(value)
        rows[material.id, form] = numbers
    return rows


def _absent_seats(counting: Counting) -> list[int]:
    """The seats of pupils who are not there: their sheets are not missing."""
    laptop = the_laptop()
    marks = laptop.journal.day.attendance.effective(order_up_to(laptop.plan, counting.block.id))
    return sorted(seat for seat, mark in marks.items() if mark.status not in COUNTS_AS_PRESENT)


def _trouble_type() -> str:
    """The plan's type of incident for sheets that are missing at sealing, if it has one."""
    return next((item.id for item in the_laptop().plan.incident_types if item.id == "paper_missing"), "")


def _people(persons: tuple[str, ...]) -> list[str]:
    known = the_laptop().journal.day.duties.people
    return [person_label(Actor(person, known[person].role.value)) if person in known else person for person in persons]


def _answer(recorded: Recorded, counting: Counting, said: str) -> Any:
    back = url_for("materials.page", block=counting.block.id)
    return answer(recorded, said, back, balanced=counting.is_balanced, next=back)
