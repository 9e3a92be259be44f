"""The office's backups are verified and told in receipts; one put back brings a new epoch and every line again."""

import logging
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shared.domain.errors import DomainError, ErrorCode
from shared.domain.office import Kept
from shared.log.receipt import ACCEPTED, BACKED_UP
from shared.store.backups import list_backups
from shared.wire.county_log import MESSAGE_SENT
from sync_server.cli import server
from sync_server.services.backups import OfficeBackups
from sync_server.services.bundles import Bundles
from sync_server.services.epochs import note_high_water
from sync_server.services.office import Office
from sync_server.store.copies import check_copy
from tests.office_house import FIRST, ServedOffice, sign_in
from tests.sync_house import SyncLaptop, enrol_laptop, serve, stored_lines


@pytest.fixture
def laptop(served: ServedOffice, tmp_path: Path) -> Iterator[SyncLaptop]:
    """A laptop with twenty lines at the office."""
    made = enrol_laptop(served, tmp_path / "laptop", size=60).record(20)
    made.runner.run_pass()
    yield made
    made.close()


def epoch_of(office: Office) -> str:
    """What the office's hello says."""
    return str(office.sessions.hello(1, secrets.token_hex(8))["epoch"])


def spoil_a_line(database: Path) -> None:
    """One letter of line 7 becomes another, as a failing disk or a stranger would do it."""
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TRIGGER line_no_update")
        connection.execute("UPDATE line SET raw = replace(raw, '\"wall\":1', '\"wall\":2') WHERE seq = 7")
    connection.close()


def say_to_school(office: Office, *texts: str) -> None:
    """The county says something to the first school."""
    school = office.store.read(lambda book: book.find_school(FIRST))
    assert school is not None
    for text in texts:
        office.county_logs.append(school, MESSAGE_SENT.name, {"text": text}, "李娜")


def rot(database: Path, table: str, column: str, where: str) -> None:
    """One bit of one byte in the middle of a cell flips."""
    with sqlite3.connect(database) as connection:
        connection.execute(f"DROP TRIGGER {table}_no_update")
        cell = bytearray(connection.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()[0])
        cell[len(cell) // 2] ^= 1
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (bytes(cell),))
    connection.close()


def restore(folder: Path, backup: Path) -> Result:
    """`testday server restore`."""
    return CliRunner().invoke(server, ["--data", str(folder), "restore", str(backup)])


def test_the_laptop_hears_how_far_the_county_has_backed_up(served: ServedOffice, laptop: SyncLaptop) -> None:
    backups = OfficeBackups(served.office)
    assert laptop.runner.backed_up == 0
    made = backups.make()
    laptop.record(5).runner.run_pass()
    assert (laptop.runner.received, laptop.runner.backed_up) == (25, 20)
    assert check_copy(made).lines == 20
    receipt = laptop.office.receipts(laptop.log.heads[0].log, BACKED_UP)[0]
    assert (receipt.head, receipt.epoch) == (laptop.log.heads[20], served.office.row.epoch)
    assert laptop.new_runner().backed_up == 20, "after a restart too"


def test_each_branch_of_a_forked_log_hears_how_far_it_is_backed_up(
    served: ServedOffice, laptop: SyncLaptop, tmp_path: Path
) -> None:
    twin, backups = laptop.copy(tmp_path / "twin"), OfficeBackups(served.office)
    twin.goes_on_otherwise(21, 30)
    laptop.record(20)
    twin.record(5)
    both = (laptop, twin)
    for one in both:
        one.runner.run_pass()
    backups.make()
    for one in both:
        one.runner.run_pass()
    assert [one.runner.backed_up for one in both] == [40, 25]
    page = sign_in(served).get(f"/schools/{FIRST}").text
    assert re.findall(r"[0-9A-Z-]{23}</td><td>(\d+)</td><td>(\d+|–)</td>", page) == [("40", "40"), ("25", "25")]
    twin.record(3)
    for one in both:
        one.runner.run_pass()
    backups.make()
    for one in both:
        one.runner.run_pass()
    assert [one.runner.backed_up for one in both] == [40, 28]
    assert twin.new_runner().backed_up == 28, "after a restart too"
    twin.close()


