"""A second laptop goes on with a school's day: the office folds it from the first one, in any order of arrival."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from field_app.services.takeover import survey
from shared.domain.event import LAPTOP
from sync_server.services.handing_back import hand_back
from tests.made_up_log import CHIEF, PROCTOR, TIMEKEEPER, MadeUpLog
from tests.made_up_office import NAN_HU, OfficeHouse, make_office_house

YEAR_MS = 365 * 86_400_000
SOURCE = {"source": "black_box", "reason": "broken"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[OfficeHouse]:
    made = make_office_house(tmp_path)
    yield made
    made.office.close()


def first_laptop(house: OfficeHouse) -> MadeUpLog:
    log = house.log(NAN_HU).open(27).check_in("chinese", 27, absent=(3,))
    log.incident(2, "少一张")
    return log.signal("chinese.start")


def row(house: OfficeHouse) -> dict:
    answer = house.client("李娜").get("/board.json")
    return next(row for row in (answer.json or {})["schools"] if row["school"] == NAN_HU)


def second_laptop(first: MadeUpLog) -> MadeUpLog:
    second = first.take_over().come_on_duty()
    data = {"block": "chinese", "seat": 3, "status": "late", "reason": "traffic"}
    second.add("attendance_marked", PROCTOR, data)
    return second.signal("chinese.end")


@pytest.mark.parametrize("order", ["first before second", "second before first"])
def test_the_day_goes_on_whichever_log_arrives_first(house: OfficeHouse, order: str) -> None:
    first = first_laptop(house)
    second = second_laptop(first)
    for log in (first, second) if order == "first before second" else (second, first):
        house.receive(log)
    found = row(house)
    assert (found["state"], found["logs"], found["forks"], found["verdicts"]) == ("ended", 2, 0, 0)
    assert found["blocks"]["chinese"] == {
        "state": "ended",
        "expected": 27,
        "present": 27,
        "late": 1,
        "absent": 0,
        "unrecorded": 0,
    }
    assert found["incidents"]["open"]["2"] == 1
    assert "overlap" not in found["concerns"]


def test_three_generations_arrive_newest_first_though_each_clock_was_years_behind(house: OfficeHouse) -> None:
    first = first_laptop(house)
    first.now -= YEAR_MS
    second = first.take_over().come_on_duty()
    second.now -= YEAR_MS
    third = second_laptop(second)
    for log in (third, second, first):
        house.receive(log)
    found = row(house)
    assert (found["blocks"]["chinese"]["present"], found["logs"], found["verdicts"]) == (27, 3, 0)
    assert house.office.store.read(lambda book: [book.verdicts(log, 0) for log in book.list_logs()]) == [[], [], []]


def test_a_line_of_the_first_laptop_is_voided_on_the_second(house: OfficeHouse) -> None:
    first = first_laptop(house)
    wrong = first.add(
        "attendance_marked", PROCTOR, {"block": "chinese", "seat": 5, "status": "refused", "reason": "sick"}
    )
    second = second_laptop(first)
    second.add("record_voided", PROCTOR, {"line": wrong, "log": first.head.log, "reason": "点错"})
    house.receive(first)
    house.receive(second)
    assert (row(house)["blocks"]["chinese"]["absent"], row(house)["verdicts"]) == (0, 0)
    page = house.client("李娜").get(f"/schools/{NAN_HU}/log?log=B").text
    assert f"第 A{wrong} 条作废" in page


def test_a_first_laptop_that_comes_back_shows_its_overlap(house: OfficeHouse) -> None:
    first = first_laptop(house)
    second = second_laptop(first)
    first.add("incident_opened", CHIEF, {"family": "safety", "type": "ill", "level": 2, "what": "一名学生流鼻血"})
    house.receive(second)
    house.receive(first)
    found = row(house)
    assert (found["incidents"]["open"]["2"], "overlap" in found["concerns"]) == (2, True)
    assert "别的电脑接手后又记了 1 条" in house.client("李娜").get(f"/schools/{NAN_HU}").text


def test_the_office_hands_a_school_s_logs_back_for_a_takeover(house: OfficeHouse, tmp_path: Path) -> None:
    first = first_laptop(house)
    second = second_laptop(first)
    house.receive(first)
    house.receive(second)
    for name, data in hand_back(house.office, NAN_HU, "https://office.example").items():
        (tmp_path / name).write_bytes(data)
    (estate,) = survey(tmp_path)
    assert (estate.head, estate.complete, len(estate.logs)) == (second.head, True, 2)
    assert estate.kit
    assert estate.kit.enrolment.school_name == "南湖小学"


def test_what_is_handed_back_can_be_sent_again_though_the_first_laptop_recorded_on(
    house: OfficeHouse, tmp_path: Path
) -> None:
    first = first_laptop(house)
    house.receive(first)
    second = second_laptop(first)
    first.add("note_added", CHIEF, {"text": "又开机了"})
    house.receive(first)
    house.receive(second)
    for name, data in hand_back(house.office, NAN_HU, "https://office.example").items():
        (tmp_path / name).write_bytes(data)
    (estate,) = survey(tmp_path)
    ancestor = estate.logs[0]
    assert ancestor.end.seq == first.head.seq - 1
    assert ancestor.heads[-1].head == ancestor.end, "the head from which the second laptop went on"


def test_a_log_that_names_a_line_nobody_has_is_folded_alone(house: OfficeHouse) -> None:
    first = first_laptop(house)
    second = second_laptop(first)
    house.receive(second)
    assert row(house)["lines"] == second.head.seq
    assert "接手" in house.client("李娜").get(f"/schools/{NAN_HU}/log").text


def test_the_bell_goes_on_with_the_day_and_a_laptop_that_comes_back_makes_two(house: OfficeHouse) -> None:
    first = first_laptop(house)
    second = second_laptop(first)
    house.receive(first)
    house.receive(second)
    assert {"two_bells", "no_bell"} & set(row(house)["concerns"]) == set()
    first.add("note_added", CHIEF, {"text": "又开机了"})
    house.receive(first)
    assert {"two_bells", "overlap"} <= set(row(house)["concerns"])


def test_who_takes_over_from_a_silent_laptop_stays_silent(house: OfficeHouse) -> None:
    first = first_laptop(house)
    first.add("bell_given_up", TIMEKEEPER, {"day": "day1"}, CHIEF)
    second = second_laptop(first)
    house.receive(first)
    house.receive(second)
    assert "no_bell" in row(house)["concerns"]
    page = house.client("李娜").get(f"/schools/{NAN_HU}").text
    bells = page.split('id="bells">')[1].split("</ul>")[0]
    assert f"/schools/{NAN_HU}/log?log=A#line-{first.head.seq}" in bells
    assert "由另一台电脑响" in bells


def test_a_copy_of_a_log_that_was_born_twice_goes_back_to_its_own_birth(house: OfficeHouse) -> None:
    before, other = first_laptop(house), house.log(NAN_HU).come_on_duty()
    born_again = MadeUpLog(NAN_HU, house.plan, key=other.key, ancestor=before)
    copy = MadeUpLog(NAN_HU, house.plan, key=other.key, ancestor=before)
    assert copy.birth == born_again.birth != other.birth
    for log in (born_again, copy):
        log.add("day_taken_over", LAPTOP, {"log": before.head.log, "line": before.head.seq, **SOURCE})
    born_again.come_on_duty()
    copy.now += 1000
    copy.come_on_duty()
    for log in (before, other, born_again, copy):
        house.receive(log)
    folds = house.office.folds.of_school(1)
    assert [len(fold.folded.shifts) for fold in folds] == [0, 0, 1, 1]
    assert [fold.folded.verdicts for fold in folds] == [{}] * 4
