"""The doors of the product to the world outside, led into a made-up county: its clocks, its road, its chance.

No product code is replaced, only what it asks: the machine's clock, the office's clock, the transport, random bytes.
Plan files are read by the product's own reader, but each only once a process: it is most of what a world would cost.
"""

import os
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Protocol

import requests.sessions
from requests.adapters import BaseAdapter

import sync_server.app
from field_app.services import enrolment, laptop
from shared.domain.clock import Clock, Instant
from shared.wire.plan_file import read_plan
from sync_server.services import plan_shelf
from tests.field_house import StillTime

DECADE_MS = 10 * 365 * 86_400_000
MORNING_MS = 1_653_437_700_000
_read_plan = lru_cache(8)(read_plan)


class OfficeClock:
    """The office's clock: it stands still until somebody moves or sets it."""

    def __init__(self) -> None:
        self.wall = MORNING_MS

    def now(self) -> Instant:
        """See `Clock.now`."""
        return Instant(self.wall, self.wall, "office")

    def set_check(self, offset: int | None, error: int | None) -> None:
        """See `Clock.set_check`; an office checks nobody's clock."""


class Outside(Protocol):
    """What a county gives the product for the world outside."""

    clock: OfficeClock
    machine: StillTime
    """The clocks of the laptop that is being started."""

    @property
    def road(self) -> BaseAdapter:
        """What carries requests to the office."""
        ...


@contextmanager
def open_doors(county: Outside, seed: str) -> Iterator[None]:
    """Inside, the product asks this county; every random byte that it draws comes from the seed."""
    chance = random.Random(f"{seed} secrets")

    def token_hex(count: int | None = None) -> str:
        return chance.randbytes(count or 32).hex()

    def office_clock(_row: object) -> Clock:
        return county.clock

    with (
        replaced(enrolment, "Machine", lambda: county.machine),
        replaced(sync_server.app, "clock_for", office_clock),
        replaced(sync_server.app, "wall_ms", lambda: county.clock.wall),
        replaced(requests.sessions, "HTTPAdapter", lambda: county.road),
        replaced(secrets, "token_hex", token_hex),
        replaced(secrets, "token_bytes", chance.randbytes),
        replaced(os, "urandom", chance.randbytes),
        replaced(laptop, "read_plan", _read_plan),
        replaced(plan_shelf, "read_plan", _read_plan),
    ):
        yield


@contextmanager
def replaced(owner: object, name: str, made_up: Any) -> Iterator[None]:
    """Let something else stand under a name for a while."""
    before = getattr(owner, name)
    setattr(owner, name, made_up)
    try:
        yield
    finally:
        setattr(owner, name, before)
