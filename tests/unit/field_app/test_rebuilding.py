"""A damaged, lost or older database is found at the start and rebuilt from what is left, or its log must begin anew."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from field_app.app import open_house
from field_app.config import FieldConfig
from field_app.services.damage import Damage, DamageKind, find_damage
from field_app.services.rebuilding import plan_rebuilding, rebuild
from field_app.store.copies import CopyKind
from field_app.store.log_check import check_database
from shared.domain.errors import DomainError, ErrorCode
from shared.log.chain import next_hash
from shared.store.set_aside import set_aside
from shared.store.writer import Writer
from shared.verify_cli import read_path, verify_path
from tests.field_house import PROCTOR, FieldHouse, make_bare, make_laptop


class Morning:
    """A laptop that was closed in the middle of its morning, with a backup and a black box that differ in length.

    Lines 1–10 are in the backup, 1–14 in the black box, 1–16 in the database, which the high-water mark proves up to
    line `marked`.
    """

    def __init__(self, folder: Path, *, marked: int = 14, box: bool = True) -> None:
        self.folder, self.stick = folder / "field", folder / "stick"
        self.stick.mkdir()
        made = make_laptop(self.folder)
        made.house.backups.make()
        for number in range(11, 17):
            if number == 15 and box:
                made.house.box.choose(str(self.stick))
                made.house.box.release()
            made.record("note_added", PROCTOR, text=f"第 {number} 条")
            if number == marked:
                made.house.backups._mark()
        self.lines = made.laptop.store.lines()
        made.close()
        assert len(self.lines) == 16

    @property
    def database(self) -> Path:
        return self.folder / "log.sqlite"

    def spoil(self, sql: str) -> None:
        """Do to the database what nobody may, past its triggers."""
        connection = sqlite3.connect(self.database, isolation_level=None)
        for name in ("line_no_update", "line_no_delete", "line_next"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.executescript(sql)
        connection.close()

    def cut_back(self, lines: int) -> None:
        """Put an older copy in the place of the database."""
        self.spoil(f"DELETE FROM line WHERE seq > {lines}; DELETE FROM head WHERE seq > {lines}")

    def destroy(self) -> None:
        """Nothing of the database can be read."""
        self.database.write_bytes(b"\xf0" * self.database.stat().st_size)

    def go_on(self) -> FieldHouse:
        """The laptop's next start; its lines are the first of those that were there, byte for byte."""
        again = make_bare(self.folder)
        again.requests = 100
        lines = again.laptop.store.lines()
        assert lines == self.lines[: len(lines)]
        return again


@pytest.fixture
def morning(tmp_path: Path) -> Morning:
    return Morning(tmp_path)


