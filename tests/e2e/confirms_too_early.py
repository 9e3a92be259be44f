"""A recorder as it must not be: it says "recorded" and leaves the commit to a thread that comes round later."""

import queue
import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, request
from waitress.server import create_server

LATER = 0.02


class EarlyBook:
    """Records in memory at once and on disk afterwards."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._waiting: queue.Queue[tuple[int, str, str]] = queue.Queue()
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS line (seq INTEGER PRIMARY KEY, request TEXT, note TEXT)")
            self.lines = connection.execute("SELECT seq, request, note FROM line ORDER BY seq").fetchall()
        connection.close()
        self._known = {name: seq for seq, name, _note in self.lines}

    def record(self, name: str, note: str) -> tuple[int, bool]:
        """The number of the record, and whether it was there before."""
        with self._lock:
            if name in self._known:
                return self._known[name], True
            seq = self._known[name] = len(self.lines) + 1
            self.lines.append((seq, name, note))
            self._waiting.put((seq, name, note))
            return seq, False

    def commit_later(self) -> None:
        """Write what is waiting, every now and then."""
        connection = sqlite3.connect(self._path)
        connection.execute("PRAGMA synchronous=FULL")
        while True:
            batch = [self._waiting.get()]
            time.sleep(LATER)
            while not self._waiting.empty():
                batch.append(self._waiting.get())
            with connection:
                connection.executemany("INSERT INTO line VALUES (?, ?, ?)", batch)


def make_app(book: EarlyBook) -> Flask:
    """Its two pages."""
    app = Flask(__name__)

    @app.post("/record")
    def record() -> Any:
        seq, repeated = book.record(request.form["request_id"], request.form["note"])
        return jsonify(log="early", seq=seq, repeated=repeated)

    @app.get("/lines")
    def lines() -> Any:
        return jsonify(book.lines)

    return app


def main() -> None:
    """Serve the folder that the command line names, and print where."""
    book = EarlyBook(Path(sys.argv[1]) / "lines.sqlite")
    threading.Thread(target=book.commit_later, daemon=True).start()
    server = create_server(make_app(book), host="127.0.0.1", port=0, threads=4)
    sys.stdout.write(f"http://127.0.0.1:{server.effective_port}\n")
    sys.stdout.flush()
    server.run()


if __name__ == "__main__":
    main()
