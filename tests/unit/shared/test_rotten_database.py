"""A database of which some bytes rotted: whoever opens or verifies it gets a sentence, never a stack of calls."""

import sqlite3
from pathlib import Path

import pytest

from field_app.app import open_house
from field_app.config import FieldConfig
from field_app.store.copies import CopyKind, read_copy
from shared.domain.errors import DomainError, ErrorCode
from shared.verify_cli import verify_path
from tests.field_house import make_enrolled


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The log of an enrolled laptop, closed; two heads are signed."""
    made = make_enrolled(tmp_path)
    made.laptop.journal.sign_head()
    made.laptop.journal.start("test", "start again")
    made.laptop.journal.sign_head()
    made.close()
    return tmp_path / "log.sqlite"


def test_schema_that_is_no_text(database: Path) -> None:
    whole = database.read_bytes()
    assert b"CREATE TRIGGER" in whole
    database.write_bytes(whole.replace(b"CREATE TRIGGER", b"CREATE TRI\x9dGER"))
    with pytest.raises(DomainError) as verified:
        verify_path(database)
    assert verified.value.code is ErrorCode.NOT_A_LOG
    with pytest.raises(DomainError) as opened:
        open_house(FieldConfig(database.parent, open_browser=False, sync=False))
    assert opened.value.code is ErrorCode.LOG_DAMAGED


def test_schema_in_which_numbers_are_no_numbers(database: Path) -> None:
    whole = database.read_bytes()
    assert b"TABLE head (seq INTEGER PRIMARY KEY" in whole
    database.write_bytes(whole.replace(b"head (seq INTEGER PRIMARY KEY", b"head (seq INTEGER PRIMARZ KEY"))
    problem = verify_path(database).problem
    assert problem is not None
    assert problem.code is ErrorCode.HEAD_SIGNATURE_WRONG
    assert read_copy(database, CopyKind.DAMAGED).lines
    with pytest.raises(DomainError) as opened:
        open_house(FieldConfig(database.parent, open_browser=False, sync=False))
    assert opened.value.code is ErrorCode.LOG_DAMAGED


@pytest.mark.parametrize("cell", ["'text'", "17"])
@pytest.mark.parametrize(("table", "column"), [("birth", "record"), ("head", "hash"), ("head", "signature")])
def test_cell_of_another_kind(database: Path, table: str, column: str, cell: str) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.execute(f"DROP TRIGGER {table}_no_update")
        connection.execute(f"UPDATE {table} SET {column} = {cell}")
    connection.close()
    if table == "birth":
        with pytest.raises(DomainError, match=ErrorCode.NOT_A_LOG.value):
            verify_path(database)
    else:
        assert verify_path(database).problem is not None


@pytest.mark.parametrize("cell", ["NULL", "'text'", "17", "x'7b7d'"])
def test_a_birth_of_a_log_in_front_that_is_none(database: Path, cell: str) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("DROP TABLE ancestor")
        connection.execute("CREATE TABLE ancestor (no INTEGER PRIMARY KEY, birth)")  # as swapped sectors leave it
        connection.execute(f"INSERT INTO ancestor VALUES (1, {cell})")
    connection.close()
    copy = read_copy(database, CopyKind.DAMAGED)
    assert copy.lines
    assert copy.contents
    assert copy.ancestors == []
    with pytest.raises(DomainError) as opened:
        open_house(FieldConfig(database.parent, open_browser=False, sync=False))
    assert opened.value.code is ErrorCode.LOG_DAMAGED
