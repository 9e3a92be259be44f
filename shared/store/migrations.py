"""The schema of one log in SQLite; forward only, tested from frozen databases of every release."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

log_migrations = Migrations("log")

_GUARDED = ("birth", "line", "head")


@log_migrations()
def m0001_log(db: Database) -> None:
    """Birth, lines with their hashes and request ids, signed heads; triggers forbid update, delete and replace."""
    db.execute("CREATE TABLE birth (id INTEGER PRIMARY KEY CHECK (id = 1), record BLOB NOT NULL)")
    db.execute(
        "CREATE TABLE line"
        " (seq INTEGER PRIMARY KEY, raw BLOB NOT NULL, hash BLOB NOT NULL, request TEXT NOT NULL UNIQUE)"
    )
    db.execute("CREATE TABLE head (seq INTEGER PRIMARY KEY, hash BLOB NOT NULL, signature TEXT NOT NULL)")
    for table in _GUARDED:
        guard(db, table)
    # INSERT OR REPLACE slips past the two triggers above from a plain connection; this one stops it.
    db.execute(
        "CREATE TRIGGER line_next BEFORE INSERT ON line WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM line)"
        " BEGIN SELECT raise(ABORT, 'append only'); END"
    )
    db.execute(
        "CREATE TRIGGER line_request BEFORE INSERT ON line WHEN EXISTS (SELECT 1 FROM line WHERE request = NEW.request)"
        " BEGIN SELECT raise(ABORT, 'append only'); END"
    )
    for table, key in (("birth", "id"), ("head", "seq")):
        db.execute(
            f"CREATE TRIGGER {table}_once BEFORE INSERT ON {table}"  # noqa: S608 - our own table names
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
            " BEGIN SELECT raise(ABORT, 'append only'); END"
        )


@log_migrations()
def m0002_ancestors(db: Database) -> None:
    """The lines of the logs that this one goes on from, oldest log first (docs/adr/0012)."""
    db.execute("CREATE TABLE ancestor (no INTEGER PRIMARY KEY, birth BLOB NOT NULL)")
    db.execute(
        "CREATE TABLE ancestor_line"
        " (no INTEGER NOT NULL, seq INTEGER NOT NULL, raw BLOB NOT NULL, PRIMARY KEY (no, seq))"
    )
    db.execute(
        "CREATE TABLE ancestor_head (no INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,"
        " signature TEXT NOT NULL, PRIMARY KEY (no, seq))"
    )
    for table in ("ancestor", "ancestor_line", "ancestor_head"):
        guard(db, table)


def guard(db: Database, table: str) -> None:
    """Forbid update and delete on a table, whoever opens the file."""
    for verb in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
            " BEGIN SELECT raise(ABORT, 'append only'); END"
        )
