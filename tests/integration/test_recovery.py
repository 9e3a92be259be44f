"""After the office was put back, people see it: from what, to when, which laptops are back and which are not."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from shared.log.signing import sign_head
from shared.wire.bundle import Bundle, BundledLog, write_bundle
from shared.wire.routes import CONTEXT_VOUCH, vouch_message
from sync_server.cli import server
from sync_server.services.backups import OfficeBackups
from sync_server.services.bundles import Bundles
from sync_server.services.epochs import note_high_water
from tests.office_house import FIRST, SECOND, ServedOffice, fragment, sign_in
from tests.sync_house import SyncLaptop, enrol_laptop, serve

NOT_HEARD = "恢复后还没联系"


@pytest.fixture
def laptops(served: ServedOffice, tmp_path: Path) -> Iterator[list[SyncLaptop]]:
    """A laptop at each of two schools, with twenty lines of each at the office, and a spare that was never heard."""
    made = [enrol_laptop(served, tmp_path / "one", FIRST, 60), enrol_laptop(served, tmp_path / "two", SECOND, 60)]
    made.append(enrol_laptop(served, tmp_path / "spare", FIRST))
    for laptop in made[:2]:
        laptop.record(20).runner.run_pass()
    yield made
    for laptop in made:
        laptop.close()


def put_back(served: ServedOffice, laptops: list[SyncLaptop], by: str) -> tuple[ServedOffice, str]:
    """The office as it was twenty lines a school ago, by the command or by hand; and the backup's name."""
    backup = OfficeBackups(served.office).make()
    for laptop in laptops[:2]:
        laptop.record(20).runner.run_pass()
    folder = served.office.config.folder
    note_high_water(served.office.store, folder)
    served.close()
    if by == "command":
        done = CliRunner().invoke(server, ["--data", str(folder), "restore", str(backup)])
        assert done.exit_code == 0, done.output
    else:
        for ending in ("-wal", "-shm"):
            (folder / f"server.sqlite{ending}").unlink(missing_ok=True)
        shutil.copy(backup, folder / "server.sqlite")
    return serve(folder, served.port), backup.name


def concerns(client: FlaskClient) -> dict[str, bool]:
    """Of each school: whether a laptop of it was not heard since."""
    schools = (client.get("/board.json").json or {})["schools"]
    return {row["school"]: "unheard" in row["concerns"] for row in schools}


def bundle_of(laptop: SyncLaptop, made: int) -> bytes:
    """A bundle of all that a laptop has, made at this time of its clock."""
    log, device = laptop.log, laptop.keys.device
    vouch = device.sign(CONTEXT_VOUCH, vouch_message(log.heads[0].log, log.heads[0].hash))
    count = laptop.store.head().seq
    file = BundledLog(sign_head(log.key, log.heads[count]).head, vouch, fragment(log, 0, count))
    school, campaign = laptop.enrolment.school, laptop.enrolment.campaign
    office = laptop.enrolment.server_key
    return write_bundle(Bundle(school, campaign, device.public, made, (file,)), device, office)


@pytest.mark.parametrize("by", ["command", "hand"])
def test_the_board_says_who_is_not_back_until_everybody_is(
    served: ServedOffice, laptops: list[SyncLaptop], by: str
) -> None:
    before = sign_in(served)
    assert concerns(before) == {FIRST: False, SECOND: False}
    assert "恢复" not in before.get("/").text + before.get("/backups").text
    restored, name = put_back(served, laptops, by)
    try:
        client = sign_in(restored)
        board, page = client.get("/board/table").text, client.get("/backups").text
        assert concerns(client) == {FIRST: True, SECOND: True}
        assert "已重新联系 0 台电脑，还差 2 台（2 所学校）" in board
        assert board.count(NOT_HEARD) >= 2
        assert "恢复以前 80 条，恢复出来 40 条" in page
        assert restored.office.row.epoch[:8] in page
        assert (name in page, "直接换了一份旧的数据库" in page) == (by == "command", by == "hand")
        assert NOT_HEARD in client.get(f"/schools/{FIRST}").text
        laptops[0].runner.run_pass()
        assert concerns(client) == {FIRST: False, SECOND: True}
        assert "已重新联系 1 台电脑，还差 1 台（1 所学校）" in client.get("/board/table").text
        assert "石桥小学" in client.get("/backups").text
        laptops[1].runner.run_pass()
        assert concerns(client) == {FIRST: False, SECOND: False}
        assert "恢复" not in client.get("/board/table").text
        assert "都已重新联系过，共 2 台" in client.get("/backups").text
    finally:
        restored.close()


