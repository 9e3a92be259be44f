"""Hello and sessions: the office proves who it is, a laptop proves who it is, and gets a short token on our clock."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.clock import Clock
from shared.domain.errors import DomainError, ErrorCode
from shared.log.signing import SigningKey, verify
from shared.wire.packing import list_encodings
from shared.wire.routes import (
    CONTEXT_HELLO,
    CONTEXT_SESSION,
    NONCE_MS,
    PROTOCOL,
    SESSION_MS,
    hello_message,
    session_message,
)
from sync_server.store.ports import Store
from sync_server.store.records import Device, School


@dataclass(frozen=True, slots=True)
class Visitor:
    """The laptop behind a request, and the school it may speak for."""

    device: Device
    school: School


class Sessions:
    """Nonces and tokens carry their own end and a code that only we can make, so a restart forgets nobody."""

    def __init__(self, store: Store, key: SigningKey, epoch: str, wall: Callable[[], int], clock: Clock) -> None:
        self._store = store
        self._key = key
        self._epoch = epoch
        self._wall = wall
        self._clock = clock
        self._secret = hashlib.sha256(b"testday sessions 1\n" + key.raw).digest()

    def hello(self, protocol: int, nonce: str) -> dict[str, object]:
        """Our identity, signed over both nonces; raises PROTOCOL_UNKNOWN."""
        if protocol != PROTOCOL:
            raise DomainError(ErrorCode.PROTOCOL_UNKNOWN, asked=str(protocol)[:10], known=PROTOCOL)
        ours = self._sealed("nonce", self._wall() + NONCE_MS, secrets.token_hex(4))
        return {
            "server": self._key.public,
            "epoch": self._epoch,
            "protocol": [PROTOCOL],
            "encodings": list(list_encodings()),
            "time": self._clock.now().wall,
            "nonce": ours,
            "sig": self._key.sign(CONTEXT_HELLO, hello_message(nonce, ours, self._epoch)),
        }

    def open(self, device_id: str, nonce: str, signature: str, wall: int) -> tuple[str, int]:
        """A token and its end (ms); raises SESSION_EXPIRED for an old or strange nonce, DEVICE_UNKNOWN."""
        self._opened("nonce", nonce)
        device = self._device(device_id)
        message = session_message(nonce, self._key.public, device_id)
        if not verify(device.key, CONTEXT_SESSION, message, signature):
            raise DomainError(ErrorCode.DEVICE_UNKNOWN)
        now = self._wall()
        shown = self._clock.now().wall  # what laptops show too: in a rehearsal not the machine's time
        self._store.write(lambda book: book.touch_device(device.no, shown, wall - shown))
        until = now + SESSION_MS
        return self._sealed("token", until, device_id), until

    def check(self, token: str) -> Visitor:
        """The laptop that a token was given to; raises SESSION_EXPIRED or DEVICE_UNKNOWN."""
        device = self._device(self._opened("token", token))
        return Visitor(device, self._store.read(lambda book: book.get_school(device.school_no)))

    def _device(self, device_id: str) -> Device:
        device = self._store.read(lambda book: book.find_device(device_id))
        if device is None or device.barred:
            raise DomainError(ErrorCode.DEVICE_UNKNOWN)
        return device

    def _sealed(self, kind: str, until: int, text: str) -> str:
        body = f"{text}.{until:x}"
        return f"{body}.{self._code(kind, body)}"

    def _opened(self, kind: str, sealed: str) -> str:
        body, _, code = sealed.rpartition(".")
        text, _, until = body.rpartition(".")
        good = hmac.compare_digest(code.encode(), self._code(kind, body).encode())
        if not good or int(until, 16) < self._wall():
            raise DomainError(ErrorCode.SESSION_EXPIRED)
        return text

    def _code(self, kind: str, body: str) -> str:
        return hmac.new(self._secret, f"{kind}\n{body}".encode(), hashlib.sha256).hexdigest()[:32]
