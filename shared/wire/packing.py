"""What travels packed is unpacked within bounds, so that a few bytes cannot fill the memory."""

import zlib

from shared.domain.errors import DomainError, ErrorCode


def unpack(packed: bytes, most: int) -> bytes:
    """The content of exactly one gzip member, at most `most` bytes; raises BODY_TOO_LARGE or BODY_DAMAGED."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(packed, most)
        if unpacker.unconsumed_tail or (not unpacker.eof and unpacker.decompress(b"", 1)):
            raise DomainError(ErrorCode.BODY_TOO_LARGE, limit=f"{most // 2**20} MiB")
    except zlib.error as problem:
        raise DomainError(ErrorCode.BODY_DAMAGED) from problem
    if not unpacker.eof or unpacker.unused_data:
        raise DomainError(ErrorCode.BODY_DAMAGED)
    return data
