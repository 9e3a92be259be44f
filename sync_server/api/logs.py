"""What flows: probe, push, county log, content; always within the session's school."""

from typing import Any

from flask import Response, request

from shared.domain.errors import DomainError, ErrorCode
from shared.web.access import access
from shared.wire.routes import CONTENT, CONTENT_TYPE, COUNTY_LOG, LOG_TYPE, PROBE, PUSH, VOUCH_HEADER
from shared.wire.schemas import ErrorAnswer, ProbeAnswer, ProbeAsked, PushAnswer
from sync_server.api.bodies import read_batch
from sync_server.api.frame import blueprint, office, visitor

_SAFE: dict[str, Any] = {"security": [{"device": []}]}
_FILE = {"schema": {"type": "string", "format": "binary"}}


@blueprint.route(PROBE, methods=["POST"])
@access("device")
@blueprint.doc(**_SAFE)
@blueprint.arguments(ProbeAsked)
@blueprint.response(200, ProbeAnswer)
@blueprint.alt_response(401, schema=ErrorAnswer, description="session_expired")
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
        {"in": "header", "name": "Content-Encoding", "schema": {"type": "string", "enum": ["gzip", "identity"]}},
    ],
)
@blueprint.response(200, PushAnswer)
@blueprint.alt_response(400, schema=ErrorAnswer, description="body_damaged")
@blueprint.alt_response(401, schema=ErrorAnswer, description="session_expired")
@blueprint.alt_response(403, schema=ErrorAnswer, description="log_not_vouched, school_wrong")
@blueprint.alt_response(409, schema=ErrorAnswer, description="head_unknown, log_unknown: probe again")
@blueprint.alt_response(413, schema=ErrorAnswer, description="body_too_large")
@blueprint.alt_response(422, schema=ErrorAnswer, description="head_missing, chain_broken, head_signature_wrong")
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
@blueprint.alt_response(401, schema=ErrorAnswer, description="session_expired")
@blueprint.alt_response(409, schema=ErrorAnswer, description="head_unknown")
def county_log() -> Response:
    """The county log of the session's school after a line, ending with a signed head; 204 while there is none."""
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        raise DomainError(ErrorCode.BODY_INVALID, reason="after")
    fragment = office().county_logs.fragment(visitor().school, int(after))
    if fragment is None:
        return Response(status=204)
    return Response(fragment, mimetype=LOG_TYPE)


@blueprint.route(f"{CONTENT}/<sha256>", methods=["GET"])
@access("device")
@blueprint.doc(**_SAFE)
@blueprint.response(200, content_type=CONTENT_TYPE)
@blueprint.alt_response(404, schema=ErrorAnswer, description="content_unknown")
def content(sha256: str) -> Response:
    """A file by its hash: plans."""
    found = office().store.read(lambda book: book.find_content(sha256))
    if found is None:
        raise DomainError(ErrorCode.CONTENT_UNKNOWN)
    return Response(found.body, mimetype=CONTENT_TYPE)
