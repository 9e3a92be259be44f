"""A road on which bytes go astray: a proxy on a real socket that spoils one place of what passes, or is always slow."""

import random
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

_RST = struct.pack("ii", 1, 0)
KINDS = ("cut", "reset", "stall", "duplicate", "truncate", "slow")
UP, DOWN = "up", "down"
SLOW_BYTES = 8000
"""64 kbit/s."""


@dataclass(frozen=True)
class Spoil:
    """What happens to the byte number `at` of everything that goes `way` (up is to the office)."""

    kind: str
    way: str
    at: int
    length: int = 16

    def __str__(self) -> str:
        return f"{self.kind} {self.way} at byte {self.at}"


class Pump:
    """Carries bytes between laptops and an office; `spoil` is met once, `slow` stretches everything."""

    def __init__(self, office_url: str) -> None:
        self._port = urlsplit(office_url).port or 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.passed = {UP: 0, DOWN: 0}
        self.slow: Callable[[], None] | None = None
        self._spoil: Spoil | None = None
        self.met = False
        threading.Thread(target=self._accept, daemon=True).start()

    def begin(self, spoil: Spoil | None) -> None:
        """Count from here on, and spoil this place."""
        with self._lock:
            self.passed = {UP: 0, DOWN: 0}
            self._spoil, self.met = spoil, False

    def close(self) -> None:
        """Let everybody go."""
        self._over.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                laptop, _ = self._socket.accept()
            except OSError:
                return
            try:
                office = socket.create_connection(("127.0.0.1", self._port), timeout=10)
            except OSError:
                laptop.close()
                continue
            for way, source, target in ((UP, laptop, office), (DOWN, office, laptop)):
                threading.Thread(target=self._carry, args=(way, source, target), daemon=True).start()

    def _carry(self, way: str, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(1 if self.slow else 65536):
                if self.slow:
                    self.slow()
                before, spoil = self._count(way, len(data))
                if spoil is None:
                    target.sendall(data)
                elif not self._happen(spoil, data, spoil.at - before, source, target):
                    return
        except OSError:
            pass
        finally:
            for end in (source, target):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            source.close()  # the other direction does the same with its own

    def _count(self, way: str, length: int) -> tuple[int, Spoil | None]:
        with self._lock:
            before = self.passed[way]
            self.passed[way] += length
            spoil = self._spoil
            if spoil is None or spoil.way != way or not before <= spoil.at < before + length:
                return before, None
            self._spoil, self.met = None, True
            return before, spoil

    def _happen(self, spoil: Spoil, data: bytes, place: int, source: socket.socket, target: socket.socket) -> bool:
        """Do it to one piece; whether the connection goes on."""
        target.sendall(data[:place])
        match spoil.kind:
            case "duplicate":
                target.sendall(data[place : place + spoil.length] + data[place:])
            case "truncate":
                target.sendall(data[place + spoil.length :])
            case "slow":
                for start in range(place, len(data), 64):
                    time.sleep(64 / SLOW_BYTES)
                    target.sendall(data[start : start + 64])
            case "stall":
                self._over.wait(STALL)
                return False
            case "reset":
                for end in (source, target):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
                    end.close()
                return False
            case _:
                return False
        return True


STALL = 1.0


def slow_road(chance: random.Random) -> Callable[[], None]:
    """64 kbit/s, and now and then nothing for a while."""
    since = [time.monotonic(), 0.0]

    def wait() -> None:
        since[1] += 1 / SLOW_BYTES
        if chance.random() < 1 / 4000:
            since[1] += 0.5
        ahead = since[1] - (time.monotonic() - since[0])
        if ahead > 0.01:
            time.sleep(ahead)

    return wait
