"""A road between laptop and office that breaks where a test says: a proxy on a real socket."""

import re
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_RST = struct.pack("ii", 1, 0)


@dataclass
class Crossing:
    """One request on the road, read to its end; a fault decides what becomes of it."""

    road: "Road"
    laptop: socket.socket
    head: bytes
    body: bytes

    @property
    def path(self) -> str:
        """What was asked for."""
        return self.head.split(b" ", 2)[1].decode("ascii").partition("?")[0]

    def ask_office(self) -> bytes:
        """The office's whole answer."""
        with self.road.connect() as office:
            office.sendall(_closing(self.head) + self.body)
            return _read_all(office)

    def answer(self, data: bytes) -> None:
        """Send bytes to the laptop."""
        self.laptop.sendall(data)

    def reset(self) -> None:
        """End the laptop's connection with RST."""
        self.laptop.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)


Fault = Callable[[Crossing], None]
"""Deals with one request; afterwards the connection is closed."""


@dataclass
class Road:
    """Forwards every request to the office, but for those that meet a fault; each fault happens once, in order."""

    office_url: str
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    """(end of the path, what happens)."""

    def __post_init__(self) -> None:
        self.seen: list[str] = []
        self._released = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def add(self, path: str, fault: Fault) -> None:
        """Let the next request whose path ends so meet this fault."""
        self.faults.append((path, fault))

    def connect(self) -> socket.socket:
        """A connection to the office."""
        port = urlsplit(self.office_url).port or 0
        return socket.create_connection(("127.0.0.1", port), timeout=10)

    def wait_for_end(self) -> None:
        """Wait until the test is over."""
        self._released.wait(20)

    def close(self) -> None:
        """Let everybody go."""
        self._released.set()
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                laptop, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(laptop,), daemon=True).start()

    def _serve(self, laptop: socket.socket) -> None:
        with laptop:
            try:
                crossing = self._read(laptop)
                if crossing is not None:
                    self.seen.append(crossing.path)
                    self._fault(crossing.path)(crossing)
            except OSError:
                return

    def _fault(self, path: str) -> Fault:
        for place, (end, fault) in enumerate(self.faults):
            if path.endswith(end):
                del self.faults[place]
                return fault
        return pass_on

    def _read(self, laptop: socket.socket) -> Crossing | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = laptop.recv(65536)
            if not piece:
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        while len(body) < _length(head):
            body += laptop.recv(65536)
        return Crossing(self, laptop, head + b"\r\n\r\n", body)


def pass_on(crossing: Crossing) -> None:
    """No fault."""
    crossing.answer(crossing.ask_office())


def lose_answer(crossing: Crossing) -> None:
    """The office did its work, and its answer is lost."""
    crossing.ask_office()


def cut_answer(share: float) -> Fault:
    """The answer breaks off after this share of its bytes."""

    def fault(crossing: Crossing) -> None:
        answer = crossing.ask_office()
        crossing.answer(answer[: int(len(answer) * share)])

    return fault


def cut_request(share: float) -> Fault:
    """The office sees this share of the request's bytes and then the end; the laptop sees a reset."""

    def fault(crossing: Crossing) -> None:
        data = crossing.head + crossing.body
        with crossing.road.connect() as office:
            office.sendall(data[: int(len(data) * share)])
        crossing.reset()

    return fault


def reset(crossing: Crossing) -> None:
    """The connection is reset before the office sees anything."""
    crossing.reset()


def reset_answer(crossing: Crossing) -> None:
    """The connection is reset in the middle of the answer."""
    answer = crossing.ask_office()
    crossing.answer(answer[: -len(answer) // 3])
    crossing.reset()


def claim_length(more: int) -> Fault:
    """A proxy on the way says that the answer is longer than it is, or shorter."""

    def fault(crossing: Crossing) -> None:
        head, _, body = crossing.ask_office().partition(b"\r\n\r\n")
        claimed = f"Content-Length: {len(body) + more}".encode()
        crossing.answer(re.sub(rb"(?i)content-length: \d+", claimed, head) + b"\r\n\r\n" + body)

    return fault


def stop_in_answer(crossing: Crossing) -> None:
    """Half of the answer comes, and then nothing more."""
    answer = crossing.ask_office()
    crossing.answer(answer[: len(answer) // 2])
    crossing.road.wait_for_end()


def stay_silent(crossing: Crossing) -> None:
    """Nobody answers and nobody closes: half open."""
    crossing.road.wait_for_end()


def say(status: str, body: bytes, **headers: str) -> Fault:
    """Somebody else answers."""

    def fault(crossing: Crossing) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        crossing.answer("\r\n".join([*lines, "", ""]).encode("ascii") + body)

    return fault


def change(old: bytes, new: bytes) -> Fault:
    """The office's answer arrives with other bytes of the same length."""

    def fault(crossing: Crossing) -> None:
        answer = crossing.ask_office()
        assert old in answer
        assert len(old) == len(new)
        crossing.answer(answer.replace(old, new))

    return fault


def _closing(head: bytes) -> bytes:
    return head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n").replace(b"Connection: keep-alive\r\n", b"")


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _read_all(office: socket.socket) -> bytes:
    data = b""
    while piece := office.recv(65536):
        data += piece
    return data
