"""PIN hashes of the people on duty, in a file of their own that never leaves the laptop."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from shared.store.writer import Writer

people_migrations = Migrations("people")


@people_migrations()
def m0001_pin(db: Database) -> None:
    """One row a person: salt, hash, wrong tries since the last right one."""
    db.execute(
        "CREATE TABLE pin (person TEXT PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL, wrong INTEGER NOT NULL)"
    )


@dataclass(frozen=True, slots=True)
class Pin:
    """A PIN's salted hash and the wrong tries since it was last right."""

    salt: bytes
    hash: bytes
    wrong: int = 0


class PinStore:
    """Keeps PINs; a wrong try is on disk before it is answered."""

    def __init__(self, path: Path) -> None:
        self._writer = Writer(path, (people_migrations,))

    def find(self, person: str) -> Pin | None:
        """The PIN of a person, if they have one."""

        def work(connection: sqlite3.Connection) -> Pin | None:
            row = connection.execute("SELECT salt, hash, wrong FROM pin WHERE person = ?", (person,)).fetchone()
            return Pin(*row) if row else None

        return self._writer.read(work)

    def save(self, person: str, pin: Pin) -> None:
        """Keep a person's PIN, replacing an older one."""
        row = (person, pin.salt, pin.hash, pin.wrong)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO pin (person, salt, hash, wrong) VALUES (?, ?, ?, ?)", row)

        self._writer.write(work)

    def close(self) -> None:
        """Let go of the file."""
        self._writer.close()
