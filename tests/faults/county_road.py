"""The road between the laptops and the office of a made-up county: real client, real Flask app, no socket.

What the road does to the n-th request of a pass is laid down beforehand; a request may also come much later.
"""

import random
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import requests
import urllib3
from flask import Flask
from requests.adapters import BaseAdapter
from urllib3.exceptions import ProtocolError
from werkzeug.test import EnvironBuilder, run_wsgi_app

TROUBLES = (
    "lost",  # the request does not arrive
    "unheard",  # it arrives, and the answer does not
    "twice",  # it arrives twice
    "late",  # it arrives when somebody lets it, long after the laptop gave up
    "half_asked",  # its end is missing
    "half_answered",  # the end of the answer is missing
    "laptop_dies",  # the laptop's power fails before the request is out
    "laptop_dies_waiting",  # …or when the office has answered
    "office_dies",  # the office's power fails at its next commit, before it
    "office_dies_after",  # …or after it
)


class Crash(BaseException):
    """The power fails here: no code of ours may catch it."""


class OfficeCrash(Crash):
    """The office's power fails."""


class Road(BaseAdapter):
    """See the module; `app` is the office's app, or None while the office is down."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.app: Flask | None = None
        self.on_commit: Callable[[str], None] = lambda _when: None
        self.on_office_crash: Callable[[], None] = lambda: None
        self._chance = chance
        self._plan: dict[int, str] = {}
        self._count = 0
        self.late: list[requests.PreparedRequest] = []
        self.met = 0

    def begin(self, plan: Mapping[int, str] | None = None) -> None:
        """Count requests from here on, and do this to those with these numbers (from 0)."""
        self._plan, self._count = dict(plan or {}), 0

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        """One request of a laptop, and what becomes of it."""
        trouble = self._plan.pop(self._count, "")
        self._count += 1
        self.met += bool(trouble)
        if trouble == "laptop_dies":
            raise Crash
        if self.app is None or trouble == "lost":
            raise requests.ConnectionError(ProtocolError("the road is closed"))
        if trouble == "late":
            self.late.append(request)
            raise requests.ReadTimeout
        if trouble.startswith("office_dies"):
            self.on_commit("after" if trouble == "office_dies_after" else "before")
        if trouble == "twice":
            self._deliver(request)
        answer = self._deliver(request, cut=trouble == "half_asked")
        if trouble == "laptop_dies_waiting":
            raise Crash
        if trouble in ("unheard", "half_asked"):
            raise requests.ReadTimeout
        return _response(request, answer, self._chance if trouble == "half_answered" else None)

    def let_come(self) -> None:
        """What was held up arrives now, in any order; nobody waits for the answers."""
        waiting, self.late = self.late, []
        self._chance.shuffle(waiting)
        for request in waiting:
            self._deliver(request)

    def close(self) -> None:
        """Nothing is held open."""

    def _deliver(self, request: requests.PreparedRequest, *, cut: bool = False) -> tuple[int, list[Any], bytes]:
        """Hand a request to the office; a server in front of it knows what length the laptop had told."""
        assert self.app is not None
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else bytes(body)
        sent = raw[: self._chance.randrange(len(raw))] if cut and raw else raw
        builder = EnvironBuilder(
            path=request.path_url, method=request.method or "GET", headers=list(request.headers.items()), data=sent
        )
        environ = builder.get_environ()
        environ["CONTENT_LENGTH"] = str(len(raw))
        try:
            chunks, status, headers = run_wsgi_app(self.app.wsgi_app, environ, buffered=True)
        except OfficeCrash:
            self.on_office_crash()
            raise requests.ConnectionError(ProtocolError("the office hung up")) from None
        return int(status[:3]), list(headers), b"".join(chunks)


def _response(
    request: requests.PreparedRequest, answer: tuple[int, list[Any], bytes], cut_by: random.Random | None
) -> requests.Response:
    """What `requests` makes of an answer; one that is cut breaks off somewhere in its body."""
    status, headers, body = answer
    sent = body[: cut_by.randrange(len(body))] if cut_by and body else body
    response = requests.Response()
    response.status_code = status
    response.headers.update(dict(headers))
    response.raw = urllib3.HTTPResponse(
        body=BytesIO(sent),
        headers=dict(headers),
        status=status,
        preload_content=False,
        request_method=request.method,
        enforce_content_length=True,
    )
    response.url, response.request = request.url or "", request
    return response
