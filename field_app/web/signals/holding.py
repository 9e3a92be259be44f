"""Which laptop rings: the two buttons of the signals page."""

from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _

from field_app.services import bell_holding
from field_app.web.acting import acting, request_id, the_laptop, witnesses
from field_app.web.answers import answer
from shared.web.access import access

bp = Blueprint("holding", __name__, url_prefix="/bell")


@bp.post("/give-up")
@access("acting")
def give_up() -> Any:
    """The school's other laptop rings."""
    recorded = bell_holding.give_up_bell(the_laptop(), acting(), witnesses(), request_id())
    return _answer(recorded, _("本机不再响铃，由另一台电脑响铃"))


@bp.post("/take")
@access("acting")
def take() -> Any:
    """This laptop rings."""
    recorded = bell_holding.take_bell(the_laptop(), acting(), request_id())
    return _answer(recorded, _("从下一条指令起由本机响铃"))


def _answer(recorded: Any, said: str) -> Any:
    back = url_for("signals.page")
    return answer(recorded, said, back, next=back)
