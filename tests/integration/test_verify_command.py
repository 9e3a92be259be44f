"""`testday verify` as a process, on every form in which a log is kept: each damage is caught and its place named."""

import json
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.office_process import TESTDAY, run_server_command
from bench.sample_log import SampleLog, make_log
from shared.domain.errors import DomainError
from shared.log.logfile import join_records
from shared.log.signing import sign_head
from shared.store.migrations import log_migrations
from shared.store.sqlite import SqliteEventStore
from shared.store.writer import Writer
from shared.verify_cli import verify_path
from sync_server.app import open_office
from tests.office_house import CAMPAIGN, FIRST, SECOND, make_folder

SIZE = 60
SEALED = (12, 30, 57)
"""Lines at which a signed head stands; the last three lines are unsealed."""
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


@dataclass
class Kept:
    """One log, in the forms in which it is kept."""

    log: SampleLog
    file: Path
    laptop: Path
    office: Path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A log as an exported file, as a backup of the laptop's database, and in a backup of the office's."""
    folder = tmp_path_factory.mktemp("kept")
    log = make_log(FIRST, CAMPAIGN, "a" * 64, SIZE, seed=3)
    (folder / "log.log").write_bytes(export(log))
    writer = Writer(folder / "log.sqlite", (log_migrations,))
    store = SqliteEventStore(writer)
    store.begin(log.birth)
    for line, head in zip(log.lines, log.heads[1:], strict=True):
        store.append(line, head, f"request-{head.seq}", sign_head(log.key, head) if head.seq in SEALED else None)
    writer.backup(folder / "laptop.sqlite")
    store.close()
    office = open_office(make_folder(folder / "office"))
    for one in (log, make_log(SECOND, CAMPAIGN, "a" * 64, SIZE, seed=4)):
        office.ingest.import_file(join_records([one.birth, *one.lines, sign_head(one.key, one.heads[-1]).record()]))
    office.close()
    run_server_command(folder / "office", "backup", str(folder / "office.sqlite"))
    return Kept(log, folder / "log.log", folder / "laptop.sqlite", folder / "office.sqlite")


def export(log: SampleLog) -> bytes:
    """The log as a file, with heads between its lines."""
    records = [log.birth]
    for line, head in zip(log.lines, log.heads[1:], strict=True):
        records += [line, sign_head(log.key, head).record()] if head.seq in SEALED else [line]
    return join_records(records)


def run_verify(path: Path, *options: str) -> tuple[int, Any, str]:
    """Exit code, JSON and what was said on standard error."""
    command = [str(TESTDAY), "verify", str(path), "--json", *options]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def test_what_is_whole_is_whole_in_every_form(kept: Kept) -> None:
    head = str(kept.log.heads[-1])
    for path in (kept.file, kept.laptop):
        for options in ((), ("--head", head), ("--head", kept.log.heads[40].seal_code)):
            code, said, _ = run_verify(path, *options)
            assert (code, said["whole"], said["sealed"], said["unsealed"]) == (0, True, 57, 3)
    code, said, _ = run_verify(kept.office)
    assert (code, said["whole"], [one["sealed"] for one in said["logs"]]) == (0, True, [SIZE, SIZE])
    code, said, _ = run_verify(kept.office, "--head", head)
    assert (code, [one["log"] for one in said["logs"]]) == (0, [kept.log.heads[0].log])


def records_of(kept: Kept) -> list[bytes]:
    return kept.file.read_bytes().splitlines()


def flip(data: bytes, place: int, bit: int = 0x01) -> bytes:
    return data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]


def place_of(kept: Kept, seq: int, inside: bytes) -> int:
    """Where in the exported file a piece of a line stands."""
    data = kept.file.read_bytes()
    return data.index(inside, data.index(kept.log.lines[seq - 1]))


Damage = Callable[[Kept], bytes]
DAMAGES: dict[str, tuple[Damage, int, int]] = {
    "a byte of the birth": (lambda kept: flip(kept.file.read_bytes(), kept.file.read_bytes().index(b"yunxi")), 1, 12),
    "a byte of line 1": (lambda kept: flip(kept.file.read_bytes(), place_of(kept, 1, b'"wall":1') + 9), 1, 12),
    "a byte of line 20": (lambda kept: flip(kept.file.read_bytes(), place_of(kept, 20, b'"data"') + 9), 13, 30),
    "the number of line 20": (lambda kept: flip(kept.file.read_bytes(), place_of(kept, 20, b'"seq":20') + 7), 20, 20),
    "the value in line 40": (lambda kept: flip(kept.file.read_bytes(), place_of(kept, 40, b'"tick":') + 8), 31, 57),
    "the newline after 25": (
        lambda kept: flip(kept.file.read_bytes(), place_of(kept, 26, b'{"v"') - 1),
        25,
        25,
    ),
    "the head at 30": (lambda kept: resigned(kept, 30), 30, 30),
    "the word head at 30": (
        lambda kept: flip(
            kept.file.read_bytes(), kept.file.read_bytes().index(b'{"head"', place_of(kept, 30, b"{")) + 2
        ),
        31,
        31,
    ),
    "line 20 removed": (lambda kept: without(kept, 20), 20, 20),
    "line 1 removed": (lambda kept: without(kept, 1), 1, 1),
    "lines 20 and 21 swapped": (lambda kept: swapped(kept, 20), 20, 20),
    "a copy of line 20 inserted": (lambda kept: inserted(kept, 20), 21, 21),
}


def resigned(kept: Kept, seq: int) -> bytes:
    """The head at a line with another digit at the end of its signature."""
    place = place_of(kept, seq + 1, b'{"v"') - len(b'"}\n') - 1
    data = kept.file.read_bytes()
    return data[:place] + (b"1" if data[place : place + 1] == b"0" else b"0") + data[place + 1 :]


def without(kept: Kept, seq: int) -> bytes:
    return join_records([record for record in records_of(kept) if record != kept.log.lines[seq - 1]])


def swapped(kept: Kept, seq: int) -> bytes:
    records = records_of(kept)
    place = records.index(kept.log.lines[seq - 1])
    records[place : place + 2] = reversed(records[place : place + 2])
    return join_records(records)


def inserted(kept: Kept, seq: int) -> bytes:
    records = records_of(kept)
    place = records.index(kept.log.lines[seq - 1])
    return join_records([*records[:place], records[place], *records[place:]])


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_to_a_file_is_caught_at_its_place(kept: Kept, tmp_path: Path, name: str) -> None:
    damage, first, last = DAMAGES[name]
    path = tmp_path / "damaged.log"
    path.write_bytes(damage(kept))
    code, said, _ = run_verify(path)
    assert (code, said["whole"], said["first_bad"], said["last_bad"]) == (1, False, first, last)
    assert said["zh"]
    assert said["en"]


def test_every_flipped_bit_up_to_the_last_head_is_caught(kept: Kept, tmp_path: Path) -> None:
    data = kept.file.read_bytes()
    end = data.rindex(b'{"head"') + len(sign_head(kept.log.key, kept.log.heads[57]).record())
    path = tmp_path / "damaged.log"
    lost = []
    for place in range(0, end, 41):
        path.write_bytes(flip(data, place, 1 << (place % 8)))
        try:
            assert not verify_path(path).is_whole, place
        except DomainError:
            lost.append(place)  # without its birth record it is no log at all
    assert all(place < len(kept.log.birth) for place in lost)


def test_a_cut_tail_is_found_by_a_head_from_outside(kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "cut.log"
    path.write_bytes(join_records(records_of(kept)[:32]))
    assert run_verify(path)[0] == 0, "without a head nothing can know of the tail"
    for head in (str(kept.log.heads[57]), kept.log.heads[57].seal_code, kept.log.heads[57].seal_code.lower()):
        code, said, _ = run_verify(path, "--head", head)
        assert (code, said["code"], said["first_bad"]) == (1, "head_not_found", 31)


def damaged(path: Path, target: Path, *statements: str) -> Path:
    """A copy of a database after somebody with a tool was at it."""
    target.write_bytes(path.read_bytes())
    connection = sqlite3.connect(target, isolation_level=None)
    for (name,) in connection.execute(TRIGGERS).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return target


SWAP = (
    "UPDATE line SET seq = -{a} WHERE {own} seq = {a}",
    "UPDATE line SET seq = {a} WHERE {own} seq = {b}",
    "UPDATE line SET seq = {b} WHERE {own} seq = -{a}",
)
LAPTOP: dict[str, tuple[tuple[str, ...], int]] = {
    "a byte": (("UPDATE line SET raw = replace(CAST(raw AS TEXT), '\"wall\":1', '\"wall\":2') WHERE seq = 20",), 20),
    "a stored hash": (("UPDATE line SET hash = zeroblob(32) WHERE seq = 44",), 44),
    "removed": (("DELETE FROM line WHERE seq = 20",), 20),
    "swapped": (tuple(step.format(a=20, b=21, own="") for step in SWAP), 20),
    "inserted": (
        (
            "UPDATE line SET seq = -seq - 1 WHERE seq > 20",
            "UPDATE line SET seq = -seq WHERE seq < 0",
            "INSERT INTO line SELECT 21, raw, hash, 'again' FROM line WHERE seq = 20",
        ),
        21,
    ),
    "a head's signature": (("UPDATE head SET signature = replace(signature, 'a', 'b') WHERE seq = 30",), 30),
}
OFFICE: dict[str, tuple[tuple[str, ...], int]] = {
    "a byte": (
        ("UPDATE line SET raw = replace(CAST(raw AS TEXT), '\"seq\":20', '\"seq\":21') WHERE log_no = 1 AND seq = 20",),
        20,
    ),
    "a quiet byte": (
        ("UPDATE line SET raw = replace(CAST(raw AS TEXT), '\"wall\":1', '\"wall\":2') WHERE log_no = 1 AND seq = 20",),
        17,  # bounded by the hashes beside lines 16 and 32
    ),
    "removed": (("DELETE FROM line WHERE log_no = 1 AND seq = 20",), 20),
    "swapped": (tuple(step.format(a=20, b=21, own="log_no = 1 AND") for step in SWAP), 20),
    "inserted": (
        ("INSERT INTO line SELECT school_no, log_no, branch, 61, raw, NULL FROM line WHERE log_no = 1 AND seq = 60",),
        61,
    ),
    "tail cut": (("DELETE FROM line WHERE log_no = 1 AND seq > 50",), 51),
    "another head": (("UPDATE branch SET signature = replace(signature, 'a', 'b') WHERE log_no = 1",), 60),
}


@pytest.mark.parametrize("name", LAPTOP)
def test_damage_to_a_laptop_s_backup_is_caught(kept: Kept, tmp_path: Path, name: str) -> None:
    statements, first = LAPTOP[name]
    code, said, _ = run_verify(damaged(kept.laptop, tmp_path / "laptop.sqlite", *statements))
    assert (code, said["whole"], said["first_bad"]) == (1, False, first)


@pytest.mark.parametrize("name", OFFICE)
def test_damage_to_an_office_s_backup_is_caught(kept: Kept, tmp_path: Path, name: str) -> None:
    statements, first = OFFICE[name]
    code, said, _ = run_verify(damaged(kept.office, tmp_path / "office.sqlite", *statements))
    assert (code, said["whole"]) == (1, False)
    assert [one["first_bad"] for one in said["logs"]] == [first, None], "the other log is whole"


def test_a_flipped_byte_of_a_line_in_the_file_of_either_database_is_caught(kept: Kept, tmp_path: Path) -> None:
    for path in (kept.laptop, kept.office):
        data = path.read_bytes()
        target = tmp_path / path.name
        target.write_bytes(flip(data, data.index(kept.log.lines[32]) + 30))
        code, said, _ = run_verify(target)
        report = said["logs"][0] if "logs" in said else said
        assert (code, report["first_bad"]) == (1, 33)


def test_a_tail_cut_off_a_laptop_s_backup_is_found_by_a_head(kept: Kept, tmp_path: Path) -> None:
    cut = damaged(
        kept.laptop, tmp_path / "laptop.sqlite", "DELETE FROM line WHERE seq > 40", "DELETE FROM head WHERE seq > 40"
    )
    assert run_verify(cut)[0] == 0
    code, said, _ = run_verify(cut, "--head", str(kept.log.heads[57]))
    assert (code, said["code"], said["first_bad"]) == (1, "head_not_found", 41)


def test_a_log_rolled_back_at_the_office_is_found_by_a_receipt_s_head(kept: Kept, tmp_path: Path) -> None:
    head = kept.log.heads[40]
    signature = sign_head(kept.log.key, head).signature
    back = damaged(
        kept.office,
        tmp_path / "office.sqlite",
        "DELETE FROM line WHERE log_no = 1 AND seq > 40",
        f"UPDATE branch SET seq = 40, hash = x'{head.hash.hex()}', signature = '{signature}' WHERE log_no = 1",
    )
    assert run_verify(back)[0] == 0
    code, _, said = run_verify(back, "--head", str(kept.log.heads[60]))
    assert code == 1
    assert "末尾缺失" in said


@pytest.mark.parametrize("content", [b"", b"hello\n", b"SQLite format 3\x00 but nothing else"])
def test_what_is_no_log_is_said_so_in_both_languages(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.log").write_bytes(content)
    code, _, said = run_verify(tmp_path / "x.log")
    assert code == 1
    assert "x.log 不是测试日日志" in said
    assert "x.log is not a test-day log" in said
