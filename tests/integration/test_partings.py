"""Forks and overlaps at the office: shown side by side, decided in the county log, folded as decided in any order."""

from collections.abc import Iterator
from copy import copy
from itertools import permutations
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from shared.log.birth import birth_head
from shared.log.chain import Head, next_hash
from shared.wire.county_log import fold_county
from sync_server.services.handing_back import hand_back
from tests.made_up_log import PROCTOR, MadeUpLog
from tests.made_up_office import NAN_HU, OfficeHouse, form_token, make_office_house
from tests.stick_house import make_stick_house

CHINESE = "chinese"
ORDERS = list(permutations(range(2)))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[OfficeHouse]:
    made = make_office_house(tmp_path)
    yield made
    made.office.close()


def mark(log: MadeUpLog, seat: int, status: str, at: str | None = None) -> MadeUpLog:
    reason = {} if status == "present" else {"reason": "sick" if status == "absent" else "traffic"}
    log.add("attendance_marked", PROCTOR, {"block": CHINESE, "seat": seat, "status": status, **reason}, at=at)
    return log


def copied(log: MadeUpLog) -> MadeUpLog:
    """The same log on a copied disk."""
    twin = copy(log)
    twin.lines = list(log.lines)
    return twin


def morning(house: OfficeHouse) -> MadeUpLog:
    return house.log(NAN_HU).open(27).check_in(CHINESE, 27)


def forked(house: OfficeHouse) -> tuple[MadeUpLog, MadeUpLog]:
    """Two copies of a log that went on: of seat 5 they say different things, of seats 6 and 7 one each."""
    one = morning(house)
    other = copied(one)
    mark(mark(one, 5, "absent", "09:01"), 6, "absent")
    mark(mark(other, 5, "late", "09:05"), 7, "absent")
    return one, other


def overlapping(house: OfficeHouse) -> tuple[MadeUpLog, MadeUpLog]:
    """A laptop that came back after another had taken over, with the same differences."""
    one = morning(house)
    other = one.take_over().come_on_duty()
    mark(mark(one, 5, "absent", "09:01"), 6, "absent")
    mark(mark(other, 5, "late", "09:05"), 7, "absent")
    return one, other


PARTED = {"fork": forked, "overlap": overlapping}


def row(house: OfficeHouse) -> dict:
    answer = house.client("李娜").get("/board.json")
    return next(row for row in (answer.json or {})["schools"] if row["school"] == NAN_HU)


def counts(house: OfficeHouse) -> tuple[int, int]:
    """Late and absent in the first block, as the board says."""
    block = row(house)["blocks"][CHINESE]
    return block["late"], block["absent"]


def first_line(log: MadeUpLog, common: int, kind: str) -> str:
    """The first head of a record: as the page's form names it."""
    head = birth_head(log.birth)
    if kind == "overlap" and log.ancestor is not None:
        return str(head)
    for seq, line in enumerate(log.lines[: common + 1], start=1):
        head = Head(head.log, seq, next_hash(head.hash, line))
    return str(head)


def choose(client: FlaskClient, log: MadeUpLog, line: int, choice: str, reason: str = "电话问过主监测员") -> int:
    data = {"log": log.head.log, "line": str(line), "choice": choice, "reason": reason}
    data["form_token"] = form_token(client.get("/messages").text)
    return client.post(f"/schools/{NAN_HU}/records", data=data).status_code


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", PARTED)
@pytest.mark.parametrize(
    ("rule", "chosen", "expected"),
    [
        ("both", None, (1, 2)),  # seat 5 late (the later word), 6 and 7 absent
        ("leads", 0, (0, 3)),  # seat 5 absent as the first says, 6 and 7 absent
        ("leads", 1, (1, 2)),
        ("only", 0, (0, 2)),  # 5 and 6 absent; what the other says of 7 does not count
        ("only", 1, (1, 1)),
    ],
)
def test_the_fold_follows_the_choice_whatever_came_first(
    house: OfficeHouse, kind: str, rule: str, chosen: int | None, expected: tuple[int, int], order: tuple[int, ...]
) -> None:
    records = PARTED[kind](house)
    common = len(records[0].lines) - 2
    for number in order:
        house.receive(records[number])
    client = house.client("李娜")
    head = "" if chosen is None else first_line(records[chosen], common, kind)
    assert choose(client, records[0], common, f"{rule} {head}".strip()) == 303
    assert counts(house) == expected
    assert {"fork", "overlap"} & set(row(house)["concerns"]) == set()


