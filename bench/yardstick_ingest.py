"""The yardstick of ingest: the same batches into Flask, waitress, json and stdlib sqlite3, with none of our code."""

import gzip
import json
import sqlite3
import sys
import threading

import waitress
from flask import Flask, Response, jsonify, request


def make_app(path: str) -> Flask:
    """One handler: unpack, parse every line, store all in one durable transaction."""
    app = Flask(__name__)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE line (log TEXT, seq INTEGER, raw BLOB, PRIMARY KEY (log, seq)) WITHOUT ROWID")
    lock = threading.Lock()

    @app.post("/push")
    def push() -> Response:
        rows = []
        for line in gzip.decompress(request.get_data()).splitlines():
            record = json.loads(line)
            if "seq" in record:
                rows.append((record["log"], record["seq"], line))
        with lock:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR IGNORE INTO line VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
        return jsonify({"stored": len(rows)})

    @app.get("/")
    def ready() -> str:
        return "ready"

    return app


if __name__ == "__main__":
    waitress.serve(
        make_app(sys.argv[1]),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        threads=8,
        asyncore_use_poll=True,
        connection_limit=1000,  # its default of 100 would stop before the last laptops' idle connections
    )
