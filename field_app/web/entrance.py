"""Who gets in: only this machine, only the browser that the program opened, only forms from its own pages."""

import hmac
from collections.abc import Callable
from typing import Any

from flask import Flask, redirect, request, session

from field_app.web.acting import current_actor, the_laptop
from shared.domain.errors import DomainError, ErrorCode

HOSTS = frozenset({"127.0.0.1", "localhost"})
Rule = Callable[[], Any]


def init_entrance(app: Flask, launch: str) -> dict[str, Rule]:
    """Check host, origin and launch token of every request; returns the access rules of this app's routes."""

    @app.before_request
    def check_door() -> Any:
        if request.host.rsplit(":", 1)[0] not in HOSTS:
            raise DomainError(ErrorCode.ENTER_BY_LAUNCH)
        if request.method not in ("GET", "HEAD") and not _from_own_page():
            raise DomainError(ErrorCode.FORM_EXPIRED)
        if "launch" in request.args and hmac.compare_digest(request.args["launch"], launch):
            session["entered"] = True
            session.permanent = True
            return redirect(request.path)
        return None

    return {"anyone": _anyone, "entered": _entered, "enrolled": _enrolled, "acting": _acting}


def _from_own_page() -> bool:
    """Whether a form was sent by a page of this app: browsers say so in these headers, programs send none."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin == request.host_url.rstrip("/")


def _anyone() -> None:
    return None


def _entered() -> None:
    if not session.get("entered"):
        raise DomainError(ErrorCode.ENTER_BY_LAUNCH)


def _enrolled() -> Any:
    _entered()
    if the_laptop().is_enrolled:
        return None
    if request.method == "GET":
        return redirect("/enrol")
    raise DomainError(ErrorCode.NOT_ENROLLED)


def _acting() -> Any:
    """Somebody on duty is acting; a page asks for them, a form is refused with a sentence."""
    elsewhere = _enrolled()
    if elsewhere is not None:
        return elsewhere
    if current_actor() is not None:
        return None
    if request.method == "GET":
        return redirect(f"/people/switch?next={request.path}")
    raise DomainError(ErrorCode.SIGN_IN_FIRST)
