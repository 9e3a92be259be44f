"""Bodies of pushes: unpacked within bounds, so that a small body cannot fill the memory."""

from flask import Request

from shared.domain.errors import DomainError, ErrorCode
from shared.wire.packing import list_encodings, unpack
from shared.wire.routes import BATCH_BYTES, BATCH_LINES, UNPACKED_BYTES


def read_batch(request: Request) -> bytes:
    """A push body as a log-file fragment; raises BODY_TOO_LARGE or BODY_DAMAGED."""
    if (request.content_length or 0) > BATCH_BYTES:
        raise DomainError(ErrorCode.BODY_TOO_LARGE, limit=f"{BATCH_BYTES // 1024} KiB")
    body = request.get_data(cache=False)
    if len(body) != (request.content_length or 0):
        raise DomainError(ErrorCode.BODY_DAMAGED)
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding not in ("identity", *list_encodings()):
        raise DomainError(ErrorCode.BODY_INVALID, reason="Content-Encoding")
    unpacked = body if encoding == "identity" else unpack(body, UNPACKED_BYTES, encoding)
    if unpacked.count(b"\n") > BATCH_LINES + 2:  # the first record and the head beside the lines
        raise DomainError(ErrorCode.BODY_TOO_LARGE, limit=f"{BATCH_LINES} 条 lines")
    return unpacked
