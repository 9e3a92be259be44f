"""One start of the laptop's pages: listen, say where, open the browser, and let go of every file at the end."""

import json
import os
import secrets
import threading
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from flask import Flask

from field_app.app import House, alone_in, create_app, create_damage_app, open_house
from field_app.config import FieldConfig
from field_app.services.ringing import Ringing
from field_app.services.stepping_aside import check_room, finish_stepping_aside, step_aside
from field_app.services.takeover import Estate, read_promise, resume_takeover
from field_app.timekeeping.engine import SignalEngine
from field_app.timekeeping.speaker import find_speaker
from shared.domain.errors import DomainError, ErrorCode
from shared.store.durable import write_whole
from shared.web.serving import answer_until_stopped, listen

LAUNCH_FILE = "launch.json"
THREADS = 4


def serve(config: FieldConfig, say: Callable[[str], None]) -> None:
    """Serve the pages until Ctrl-C, a closed window or SIGTERM; `say` is told the address once it listens.

    While the log is damaged there is one page only, which rebuilds it and then opens the others.
    Raises DATABASE_IN_USE when the program already runs here, PORT_IN_USE, NOT_A_DATABASE or DISK_FULL.
    """
    run = _Run(config)
    run.open()
    try:
        server = listen(run.answer, "127.0.0.1", config.port, THREADS, in_memory=True)
        address = f"http://127.0.0.1:{server.effective_port}/?launch={run.launch}"
        write_whole(config.folder / LAUNCH_FILE, json.dumps({"url": address, "pid": os.getpid()}).encode())
        run.begin()
        say(address)
        if config.open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        answer_until_stopped(server)
    finally:
        run.close()


class _Run:
    """One start: the laptop with all that works in it, or the page that mends it first."""

    def __init__(self, config: FieldConfig) -> None:
        self.launch = secrets.token_urlsafe(18)
        self._config = config
        self._house: House | None = None
        self._engine: SignalEngine | None = None
        self._held: ExitStack = ExitStack()
        self._lock = threading.Lock()
        self._app: Flask | None = None

    def open(self) -> None:
        """Open the laptop; raises what `open_house` does but LOG_DAMAGED."""
        folder = self._config.folder
        try:
            if read_promise(folder).aside:
                with alone_in(folder):
                    finish_stepping_aside(folder)
            self._house = open_house(self._config)
            self._app = create_app(self._house, self.launch, self._step_aside)
        except DomainError as problem:
            if problem.code is not ErrorCode.LOG_DAMAGED:
                raise
            self._held.enter_context(alone_in(folder))
            self._app = create_damage_app(folder, self.launch, self._mended)

    def answer(self, environ: Any, start: Any) -> Any:
        """The WSGI app that is open now."""
        assert self._app is not None  # noqa: S101 - opened before anything listens
        return self._app.wsgi_app(environ, start)

    def begin(self) -> None:
        """Start what works by itself, unless the log must be mended first."""
        house = self._house
        if house is None:
            return
        house.laptop.reserve.keep()
        try:
            resume_takeover(house.laptop)
            house.laptop.note_start()
        finally:  # also when the disk refused: once it has room, this laptop goes on without another start
            house.sync.start()
            house.box.start()
            house.backups.start()
            self._engine = SignalEngine(Ringing(house.laptop, find_speaker(self._config.sound)))
            self._engine.start()

    def close(self) -> None:
        """Let go of every file."""
        (self._config.folder / LAUNCH_FILE).unlink(missing_ok=True)
        self._held.close()
        self._stop()

    def _stop(self) -> None:
        if self._engine is not None:
            self._engine.stop()
        if self._house is not None:
            self._house.close()
        self._engine = self._house = None

    def _step_aside(self, estate: Estate, reason: str) -> None:
        """Close everything, lay the own log aside, and open again, which takes over; pages ask again meanwhile."""
        with self._lock:
            check_room(self._config.folder)
            self._stop()
            try:
                with alone_in(self._config.folder):
                    step_aside(self._config.folder, estate, reason)
            finally:  # also when the disk refused: the pages that people have open must lead somewhere
                self.open()
                self.begin()

    def _mended(self) -> None:
        with self._lock:
            if self._house is None:
                self._held.close()
                self.open()
                self.begin()


def running_address(folder: Path) -> str | None:
    """Where the program that already runs on this folder has its pages; None when its file does not say."""
    try:
        return str(json.loads((folder / LAUNCH_FILE).read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError):
        return None
