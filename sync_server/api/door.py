"""The door: hello, enrolment, session."""

from typing import Any

from shared.domain.errors import ErrorCode as C
from shared.web.access import access
from shared.web.limits import GUESSES, failed, limiter
from shared.wire.routes import ENROL, HELLO, SESSION
from shared.wire.schemas import (
    EnrolAnswer,
    EnrolAsked,
    HelloAnswer,
    HelloAsked,
    SessionAnswer,
    SessionAsked,
)
from sync_server.api.frame import blueprint, office, refuses


@blueprint.route(HELLO, methods=["POST"])
@access("anyone")
@blueprint.arguments(HelloAsked)
@blueprint.response(200, HelloAnswer)
@refuses(C.PROTOCOL_UNKNOWN, C.BODY_INVALID)
def hello(asked: dict[str, Any]) -> Any:
    """Say who we are, which protocol we speak and what our clock shows."""
    return office().sessions.hello(asked["protocol"], asked["nonce"])


@blueprint.route(ENROL, methods=["POST"])
@access("anyone")
@limiter.limit(GUESSES, deduct_when=failed)
@blueprint.arguments(EnrolAsked)
@blueprint.response(200, EnrolAnswer)
@refuses(
    *(C.ENROL_CODE_WRONG, C.ENROL_CODE_USED, C.DEVICE_UNKNOWN, C.ALREADY_ENROLLED, C.PLAN_UNKNOWN),
    *(C.BODY_INVALID, C.TOO_MANY_TRIES),
)
def enrol(asked: dict[str, Any]) -> Any:
    """Take a laptop in against a one-time code; the same code and key again get the same answer."""
    return office().enrolments.enrol(asked["code"], asked["key"], asked["software"])


@blueprint.route(SESSION, methods=["POST"])
@access("anyone")
@blueprint.arguments(SessionAsked)
@blueprint.response(200, SessionAnswer)
@refuses(C.SESSION_EXPIRED, C.DEVICE_UNKNOWN, C.BODY_INVALID)
def session(asked: dict[str, Any]) -> Any:
    """Open a session for the laptop that signed our nonce."""
    token, until = office().sessions.open(asked["device"], asked["nonce"], asked["sig"], asked["wall"])
    return {"token": token, "until": until}
