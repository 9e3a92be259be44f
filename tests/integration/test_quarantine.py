"""Quarantine at the office: held back with a reason, opened, mended, released by a named account, or left apart."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from shared.domain.errors import DomainError
from shared.log.birth import birth_head
from shared.log.logfile import from_record, join_records
from shared.log.signing import sign_head
from shared.wire import routes
from shared.wire.county_log import fold_county
from sync_server.services.schools import import_schools
from sync_server.store.records import Quarantined
from tests.made_up_log import PROCTOR, MadeUpLog
from tests.made_up_office import DA_HE, NAN_HU, SHI_QIAO, OfficeHouse, form_token, make_office_house
from tests.office_house import WireLaptop
from tests.stick_house import make_stick_house

AWAY = "530521099"
SEAT_99 = {"block": "chinese", "seat": 99, "status": "present"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[OfficeHouse]:
    made = make_office_house(tmp_path)
    yield made
    made.office.close()


def laptop_of(house: OfficeHouse, school: str) -> WireLaptop:
    """An enrolled laptop of a school with an open session."""
    made = WireLaptop(house.app.test_client(), school)
    made.enrol(house.office.enrolments.make_code(school))
    made.greet()
    return made


def vouched(laptop: WireLaptop, log: MadeUpLog) -> str:
    start = birth_head(log.birth)
    return laptop.key.sign(routes.CONTEXT_VOUCH, routes.vouch_message(start.log, start.hash))


def held(house: OfficeHouse) -> list[Quarantined]:
    return house.office.store.read(lambda book: book.list_quarantined())


def settle(client: FlaskClient, number: int, way: str, reason: str = "电话问过校长，属实") -> tuple[int, str]:
    """The status of pressing a button, and the page that it leads to."""
    page = client.get(f"/quarantine/{number}").text
    answer = client.post(f"/quarantine/{number}/{way}", data={"reason": reason, "form_token": form_token(page)})
    return answer.status_code, client.get(answer.location).text if answer.location else answer.text


def county_said(house: OfficeHouse, code: str) -> list[tuple[str, str, int, str]]:
    """Who settled what, as the county log of a school says."""
    school = house.office.store.read(lambda book: book.find_school(code))
    assert school is not None
    found = fold_county(house.office.county_logs.lines(school)).settled.values()
    return [(one.person, one.outcome, one.lines, one.reason) for one in found]


def board(house: OfficeHouse) -> dict[str, dict]:
    return {row["school"]: row for row in (house.client("李娜").get("/board.json").json or {})["schools"]}


def test_a_log_of_another_school_is_held_and_released_into_its_own(house: OfficeHouse) -> None:
    laptop, log = laptop_of(house, SHI_QIAO), house.log(NAN_HU).open(27)
    assert laptop.push_bytes(log.file(), vouched(laptop, log)).status_code == 403
    (item,) = held(house)
    assert (item.code, item.device, item.log) == ("school_wrong", laptop.device, log.head.log)
    assert (board(house)[SHI_QIAO]["quarantined"], board(house)[NAN_HU]["lines"]) == (1, None)
    client = house.client("李娜")
    page = client.get("/quarantine").text
    assert "石桥小学" in page
    assert f"可以放行：新收 {len(log.lines)} 条" in page
    assert "单独保留 1 份" in client.get("/").text
    assert settle(client, item.no, "release")[0] == 303
    assert board(house)[NAN_HU]["lines"] == len(log.lines)
    assert (board(house)[SHI_QIAO]["quarantined"], "单独保留 1" in client.get("/").text) == (0, False)
    entry = ("李娜", "released", len(log.lines), "电话问过校长，属实")
    assert (county_said(house, NAN_HU), county_said(house, SHI_QIAO)) == ([entry], [entry])


def test_releasing_twice_takes_nothing_and_says_nothing_again(house: OfficeHouse) -> None:
    laptop, log = laptop_of(house, SHI_QIAO), house.log(NAN_HU).open(27)
    laptop.push_bytes(log.file(), vouched(laptop, log))
    client = house.client("李娜")
    settle(client, held(house)[0].no, "release")
    token = form_token(client.get("/messages").text)
    data = {"reason": "又点了一次", "form_token": token}
    assert client.post(f"/quarantine/{held(house)[0].no}/release", data=data).status_code == 303
    assert len(county_said(house, NAN_HU)) == 1


def test_a_log_of_an_unknown_school_waits_for_the_list(house: OfficeHouse) -> None:
    log = house.log(AWAY).open(10)
    with pytest.raises(DomainError, match="school_unknown"):
        house.office.ingest.import_file(log.file())
    number = held(house)[0].no
    client = house.client("李娜")
    page = client.get(f"/quarantine/{number}").text
    assert "现在不能放行" in page
    assert "testday server import-schools" in page
    assert settle(client, number, "release")[0] == 404
    assert settle(client, number, "leave")[0] == 404
    import_schools(house.office.store, f"学校代码,学校名称,学段\n{AWAY},新河小学,小学\n".encode(), "x.csv")
    assert f"新收 {len(log.lines)} 条" in settle(client, number, "release")[1]
    assert board(house)[AWAY]["lines"] == len(log.lines)


def test_of_a_file_that_goes_on_after_its_head_the_proven_part_is_released(house: OfficeHouse) -> None:
    log = house.log(AWAY).open(10)
    file, sealed = log.file(), log.head.seq
    log.check_in("chinese", 10)
    with pytest.raises(DomainError, match="school_unknown"):
        house.office.ingest.import_file(file + join_records(log.lines[sealed:]))
    import_schools(house.office.store, f"学校代码,学校名称,学段\n{AWAY},新河小学,小学\n".encode(), "x.csv")
    client = house.client("李娜")
    assert f"已放行：新收 {sealed} 条" in settle(client, held(house)[0].no, "release")[1]
    assert [item.code for item in held(house)] == ["head_missing", "school_unknown"]
    assert (board(house)[AWAY]["lines"], board(house)[AWAY]["quarantined"]) == (sealed, 1)


def test_a_log_without_a_vouch_is_released_by_who_vouches_for_it(house: OfficeHouse) -> None:
    laptop, log = laptop_of(house, NAN_HU), house.log(NAN_HU).open(27)
    assert laptop.push_bytes(log.file(), "00").status_code == 403
    assert [item.code for item in held(house)] == ["log_not_vouched"]
    assert settle(house.client("李娜"), held(house)[0].no, "release")[0] == 303
    start = log.head
    log.check_in("chinese", 27)
    rest = [from_record(start), *log.lines[start.seq :], sign_head(log.key, log.head).record()]
    assert laptop.push_bytes(join_records(rest)).status_code == 200  # and from there on the laptop goes on by itself


def test_a_later_piece_waits_for_the_earlier_one(house: OfficeHouse) -> None:
    laptop, log = laptop_of(house, SHI_QIAO), house.log(NAN_HU).open(27)
    first = log.file()
    start = log.head
    log.check_in("chinese", 27)
    house.receive(house.log(NAN_HU).open(27))
    laptop.push_bytes(first, vouched(laptop, log))
    rest = join_records([from_record(start), *log.lines[start.seq :], sign_head(log.key, log.head).record()])
    assert laptop.push_bytes(rest).status_code == 409  # log_unknown: the laptop sends it again, nothing is kept
    whole = log.file()
    laptop.push_bytes(whole, vouched(laptop, log))
    client = house.client("李娜")
    newer, older = held(house)
    settle(client, newer.no, "release")
    assert "一条不少" in client.get(f"/quarantine/{older.no}").text
    assert settle(client, older.no, "leave", "整份已放行")[0] == 303
    assert [one[1] for one in county_said(house, NAN_HU)] == ["released", "left_apart"]
    assert board(house)[SHI_QIAO]["quarantined"] == 0


def test_lines_without_a_head_are_done_with_once_they_came_by_another_road(house: OfficeHouse) -> None:
    log = house.log(NAN_HU).open(27)
    file, sealed = log.file(), log.head.seq
    log.check_in("chinese", 27)
    house.office.ingest.import_file(file + join_records(log.lines[sealed:]))
    (item,) = held(house)
    client = house.client("李娜")
    page = client.get(f"/quarantine/{item.no}").text
    assert (item.code, "现在不能放行" in page, "没有凭证" in page) == ("head_missing", True, True)
    assert settle(client, item.no, "release")[0] == 422
    assert "可以结案" not in client.get("/quarantine").text
    house.receive(log)
    assert "已从别的路送到，可以结案" in client.get("/quarantine").text


@pytest.mark.parametrize("harm", ["another campaign", "a rehearsal", "a changed line"])
def test_what_cannot_be_released_says_why_and_can_be_left_apart(house: OfficeHouse, harm: str) -> None:
    campaign = "2021-x" if harm == "another campaign" else "2022-yunxi"
    log = MadeUpLog(NAN_HU, house.plan, campaign, "rehearsal" if harm == "a rehearsal" else "live").open(27)
    body = log.file().replace(b'"day1"', b'"day2"') if harm == "a changed line" else log.file()
    laptop = laptop_of(house, NAN_HU)
    assert laptop.push_bytes(body, vouched(laptop, log)).status_code >= 400
    client, number = house.client("李娜"), held(house)[0].no
    page = client.get(f"/quarantine/{number}").text
    assert "现在不能放行" in page
    assert "/release" not in page
    assert settle(client, number, "release")[0] >= 400
    assert settle(client, number, "leave", "已转交")[0] == 303
    assert (county_said(house, NAN_HU), board(house)[NAN_HU]["quarantined"]) == (
        [("李娜", "left_apart", 0, "已转交")],
        0,
    )
    assert client.get(f"/quarantine/{number}/data").data == body


def test_a_piece_is_shown_whole_and_in_words(house: OfficeHouse) -> None:
    laptop, log = laptop_of(house, SHI_QIAO), house.log(NAN_HU).open(27)
    laptop.push_bytes(log.file(), vouched(laptop, log))
    page = house.client("李娜").get(f"/quarantine/{held(house)[0].no}").text
    assert "王芳" in page
    assert log.lines[0].decode().replace('"', "&#34;") in page
    laptop.push_bytes(b'{"from":"\xff\x00"}\nnot a line\n')
    assert "读不出来" in house.client("李娜").get(f"/quarantine/{held(house)[0].no}").text


def test_a_reason_is_needed_and_only_the_county_settles(house: OfficeHouse) -> None:
    laptop, log = laptop_of(house, SHI_QIAO), house.log(NAN_HU).open(27)
    laptop.push_bytes(log.file(), vouched(laptop, log))
    number = held(house)[0].no
    assert settle(house.client("李娜"), number, "release", " ")[0] == 422
    looking = house.client("郭视导")
    assert 'name="reason"' not in looking.get(f"/quarantine/{number}").text
    token = form_token(looking.get("/password").text)
    for way in ("release", "leave"):
        answer = looking.post(f"/quarantine/{number}/{way}", data={"reason": "x", "form_token": token})
        assert answer.status_code == 403
    assert (county_said(house, NAN_HU), house.client("南湖").get(f"/quarantine/{number}").status_code) == ([], 403)


def test_lines_that_count_for_nothing_stand_on_the_school_s_page(house: OfficeHouse) -> None:
    log = house.log(NAN_HU).open(27)
    number = log.add("attendance_marked", PROCTOR, SEAT_99)
    house.receive(log)
    client = house.client("李娜")
    page = client.get(f"/quarantine?school={NAN_HU}").text
    assert f"/schools/{NAN_HU}/log?log=A#line-{number}" in page
    assert "没有。每一条都合规则" in client.get(f"/quarantine?school={DA_HE}").text
    assert "没有等待处理的数据" in client.get("/quarantine").text


def test_the_school_s_laptop_shows_what_the_county_decided(tmp_path: Path) -> None:
    town = make_stick_house(tmp_path)
    log = MadeUpLog(NAN_HU, town.county.plan, "2021-x").open(3)
    laptop = laptop_of(town.county, NAN_HU)
    laptop.push_bytes(log.file(), vouched(laptop, log))
    settle(town.county.client("李娜"), held(town.county)[0].no, "leave", "去年的日志")
    town.bring()
    town.take_back()
    assert "不放行，原样留存，新收 0 条。理由：去年的日志" in town.school.read("/")
    town.close()


def test_what_stands_apart_cannot_be_changed_in_the_file(house: OfficeHouse) -> None:
    laptop, log = laptop_of(house, SHI_QIAO), house.log(NAN_HU).open(27)
    laptop.push_bytes(log.file(), vouched(laptop, log))
    with sqlite3.connect(house.office.config.database) as other, pytest.raises(sqlite3.IntegrityError):
        other.execute("DELETE FROM quarantine")
