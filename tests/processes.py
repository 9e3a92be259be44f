"""The product's own commands as real processes."""

import json
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import requests

TESTDAY = str(Path(sys.executable).with_name("testday"))


def run(*words: object, status: int = 0) -> str:
    """What a command prints, both streams; the exit status must be as expected."""
    done = subprocess.run([TESTDAY, *map(str, words)], capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def start(*words: object) -> tuple["subprocess.Popen[str]", str]:
    """A command that goes on, and the address it prints once it listens."""
    process = subprocess.Popen([TESTDAY, *map(str, words)], stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: "subprocess.Popen[str]") -> None:
    """Ask a process to end, and wait for it."""
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)


class Visitor:
    """A browser without a screen: it enters by the launch address and sends forms as pages do."""

    def __init__(self, address: str) -> None:
        self.base = address.split("/?")[0]
        self._http = requests.Session()
        self._http.headers["Accept"] = "application/json"
        self._http.get(address, timeout=30)

    def say(self, path: str, /, **fields: object) -> dict[str, Any]:
        """The JSON answer to a form with a fresh request id."""
        body = {"request_id": uuid.uuid4().hex, **fields}
        told: dict[str, Any] = json.loads(self._http.post(self.base + path, data=body, timeout=30).content)
        return told

    def ask(self, path: str) -> dict[str, Any]:
        """What a page's script gets from an address."""
        told: dict[str, Any] = json.loads(self._http.get(self.base + path, timeout=30).content)
        return told

    def read(self, path: str) -> str:
        """A page as a reader gets it."""
        return self._http.get(self.base + path, headers={"Accept": "text/html"}, timeout=30).text

    def submit(self, path: str, /, **fields: object) -> str:
        """The page that answers a form, as a reader gets it."""
        return self._http.post(self.base + path, data=fields, headers={"Accept": "text/html"}, timeout=30).text

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()
