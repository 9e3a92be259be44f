"""Kills a recorder under load again and again, and keeps account of what it had confirmed."""

import itertools
import json
import random
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from statistics import median
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import requests

_LOADERS = 3
_LONGEST_LIFE = 0.2
_LONGEST_REPLY = 0.005
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Form:
    """A form with its own request id, which also stands in `data`, the fields that the record must hold."""

    request: str
    path: str
    data: Mapping[str, Any]

    @property
    def fields(self) -> dict[str, Any]:
        """What is sent."""
        return {"request_id": self.request, **self.data}


@dataclass(frozen=True, slots=True)
class Held:
    """A record under its number: what a reply promised, or what the recorder has."""

    log: str
    seq: int
    request: str
    data: str

    @classmethod
    def of(cls, log: str, seq: int, request: str, data: Mapping[str, Any]) -> "Held":
        """A record, comparable by all that it says."""
        return cls(log, seq, request, json.dumps(data, sort_keys=True))


class Recorder(Protocol):
    """What is killed: a command that prints its address once it listens, and answers forms with `{log, seq, …}`."""

    def command(self) -> Sequence[str]:
        """Starts it."""

    def enter(self, address: str) -> requests.Session:
        """A window in which forms may be sent."""

    def compose(self, request: str, chance: random.Random) -> Form:
        """A form to be recorded."""

    def held(self, window: requests.Session, base: str) -> Iterable[Held]:
        """Everything that it says it has recorded."""


@dataclass(slots=True)
class Account:
    """What replies promised, and what became of it."""

    promised: set[Held] = field(default_factory=set)
    unanswered: list[Form] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lost: set[Held] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    between: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def take(self, form: Form, status: int, reply: Mapping[str, Any]) -> None:
        """Note a reply."""
        if status == 200:
            self.promised.add(Held.of(reply["log"], reply["seq"], form.request, form.data))
        else:
            self.refused.append(f"{form.path}: {status} {reply}")

    def compare(self, held: Iterable[Held]) -> None:
        """Note what was promised and is not there, and what is there twice."""
        standing = list(held)
        self.lost |= self.promised - set(standing)
        for names in ([line.request for line in standing], [f"{line.log}:{line.seq}" for line in standing]):
            self.twice |= {name for name, times in Counter(names).items() if times > 1}

    def figures(self) -> str:
        """One line for whoever watches."""
        return (
            f"{len(self.seconds)} restarts, {len(self.promised)} confirmed, {len(self.lost)} lost, "
            f"{len(self.twice)} twice; killed between request and reply: {dict(self.between)}; "
            f"asked again: {dict(self.again)}; start to first recorded answer: "
            f"median {median(self.seconds):.2f} s, max {max(self.seconds):.2f} s\n"
        )


class Life:
    """One process of a recorder, from its start to its end."""

    def __init__(self, recorder: Recorder) -> None:
        self.begun = time.monotonic()
        self._recorder = recorder
        self._process = subprocess.Popen(recorder.command(), stdout=subprocess.PIPE, encoding="utf-8")
        assert self._process.stdout is not None
        address = self._process.stdout.readline().strip()
        assert address.startswith("http://"), address
        self.base = address.split("/?")[0]
        self.window = recorder.enter(address)

    def kill(self) -> None:
        """Power cut."""
        self._process.kill()

    def end(self) -> None:
        """Ask it to end in order, if it still runs, and let go of it."""
        self._process.terminate()
        self._process.communicate(timeout=30)
        self.window.close()

    def send(self, form: Form, account: Account, window: requests.Session) -> Mapping[str, Any] | None:
        """Send a form and note what comes of it; returns the reply, None when there was none."""
        try:
            reply = window.post(self.base + form.path, data=form.fields, timeout=30)
        except requests.RequestException:
            account.unanswered.append(form)
            return None
        content: Mapping[str, Any] = reply.json()
        account.take(form, reply.status_code, content)
        return content

    def look_back(self, account: Account, chance: random.Random) -> float:
        """Ask again for what was not answered, as pages do, and compare; returns seconds from the start to a reply."""
        waiting, account.unanswered = account.unanswered, []
        waiting.append(compose(self._recorder, chance))
        seconds = 0.0
        for form in waiting:
            reply = self.send(form, account, self.window)
            seconds = seconds or time.monotonic() - self.begun
            if form is not waiting[-1] and reply is not None:
                account.again["already recorded" if reply.get("repeated") else "recorded now"] += 1
        account.compare(self._recorder.held(self.window, self.base))
        return seconds


def compose(recorder: Recorder, chance: random.Random) -> Form:
    """A form with a request id that was never used."""
    return recorder.compose(f"request-{next(_numbers):08}", chance)


def kill_often(recorder: Recorder, kills: int, chance: random.Random) -> Account:
    """Start, load and kill it so many times, every second time between a request and its reply."""
    account = Account()
    for number in range(kills + 1):
        life = Life(recorder)
        try:
            seconds = life.look_back(account, chance)
            if number:
                account.seconds.append(seconds)
            if number < kills:
                _load_and_kill(life, recorder, account, chance, between=number % 2 == 1)
        finally:
            life.end()
    return account


def _load_and_kill(life: Life, recorder: Recorder, account: Account, chance: random.Random, *, between: bool) -> None:
    seeds = [random.Random(chance.random()) for _ in range(_LOADERS)]
    threads = [threading.Thread(target=_load, args=(life, recorder, account, seed)) for seed in seeds]
    for thread in threads:
        thread.start()
    time.sleep(chance.uniform(0, _LONGEST_LIFE))
    if between:
        _kill_between(life, compose(recorder, chance), account, chance.uniform(0, _LONGEST_REPLY))
    else:
        life.kill()
    for thread in threads:
        thread.join(60)


def _load(life: Life, recorder: Recorder, account: Account, chance: random.Random) -> None:
    """One window that sends a form as soon as the last is answered, until there is nobody."""
    with requests.Session() as window:
        window.headers.update(life.window.headers)
        window.cookies.update(life.window.cookies)
        while life.send(compose(recorder, chance), account, window) is not None:
            pass


def _kill_between(life: Life, form: Form, account: Account, wait: float) -> None:
    """Send a form on a bare socket and kill; a reply that was on its way all the same counts as a promise."""
    place = urlsplit(life.base)
    with socket.create_connection((place.hostname, place.port), timeout=30) as wire:
        wire.sendall(_as_http(form, life.window, place.netloc))
        time.sleep(wait)
        life.kill()
        reply = HTTPResponse(wire)
        try:
            reply.begin()
            account.take(form, reply.status, json.loads(reply.read()))
            account.between["answered"] += 1
        except (OSError, HTTPException, ValueError):
            account.unanswered.append(form)
            account.between["not answered"] += 1
        finally:
            reply.close()


def _as_http(form: Form, window: requests.Session, host: str) -> bytes:
    body = urlencode(form.fields).encode("ascii")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in window.cookies)
    head = (
        f"POST {form.path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\nCookie: {cookies}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body