@pytest.mark.parametrize("chosen", [0, 1])
def test_a_spare_laptop_goes_on_from_the_branch_that_was_chosen(house: OfficeHouse, chosen: int) -> None:
    records = forked(house)
    common = len(records[0].lines) - 2
    for record in records:
        house.receive(record)
    choose(house.client("李娜"), records[0], common, f"only {first_line(records[chosen], common, 'fork')}")
    files = hand_back(house.office, NAN_HU, "https://office.example")
    (log,) = (data for name, data in files.items() if name.endswith(".log"))
    assert log == records[chosen].file()


@pytest.mark.parametrize("kind", PARTED)
def test_before_a_choice_it_is_said_what_counts_and_the_board_leads_there(house: OfficeHouse, kind: str) -> None:
    for record in PARTED[kind](house):
        house.receive(record)
    client = house.client("李娜")
    assert (kind in row(house)["concerns"], counts(house)) == (True, (1, 1) if kind == "fork" else (1, 2))
    assert f'/schools/{NAN_HU}#partings">▲ 两份记录，待决定' in client.get("/").text
    page = client.get(f"/schools/{NAN_HU}").text
    section = page.split('id="partings"')[1].split("</section>")[0]
    said = "现在只算最近来过消息的那一份" if kind == "fork" else "现在两份都算"
    assert said in section
    assert "语文测试 5 号" in section
    assert "09:01:00" in section
    assert "09:05:00" in section
    assert "语文测试 6 号" not in section
    assert "另有 2 项只有一份记了" in section


def test_a_choice_holds_for_lines_that_come_later_and_can_be_changed(house: OfficeHouse) -> None:
    one, other = overlapping(house)
    common = len(one.lines) - 2
    house.receive(one)
    house.receive(other)
    client = house.client("李娜")
    choose(client, one, common, f"leads {first_line(one, common, 'overlap')}")
    mark(other, 6, "present", "09:20")
    mark(other, 8, "absent")
    house.receive(other)
    assert counts(house) == (0, 4)  # 5 and 6 stay as the first says; 8 is said by the other alone
    choose(client, one, common, f"only {first_line(other, common, 'overlap')}", "又核对了一次")
    assert counts(house) == (1, 2)
    school = house.office.store.read(lambda book: book.find_school(NAN_HU))
    assert school is not None
    lines = house.office.county_logs.lines(school)
    assert [choice.reason for choice in fold_county(lines).choices.values()] == ["又核对了一次"]
    assert len(lines) == 2
    assert "又核对了一次" in client.get(f"/schools/{NAN_HU}").text


def test_a_choice_waits_for_the_record_that_it_names(house: OfficeHouse, tmp_path: Path) -> None:
    one, other = overlapping(house)
    common = len(one.lines) - 2
    house.receive(one)
    client = house.client("李娜")
    assert choose(client, one, common, f"only {first_line(other, common, 'overlap')}") == 404
    assert 'id="partings"' not in client.get(f"/schools/{NAN_HU}").text


def test_a_third_laptop_goes_on_from_the_second_and_follows_its_side(house: OfficeHouse) -> None:
    one, other = overlapping(house)
    common = len(one.lines) - 2
    third = mark(other.take_over().come_on_duty(), 9, "absent", "09:30")
    for record in (third, one, other):
        house.receive(record)
    client = house.client("李娜")
    assert choose(client, one, common, f"only {first_line(other, common, 'overlap')}") == 303
    assert counts(house) == (1, 2)  # 5 late, 7 and 9 absent
    assert choose(client, one, common, f"only {first_line(one, common, 'overlap')}") == 303
    assert counts(house) == (0, 2)  # 5 and 6


def test_a_reason_is_needed_and_only_county_staff_choose(house: OfficeHouse) -> None:
    one, other = overlapping(house)
    common = len(one.lines) - 2
    house.receive(one)
    house.receive(other)
    assert choose(house.client("李娜"), one, common, "both", " ") == 422
    assert choose(house.client("郭视导"), one, common, "both") == 403
    assert choose(house.client("南湖"), one, common, "both") == 403
    assert 'name="choice"' not in house.client("南湖").get(f"/schools/{NAN_HU}").text
    for choice in ("leads", "only x", "either", ""):
        assert choose(house.client("李娜"), one, common, choice) == 404


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("overlap", "第 35 条以后的两份记录，都记了的，以这一份为准：接手的电脑"),
        ("fork", "以这一份为准：第 36 条记于 09:05:00 的那一份"),
    ],
)
def test_the_laptop_shows_what_was_chosen(tmp_path: Path, kind: str, said: str) -> None:
    town = make_stick_house(tmp_path)
    one, other = PARTED[kind](town.county)
    town.county.receive(one)
    town.county.receive(other)
    common = len(one.lines) - 2
    choose(town.county.client("李娜"), one, common, f"leads {first_line(other, common, kind)}", "问过司时员")
    town.bring()
    town.take_back()
    assert f"{said}。理由：问过司时员" in town.school.read("/")
    town.close()
