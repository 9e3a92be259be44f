"""The yardstick of check-in: the same form into Flask, waitress and stdlib sqlite3, with none of our code."""

import sqlite3
import sys
import threading

import waitress
from flask import Flask, Response, jsonify, request


def make_app(path: str) -> Flask:
    """One handler: take the form, store it in one durable transaction on one connection, answer."""
    app = Flask(__name__)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE mark (seq INTEGER PRIMARY KEY, block TEXT, seat INTEGER, status TEXT, form TEXT)")
    lock = threading.Lock()

    @app.post("/check-in/mark")
    def mark() -> Response:
        form = request.form
        row = (form["block"], int(form["seat"]), form["status"], request.get_data(as_text=True) or form["request_id"])
        with lock:
            connection.execute("BEGIN IMMEDIATE")
            done = connection.execute("INSERT INTO mark (block, seat, status, form) VALUES (?, ?, ?, ?)", row)
            connection.execute("COMMIT")
        return jsonify({"seq": done.lastrowid, "said": "recorded"})

    @app.get("/")
    def ready() -> str:
        return "ready"

    return app


if __name__ == "__main__":
    waitress.serve(make_app(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), threads=4, asyncore_use_poll=True)
