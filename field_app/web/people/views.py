"""On duty: who opens the house, who comes on duty, who acts now, who stands in for whom."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from field_app.services import people
from field_app.services.journal import Recorded
from field_app.web.acting import act_as, acting, current_actor, request_id, the_laptop, witnesses
from field_app.web.answers import answer, form_text
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor
from shared.domain.roles import HEADS, ROLE_WORDS, Role
from shared.web.access import access
from shared.web.errors import wants_json
from shared.web.language import language

bp = Blueprint("people", __name__, url_prefix="/people", template_folder="templates")


@bp.get("/first")
@access("enrolled")
def first_page() -> Any:
    """The first person of the day opens the house."""
    if the_laptop().journal.day.duties.on_duty():
        return redirect(url_for("people.switch_page"))
    heads = [person for person in people.list_absent(the_laptop()) if person.role in HEADS]
    return render_template(
        "people/first.html", title=_("第一位上岗"), roles=_roles(HEADS), heads=heads, role_words=ROLE_WORDS
    )


@bp.post("/first")
@access("enrolled")
def first() -> Any:
    """Set the site passphrase and put the first person on duty; they act from now on."""
    people.check_same(form_text("passphrase"), form_text("passphrase_again"))
    opened = people.open_house(the_laptop(), _newcomer(), form_text("passphrase"), request_id())
    act_as(_actor_of(opened))
    return answer(opened, _("您已上岗"), url_for("people.page"), next=url_for("people.page"))


@bp.get("")
@access("acting")
def page() -> str:
    """Everyone on duty, and the form for the next one."""
    laptop = the_laptop()
    return render_template(
        "people/page.html",
        title=_("人员"),
        duties=laptop.journal.day.duties,
        absent=people.list_absent(laptop),
        wanted=people.list_vacancies(laptop),
        role_words=ROLE_WORDS,
        roles=_roles(frozenset(Role) - {Role.LAPTOP}),
        may_lead=acting().role in HEADS,
    )


@bp.post("/add")
@access("acting")
def add() -> Any:
    """Put a person on duty."""
    recorded = people.put_on_duty(the_laptop(), acting(), witnesses(), _newcomer(), request_id())
    who = recorded.event.data
    said = _("%(name)s 上岗：%(role)s", name=who["name"], role=_role(who["role"]))
    return answer(recorded, said, url_for("people.page"), person=who["person"])


@bp.get("/switch")
@access("enrolled")
def switch_page() -> Any:
    """Choose who acts, and type the PIN."""
    hands = people.list_hands(the_laptop())
    if not hands:
        return redirect(url_for("people.first_page"))
    return render_template(
        "people/switch.html", title=_("选人"), hands=hands, role_words=ROLE_WORDS, next=_next(request.args.get("next"))
    )


@bp.post("/switch")
@access("enrolled")
def switch() -> Any:
    """Let the person behind the PIN act."""
    person, _dot, role = form_text("person").partition(".")
    act_as(people.switch_to(the_laptop(), person, form_text("role") or role, form_text("pin")))
    return _gone_to(_next(form_text("next")), _("已换人"))


@bp.post("/sign-out")
@access("enrolled")
def sign_out() -> Any:
    """Nobody acts until the next PIN."""
    act_as(None)
    return _gone_to(url_for("people.switch_page"), _("已退出"))


@bp.post("/relieve")
@access("acting")
def relieve() -> Any:
    """Let a person go off duty."""
    recorded = people.relieve(
        the_laptop(), acting(), witnesses(), form_text("person"), form_text("reason"), request_id()
    )
    return _answer(recorded, _("已登记离岗"))


@bp.post("/pin")
@access("acting")
def pin() -> Any:
    """Give a person who forgot it a new PIN."""
    people.check_same(form_text("pin"), form_text("pin_again"))
    recorded = people.change_pin(
        the_laptop(), acting(), witnesses(), form_text("person"), form_text("pin"), request_id()
    )
    return _answer(recorded, _("口令已重设"))


@bp.post("/delegate")
@access("acting")
def delegate() -> Any:
    """Let another person stand in while the actor answers the questionnaire."""
    recorded = people.delegate(the_laptop(), acting(), witnesses(), form_text("to"), form_text("reason"), request_id())
    return _answer(recorded, _("已登记代理"))


@bp.post("/resume")
@access("acting")
def resume() -> Any:
    """End the delegation."""
    return _answer(people.resume(the_laptop(), acting(), request_id()), _("代理已结束"))


def _newcomer() -> people.Newcomer:
    people.check_same(form_text("pin"), form_text("pin_again"))
    if form_text("person"):
        return people.returning(the_laptop(), form_text("person"), form_text("pin"))
    role = form_text("role")
    if role not in set(Role) - {Role.LAPTOP}:
        raise DomainError(ErrorCode.FIELD_INVALID, field="role", value=role[:20], expected=", ".join(Role))
    outsider = form_text("outsider") == "1"
    return people.Newcomer(form_text("name"), form_text("unit"), Role(role), outsider, form_text("pin"))


def _actor_of(recorded: Recorded) -> Actor:
    return Actor(recorded.event.data["person"], recorded.event.data["role"])


def _answer(recorded: Recorded, said: str) -> Any:
    return answer(recorded, said, url_for("people.page"))


def _gone_to(address: str, said: str) -> Any:
    """Nothing was recorded: who acts is no part of the log."""
    if wants_json():
        actor = current_actor()
        return jsonify(said=said, person=actor.person if actor else None, next=address)
    flash(said)
    return redirect(address, code=303)


def _next(address: str | None) -> str:
    """A page of this app, whatever the address bar says."""
    own = address is not None and address.startswith("/") and not address.startswith(("//", "/\\", "/people/switch"))
    return address if own and address else "/"


def _roles(roles: frozenset[Role]) -> list[tuple[str, str]]:
    return [(role.value, ROLE_WORDS[role].text(language())) for role in Role if role in roles]


def _role(role: str) -> str:
    return ROLE_WORDS[Role(role)].text(language())
