"""Handing in: one guided act that says "not finished" until the county's receipt for the last line is here."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from field_app.services import carrying, hand_in
from field_app.web.acting import acting, request_id, the_box, the_laptop, the_sync, witnesses
from field_app.web.answers import answer, form_text
from field_app.web.pictures import draw_qr
from field_app.web.today.sentences import matter_button, matter_sentence
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.naming import names_of
from shared.log.head_text import write_head
from shared.web.access import access
from shared.web.errors import wants_json

bp = Blueprint("hand_in", __name__, url_prefix="/hand-in", template_folder="templates")


@bp.get("/")
@access("acting")
def page() -> str:
    """What is missing, the act, and where the lines are."""
    laptop = the_laptop()
    names = names_of(laptop.plan, laptop.journal.day.duties)
    card = hand_in.head_card(laptop)
    return render_template(
        "hand_in/page.html",
        title=_("上交"),
        close_out=hand_in.look_at_close_out(laptop, the_sync().status()),
        sentence=lambda matter: matter_sentence(matter, names),
        button=matter_button,
        day_title=names[laptop.timetable().today.id],
        sticks=carrying.list_sticks(),
        card=card,
        card_words=_card_words(card),
        picture=draw_qr(_qr_text(card), 3),
    )


@bp.post("/")
@access("acting")
def submit() -> Any:
    """Hand the day in, and send at once."""
    recorded = hand_in.hand_in(the_laptop(), acting(), witnesses(), form_text("note"), request_id())
    the_sync().sync_now()
    return answer(recorded, _("今天的记录已上交，等县级回执"), url_for("hand_in.page"))


@bp.post("/bundle")
@access("acting")
def write_bundle() -> Any:
    """Write the bundle to a stick, and say that it may be pulled out only after reading it back."""
    carried = carrying.carry(the_laptop(), form_text("folder"), the_box().status())
    n = carried.head.seq
    said = _("已写好，读回核对无误：%(path)s（到第 %(n)d 条）。", path=carried.path, n=n)
    if carried.same_disk:
        return _say(said + _("这个文件夹在本机硬盘上，请再把这个文件拷到 U 盘。"))
    if carried.with_box:
        return _say(said + _("黑匣子也写在这个 U 盘上：要拔，先到“准备”页按“要拔 U 盘”。"))
    return _say(said + _("现在可以安全拔出 U 盘，带到县里。"))


@bp.get("/bundle")
@access("acting")
def download_bundle() -> Response:
    """The bundle through the browser, for a system that names no drives."""
    packed = carrying.pack_bundle(the_laptop())
    return Response(
        packed.data,
        mimetype="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{packed.name}"'},
    )


@bp.post("/receipt")
@access("acting")
def take_receipt() -> Any:
    """Take in the county's receipt file."""
    upload = request.files.get("file")
    if upload is None:
        raise DomainError(ErrorCode.RECEIPT_UNREADABLE, path="–")
    taken = the_sync().take_receipt_file(upload.read(), upload.filename or "–")
    if taken.finding is not None:
        raise taken.finding
    said = _("回执已读入：县里已收到第 %(n)d 条。", n=taken.proven)
    return _say(said + (_("县里还有新的通知，请看“今日”。") if taken.county_lines else ""))


def _say(said: str) -> Any:
    back = url_for("hand_in.page")
    if wants_json():
        return jsonify(said=said, next=back)
    flash(said)
    return redirect(back, code=303)


def _card_words(card: hand_in.HeadCard) -> str:
    """The counts beside the head, in one line."""
    words: str = _(
        "共 %(n)d 条记录 · 应到 %(expected)d，实到 %(present)d · 封袋 %(bags)d · 事件 %(incidents)d",
        n=card.signed.head.seq,
        expected=card.pupils.expected,
        present=card.pupils.present,
        bags=card.bags,
        incidents=card.incidents,
    )
    return words


def _qr_text(card: hand_in.HeadCard) -> str:
    """What a phone shows: whose log, the counts, the seal code, and the signed head by which anybody can check it."""
    laptop = the_laptop()
    birth, name = laptop.journal.birth, laptop.enrolment.school_name if laptop.enrolment else ""
    title = _("测试日凭证：%(name)s（%(code)s）%(campaign)s", name=name, code=birth.school, campaign=birth.campaign)
    seal = _("封存码 %(code)s", code=card.signed.head.seal_code)
    return "\n".join([title, _card_words(card), seal, write_head(card.signed)])
