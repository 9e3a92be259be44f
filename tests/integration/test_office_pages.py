"""The office's pages over a real store: the board, the school page, messages and accounts, in both languages."""

import csv
import io
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.made_up_log import CHIEF, PROCTOR, at_clock
from tests.made_up_office import DA_HE, NAN_HU, SHI_QIAO, OfficeHouse, form_token, make_office_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[OfficeHouse]:
    made = make_office_house(tmp_path)
    yield made
    made.office.close()


def read_board(house: OfficeHouse, name: str = "李娜") -> dict[str, dict]:
    answer = house.client(name).get("/board.json")
    return {row["school"]: row for row in (answer.json or {})["schools"]}


def morning(house: OfficeHouse, school: str = NAN_HU):
    return house.log(school).open(27).check_in("chinese", 27, absent=(3,), late=(4,)).signal("chinese.start", 2)


def test_never_seen_is_null_and_not_zero(house: OfficeHouse) -> None:
    row = read_board(house)[DA_HE]
    known = {"school": DA_HE, "name": "大河小学", "state": "never_seen", "quarantined": 0, "concerns": ["never_seen"]}
    assert {key: value for key, value in row.items() if value is not None} == known


def test_a_running_school_shows_every_cell(house: OfficeHouse) -> None:
    log = morning(house).count("chinese", 27, missing=1)
    log.incident(2, "少一张")
    house.receive(log)
    row = read_board(house)[NAN_HU]
    assert (row["state"], row["plan"], row["roster"], row["block"]) == ("running", house.plan.id, 27, "chinese")
    chinese = {"state": "running", "expected": 27, "present": 26, "late": 1, "absent": 1, "unrecorded": 0}
    assert row["blocks"]["chinese"] == chinese
    signals = {"planned": 18, "given": 1, "confirmed": 1, "skipped": 0}
    assert row["signals"] == signals | {"worst_ms": 2000, "worst_signal": "chinese.start"}
    assert row["materials"] == {"balanced": False, "difference": 1, "missing": 0, "bags": 0}
    assert row["incidents"] == {"open": {"1": 0, "2": 1, "3": 0}, "total": {"1": 0, "2": 1, "3": 0}}
    assert (row["lines"], row["handed_in"], row["silent"]) == (len(log.lines), False, False)
    assert row["last_contact"] == at_clock("10:07")
    assert row["concerns"] == ["materials", "incident"]


def test_a_running_school_falls_silent_and_comes_first(house: OfficeHouse) -> None:
    house.receive(morning(house, SHI_QIAO), at="09:12")
    house.receive(morning(house))
    board = read_board(house)
    assert list(board) == [SHI_QIAO, DA_HE, NAN_HU]
    assert board[SHI_QIAO]["silent"] is True
    assert "09:12 起无联系（56′）" in house.client("李娜").get("/").text


def test_a_school_that_handed_in_is_not_silent(house: OfficeHouse) -> None:
    house.receive(morning(house).hand_in(), at="09:12")
    row = read_board(house)[NAN_HU]
    assert (row["state"], row["handed_in"], row["silent"]) == ("handed_in", True, False)


def test_two_logs_of_a_school_are_combined_and_both_listed(house: OfficeHouse) -> None:
    house.receive(morning(house))
    spare = house.log(NAN_HU).open(27)
    seat = {"block": "chinese", "seat": 5, "status": "left_early", "reason": "unwell"}
    spare.add("attendance_marked", PROCTOR, seat, at="10:01")
    house.receive(spare)
    row = read_board(house)[NAN_HU]
    assert (row["logs"], row["forks"], row["blocks"]["q1"]["present"]) == (2, 0, 25)
    page = house.client("李娜").get(f"/schools/{NAN_HU}").text
    assert "中途离场" in page
    assert f"/schools/{NAN_HU}/log?log=B#line-{spare.head.seq}" in page


def test_a_fork_and_data_apart_are_flagged(house: OfficeHouse) -> None:
    log = morning(house)
    house.receive(log)
    length, head, now = len(log.lines), log.head, log.now
    log.incident(1, "一种写法")
    house.receive(log)
    del log.lines[length:]
    log.head, log.now = head, now
    log.incident(1, "另一种写法")
    house.receive(log, at="10:08")
    row = read_board(house)[NAN_HU]
    assert (row["forks"], row["logs"], row["lines"]) == (1, 1, length + 2)
    assert "分叉" in house.client("李娜").get(f"/schools/{NAN_HU}").text


def test_the_board_follows_new_lines(house: OfficeHouse) -> None:
    log = house.log(NAN_HU).open(27)
    house.receive(log)
    assert read_board(house)[NAN_HU]["state"] == "ready"
    house.receive(log.check_in("chinese", 27).signal("chinese.start"))
    assert read_board(house)[NAN_HU]["state"] == "running"


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("答题中", "已交", "从未联系")), ("en", ("Running", "Handed in", "Never seen"))]
)
def test_the_board_speaks_both_languages(house: OfficeHouse, language: str, words: tuple[str, ...]) -> None:
    house.receive(morning(house))
    page = house.client("李娜", language).get("/").text
    assert [word for word in words if word not in page] == []


