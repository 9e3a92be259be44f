"""Bodies of pushes: unpacked within bounds, so that a small body cannot fill the memory."""

import zlib

from flask import Request

from shared.domain.errors import DomainError, ErrorCode
from shared.wire.routes import BATCH_BYTES, BATCH_LINES, UNPACKED_BYTES


def read_batch(request: Request) -> bytes:
    """A push body as a log-file fragment; raises BODY_TOO_LARGE or BODY_DAMAGED."""
    if (request.content_length or 0) > BATCH_BYTES:
        raise DomainError(ErrorCode.BODY_TOO_LARGE, limit=f"{BATCH_BYTES // 1024} KiB")
    body = request.get_data(cache=False)
    if len(body) != (request.content_length or 0):
        raise DomainError(ErrorCode.BODY_DAMAGED)
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding not in ("gzip", "identity"):
        raise DomainError(ErrorCode.BODY_INVALID, reason="Content-Encoding")
    unpacked = unpack(body) if encoding == "gzip" else body
    if unpacked.count(b"\n") > BATCH_LINES + 2:  # the first record and the head beside the lines
        raise DomainError(ErrorCode.BODY_TOO_LARGE, limit=f"{BATCH_LINES} 条 lines")
    return unpacked


def unpack(body: bytes) -> bytes:
    """The content of one gzip member, at most UNPACKED_BYTES; raises BODY_TOO_LARGE or BODY_DAMAGED."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(body, UNPACKED_BYTES)
        if unpacker.unconsumed_tail or (not unpacker.eof and unpacker.decompress(b"", 1)):
            raise DomainError(ErrorCode.BODY_TOO_LARGE, limit=f"{UNPACKED_BYTES // 2**20} MiB")
    except zlib.error as problem:
        raise DomainError(ErrorCode.BODY_DAMAGED) from problem
    if not unpacker.eof or unpacker.unused_data:
        raise DomainError(ErrorCode.BODY_DAMAGED)
    return data
