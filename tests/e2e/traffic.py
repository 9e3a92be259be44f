"""Keeps a copy of everything that passes on the simulator's roads, in plain text: packed bodies are unpacked."""

import threading
from pathlib import Path

import pytest

from bench.simulation import road
from bench.simulation.http_message import Wire
from shared.wire.packing import GZIP, ZSTD, unpack

_PACKED = {GZIP: b"\x1f\x8b", ZSTD: b"\x28\xb5\x2f\xfd"}
_MOST = 64 * 2**20
_LOCK = threading.Lock()


def keep_traffic(patch: pytest.MonkeyPatch, into: Path) -> None:
    """From now on each message on any road is written to this file too; the roads carry on as before."""

    class KeepingWire(Wire):
        """A wire that writes down what it has read."""

        __slots__ = ()

        def read_message(self, *, has_body: bool = True) -> bytes | None:
            """See `Wire.read_message`."""
            message = Wire.read_message(self, has_body=has_body)
            if message is not None:
                with _LOCK, into.open("ab") as file:
                    file.write(unpacked(message) + b"\n")
            return message

    patch.setattr(road, "Wire", KeepingWire)


def unpacked(message: bytes) -> bytes:
    """A message with its body as it was before it was packed."""
    head, end, body = message.partition(b"\r\n\r\n")
    encoding = next((name for name, sign in _PACKED.items() if body.startswith(sign)), None)
    return head + end + (unpack(body, _MOST, encoding) if encoding else body)
