"""The signed cookie of both apps: Flask's own, with its key derived once and without a date."""

import json
from functools import lru_cache

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.http import parse_cookie
from werkzeug.utils import cached_property

_COOKIES = 64
"""How many cookies are remembered as verified: more than the windows of one laptop."""


class SignedCookie(SecureCookieSessionInterface):
    """Flask's session cookie, without its time and signed with a key that is derived once.

    Flask dates the cookie and refuses one from the future: a clock that is set back would sign everybody out.
    """

    def __init__(self, app: Flask) -> None:
        flasks = super().get_signing_serializer(app)
        if flasks is None:
            raise RuntimeError("the app has no secret key yet")
        key = flasks.make_signer().derive_key()
        derived = {"key_derivation": "none", "digest_method": self.digest_method}
        self._serializer = URLSafeSerializer(key, salt="undated", signer_kwargs=derived)
        self._verified = lru_cache(_COOKIES)(self._verify)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """The session of the cookie; an empty one without a cookie, or for one that this app did not sign."""
        kept = request.cookies.get(app.config["SESSION_COOKIE_NAME"])
        if not kept:
            return self.session_class()
        try:
            return self.session_class(json.loads(self._verified(kept)))
        except BadSignature:
            return self.session_class()

    def _verify(self, kept: str) -> str:
        """What a cookie of ours holds, as JSON: text, because whoever gets it may change it."""
        return json.dumps(self._serializer.loads(kept))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie when it changed; `Vary` says nothing of answers that no cache may store (`init_frame`)."""
        if self.should_set_cookie(app, session):
            super().save_session(app, session, response)

    def get_signing_serializer(self, app: Flask) -> URLSafeSerializer:  # type: ignore[override]
        """The one serializer of this run, with which Flask writes the cookie."""
        return self._serializer


class CookieRequest(Request):
    """Flask's request, whose cookies are read from the one header that WSGI gives, not looked for among all of them."""

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies that came with the request."""
        return parse_cookie(self.environ.get("HTTP_COOKIE"), cls=self.dict_storage_class)  # type: ignore[return-value]
