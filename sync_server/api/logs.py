"""What flows: probe, push, county log, content; always within the session's school."""

from typing import Any

from flask import Response, request

from shared.domain.errors import DomainError
from shared.domain.errors import ErrorCode as C
from shared.web.access import access
from shared.wire.routes import CONTENT, CONTENT_TYPE, COUNTY_LOG, LOG_TYPE, PROBE, PUSH, VOUCH_HEADER
from shared.wire.schemas import ProbeAnswer, ProbeAsked, PushAnswer
from sync_server.api.bodies import read_batch
from sync_server.api.frame import blueprint, office, refuses, visitor

_SAFE: dict[str, Any] = {"security": [{"device": []}]}
_DOOR = (C.SESSION_EXPIRED, C.DEVICE_UNKNOWN)
_BODY = (C.BODY_DAMAGED, C.BODY_TOO_LARGE, C.BODY_INVALID)
_ABOUT_A_LOG = (
    *(C.NOT_A_LOG, C.NOT_A_LINE, C.LOG_KEY_MISMATCH, C.HEAD_MISSING, C.CHAIN_BROKEN, C.HEAD_SIGNATURE_WRONG),
    *(C.LOG_UNKNOWN, C.LOG_NOT_VOUCHED, C.HEAD_UNKNOWN, C.SCHOOL_WRONG, C.CAMPAIGN_WRONG, C.MODE_WRONG),
    *(C.NOT_RECORDED, C.DISK_FULL),
)
_FILE = {"schema": {"type": "string", "format": "binary"}}


@blueprint.route(PROBE, methods=["POST"])
@access("device")
@blueprint.doc(**_SAFE)
@blueprint.arguments(ProbeAsked)
@blueprint.response(200, ProbeAnswer)
@refuses(*_DOOR, C.BODY_INVALID)
def probe(asked: dict[str, Any]) -> Any:
    """Say what we hold of these logs, and where the county log stands."""
    return office().probing.probe(visitor().school, asked["logs"])


@blueprint.route(PUSH, methods=["POST"])
@access("device")
@blueprint.doc(
    **_SAFE,
    requestBody={"required": True, "content": {LOG_TYPE: _FILE}},
    parameters=[
        {"in": "header", "name": VOUCH_HEADER, "schema": {"type": "string"}},
        {
            "in": "header",
            "name": "Content-Encoding",
            "schema": {"type": "string", "enum": ["gzip", "identity", "zstd"]},
        },
    ],
)
@blueprint.response(200, PushAnswer)
@refuses(*_DOOR, *_BODY, *_ABOUT_A_LOG)
def push() -> Any:
    """Take a fragment of a log; duplicates are success."""
    who = visitor()
    vouch = request.headers.get(VOUCH_HEADER, "")
    accepted = office().ingest.push(who.school, who.device, read_batch(request), vouch)
    runs = [
        {"first": run.first, "last": run.last, "result": run.result} | ({"code": run.code} if run.code else {})
        for run in accepted.runs
    ]
    return {"runs": runs, "receipt": accepted.receipt.travelled()}


@blueprint.route(COUNTY_LOG, methods=["GET"])
@access("device")
@blueprint.doc(**_SAFE, parameters=[{"in": "query", "name": "after", "schema": {"type": "integer", "minimum": 0}}])
@blueprint.response(200, content_type=LOG_TYPE)
@blueprint.alt_response(204, description="the county has said nothing yet")
@refuses(*_DOOR, C.HEAD_UNKNOWN, C.BODY_INVALID)
def county_log() -> Response:
    """The county log of the session's school after a line, ending with a signed head; 204 while there is none."""
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        raise DomainError(C.BODY_INVALID, reason="after")
    fragment = office().county_logs.fragment(visitor().school, int(after))
    if fragment is None:
        return Response(status=204)
    return Response(fragment, mimetype=LOG_TYPE)


@blueprint.route(f"{CONTENT}/<sha256>", methods=["GET"])
@access("device")
@blueprint.doc(**_SAFE)
@blueprint.response(200, content_type=CONTENT_TYPE)
@refuses(*_DOOR, C.CONTENT_UNKNOWN)
def content(sha256: str) -> Response:
    """A file by its hash: plans."""
    found = office().store.read(lambda book: book.find_content(sha256))
    if found is None:
        raise DomainError(C.CONTENT_UNKNOWN)
    return Response(found.body, mimetype=CONTENT_TYPE)
