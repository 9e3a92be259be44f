"""One start of the laptop's pages: listen, say where, open the browser, and let go of every file at the end."""

import json
import os
import secrets
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

from field_app.app import create_app, open_house
from field_app.config import FieldConfig
from field_app.services.ringing import Ringing
from field_app.services.takeover import note_takeover
from field_app.timekeeping.engine import SignalEngine
from field_app.timekeeping.speaker import find_speaker
from shared.store.durable import write_whole
from shared.web.serving import answer_until_stopped, listen

LAUNCH_FILE = "launch.json"
THREADS = 4


def serve(config: FieldConfig, say: Callable[[str], None]) -> None:
    """Serve the pages until Ctrl-C, a closed window or SIGTERM; `say` is told the address once it listens.

    Raises DATABASE_IN_USE when the program already runs here, PORT_IN_USE, NOT_A_DATABASE or DISK_FULL.
    """
    house = open_house(config)
    engine = SignalEngine(Ringing(house.laptop, find_speaker(config.sound)))
    try:
        launch = secrets.token_urlsafe(18)
        server = listen(create_app(house, launch), "127.0.0.1", config.port, THREADS, in_memory=True)
        address = f"http://127.0.0.1:{server.effective_port}/?launch={launch}"
        write_whole(config.folder / LAUNCH_FILE, json.dumps({"url": address, "pid": os.getpid()}).encode())
        note_takeover(house.laptop)
        house.laptop.note_start()
        house.sync.start()
        house.box.start()
        house.backups.start()
        engine.start()
        say(address)
        if config.open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        answer_until_stopped(server)
    finally:
        (config.folder / LAUNCH_FILE).unlink(missing_ok=True)
        engine.stop()
        house.close()


def running_address(folder: Path) -> str | None:
    """Where the program that already runs on this folder has its pages; None when its file does not say."""
    try:
        return str(json.loads((folder / LAUNCH_FILE).read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError):
        return None
