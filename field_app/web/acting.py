"""Who is acting on the shared laptop, and what every form carries: request id, witness, stated time."""

import secrets
from typing import cast

from flask import current_app, g, request, session

from field_app.services.backups import Backups
from field_app.services.black_box import BlackBox
from field_app.services.laptop import Laptop
from field_app.services.people import identify
from field_app.services.sync_port import Sync
from field_app.services.timetable import parse_clock_text
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor

IDLE_MS = 30 * 60 * 1000
"""How long a person stays signed in without doing anything, on the tick."""


def the_laptop() -> Laptop:
    """The laptop behind this app."""
    return cast(Laptop, current_app.extensions["laptop"])


def the_sync() -> Sync:
    """How lines get to the county: its state, and a way to ask for a pass now."""
    return cast(Sync, current_app.extensions["sync"])


def the_box() -> BlackBox:
    """The black box behind this app."""
    return cast(BlackBox, current_app.extensions["box"])


def the_backups() -> Backups:
    """The backups behind this app."""
    return cast(Backups, current_app.extensions["backups"])


def current_actor() -> Actor | None:
    """The person acting now, if they are on duty in the role they chose and were active in the last half hour."""
    if "actor" not in g:
        g.actor = _actor_of_session()
    return cast("Actor | None", g.actor)


def acting() -> Actor:
    """The person acting now; raises SIGN_IN_FIRST."""
    actor = current_actor()
    if actor is None:
        raise DomainError(ErrorCode.SIGN_IN_FIRST)
    return actor


def act_as(actor: Actor | None) -> None:
    """Let this person act from now on (None: nobody)."""
    g.actor = actor
    if actor is None:
        session.pop("actor", None)
        return
    session["actor"] = [actor.person, actor.role, the_laptop().clock.now().tick]


def new_request_id() -> str:
    """A fresh id for a form, so that a double click, a reload or a retry records once."""
    return secrets.token_urlsafe(12)


def request_id() -> str:
    """The id the form carries; raises FORM_EXPIRED when it has none."""
    value = request.form.get("request_id", "")
    if not 8 <= len(value) <= 64:
        raise DomainError(ErrorCode.FORM_EXPIRED)
    return value


def witnesses() -> tuple[Actor, ...]:
    """The witness who typed a PIN into this form; none when the fields are empty.

    Raises PIN_WRONG or PIN_LOCKED; whether a witness is needed and may witness is the journal's rule.
    """
    person, pin = request.form.get("witness_person", ""), request.form.get("witness_pin", "")
    if not person or not pin:
        return ()
    return (identify(the_laptop(), person, pin),)


def happened() -> int | None:
    """The stated time of a late entry in corrected ms; None when the form says nothing; raises TIME_IMPOSSIBLE."""
    text = request.form["happened"].strip() if "happened" in request.form else ""
    if not text:
        return None
    stated = parse_clock_text(text, the_laptop().clock.now().corrected)
    if stated is None:
        raise DomainError(ErrorCode.TIME_IMPOSSIBLE, value=text[:10])
    return stated


def _actor_of_session() -> Actor | None:
    kept = session.get("actor")
    laptop = the_laptop()
    if kept is None or not laptop.is_enrolled:
        return None
    person, role, tick = kept
    now = laptop.clock.now().tick
    actor = Actor(person, role)
    if not 0 <= now - tick <= IDLE_MS or not laptop.journal.day.duties.holds(actor):
        session.pop("actor")
        return None
    if now - tick > 60_000 and not request.path.endswith(".json"):  # a page left open asks for these by itself
        session["actor"] = [person, role, now]
    return actor
