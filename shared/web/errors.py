"""Errors at the edge: a sentence in the reader's language and what to do next, as a page or as JSON."""

import logging
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from shared.domain.errors import DomainError, ErrorCode
from shared.domain.roles import ROLE_WORDS, Role
from shared.web.language import language
from shared.wire.problems import PROBLEMS, sentence

log = logging.getLogger(__name__)


def error_body(error: DomainError) -> dict[str, Any]:
    """The one JSON shape of every error, with the sentence in both languages."""
    return {
        "code": error.code.value,
        "place": error.place,
        "zh": say(error, "zh"),
        "en": say(error, "en"),
    }


def say(error: DomainError, chosen: str | None = None) -> str:
    """The error's sentence in the reader's language, with role ids put into words."""
    chosen = chosen or language()
    values = dict(error.values)
    for key in ("role", "allowed"):
        if key in values:
            values[key] = _roles(str(values[key]), chosen)
    return sentence(DomainError(error.code, error.place, **values), chosen)


def wants_json() -> bool:
    """Whether the caller is a program or a script of a page, not a reader."""
    if request.headers.get("Accept") == "application/json":  # our own scripts, at every check-in: nothing to weigh
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" or request.path.startswith("/api/")


def init_errors(app: Flask) -> None:
    """Answer domain errors, HTTP errors and unexpected ones with the same page and the same JSON."""

    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> tuple[Any, int]:
        return _answer(error, PROBLEMS[error.code].status)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        code = {404: ErrorCode.PAGE_NOT_FOUND, 429: ErrorCode.TOO_MANY_TRIES}.get(error.code, ErrorCode.REQUEST_REFUSED)
        return _answer(DomainError(code, reason=error.name), error.code)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[Any, int]:
        log.exception("unexpected error at %s", request.endpoint)
        return _answer(DomainError(ErrorCode.INTERNAL), 500)


def _answer(error: DomainError, status: int) -> tuple[Any, int]:
    if wants_json():
        answer: Response | str = jsonify(error_body(error))
    else:
        answer = render_template("shared/error.html", sentence=say(error), code=error.code.value, title=_("没有办成"))
    return answer, status


def _roles(ids: str, chosen: str) -> str:
    names = [ROLE_WORDS[Role(role)].text(chosen) if role in set(Role) else role for role in ids.split(", ")]
    return ("、" if chosen == "zh" else ", ").join(names)
