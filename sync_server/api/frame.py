"""The frame of the API: the OpenAPI document, one JSON shape for every error, and who is asking."""

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast

from flask import Flask, Response, current_app, g, json, request
from flask_smorest import Api, Blueprint
from marshmallow import missing
from webargs.flaskparser import FlaskParser

from shared.domain.errors import DomainError, ErrorCode
from shared.log.line import read_json
from shared.web.access import access
from shared.wire.problems import PROBLEMS
from shared.wire.routes import BATCH_BYTES, PREFIX
from shared.wire.schemas import ErrorAnswer
from sync_server.services.office import Office
from sync_server.services.sessions import Visitor


class BodyParser(FlaskParser):
    """Says which field of a body is wrong, in our one shape."""

    def handle_error(self, error: Any, req: Any, schema: Any, **kwargs: Any) -> NoReturn:
        """Raise BODY_INVALID with the path of the first wrong field."""
        raise DomainError(ErrorCode.BODY_INVALID, reason=_first(error.messages)) from error

    def _raw_load_json(self, req: Any) -> Any:
        """By the rules of a record's JSON: no key twice, no half characters, no number or depth without end."""
        if (req.content_length or 0) > BATCH_BYTES:
            raise DomainError(ErrorCode.BODY_INVALID, reason=f"> {BATCH_BYTES // 1024} KiB")
        try:
            return read_json(req.get_data(cache=False)) if req.is_json else missing
        except DomainError as error:
            raise DomainError(ErrorCode.BODY_INVALID, reason="JSON") from error


blueprint = Blueprint("api", __name__, description="Sync between the laptops of schools and the office")
blueprint.ARGUMENTS_PARSER = BodyParser()


View = TypeVar("View", bound=Callable[..., Any])


def refuses(*codes: ErrorCode) -> Callable[[View], View]:
    """Name the codes with which a view may refuse, under their HTTP statuses, in the OpenAPI document."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(PROBLEMS[code].status, []).append(code.value)

    def note(view: View) -> View:
        for status, names in by_status.items():
            view = blueprint.alt_response(status, schema=ErrorAnswer, description=", ".join(names))(view)
        return view

    return note


class OfficeApi(Api):
    """flask-smorest with our own words for errors."""

    ERROR_SCHEMA = ErrorAnswer

    def _register_error_handlers(self) -> None:
        """Leave errors to `shared/web/errors.py`."""


def init_api(app: Flask) -> None:
    """Register the API and its document at /api/v1/openapi.json."""
    app.config.update(
        API_TITLE="Test Day sync",
        API_VERSION="1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = OfficeApi(app)
    api.spec.components.security_scheme("device", {"type": "http", "scheme": "bearer"})
    api.register_blueprint(blueprint)

    @access("anyone")
    def document() -> Response:
        text = json.dumps(api.spec.to_dict(), indent=2, sort_keys=False)
        return current_app.response_class(text, mimetype="application/json")

    app.view_functions["api-docs.openapi_json"] = document


def office() -> Office:
    """The office that this app serves."""
    return cast(Office, current_app.extensions["office"])


def device_rule() -> None:
    """Let an enrolled laptop with a live token pass; raises SESSION_EXPIRED or DEVICE_UNKNOWN."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer":
        raise DomainError(ErrorCode.SESSION_EXPIRED)
    g.visitor = office().sessions.check(token.strip())


def visitor() -> Visitor:
    """The laptop behind this request; its school is the only one it may speak for."""
    return cast(Visitor, g.visitor)


def _first(messages: Any) -> str:
    """The path and the words of the first thing that is wrong."""
    steps = []
    while isinstance(messages, dict) and messages:
        key, messages = next(iter(messages.items()))
        steps.append(str(key))
    words = messages[0] if isinstance(messages, list) and messages else messages
    return f"{'.'.join(steps[1:])} {words}".strip()[:120]
