"""Every event store keeps the same promises: append only, once per request id, a chain without gaps."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.sample_log import SampleLog, make_log
from shared.domain.errors import DomainError, ErrorCode
from shared.log.logfile import Fragment
from shared.log.signing import sign_head
from shared.store.memory import MemoryEventStore
from shared.store.migrations import log_migrations
from shared.store.ports import EventStore
from shared.store.sqlite import SqliteEventStore
from shared.store.writer import Writer

LOG = make_log("530521001", "2022-yunxi", "9" * 64, 40, 3)


def open_sqlite(folder: Path) -> EventStore:
    return SqliteEventStore(Writer(folder / "log.sqlite", (log_migrations,)))


STORES: dict[str, Callable[[Path], EventStore]] = {"memory": lambda folder: MemoryEventStore(), "sqlite": open_sqlite}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventStore]:
    made = STORES[request.param](tmp_path)
    yield made
    made.close()


def fill(store: EventStore, log: SampleLog = LOG, upto: int = 40) -> None:
    if store.birth() is None:
        store.begin(log.birth)
    for line, head in zip(log.lines[:upto], log.heads[1 : upto + 1], strict=True):
        store.append(line, head, f"request-{head.seq}")


def test_a_store_before_its_birth_has_no_head(store: EventStore) -> None:
    assert store.birth() is None
    with pytest.raises(DomainError) as refused:
        store.head()
    assert refused.value.code is ErrorCode.NOT_ENROLLED


def test_the_birth_is_the_first_head(store: EventStore) -> None:
    store.begin(LOG.birth)
    assert store.birth() == LOG.birth
    assert store.head() == LOG.heads[0]


def test_a_log_is_born_once(store: EventStore) -> None:
    store.begin(LOG.birth)
    with pytest.raises(DomainError) as refused:
        store.begin(make_log("530521002", "2022-yunxi", "9" * 64, 1, 4).birth)
    assert refused.value.code is ErrorCode.ALREADY_OPEN
    assert store.birth() == LOG.birth


def test_the_ancestors_come_back_byte_for_byte(store: EventStore) -> None:
    older = make_log("530521001", "2022-yunxi", "9" * 64, 5, 7)
    kept = [
        Fragment(older.birth, None, older.lines, [sign_head(older.key, older.heads[5])]),
        Fragment(LOG.birth, None, LOG.lines, [sign_head(LOG.key, head) for head in (LOG.heads[3], LOG.heads[40])]),
    ]
    heir = make_log("530521001", "2022-yunxi", "9" * 64, 1, 8)
    store.begin(heir.birth, kept)
    assert store.ancestors() == kept
    assert store.head() == heir.heads[0]
    assert store.lines() == []


def test_what_was_appended_comes_back_byte_for_byte(store: EventStore) -> None:
    fill(store)
    assert store.lines() == LOG.lines
    assert store.hashes() == [head.hash for head in LOG.heads[1:]]
    assert store.head() == LOG.heads[-1]


def test_a_part_of_the_log(store: EventStore) -> None:
    fill(store)
    assert store.lines(10, 5) == LOG.lines[10:15]
    assert store.hashes(38) == [head.hash for head in LOG.heads[39:]]
    assert store.lines(40) == []


def test_the_request_id_finds_its_line(store: EventStore) -> None:
    fill(store, upto=3)
    assert store.find_request("request-2") == 2
    assert store.find_request("another") is None


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_only_the_next_number_is_taken(store: EventStore, seq: int) -> None:
    fill(store, upto=3)
    with pytest.raises(DomainError) as refused:
        store.append(LOG.lines[seq - 1], LOG.heads[seq], "fresh")
    assert refused.value.code is ErrorCode.CHAIN_BROKEN
    assert store.head() == LOG.heads[3]
    assert store.find_request("fresh") is None


def test_a_request_id_is_taken_once(store: EventStore) -> None:
    fill(store, upto=3)
    with pytest.raises(DomainError) as refused:
        store.append(LOG.lines[3], LOG.heads[4], "request-1")
    assert refused.value.code is ErrorCode.CHAIN_BROKEN
    assert store.lines() == LOG.lines[:3]


def test_signed_heads_are_kept_in_order_and_once(store: EventStore) -> None:
    fill(store, upto=3)
    later, earlier = sign_head(LOG.key, LOG.heads[3]), sign_head(LOG.key, LOG.heads[1])
    for signed in (later, earlier, later):
        store.add_head(signed)
    assert store.heads() == [earlier, later]


def test_a_milestone_brings_its_head_in_the_same_commit(store: EventStore) -> None:
    store.begin(LOG.birth)
    signed = sign_head(LOG.key, LOG.heads[1])
    store.append(LOG.lines[0], LOG.heads[1], "request-1", signed)
    assert store.heads() == [signed]


def test_a_reopened_file_is_as_it_was(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    fill(store)
    store.close()
    again = open_sqlite(tmp_path)
    assert again.lines() == LOG.lines
    assert again.head() == LOG.heads[-1]
    again.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE line SET raw = x'00' WHERE seq = 2",
        "DELETE FROM line WHERE seq = 3",
        "INSERT OR REPLACE INTO line (seq, raw, hash, request) VALUES (2, x'00', x'00', 'other')",
        "INSERT OR REPLACE INTO line (seq, raw, hash, request) VALUES (4, x'00', x'00', 'request-1')",
        "REPLACE INTO birth (id, record) VALUES (1, x'00')",
        "INSERT OR REPLACE INTO head (seq, hash, signature) VALUES (3, x'00', '')",
        "UPDATE birth SET record = x'00'",
        "DELETE FROM head",
        "DELETE FROM ancestor_line",
    ],
)
def test_a_plain_connection_cannot_change_the_past(tmp_path: Path, statement: str) -> None:
    store = open_sqlite(tmp_path)
    older = make_log("530521001", "2022-yunxi", "9" * 64, 5, 7)
    store.begin(LOG.birth, [Fragment(older.birth, None, older.lines, [])])
    fill(store, upto=3)
    store.add_head(sign_head(LOG.key, LOG.heads[3]))
    store.close()
    plain = sqlite3.connect(tmp_path / "log.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append only"):
        plain.execute(statement)
    plain.close()


def test_a_second_program_is_kept_out(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    fill(store, upto=1)
    with pytest.raises(DomainError) as refused:
        open_sqlite(tmp_path)
    assert refused.value.code is ErrorCode.DATABASE_IN_USE
    store.close()


def test_a_file_that_is_no_database_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    path.write_bytes(b"this is no database, it is somebody's letter" * 100)
    with pytest.raises(DomainError) as refused:
        open_sqlite(tmp_path)
    assert refused.value.code is ErrorCode.NOT_A_DATABASE
    assert path.read_bytes() == b"this is no database, it is somebody's letter" * 100