def test_filters_and_search_narrow_the_table(house: OfficeHouse) -> None:
    house.receive(morning(house))
    client = house.client("李娜")
    assert client.get("/board/table?state=running").text.count('<th scope="row"') == 1
    assert "石桥小学" in client.get("/board/table?text=石桥").text
    assert "没有符合的学校" in client.get("/board/table?text=长城").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_school_page_links_numbers_to_lines(house: OfficeHouse, language: str) -> None:
    log = morning(house).signal("chinese.end", 90).count("chinese", 27).seal("chinese", 29)
    number = log.incident(3, "<b>试卷提前打开</b>")
    house.receive(log)
    page = house.client("李娜", language).get(f"/schools/{NAN_HU}").text
    assert f"/schools/{NAN_HU}/log?log=A#line-{number}" in page
    assert "&lt;b&gt;试卷提前打开" in page
    assert "<svg" in page
    lines = house.client("李娜", language).get(f"/schools/{NAN_HU}/log").text
    assert all(f'id="line-{seq}"' in lines for seq in range(1, log.head.seq + 1))
    assert "姓名" not in page


def test_a_line_that_breaks_a_rule_is_shown_with_its_verdict(house: OfficeHouse) -> None:
    log = morning(house)
    seat = {"block": "chinese", "seat": 99, "status": "present"}
    log.add("attendance_marked", PROCTOR, seat)
    house.receive(log)
    client = house.client("李娜")
    assert read_board(house)[NAN_HU]["verdicts"] == 1
    only = client.get(f"/schools/{NAN_HU}/log?feature=verdict").text
    assert only.count('<tr id="line-') == 1
    assert "没有计入" in only


def test_a_school_without_lines_says_what_to_do(house: OfficeHouse) -> None:
    page = house.client("李娜").get(f"/schools/{DA_HE}").text
    assert f"testday server enrol-code --school {DA_HE}" in page


def test_an_office_without_schools_says_what_to_do(tmp_path: Path) -> None:
    house = make_office_house(tmp_path, schools="")
    assert "testday server import-schools" in house.client("admin").get("/").text
    house.office.close()


def test_the_board_as_spreadsheets(house: OfficeHouse) -> None:
    house.receive(morning(house))
    client = house.client("李娜")
    rows = list(csv.DictReader(io.StringIO(client.get("/board.csv").data.decode("utf-8-sig"))))
    assert {row["学校"]: row["实到"] for row in rows} == {"南湖小学": "26", "石桥小学": "", "大河小学": ""}
    sheet = load_workbook(io.BytesIO(client.get("/board.xlsx").data)).active
    assert sheet.max_row == 4


def test_a_program_reads_the_board_with_basic(house: OfficeHouse) -> None:
    client = house.app.test_client()
    assert client.get("/board.json").status_code == 401
    secret = b64encode(f"李娜:{house.passwords['李娜']}".encode()).decode()
    assert client.get("/board.json", headers={"Authorization": f"Basic {secret}"}).status_code == 200
    wrong = b64encode("李娜:guess".encode()).decode()
    assert client.get("/board.json", headers={"Authorization": f"Basic {wrong}"}).status_code == 403


def test_a_message_reaches_the_county_log_and_says_who_was_in_touch(house: OfficeHouse) -> None:
    house.receive(morning(house))
    client = house.client("李娜")
    token = form_token(client.get("/messages").text)
    page = client.post("/messages", data={"to": "", "text": "请核对", "form_token": token}, follow_redirects=True).text
    assert "3 所学校" in page
    assert "发出后已联系 0 / 3" in page
    school = house.office.store.read(lambda book: book.find_school(NAN_HU))
    assert school is not None
    assert "请核对".encode() in house.office.county_logs.lines(school)[-1]
    assert client.post("/messages", data={"to": "", "text": " ", "form_token": token}).status_code == 422


def test_a_form_without_its_token_changes_nothing(house: OfficeHouse) -> None:
    client = house.client("李娜")
    assert client.post("/messages", data={"to": "", "text": "请核对"}).status_code == 403
    assert "还没有发过通知" in client.get("/messages").text


def test_the_administrator_adds_an_account_that_can_sign_in(house: OfficeHouse) -> None:
    client = house.client("admin")
    form = {"form_token": form_token(client.get("/accounts").text), "name": "石桥", "role": "school"}
    page = client.post("/accounts", data={**form, "scope_kind": "school", "scope": SHI_QIAO}).text
    house.passwords["石桥"] = page.split('<code class="fs-4">')[1].split("<")[0]
    assert house.client("石桥").get(f"/schools/{SHI_QIAO}").status_code == 200
    assert client.post("/accounts", data={**form, "scope_kind": "county", "scope": ""}).status_code == 422


def test_a_new_password_ends_other_sessions(house: OfficeHouse) -> None:
    here, elsewhere = house.client("李娜"), house.client("李娜")
    token = form_token(here.get("/password").text)
    short = {"old": house.passwords["李娜"], "new": "short", "form_token": token}
    assert here.post("/password", data=short).status_code == 422
    assert here.post("/password", data={**short, "new": "南湖的水清又清啊一二三"}).status_code == 302
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_guessing_is_slowed_down(house: OfficeHouse) -> None:
    client = house.app.test_client()
    token = form_token(client.get("/login").text)
    form = {"name": "李娜", "password": "guess", "form_token": token}
    codes = [client.post("/login", data=form).status_code for _ in range(31)]
    assert (codes[0], codes[-1]) == (403, 429)


def test_signing_in_goes_only_to_our_own_pages(house: OfficeHouse) -> None:
    client = house.app.test_client()
    for target, expected in (("//evil.example/", "/"), (f"/schools/{NAN_HU}", f"/schools/{NAN_HU}")):
        form = {"name": "李娜", "password": house.passwords["李娜"], "next": target}
        answer = client.post("/login", data={**form, "form_token": form_token(client.get("/login").text)})
        assert answer.location == expected


def test_a_closed_incident_is_no_concern(house: OfficeHouse) -> None:
    log = morning(house)
    log.add("incident_closed", CHIEF, {"incident": log.incident(3, "误报"), "result": "已核实"})
    house.receive(log)
    assert read_board(house)[NAN_HU]["concerns"] == []
