"""PINs: six digits a person chooses; wrong tries slow down, then lock (design §8)."""

import hashlib
import hmac
import os
from dataclasses import replace
from typing import Protocol

from field_app.store.people import Pin
from shared.domain.clock import Clock
from shared.domain.errors import DomainError, ErrorCode

TRIES_BEFORE_WAIT = 5
TRIES_BEFORE_LOCK = 15
_FIRST_WAIT_MS = 15_000
_SEQUENCES = ("0123456789", "9876543210")


class Pins(Protocol):
    """Where PIN hashes are kept."""

    def find(self, person: str) -> Pin | None:
        """The PIN of a person, if any."""
        ...

    def save(self, person: str, pin: Pin) -> None:
        """Keep a person's PIN."""
        ...


class PinGate:
    """Sets and checks PINs; the wait is counted on the tick, so that a clock step neither shortens nor prolongs it."""

    def __init__(self, pins: Pins, clock: Clock) -> None:
        self._pins = pins
        self._clock = clock
        self._last_wrong: dict[str, int] = {}

    def set(self, person: str, pin: str) -> None:
        """Give a person a PIN; raises PIN_TOO_SIMPLE."""
        check_strength(pin)
        salt = os.urandom(16)
        self._pins.save(person, Pin(salt, _hash(pin, salt)))
        self._last_wrong.pop(person, None)

    def check(self, person: str, pin: str) -> None:
        """Promise that this is the person's PIN; raises PIN_WRONG or PIN_LOCKED."""
        kept = self._pins.find(person)
        if kept is None:
            raise DomainError(ErrorCode.NOT_ON_DUTY)
        self._check_wait(person, kept)
        if hmac.compare_digest(_hash(pin, kept.salt), kept.hash):
            if kept.wrong:
                self._pins.save(person, replace(kept, wrong=0))
            return
        self._pins.save(person, replace(kept, wrong=kept.wrong + 1))
        self._last_wrong[person] = self._clock.now().tick
        raise DomainError(ErrorCode.PIN_WRONG, left=max(TRIES_BEFORE_LOCK - kept.wrong - 1, 0))

    def _check_wait(self, person: str, kept: Pin) -> None:
        if kept.wrong < TRIES_BEFORE_WAIT:
            return
        if kept.wrong >= TRIES_BEFORE_LOCK:
            raise DomainError(ErrorCode.PIN_LOCKED, seconds="∞")
        now = self._clock.now().tick
        since = now - self._last_wrong.setdefault(person, now)
        wait = int(_FIRST_WAIT_MS * 2.0 ** (kept.wrong - TRIES_BEFORE_WAIT))
        if since < wait:
            raise DomainError(ErrorCode.PIN_LOCKED, seconds=(wait - since + 999) // 1000)


def check_strength(pin: str) -> None:
    """Promise that a PIN is six digits and not one of the first that anybody tries; raises PIN_TOO_SIMPLE."""
    good = len(pin) == 6 and pin.isascii() and pin.isdigit() and len(set(pin)) > 2
    if not good or any(pin in sequence for sequence in _SEQUENCES):
        raise DomainError(ErrorCode.PIN_TOO_SIMPLE)


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode("utf-8"), salt=salt, n=2**12, r=8, p=1, dklen=32)