def test_a_receipt_file_says_of_each_branch_how_far_it_is_backed_up(
    served: ServedOffice, laptop: SyncLaptop, tmp_path: Path
) -> None:
    twin = laptop.copy(tmp_path / "twin")
    twin.goes_on_otherwise(21, 5)
    laptop.record(20).runner.run_pass()
    twin.record(5).runner.run_pass()
    OfficeBackups(served.office).make()
    data = Bundles(served.office).receipt_file(FIRST).encode()
    for one in (laptop, twin):
        one.runner.take_receipt_file(data, "x.receipt")
    assert [one.runner.backed_up for one in (laptop, twin)] == [40, 25]
    twin.close()


def test_backups_come_when_lines_came_and_not_otherwise(served: ServedOffice, laptop: SyncLaptop) -> None:
    backups, folder = OfficeBackups(served.office), served.office.config.backups_folder
    backups.look()
    backups.look()
    assert [one.seq for one in list_backups(folder)] == [20]
    OfficeBackups(served.office).look()
    assert len(list_backups(folder)) == 1, "a restart alone makes none"
    laptop.record(5).runner.run_pass()
    backups.look()
    assert len(list_backups(folder)) == 1, "three minutes between two"
    OfficeBackups(served.office).look()
    assert [one.seq for one in list_backups(folder)] == [25, 20]


def test_a_backup_that_does_not_verify_counts_for_nothing(
    served: ServedOffice, laptop: SyncLaptop, caplog: pytest.LogCaptureFixture
) -> None:
    spoil_a_line(served.office.config.database)
    backups, folder = OfficeBackups(served.office), served.office.config.backups_folder
    with pytest.raises(DomainError) as failure:
        backups.make()
    assert failure.value.code is ErrorCode.OFFICE_COPY_DAMAGED
    assert (list_backups(folder), (folder / "failed.sqlite").exists()) == ([], True)
    backups.look()
    assert "office_copy_damaged" in caplog.text
    laptop.runner.run_pass()
    assert laptop.runner.backed_up == 0


@pytest.mark.parametrize(
    ("table", "column", "where", "line"),
    [
        ("county_line", "raw", "seq = 2", 2),
        ("county_line", "raw", "seq = 3", 3),
        ("county_line", "hash", "seq = 3", 3),
        ("county_log", "birth", "1", 1),
    ],
)
def test_a_rotten_byte_of_the_county_log_makes_a_backup_count_as_damaged(
    served: ServedOffice, laptop: SyncLaptop, table: str, column: str, where: str, line: int
) -> None:
    say_to_school(served.office, "八点半到会议室", "请核对名册", "回邮单带上")
    backups, folder = OfficeBackups(served.office), served.office.config.backups_folder
    rot(backups.make(), table, column, where)
    made = list_backups(folder)[0].path
    with pytest.raises(DomainError) as failure:
        check_copy(made)
    assert (failure.value.code, failure.value.values["reason"]) == (
        ErrorCode.OFFICE_COPY_DAMAGED,
        f"县级日志 county log {FIRST} {line}",
    )
    made.unlink()
    rot(served.office.config.database, table, column, where)
    with pytest.raises(DomainError):
        backups.make()
    assert (list_backups(folder), (folder / "failed.sqlite").exists()) == ([], True)
    served.close()
    assert restore(folder.parent, folder / "failed.sqlite").exit_code != 0


@pytest.mark.parametrize(("lost", "line"), [("county_line WHERE seq = 1", 1), ("county_log", 0)])
def test_a_county_log_of_which_a_part_is_lost_makes_a_backup_count_as_damaged(
    served: ServedOffice, laptop: SyncLaptop, lost: str, line: int
) -> None:
    say_to_school(served.office, "八点半到会议室", "请核对名册")
    made = OfficeBackups(served.office).make()
    with sqlite3.connect(made) as connection:
        connection.execute(f"DROP TRIGGER {lost.split()[0]}_no_delete")
        connection.execute(f"DELETE FROM {lost}")
    connection.close()
    with pytest.raises(DomainError) as failure:
        check_copy(made)
    assert failure.value.values["reason"] == f"县级日志 county log {FIRST} {line}"