def refused(work: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        work()
    return caught.value


def test_a_whole_log_starts(morning: Morning) -> None:
    assert find_damage(morning.folder) is None
    morning.go_on().close()


def test_a_laptop_that_is_not_enrolled_has_nothing_to_check(tmp_path: Path) -> None:
    make_bare(tmp_path).close()
    assert find_damage(tmp_path) is None
    assert find_damage(tmp_path / "nowhere") is None


def zeroed_page(morning: Morning) -> None:
    data = bytearray(morning.database.read_bytes())
    place = data.index("第 12 条".encode()) // 4096 * 4096
    data[place : place + 4096] = b"\0" * 4096
    morning.database.write_bytes(data)


def cut_in_half(morning: Morning) -> None:
    data = morning.database.read_bytes()
    morning.database.write_bytes(data[: len(data) // 2])


def changed_line(morning: Morning) -> None:
    morning.spoil("UPDATE line SET raw = replace(raw, '第 12 条', '第 99 条')")


def changed_plan(morning: Morning) -> None:
    data = morning.database.read_bytes()
    assert "语文测试".encode() in data
    morning.database.write_bytes(data.replace("语文测试".encode(), "语文问卷".encode()))


def _changed_name(morning: Morning, occurrence: int) -> None:
    """The plan's name stands in its row and in the index over the names."""
    data = bytearray(morning.database.read_bytes())
    name = sqlite3.connect(morning.database).execute("SELECT sha256 FROM content").fetchone()[0].encode()
    places = [
        place for place in range(len(data)) if data.startswith(name, place) and data[place - 8 : place] != b'"plan":"'
    ]
    data[places[occurrence]] ^= 1
    morning.database.write_bytes(data)


def plan_under_another_name(morning: Morning) -> None:
    _changed_name(morning, 0)


def plan_out_of_its_index(morning: Morning) -> None:
    _changed_name(morning, 1)


def removed_line(morning: Morning) -> None:
    morning.spoil("DELETE FROM line WHERE seq = 12")


def emptied(morning: Morning) -> None:
    morning.database.write_bytes(b"")


def older(morning: Morning) -> None:
    morning.cut_back(11)


DAMAGES: dict[Callable[[Morning], None], DamageKind] = {
    Morning.destroy: DamageKind.DAMAGED,
    zeroed_page: DamageKind.DAMAGED,
    cut_in_half: DamageKind.DAMAGED,
    changed_line: DamageKind.DAMAGED,
    changed_plan: DamageKind.DAMAGED,
    plan_under_another_name: DamageKind.DAMAGED,
    plan_out_of_its_index: DamageKind.DAMAGED,
    removed_line: DamageKind.DAMAGED,
    emptied: DamageKind.SHORTER,
    older: DamageKind.SHORTER,
    lambda morning: morning.database.unlink(): DamageKind.MISSING,
}


@pytest.mark.parametrize("spoil", DAMAGES, ids=[getattr(spoil, "__name__", "") for spoil in DAMAGES])
def test_every_damage_is_found_set_aside_and_rebuilt(morning: Morning, spoil: Callable[[Morning], None]) -> None:
    spoil(morning)
    before = morning.database.read_bytes() if morning.database.exists() else None
    damage = find_damage(morning.folder)
    assert damage is not None
    assert damage.kind is DAMAGES[spoil]
    assert refused(lambda: open_house(FieldConfig(morning.folder))).code is ErrorCode.LOG_DAMAGED
    account = rebuild(morning.folder)
    assert account.lines >= 14
    assert account.lost == 0
    assert (account.origins[CopyKind.BACKUP], account.origins[CopyKind.BLACK_BOX]) == (10, 4)
    aside = morning.folder / "set-aside" / "1" / "log.sqlite"
    assert (aside.read_bytes() if aside.exists() else None) == before
    again = morning.go_on()
    assert len(again.laptop.store.lines()) == account.lines
    assert again.laptop.plan.id
    again.record("note_added", PROCTOR, text="接着登记")
    again.close()
    assert find_damage(morning.folder) is None
    assert verify_path(morning.database).is_whole


def test_what_the_damaged_file_still_gives_is_taken(morning: Morning) -> None:
    zeroed_page(morning)
    account = rebuild(morning.folder)
    assert sum(account.origins.values()) == account.lines
    if CopyKind.DAMAGED in account.origins:
        assert account.lines > 14


def test_lines_only_in_the_damaged_file_come_back_without_a_box(tmp_path: Path) -> None:
    morning = Morning(tmp_path, marked=16, box=False)
    set_aside(morning.database)
    assert find_damage(morning.folder) == Damage(DamageKind.MISSING)
    account = rebuild(morning.folder)
    assert account.origins == {CopyKind.BACKUP: 10, CopyKind.DAMAGED: 6}
    morning.go_on().close()


def test_a_cut_between_setting_aside_and_the_new_file_costs_nothing(morning: Morning) -> None:
    set_aside(morning.database)
    (morning.folder / "log.sqlite.rebuilt").write_bytes(b"half")
    assert find_damage(morning.folder) == Damage(DamageKind.MISSING)
    assert rebuild(morning.folder).lines == 16
    morning.go_on().close()


def test_a_log_that_lost_proven_lines_must_begin_anew(tmp_path: Path) -> None:
    morning = Morning(tmp_path, marked=16, box=False)
    morning.destroy()
    before = morning.database.read_bytes()
    account = plan_rebuilding(morning.folder).account
    assert (account.lines, account.proven, account.lost, account.may_go_on) == (10, 16, 6, False)
    assert refused(lambda: rebuild(morning.folder)).code is ErrorCode.LOG_MUST_BEGIN_ANEW
    assert morning.database.read_bytes() == before
    assert not (morning.folder / "set-aside").exists()


def test_with_the_stick_plugged_in_again_it_goes_on(tmp_path: Path) -> None:
    morning = Morning(tmp_path, marked=14)
    morning.destroy()
    morning.stick.rename(tmp_path / "pulled")
    assert refused(lambda: rebuild(morning.folder)).code is ErrorCode.LOG_MUST_BEGIN_ANEW
    (tmp_path / "pulled").rename(morning.stick)
    assert rebuild(morning.folder).origins == {CopyKind.BACKUP: 10, CopyKind.BLACK_BOX: 4}


def test_a_stick_that_is_not_here_may_know_more(morning: Morning) -> None:
    """Nothing proves a lost line; going on without the box could fork the log all the same."""
    (morning.folder / "high_water").unlink()
    morning.destroy()
    morning.stick.rename(morning.stick.with_name("pulled"))
    account = plan_rebuilding(morning.folder).account
    assert (account.lines, account.lost, account.may_go_on) == (10, 0, False)


def test_without_any_copy_there_is_nothing_to_rebuild(tmp_path: Path) -> None:
    morning = Morning(tmp_path, box=False)
    morning.destroy()
    shutil.rmtree(morning.folder / "backups")
    assert refused(lambda: rebuild(morning.folder)).code is ErrorCode.NOTHING_TO_REBUILD


def test_from_the_black_box_alone_with_the_plan_of_its_kit(morning: Morning) -> None:
    morning.destroy()
    shutil.rmtree(morning.folder / "backups")
    assert rebuild(morning.folder).origins == {CopyKind.BLACK_BOX: 14}
    again = morning.go_on()
    assert again.laptop.plan.id
    again.close()


def test_a_box_that_proves_more_than_the_database_is_believed(morning: Morning) -> None:
    (morning.folder / "high_water").unlink()
    morning.cut_back(12)
    assert find_damage(morning.folder) == Damage(DamageKind.SHORTER, lines=12, proven=14)
    assert rebuild(morning.folder).lines == 14


def test_two_continuations_of_one_log_are_told(morning: Morning) -> None:
    (morning.folder / "high_water").unlink()
    morning.stick.rename(morning.stick.with_name("pulled"))
    morning.cut_back(12)
    again = morning.go_on()
    for number in range(4):
        again.record("note_added", PROCTOR, text=f"另一个 {number}")
    again.house.backups.make()
    again.close()
    morning.stick.with_name("pulled").rename(morning.stick)
    damage = find_damage(morning.folder)
    assert damage is not None
    assert damage.kind is DamageKind.OTHER
    assert not plan_rebuilding(morning.folder).account.agrees
    assert refused(lambda: rebuild(morning.folder)).code is ErrorCode.LOG_MUST_BEGIN_ANEW


def test_a_hole_in_one_copy_is_filled_from_another(morning: Morning) -> None:
    shutil.rmtree(morning.folder / "backups")
    morning.spoil("UPDATE line SET raw = zeroblob(40) WHERE seq = 3")
    account = rebuild(morning.folder)
    assert account.origins == {CopyKind.BLACK_BOX: 14, CopyKind.DAMAGED: 2}


def test_lines_that_somebody_chained_anew_are_not_believed(tmp_path: Path) -> None:
    """Whoever changes a line and hashes all that follow cannot sign the heads."""
    morning = Morning(tmp_path, box=False)
    (morning.folder / "high_water").unlink()
    _birth, lines, hashes, heads = read_path(morning.database)
    assert hashes is not None
    assert max(signed.head.seq for signed in heads) >= 10
    digest = hashes[4]
    changed = "UPDATE line SET raw = CAST(replace(raw, '刘洋', '刘羊') AS BLOB);"
    for seq, line in enumerate(lines[5:], start=6):
        digest = next_hash(digest, line.replace("刘洋".encode(), "刘羊".encode()))
        changed += f"UPDATE line SET hash = x'{digest.hex()}' WHERE seq = {seq};"
    morning.spoil(changed)
    shutil.rmtree(morning.folder / "backups")
    check = check_database(morning.database)
    assert check is not None
    assert not check.is_whole
    account = plan_rebuilding(morning.folder).account
    assert account.lines < 10
    assert not account.may_go_on


def test_a_database_that_another_program_holds_is_not_called_damaged(morning: Morning) -> None:
    holder = Writer(morning.database, ())
    holder.settle()
    assert refused(lambda: find_damage(morning.folder)).code is ErrorCode.DATABASE_IN_USE
    holder.close()


def test_the_request_ids_of_the_backup_stay(morning: Morning) -> None:
    morning.destroy()
    rebuild(morning.folder)
    again = morning.go_on()
    assert again.laptop.store.find_request("test-request-1") is not None
    again.close()
