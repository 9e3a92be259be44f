"""The session cookie: Flask's own without a date, and refused when somebody changed it."""

import pytest
from flask import Flask, Response, session

from shared.web.sessions import SignedCookie

KEPT = {"entered": True, "actor": ["p4", "proctor", 812_345]}


@pytest.fixture
def app() -> Flask:
    made = Flask(__name__)
    made.secret_key = b"made up for a test, 32 bytes long"
    made.session_interface = SignedCookie(made)

    @made.get("/keep")
    def keep() -> Response:
        session.update(KEPT)
        return Response("kept")

    @made.get("/tell")
    def tell() -> dict[str, object]:
        return dict(session)

    return made


def test_the_cookie_carries_no_time(app: Flask) -> None:
    """A dated one would be refused after the laptop's clock is set back."""
    cookie = str(SignedCookie(app).get_signing_serializer(app).dumps(KEPT))
    assert cookie.count(".") == 1  # what was kept, and its signature


def test_what_was_kept_comes_back_and_an_unchanged_cookie_is_not_sent_again(app: Flask) -> None:
    client = app.test_client()
    assert "Set-Cookie" in client.get("/keep").headers
    told = client.get("/tell")
    assert told.get_json() == KEPT
    assert "Set-Cookie" not in told.headers


def test_a_changed_cookie_says_nothing(app: Flask) -> None:
    client = app.test_client()
    client.get("/keep")
    cookie = client.get_cookie("session")
    assert cookie is not None
    payload, rest = cookie.value.split(".", 1)
    client.set_cookie("session", f"{payload[:-2]}AA.{rest}")
    assert client.get("/tell").get_json() == {}


def test_another_key_reads_nothing(app: Flask) -> None:
    other = Flask(__name__)
    other.secret_key = b"another one made up for this test"
    token = SignedCookie(other).get_signing_serializer(other).dumps(KEPT)
    client = app.test_client()
    client.set_cookie("session", str(token))
    assert client.get("/tell").get_json() == {}


def test_without_a_key_there_is_no_cookie_to_sign() -> None:
    with pytest.raises(RuntimeError):
        SignedCookie(Flask(__name__))
