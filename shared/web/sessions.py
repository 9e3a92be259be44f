"""The signed cookie of both apps: Flask's own, with its key derived once."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.http import parse_cookie
from werkzeug.utils import cached_property


class SignedCookie(SecureCookieSessionInterface):
    """Flask's session cookie, signed with the key the app has now; Flask derives it anew for every request."""

    def __init__(self, app: Flask) -> None:
        flasks = super().get_signing_serializer(app)
        if flasks is None:
            raise RuntimeError("the app has no secret key yet")
        key = flasks.make_signer().derive_key()
        derived = {"key_derivation": "none", "digest_method": self.digest_method}
        self._serializer = URLSafeTimedSerializer(key, serializer=self.serializer, signer_kwargs=derived)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """The one serializer of this run."""
        return self._serializer

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie when it changed; `Vary` says nothing of answers that no cache may store (`init_frame`)."""
        if self.should_set_cookie(app, session):
            super().save_session(app, session, response)


class CookieRequest(Request):
    """Flask's request, whose cookies are read from the one header that WSGI gives, not looked for among all of them."""

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies that came with the request."""
        return parse_cookie(self.environ.get("HTTP_COOKIE"), cls=self.dict_storage_class)  # type: ignore[return-value]
