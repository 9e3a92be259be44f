"""One HTTP/1.1 message from a socket, as bytes: enough for a road that lets messages pass, cuts them or holds them."""

import socket
from dataclasses import dataclass

_END = b"\r\n\r\n"
_PIECE = 65536


@dataclass(slots=True, eq=False)
class Wire:
    """A connection and what was read from it beyond the last message."""

    socket: socket.socket
    rest: bytes = b""

    def read_message(self, *, has_body: bool = True) -> bytes | None:
        """The next request or reply, whole; None at the end of the connection; raises OSError when it is cut."""
        while _END not in self.rest:
            piece = self.socket.recv(_PIECE)
            if not piece:
                return None
            self.rest += piece
        head, _, self.rest = self.rest.partition(_END)
        length = _length(head) if has_body else 0
        while len(self.rest) < length:
            piece = self.socket.recv(_PIECE)
            if not piece:
                return None
            self.rest += piece
        body, self.rest = self.rest[:length], self.rest[length:]
        return head + _END + body

    def reset(self) -> None:
        """End the connection without a farewell, as a pulled cable does."""
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.socket.close()
        except OSError:
            return


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def is_path(request: bytes, path: str) -> bool:
    """Whether a request is for this path."""
    return request.split(b" ", 2)[1].partition(b"?")[0] == path.encode("ascii")
