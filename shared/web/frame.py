"""The frame both apps stand in: shared templates and static files, Bootstrap from our own disk, security headers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response
from flask_bootstrap import Bootstrap5

from shared.domain.words import Words
from shared.web.errors import init_errors
from shared.web.language import init_language, language
from shared.web.sessions import CookieRequest, SignedCookie

_CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; form-action 'self'"
)
_HEADERS = (
    ("Content-Security-Policy", _CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
)


class PlainFlask(Flask):
    """Flask whose views are plain functions; it looks at every function it calls whether it is asynchronous."""

    request_class = CookieRequest

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def init_frame(app: Flask, *locales: Path) -> None:
    """Give an app the shared templates, both languages, error pages and headers."""
    app.session_interface = SignedCookie(app)
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    Bootstrap5(app)
    app.register_blueprint(
        Blueprint(
            "shared", __name__, template_folder="templates", static_folder="static", static_url_path="/static/shared"
        )
    )
    init_language(app, *locales)
    init_errors(app)
    app.jinja_env.filters["words"] = _words
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.extend(_HEADERS)
        if "Cache-Control" not in response.headers:  # static files and downloads have their own
            response.headers.add("Cache-Control", "no-store")
        return response


def _words(value: Words | Any) -> str:
    """`{{ block.title | words }}`: the words in the reader's language."""
    return value.text(language()) if hasattr(value, "text") else str(value)
