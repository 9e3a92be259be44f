"""What travels packed: gzip, or zstd where Python has it; unpacked within bounds, lest a few bytes fill memory."""

import gzip
import zlib
from contextlib import suppress
from importlib import import_module
from typing import Any

from shared.domain.errors import DomainError, ErrorCode


def _find_zstd() -> Any:
    """Python's own module, its backport (the extra `zstd`), or None."""
    for name in ("compression.zstd", "backports.zstd"):
        with suppress(ImportError):
            return import_module(name)
    return None


zstd = _find_zstd()
GZIP, ZSTD = "gzip", "zstd"
_LEVEL = 19
_WINDOW_LOG = 24
"""16 MiB of memory at most for a frame's window: more than any body may hold unpacked."""


def list_encodings() -> tuple[str, ...]:
    """What this Python packs and unpacks, as in `Content-Encoding`, the smallest first."""
    return (ZSTD, GZIP) if zstd else (GZIP,)


def pack(data: bytes, encoding: str = GZIP) -> bytes:
    """The bytes as they travel in one of the encodings of `list_encodings`."""
    if encoding == ZSTD:
        return bytes(zstd.compress(data, _LEVEL))
    return gzip.compress(data, 9, mtime=0)


def unpack(packed: bytes, most: int, encoding: str = GZIP) -> bytes:
    """The content of exactly one member or frame, at most `most` bytes; raises BODY_TOO_LARGE or BODY_DAMAGED."""
    unpacker = _unpacker(encoding)
    try:
        data: bytes = unpacker.decompress(packed, most)
        if getattr(unpacker, "unconsumed_tail", b"") or (not unpacker.eof and unpacker.decompress(b"", 1)):
            raise DomainError(ErrorCode.BODY_TOO_LARGE, limit=f"{most // 2**20} MiB")
    except _damages() as problem:
        raise DomainError(ErrorCode.BODY_DAMAGED) from problem
    if not unpacker.eof or unpacker.unused_data:
        raise DomainError(ErrorCode.BODY_DAMAGED)
    return data


def _damages() -> tuple[type[Exception], ...]:
    return (zlib.error, zstd.ZstdError) if zstd else (zlib.error,)


def _unpacker(encoding: str) -> Any:
    if encoding == ZSTD:
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG})
    return zlib.decompressobj(wbits=31)
