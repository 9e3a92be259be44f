"""Databases as they were before the newest step of their schema."""

from collections.abc import Sequence
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from shared.store.writer import connect


def make_older(database: Path, settings: Sequence[str], schema: Sequence[tuple[Migrations, str]]) -> None:
    """Write a closed database anew, with each part of its schema as it was before the step that is named."""
    fresh = database.with_name(database.name + ".older")
    connection = connect(fresh, (), settings)
    for migrations, step in schema:
        migrations.apply(Database(connection), stop_before=step)
    connection.execute("ATTACH ? AS newer", (str(database),))
    tables = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%'"
    for (table,) in connection.execute(tables).fetchall():
        columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
        connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}")
    connection.close()
    fresh.replace(database)
