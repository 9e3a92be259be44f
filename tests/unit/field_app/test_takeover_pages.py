"""Taking over: a spare laptop goes on with the day of one that broke, with people who have never done it."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from field_app.services.records import log_file
from field_app.services.takeover import Promise, note_takeover, promise_takeover, resume_takeover, survey
from shared.verify_cli import verify
from tests.field_house import (
    CHIEF_PROCTOR,
    PRINCIPAL,
    PROCTOR,
    FieldHouse,
    make_bare,
    make_laptop,
)
from tests.stick_house import leave_on

CHINESE = "chinese"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def broken(tmp_path: Path, stick: Path) -> Iterator[FieldHouse]:
    """A laptop in the middle of its morning, whose log and kit are on the stick."""
    made = make_laptop(tmp_path / "broken")
    made.sign_in(PROCTOR)
    made.say("/check-in/mark", block=CHINESE, seat=3, status="present")
    made.say("/check-in/mark", block=CHINESE, seat=4, status="absent", reason="sick")
    made.record(
        "incident_opened", CHIEF_PROCTOR, family="safety", type="ill", level=2, what="一名学生流鼻血", block=CHINESE
    )
    leave_on(stick, made)
    yield made
    made.close()


@pytest.fixture
def spare(tmp_path: Path) -> Iterator[FieldHouse]:
    made = make_bare(tmp_path / "spare")
    yield made
    made.close()


def take_over(spare: FieldHouse, stick: Path) -> None:
    spare.say("/takeover/", path=str(stick), reason="broken")
    spare.clock = spare.laptop.clock  # type: ignore[assignment]


def come_on_duty(spare: FieldHouse) -> None:
    first = {"person": "p1", "pin": "271801", "pin_again": "271801"}
    phrase = "南湖的水很清很清"
    assert spare.post("/people/first", **first, passphrase=phrase, passphrase_again=phrase).status_code in (200, 303)
    spare.sign_in(PRINCIPAL)
    assert spare.say("/people/add", person="p3", pin="271803", pin_again="271803")["person"] == "p3"
    assert spare.say("/people/add", CHIEF_PROCTOR, person="p4", pin="271804", pin_again="271804")["person"] == "p4"


def test_the_page_shows_what_stands_on_the_stick(broken: FieldHouse, spare: FieldHouse, stick: Path) -> None:
    page = spare.read(f"/takeover/?place={stick}")
    assert "南湖小学" in page
    assert broken.laptop.journal.head.seal_code in page
    assert "在这台电脑上接着记" in page


def test_an_empty_stick_says_so(spare: FieldHouse, tmp_path: Path) -> None:
    assert "这里没有找到测试日的记录" in spare.read(f"/takeover/?place={tmp_path}")
    assert "no test-day" in spare.read(f"/takeover/?place={tmp_path}&lang=en").lower()


def test_the_day_goes_on_where_it_stopped(broken: FieldHouse, spare: FieldHouse, stick: Path) -> None:
    head = broken.laptop.journal.head
    take_over(spare, stick)
    journal = spare.laptop.journal
    assert journal.birth.ancestor == head
    assert [event.type for event in journal.events()][-2:] == ["day_taken_over", "laptop_started"]
    assert journal.day.attendance.marks == {
        CHINESE: {
            seat: mark._replace(seq=mark.seq - head.seq - 1)
            for seat, mark in broken.laptop.journal.day.attendance.marks[CHINESE].items()
        }
    }


def test_people_choose_new_pins_and_act_in_their_old_roles(broken: FieldHouse, spare: FieldHouse, stick: Path) -> None:
    take_over(spare, stick)
    assert "李明" in spare.read("/people/first")
    come_on_duty(spare)
    assert [person.name for person in spare.laptop.journal.day.duties.on_duty()] == ["李明", "张强", "刘洋"]
    assert "王芳" in spare.read("/people")


def test_a_stick_that_is_pulled_before_the_last_click_is_asked_for(
    broken: FieldHouse, spare: FieldHouse, stick: Path
) -> None:
    stick.rename(stick.with_name("pulled"))
    answer = spare.post("/takeover/", path=str(stick / "testday-530521001.log"), reason="broken")
    assert answer.status_code == 404
    assert "请插好 U 盘" in answer.text
    stick.mkdir()
    assert spare.post("/takeover/", path=str(stick), reason="broken").status_code == 422
    no_name = "长" * 200  # of 600 bytes, which no disk takes
    assert spare.post("/takeover/", path=no_name, reason="broken").status_code == 404
    assert "这里没有找到" in spare.read(f"/takeover/?place={no_name}")
    assert not spare.laptop.is_enrolled


def test_a_mark_and_an_incident_of_the_first_laptop_go_on(broken: FieldHouse, spare: FieldHouse, stick: Path) -> None:
    take_over(spare, stick)
    come_on_duty(spare)
    spare.sign_in(PROCTOR)
    day = spare.laptop.journal.day
    place = day.attendance.marks[CHINESE][4].seq
    spare.say("/check-in/undo", block=CHINESE, line=place, reason="点错")
    assert 4 not in spare.laptop.journal.day.attendance.marks[CHINESE]
    (number,) = day.incidents.by_number
    spare.sign_in(CHIEF_PROCTOR)
    assert "一名学生流鼻血" in spare.read(f"/incidents/{number}")
    spare.say(f"/incidents/{number}/close", result="已止血")
    assert spare.laptop.journal.day.incidents.open() == ()
    page = spare.read("/log/")
    assert f"事件 A{broken.laptop.journal.head.seq} 结案" in page


def test_a_crash_before_the_first_line_is_made_good(broken: FieldHouse, spare: FieldHouse, stick: Path) -> None:
    estate = survey(stick)[0]
    assert estate.kit
    spare.laptop.begin(estate.kit.enrolment, estate.kit.plans, spare.clock, estate.logs)
    for _start in range(2):
        note_takeover(spare.laptop)
        assert [event.type for event in spare.laptop.journal.events() if event.seq > 0] == ["day_taken_over"]
    assert spare.laptop.journal.day.duties.on_duty() == ()


def test_a_promise_waits_for_the_stick_that_is_out(broken: FieldHouse, spare: FieldHouse, stick: Path) -> None:
    promise_takeover(spare.laptop.folder, Promise(str(stick / "testday-530521001.log"), "broken", "black_box"))
    stick.rename(stick.with_name("pulled"))
    resume_takeover(spare.laptop)
    assert not spare.laptop.is_enrolled
    stick.with_name("pulled").rename(stick)
    resume_takeover(spare.laptop)
    after = spare.laptop.journal.birth.ancestor
    assert after
    assert after.log == broken.laptop.journal.birth.log


def test_a_laptop_copied_before_it_was_enrolled_writes_a_log_of_its_own(
    broken: FieldHouse, spare: FieldHouse, stick: Path, tmp_path: Path
) -> None:
    shutil.copytree(spare.laptop.folder, tmp_path / "copy")
    copy = make_bare(tmp_path / "copy")
    for one in (spare, copy):
        take_over(one, stick)
    assert spare.laptop.keys.device.public == copy.laptop.keys.device.public
    assert spare.laptop.journal.birth.log != copy.laptop.journal.birth.log
    copy.close()
    again = make_bare(tmp_path / "copy")
    assert again.laptop.journal.birth.key == again.laptop.keys.log.public
    again.close()


def test_only_sealed_lines_are_taken_over(broken: FieldHouse, spare: FieldHouse, stick: Path) -> None:
    path = stick / "testday-530521001.log"
    whole = path.read_bytes().splitlines(keepends=True)
    unsealed = log_file(broken.laptop).splitlines(keepends=True)[-2]
    path.write_bytes(b"".join(whole) + unsealed.replace(b'"seq":', b'"seq":9'))
    assert "最后 1 条还没有签名" in spare.read(f"/takeover/?place={stick}")


def test_without_the_kit_nothing_begins(broken: FieldHouse, spare: FieldHouse, stick: Path) -> None:
    (stick / "testday-530521001.kit").unlink()
    assert spare.say("/takeover/", path=str(stick), reason="broken")["code"] == "kit_missing"
    assert not spare.laptop.is_enrolled


def test_a_laptop_that_is_enrolled_takes_nothing_over(
    broken: FieldHouse, stick: Path, enrolled_field: FieldHouse
) -> None:
    assert enrolled_field.say("/takeover/", path=str(stick), reason="broken")["code"] == "already_enrolled"


def test_the_spare_laptop_may_be_taken_over_itself(
    broken: FieldHouse, spare: FieldHouse, stick: Path, tmp_path: Path
) -> None:
    take_over(spare, stick)
    come_on_duty(spare)
    (stick / "second.log").write_bytes(log_file(spare.laptop))
    third = make_bare(tmp_path / "third")
    take_over(third, stick)
    journal = third.laptop.journal
    assert len(third.laptop.store.ancestors()) == 2
    assert journal.folded.shifts.keys() == {broken.laptop.journal.birth.log, spare.laptop.journal.birth.log}
    assert journal.day.attendance.marks[CHINESE].keys() == {3, 4}
    third.close()


def test_verify_checks_the_lines_in_front_too(
    broken: FieldHouse, spare: FieldHouse, stick: Path, tmp_path: Path
) -> None:
    take_over(spare, stick)
    copy = tmp_path / "copy.sqlite"
    spare.house.writer.backup(copy)
    whole = CliRunner().invoke(verify, [str(copy), "--json"])
    assert (whole.exit_code, json.loads(whole.stdout)["ancestors"][0]["lines"]) == (0, broken.laptop.journal.head.seq)
    with sqlite3.connect(copy) as plain:
        plain.execute("DROP TRIGGER ancestor_line_no_delete")
        plain.execute("DELETE FROM ancestor_line WHERE seq = 5")
    damaged = CliRunner().invoke(verify, [str(copy), "--json"])
    assert (damaged.exit_code, json.loads(damaged.stdout)["ancestors"][0]["first_bad"]) == (1, 5)
