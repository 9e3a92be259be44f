"""Backups as the laptop makes them: when, verified how, and what is told when one fails."""

import sqlite3
from pathlib import Path

import pytest

from field_app.services.backups import AGAIN_MS, EVERY_MS, Backups
from field_app.services.examination import Part, examine
from field_app.services.takeover import survey
from field_app.store.high_water import find_high_water
from shared.domain.errors import DomainError, ErrorCode
from shared.store.backups import Backup, list_backups
from shared.timepiece import tick_ms
from shared.verify_cli import verify_path
from tests.field_house import PRINCIPAL, PROCTOR, TIMEKEEPER, FieldHouse


def backups_of(field: FieldHouse) -> list[Backup]:
    return list_backups(field.laptop.folder / "backups")


def test_a_button_makes_one_and_it_is_whole(field: FieldHouse) -> None:
    said = field.say("/backup")["said"]
    (backup,) = backups_of(field)
    assert said == f"已备份并核对：5 月 25 日 08:15，共 {backup.seq} 条"
    report = verify_path(backup.path)
    assert (report.is_whole, report.lines, report.unsealed) == (True, field.laptop.journal.head.seq, 0)
    assert f"共 {backup.seq} 条" in field.read("/readiness/")


def test_one_is_made_when_lines_have_come_and_it_is_due(field: FieldHouse) -> None:
    backups = field.house.backups
    backups.look()
    assert len(backups_of(field)) == 1
    field.record("note_added", PROCTOR, text="又一条")
    backups.look()
    assert len(backups_of(field)) == 1, "not before it is due"
    backups._due -= EVERY_MS
    backups.look()
    assert [backup.seq for backup in backups_of(field)] == [field.laptop.journal.head.seq, 10]
    backups._due -= EVERY_MS
    backups.look()
    assert len(backups_of(field)) == 2, "nothing came"


def test_the_hand_in_is_backed_up_at_once(field: FieldHouse) -> None:
    field.house.backups.look()
    field.record("day_handed_in", PRINCIPAL, TIMEKEEPER, day="day1", open=3, note="练习")
    field.house.backups.look()
    assert backups_of(field)[0].seq == field.laptop.journal.head.seq


def test_the_end_of_the_program_is_backed_up(field: FieldHouse) -> None:
    field.house.backups.start()
    field.house.backups.stop()
    assert backups_of(field)[0].seq == field.laptop.journal.head.seq


def test_a_folder_of_backups_is_enough_to_take_over(field: FieldHouse) -> None:
    field.house.backups.make()
    (estate,) = survey(field.laptop.folder / "backups")
    assert (estate.source, estate.head, estate.complete) == ("backup", field.laptop.journal.head, True)
    assert estate.kit is not None
    assert estate.kit.enrolment == field.laptop.enrolment


def test_the_high_water_mark_follows_the_log(field: FieldHouse) -> None:
    key = field.laptop.journal.birth.key
    assert find_high_water(field.laptop.folder, key) is None
    field.house.backups.look()
    assert find_high_water(field.laptop.folder, key) == field.laptop.journal.head
    (field.laptop.folder / "high_water").write_bytes(b"\0" * 300)
    assert find_high_water(field.laptop.folder, key) is None
    assert find_high_water(field.laptop.folder, "ab" * 32) is None


def damaged_copy(field: FieldHouse) -> Backups:
    """Backups whose disk changes one byte of what is written."""

    def copy(target: Path) -> None:
        field.house.writer.backup(target)
        data = target.read_bytes()
        assert "张强".encode() in data
        target.write_bytes(data.replace("张强".encode(), "张弱".encode()))

    return Backups(field.laptop, copy)


def test_a_backup_that_does_not_verify_is_no_backup(field: FieldHouse) -> None:
    backups = damaged_copy(field)
    with pytest.raises(DomainError) as refused:
        backups.make()
    assert refused.value.code is ErrorCode.BACKUP_DAMAGED
    assert backups_of(field) == []
    assert (field.laptop.folder / "backups" / "failed.sqlite").exists()
    assert backups._due <= tick_ms() + AGAIN_MS
    field.app.extensions["backups"] = backups
    field.house.box.choose(str(field.laptop.folder))
    assert field.client.get("/status.json").get_json()["box"] == "备份没有做成，去看看"
    assert "备份写好后核对不上" in field.read("/readiness/")


def test_the_doctor_tells_the_last_good_backup(field: FieldHouse) -> None:
    findings = {finding.part: finding for finding in examine(field.laptop)}
    assert not findings[Part.BACKUP].good
    assert not findings[Part.BLACK_BOX].good
    field.house.backups.make()
    field.house.box.choose(str(field.laptop.folder))
    findings = {finding.part: finding for finding in examine(field.laptop)}
    assert findings[Part.BLACK_BOX].good
    assert findings[Part.BACKUP].good
    assert findings[Part.BACKUP].fact.startswith("20220525 081500 / 10")
    (backup,) = backups_of(field)
    connection = sqlite3.connect(backup.path)
    connection.execute("DROP TRIGGER line_no_update")
    connection.execute("UPDATE line SET raw = replace(raw, '张强', '张弱')")
    connection.commit()
    connection.close()
    assert not {finding.part: finding for finding in examine(field.laptop)}[Part.BACKUP].good
