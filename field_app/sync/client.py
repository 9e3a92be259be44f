"""HTTP to the office: every way in which it can go wrong becomes one error with words of its own."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from marshmallow import EXCLUDE, Schema, ValidationError

from field_app.sync.diagnosis import code_of_break, code_of_stranger, load_json, read_answer
from shared.domain.errors import DomainError, ErrorCode
from shared.log.signing import SigningKey, verify
from shared.wire import routes, schemas
from shared.wire.enrolment import Enrolment, read_enrolment
from shared.wire.packing import GZIP, list_encodings, pack

T = TypeVar("T")
_LARGEST = 32 * 1024 * 1024
_JSON = {"Accept": "application/json"}


class SyncFailure(DomainError):
    """Why a request did not do its work.

    `refused` is the office's own code, `retry_after` the seconds it asked us to wait.
    """

    def __init__(
        self, code: ErrorCode, *, refused: str = "", retry_after: float | None = None, **values: object
    ) -> None:
        super().__init__(code, "", **values)
        self.refused = refused
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the office, read to its end."""

    status: int
    body: bytes
    kind: str
    json: Any
    retry_after: float | None


class OfficeClient:
    """Speaks the protocol with one office; holds the session's token and nothing that could be a cursor."""

    def __init__(self, server_url: str, timeouts: tuple[float, float] = (5.0, 30.0)) -> None:
        self._url = server_url.rstrip("/")
        self._timeouts = timeouts
        self._http = requests.Session()
        self._http.trust_env = False
        self._token = ""
        self._encoding = GZIP
        self.sent = self.received = 0

    @property
    def patience(self) -> float:
        """For how many seconds an answer is waited for."""
        return self._timeouts[1]

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def hello(self, expected_key: str | None) -> dict[str, Any]:
        """The office's hello, its signature checked; raises OFFICE_KEY_WRONG when it is not the office we know."""
        nonce = secrets.token_hex(8)
        asked = {"protocol": routes.PROTOCOL, "nonce": nonce}
        hello = self._post(routes.HELLO, asked, schemas.HelloAnswer())
        message = routes.hello_message(nonce, hello["nonce"], hello["epoch"])
        if not verify(hello["server"], routes.CONTEXT_HELLO, message, hello["sig"]):
            raise SyncFailure(ErrorCode.OFFICE_KEY_WRONG)
        if expected_key is not None and hello["server"] != expected_key:
            raise SyncFailure(ErrorCode.OFFICE_KEY_WRONG)
        self._encoding = next(one for one in list_encodings() if one in (GZIP, *hello.get("encodings", ())))
        return hello

    def enrol(self, code: str, key: SigningKey, software: str) -> Enrolment:
        """Enrol this laptop with a one-time code; asking again after a lost answer is safe."""
        server = self.hello(None)["server"]
        asked = {"code": code, "key": key.public, "software": software}
        answer = self._post(routes.ENROL, asked, schemas.EnrolAnswer())
        if answer["server_key"] != server:
            raise SyncFailure(ErrorCode.OFFICE_KEY_WRONG)
        return read_enrolment(answer, self._url)

    def open_session(self, enrolment: Enrolment, key: SigningKey, wall: int) -> dict[str, Any]:
        """Hello and session in one: afterwards every request carries the token; returns the hello."""
        hello = self.hello(enrolment.server_key)
        message = routes.session_message(hello["nonce"], hello["server"], enrolment.device)
        asked = {
            "device": enrolment.device,
            "nonce": hello["nonce"],
            "sig": key.sign(routes.CONTEXT_SESSION, message),
            "wall": wall,
        }
        self._token = self._post(routes.SESSION, asked, schemas.SessionAnswer())["token"]
        return hello

    def probe(self, logs: list[dict[str, Any]]) -> dict[str, Any]:
        """What the office holds of these logs."""
        return self._post(routes.PROBE, {"logs": logs}, schemas.ProbeAnswer())

    def pack(self, fragment: bytes) -> bytes:
        """A fragment as it travels to this office: the smallest packing that both sides have."""
        return pack(fragment, self._encoding)

    def push(self, packed: bytes, vouch: str = "") -> dict[str, Any]:
        """Send a packed fragment."""
        headers = {"Content-Type": routes.LOG_TYPE, "Content-Encoding": self._encoding}
        if vouch:
            headers[routes.VOUCH_HEADER] = vouch
        return self._send("POST", routes.PUSH, packed, headers, partial(_load, schemas.PushAnswer()))

    def county_log(self, after: int) -> bytes | None:
        """The county log after a line, or None while there is none."""

        def read(answer: Answer) -> bytes | None:
            return None if answer.status == 204 else _expect(routes.LOG_TYPE, answer)

        return self._send("GET", f"{routes.COUNTY_LOG}?after={after}", b"", {}, read)

    def content(self, sha256: str) -> bytes:
        """A file by its hash, unchecked."""
        return self._send("GET", f"{routes.CONTENT}/{sha256}", b"", {}, partial(_expect, routes.CONTENT_TYPE))

    def _post(self, path: str, asked: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
        body = json.dumps(asked, separators=(",", ":")).encode()
        return self._send("POST", path, body, {"Content-Type": "application/json"}, partial(_load, schema))

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str], read: Callable[[Answer], T]) -> T:
        """One request; `read` makes of a good answer what was asked for, and raises a SyncFailure for a strange one."""
        if self._token:
            headers = {"Authorization": f"Bearer {self._token}", **headers}
        try:
            with self._http.request(
                method,
                self._url + path,
                data=body or None,
                headers={**_JSON, **headers},
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = _read(response)
            self.sent += len(body)
            self.received += len(answer.body)
            _check(answer)
            return read(answer)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as problem:
            raise SyncFailure(code_of_break(problem), **self._road) from problem
        except SyncFailure as failure:
            failure.values.update(self._road)
            raise

    @property
    def _road(self) -> dict[str, Any]:
        """What the words about a failure name: where the office is, and how long it was waited for."""
        return {"host": urlsplit(self._url).netloc or self._url, "seconds": f"{self.patience:g}"}


def _read(response: requests.Response) -> Answer:
    body, short = read_answer(response, _LARGEST)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    content, torn = load_json(body) if kind == "application/json" else (None, False)
    if short:  # all of an answer is here and more was promised: no cut, but a wrong promise
        raise SyncFailure(ErrorCode.LENGTH_WRONG if content is not None else ErrorCode.REPLY_CUT)
    if torn:
        raise SyncFailure(ErrorCode.LENGTH_WRONG)
    return Answer(response.status_code, body, kind, content, _seconds(response.headers.get("Retry-After")))


def _check(answer: Answer) -> None:
    """Promise a good answer of our office; raises a SyncFailure for any other."""
    ours = isinstance(answer.json, dict) and {"code", "zh", "en"} <= answer.json.keys()
    if answer.status in (429, 503) or (answer.status >= 500 and answer.status != 511):
        code = str(answer.json["code"]) if ours else ""
        raise SyncFailure(ErrorCode.OFFICE_FAILED, refused=code, retry_after=answer.retry_after, status=answer.status)
    if ours and answer.status >= 400:
        said = answer.json
        raise SyncFailure(
            ErrorCode.OFFICE_REFUSED, refused=str(said["code"]), zh=str(said["zh"])[:300], en=str(said["en"])[:300]
        )
    if answer.status not in (200, 204):
        raise SyncFailure(code_of_stranger(answer.status, answer.body))
    if answer.status == 200 and not answer.body:  # no answer of ours is empty: the cut was among the headers
        raise SyncFailure(ErrorCode.REPLY_CUT)


def _load(schema: Schema, answer: Answer) -> dict[str, Any]:
    """The body of an answer; a page of HTML or another program's JSON is not our office."""
    try:
        loaded: dict[str, Any] = schema.load(answer.json, unknown=EXCLUDE)
    except (ValidationError, TypeError) as problem:
        raise SyncFailure(code_of_stranger(answer.status, answer.body)) from problem
    return loaded


def _expect(kind: str, answer: Answer) -> bytes:
    """The body of an answer of this content type; a log-in page that came up half-way is not our office."""
    if answer.kind != kind:
        raise SyncFailure(code_of_stranger(answer.status, answer.body))
    return answer.body


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None
