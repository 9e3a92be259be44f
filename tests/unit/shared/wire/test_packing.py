"""Packed and unpacked: both encodings come back whole, and nothing that is damaged, doubled or a bomb gets through."""

import os

import pytest

from shared.domain.errors import DomainError, ErrorCode
from shared.wire import packing
from shared.wire.packing import GZIP, ZSTD, list_encodings, pack, unpack

MOST = 64 * 1024
DATA = "检录 检录 司时员\n".encode() * 500 + os.urandom(2000)
BOTH = pytest.mark.parametrize("encoding", [GZIP, ZSTD])


def refused(packed: bytes, encoding: str) -> ErrorCode:
    """Why these bytes are not unpacked."""
    with pytest.raises(DomainError) as failure:
        unpack(packed, MOST, encoding)
    return failure.value.code


@BOTH
def test_what_was_packed_comes_back(encoding: str) -> None:
    for data in (b"", DATA, bytes(MOST)):
        assert unpack(pack(data, encoding), MOST, encoding) == data


@BOTH
def test_one_byte_too_many_is_too_large_and_a_bomb_costs_no_memory(encoding: str) -> None:
    assert refused(pack(bytes(MOST + 1), encoding), encoding) is ErrorCode.BODY_TOO_LARGE
    assert refused(pack(bytes(50 * 2**20), encoding), encoding) is ErrorCode.BODY_TOO_LARGE


@BOTH
def test_torn_doubled_and_foreign_bytes_are_damaged(encoding: str) -> None:
    packed = pack(DATA, encoding)
    for cut in range(1, len(packed), 97):
        assert refused(packed[:cut], encoding) is ErrorCode.BODY_DAMAGED
    for strange in (b"", packed + packed, packed + b"x", DATA):
        assert refused(strange, encoding) is ErrorCode.BODY_DAMAGED
    other = GZIP if encoding == ZSTD else ZSTD
    assert refused(pack(DATA, other), encoding) is ErrorCode.BODY_DAMAGED


def test_a_frame_that_wants_a_huge_window_is_refused() -> None:
    parameter = packing.zstd.CompressionParameter
    compressor = packing.zstd.ZstdCompressor(options={parameter.window_log: 27})
    streamed = compressor.compress(DATA) + compressor.flush()
    assert refused(streamed, ZSTD) is ErrorCode.BODY_DAMAGED


def test_without_the_library_only_gzip_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list_encodings() == (ZSTD, GZIP)
    monkeypatch.setattr(packing, "zstd", None)
    assert list_encodings() == (GZIP,)
    assert unpack(pack(DATA), MOST) == DATA
    assert refused(DATA, GZIP) is ErrorCode.BODY_DAMAGED