def test_bytes_that_are_no_line_keep_no_backup_from_being_made(served: ServedOffice, laptop: SyncLaptop) -> None:
    laptop.log.lines[24] = b"\xff not a line \x00"
    laptop.goes_on_otherwise(25, 5)
    laptop.record(10).runner.run_pass()
    made = OfficeBackups(served.office).make()
    assert check_copy(made).lines == 30
    laptop.runner.run_pass()
    assert laptop.runner.backed_up == 30
    spoil_a_line(made)
    with pytest.raises(DomainError) as failure:
        check_copy(made)
    assert failure.value.code is ErrorCode.OFFICE_COPY_DAMAGED


def test_an_older_database_in_its_place_begins_a_new_epoch(
    served: ServedOffice, laptop: SyncLaptop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder, before = served.office.config.folder, epoch_of(served.office)
    served.office.store.backup(tmp_path / "backup.sqlite")
    laptop.record(40).runner.run_pass()
    note_high_water(served.office.store, folder)
    served.close()
    for name in ("server.sqlite", "server.sqlite-wal", "server.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.sqlite", folder / "server.sqlite")
    with caplog.at_level(logging.WARNING):
        restored = serve(folder, served.port)
    try:
        after = epoch_of(restored.office)
        assert after != before
        assert "20 of 60 lines" in caplog.text
        noticed: list[tuple[Kept, int, int]] = []
        laptop.runner.notice = lambda *what: noticed.append(what)
        laptop.runner.run_pass()
        assert stored_lines(restored, laptop.log) == laptop.log.lines
        assert noticed == [(Kept.LINES, 60, 20)]
    finally:
        restored.close()
    again = serve(folder, served.port)
    assert epoch_of(again.office) == after, "one restore, one epoch"
    again.close()


def test_an_office_that_only_grew_keeps_its_epoch(served: ServedOffice, laptop: SyncLaptop) -> None:
    folder, before = served.office.config.folder, epoch_of(served.office)
    note_high_water(served.office.store, folder)
    laptop.record(40).runner.run_pass()
    served.close()
    again = serve(folder, served.port)
    assert epoch_of(again.office) == before
    again.close()
    (folder / "high_water.json").write_text("{", encoding="utf-8")
    again = serve(folder, served.port)
    assert epoch_of(again.office) == before, "a mark that cannot be read proves nothing"
    again.close()


def test_restore_puts_a_backup_back_and_the_schools_bring_the_rest(
    served: ServedOffice, laptop: SyncLaptop, tmp_path: Path
) -> None:
    folder, before = served.office.config.folder, epoch_of(served.office)
    backup = OfficeBackups(served.office).make()
    laptop.record(40).runner.run_pass()
    running = restore(folder, backup)
    assert isinstance(running.exception, DomainError) or running.exit_code == 1
    assert len(stored_lines(served, laptop.log)) == 60, "a running office is left alone"
    served.close()
    done = restore(folder, backup)
    assert done.exit_code == 0, done.output
    assert "20 条" in done.output
    assert check_copy(folder / "set-aside" / "1" / "server.sqlite").lines == 60
    restored = serve(folder, served.port)
    try:
        assert epoch_of(restored.office) != before
        assert epoch_of(restored.office) in done.output
        assert len(stored_lines(restored, laptop.log)) == 20
        laptop.runner.run_pass()
        assert stored_lines(restored, laptop.log) == laptop.log.lines
        receipts = [one for one in laptop.office.receipts(laptop.log.heads[0].log, ACCEPTED) if one.head.seq == 60]
        assert {one.epoch for one in receipts} == {before, epoch_of(restored.office)}, "both promises are kept"
    finally:
        restored.close()


@pytest.mark.parametrize("name", ["a damaged backup", "a laptop's log", "no database"])
def test_what_is_no_good_backup_is_not_put_back(
    served: ServedOffice, laptop: SyncLaptop, tmp_path: Path, name: str
) -> None:
    folder, bad = served.office.config.folder, tmp_path / "bad.sqlite"
    if name == "a laptop's log":
        laptop.writer.backup(bad)
    elif name == "no database":
        bad.write_bytes(b"PK\x03\x04" * 4096)
    else:
        served.office.store.backup(bad)
        spoil_a_line(bad)
    served.close()
    before = (folder / "server.sqlite").read_bytes()
    assert restore(folder, bad).exit_code != 0
    assert (folder / "server.sqlite").read_bytes() == before
    assert not (folder / "set-aside").exists()