def test_a_second_restoration_waits_for_everybody_again(served: ServedOffice, laptops: list[SyncLaptop]) -> None:
    restored, _ = put_back(served, laptops, "command")
    for laptop in laptops[:2]:
        laptop.runner.run_pass()
    backup = OfficeBackups(restored.office).make()
    folder = restored.office.config.folder
    restored.close()
    assert CliRunner().invoke(server, ["--data", str(folder), "restore", str(backup)]).exit_code == 0
    again = serve(folder, served.port)
    try:
        client = sign_in(again)
        assert "还差 2 台" in client.get("/board/table").text, "though nothing is missing: nobody knows that yet"
        assert "恢复以前" not in client.get("/backups").text.partition("<ol>")[0]
    finally:
        again.close()


@pytest.mark.parametrize(("after", "back"), [(60_000, True), (-60_000, False)])
def test_a_stick_counts_when_it_was_written_after_the_restoration(
    served: ServedOffice, laptops: list[SyncLaptop], after: int, back: bool
) -> None:
    restored, _ = put_back(served, laptops, "command")
    try:
        restoration = restored.office.store.read(lambda book: book.find_restoration())
        assert restoration is not None
        data = bundle_of(laptops[0], restoration.at + after)
        assert Bundles(restored.office).take(data, "x.bundle").complete
        assert concerns(sign_in(restored)) == {FIRST: not back, SECOND: True}
    finally:
        restored.close()


def test_a_barred_laptop_is_not_waited_for(served: ServedOffice, laptops: list[SyncLaptop]) -> None:
    restored, _ = put_back(served, laptops, "command")
    try:
        device = restored.office.store.read(lambda book: book.find_device(laptops[0].enrolment.device))
        assert device is not None
        restored.office.store.write(lambda book: book.set_barred(device.no, True))
        assert concerns(sign_in(restored)) == {FIRST: False, SECOND: True}
    finally:
        restored.close()


def test_everybody_reads_the_line_in_their_scope_and_only_some_the_page(
    served: ServedOffice, laptops: list[SyncLaptop]
) -> None:
    restored, _ = put_back(served, laptops, "command")
    try:
        head = sign_in(restored, "school", FIRST)
        assert "还差 1 台（1 所学校）" in head.get("/board/table").text
        assert "/backups" not in head.get("/").text
        assert head.get("/backups").status_code == 403
        assert "还差 2 台" in sign_in(restored, "viewer").get("/board/table").text
        english = sign_in(restored)
        english.get("/?lang=en")
        assert "2 still missing" in english.get("/board/table").text
    finally:
        restored.close()


def test_the_page_says_when_the_newest_backup_was_made_and_that_one_failed(
    served: ServedOffice, laptops: list[SyncLaptop]
) -> None:
    client, folder = sign_in(served), served.office.config.backups_folder
    assert "还没有备份" in client.get("/backups").text
    made = OfficeBackups(served.office).make()
    page = client.get("/backups").text
    assert ("40 条记录" in page, "在同一块盘上" in page, "没有通过检查" in page) == (True, True, False)
    failed = folder / "failed.sqlite"
    failed.write_bytes(b"")
    os.utime(failed, (made.stat().st_mtime + 60,) * 2)
    assert "没有通过检查" in client.get("/backups").text
    os.utime(failed, (made.stat().st_mtime - 60,) * 2)
    assert "没有通过检查" not in client.get("/backups").text, "a later one was good"
