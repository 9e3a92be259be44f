"""The roster's way from a file or the clipboard into the sealed file and the log, and everything that is refused."""

import io
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from field_app.app import create_app
from field_app.services.attendance import look_up
from shared.domain.event import Actor
from shared.domain.readiness import ROSTER_IMPORTED
from shared.web.serving import listen
from tests.field_house import (
    CHIEF_PROCTOR,
    DEPUTY,
    INFO_OFFICER,
    LAUNCH,
    PASSPHRASE,
    PINS,
    PRINCIPAL,
    PROCTOR,
    PUPILS,
    FieldHouse,
    make_laptop,
)
from tests.rosters import Row, make_csv, make_ods, make_pupils, make_xls, make_xlsx, messy_rows, messy_workbook, pasted
from tests.unit.field_app.asking import ask, say

NEW = make_pupils(28)
Served = tuple[requests.Session, str]
MAKERS: dict[str, Callable[[list[Row]], bytes]] = {
    "a.xlsx": make_xlsx,
    "a.xls": make_xls,
    "a.ods": make_ods,
    "utf8.csv": make_csv,
    "gbk.csv": lambda rows: make_csv(rows, "gbk"),
}
WRONG = {
    "名册.pdf": (b"%PDF-1.7\n%\xe2\xe3", "roster_not_a_spreadsheet"),
    "名册.zip": (b"PK\x05\x06" + bytes(18), "roster_not_a_spreadsheet"),
    "坏.xlsx": (messy_workbook(NEW)[:-500], "roster_not_a_spreadsheet"),
    "空.xlsx": (b"", "roster_empty_file"),
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FieldHouse]:
    """A laptop without a roster, the information officer at the keyboard."""
    made = make_laptop(tmp_path / "field", pupils=0, signed_in=INFO_OFFICER)
    yield made
    made.close()


@pytest.fixture
def served(house: FieldHouse) -> Iterator[Served]:
    """The same laptop behind its real server, and a session of the information officer."""
    server = listen(create_app(house.house, LAUNCH), "127.0.0.1", 0, 2, in_memory=True)

    def answer() -> None:
        with suppress(OSError):  # close() below takes the socket away from the loop
            server.run()

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.effective_port}"
    with requests.Session() as browser:
        browser.headers["Accept"] = "application/json"
        browser.get(f"{address}/?launch={LAUNCH}")
        browser.post(f"{address}/people/switch", data={"person": INFO_OFFICER.person, "pin": PINS[INFO_OFFICER.person]})
        yield browser, address
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(10)


def upload(house: FieldHouse, data: bytes, name: str = "名册.xlsx") -> dict[str, Any]:
    status, told = say(house, "/roster/preview", file=(io.BytesIO(data), name))
    assert status == 200
    return told


def save(
    house: FieldHouse, preview: object, witness: Actor | None = PRINCIPAL, **fields: str
) -> tuple[int, dict[str, Any]]:
    return say(house, "/roster/save", witness, preview=preview, **fields)


@pytest.mark.parametrize("name", MAKERS)
def test_a_file_is_shown_then_saved_with_a_witness(house: FieldHouse, name: str) -> None:
    shown = upload(house, MAKERS[name](messy_rows(NEW)), name)
    assert (shown["pupils"], shown["problems"], shown["can_save"]) == (28, [], True)
    assert house.laptop.journal.day.readiness.seats == ()
    status, told = save(house, shown["preview"])
    event = house.laptop.journal.event(told["seq"])
    assert status == 200
    assert event.data["seats"] == list(range(1, 29))
    assert (event.data["pupils"], event.data["source"]) == (28, "file")
    assert event.data["sha256"] == house.laptop.roster.fingerprint
    assert event.witnesses == (PRINCIPAL,)
    assert [pupil.name for pupil in house.laptop.roster.load()] == [pupil.name for pupil in NEW]


def test_pasted_and_seats_only(house: FieldHouse) -> None:
    _, shown = say(house, "/roster/preview", text=pasted(NEW))
    assert save(house, shown["preview"])[0] == 200
    assert house.laptop.journal.event(house.laptop.journal.head.seq).data["source"] == "pasted"
    _, shown = say(house, "/roster/preview", seats_only="1-15，31-45号")
    assert save(house, shown["preview"])[0] == 200
    assert house.laptop.journal.day.readiness.seats == (*range(1, 16), *range(31, 46))


@pytest.mark.parametrize(("typed", "seats"), [("30", 30), ("１－３０", 30), ("1~30", 30), ("1至5 7", 6), ("3-3", 1)])
def test_seats_as_people_type_them(house: FieldHouse, typed: str, seats: int) -> None:
    assert say(house, "/roster/preview", seats_only=typed)[1]["pupils"] == seats


@pytest.mark.parametrize("typed", ["x", "1-", "30-1", "0-5", "1-1000", "1,,a", "-", "1--2-3"])
def test_seats_that_are_none(house: FieldHouse, typed: str) -> None:
    status, told = say(house, "/roster/preview", seats_only=typed)
    assert (status, told["code"]) == (422, "roster_seats_unreadable")


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_has_a_sentence_and_nothing_is_lost(field: FieldHouse, name: str) -> None:
    data, code = WRONG[name]
    field.sign_in(INFO_OFFICER)
    head = field.laptop.journal.head
    shown = upload(field, data, name)
    (problem,) = shown["problems"]
    assert (problem["code"], shown["can_save"]) == (code, False)
    for language, word in (("zh", "请"), ("en", "hoose")):
        assert word in problem[language]
        assert problem[language] in ask(field, f"{shown['next']}?lang={language}")
    assert save(field, shown["preview"])[1]["code"] == "roster_invalid"
    assert field.laptop.journal.head == head
    assert field.laptop.roster.load() == PUPILS


def test_two_equal_seats_are_shown_by_row_and_column(house: FieldHouse) -> None:
    shown = upload(house, make_xlsx([("座号", "姓名"), (7, "甲乙"), (7, "丙丁")], merged_title=False))
    (problem,) = [problem for problem in shown["problems"] if problem["severity"] == "error"]
    assert (problem["row"], problem["column"], problem["code"]) == (3, "A 座号", "roster_seat_twice")
    page = ask(house, shown["next"])
    assert "第 3 行 A 列（座号）：座号 7 与第 2 行重复" in page
    assert 'id="save"' not in page


def test_rows_that_are_no_pupils_are_named(house: FieldHouse) -> None:
    shown = upload(house, messy_workbook(NEW))
    assert len(shown["skipped"]) == 3
    assert 'id="skipped"' in ask(house, shown["next"])


def test_a_list_without_seats_is_numbered_on_request(house: FieldHouse) -> None:
    shown = upload(house, make_csv([("姓名",), *((pupil.name,) for pupil in NEW)], "gbk"), "a.csv")
    assert (shown["can_save"], shown["can_number"]) == (False, True)
    status, numbered = say(house, "/roster/number", preview=shown["preview"])
    assert (status, numbered["pupils"], numbered["can_save"]) == (200, 28, True)
    assert save(house, numbered["preview"])[0] == 200


def test_a_file_that_is_too_large(served: Served) -> None:
    browser, address = served
    for size in (11, 13):
        answer = browser.post(f"{address}/roster/preview", files={"file": ("a.csv", b"1" * (size * 2**20))}).json()
        assert "roster_too_large" in (answer.get("code"), *(problem["code"] for problem in answer.get("problems", ())))


def test_nothing_chosen(house: FieldHouse) -> None:
    _, shown = say(house, "/roster/preview", text=" ")
    assert shown["problems"][0]["code"] == "roster_empty_file"


@pytest.mark.parametrize(
    ("actor", "witness", "code"),
    [
        (INFO_OFFICER, None, "witness_missing"),
        (INFO_OFFICER, INFO_OFFICER, "witness_is_actor"),
        (PROCTOR, PRINCIPAL, "not_allowed"),
    ],
)
def test_who_may_not_save(field: FieldHouse, actor: Actor, witness: Actor | None, code: str) -> None:
    field.sign_in(actor)
    head, fingerprint = field.laptop.journal.head, field.laptop.roster.fingerprint
    shown = upload(field, messy_workbook(NEW))
    assert save(field, shown["preview"], witness)[1]["code"] == code
    assert (field.laptop.journal.head, field.laptop.roster.fingerprint) == (head, fingerprint)
    field.sign_in(INFO_OFFICER)
    assert save(field, shown["preview"])[0] == 200


def test_saved_twice_is_saved_once(house: FieldHouse) -> None:
    shown = upload(house, messy_workbook(NEW))
    first = save(house, shown["preview"], request_id="the-same-form")[1]
    again = save(house, shown["preview"], request_id="the-same-form")[1]
    assert (again["seq"], again["repeated"]) == (first["seq"], True)
    assert len(house.laptop.roster.load()) == 28
    assert save(house, shown["preview"])[1]["code"] == "roster_preview_gone"


def test_only_a_few_previews_are_kept(house: FieldHouse) -> None:
    oldest, *_rest = [say(house, "/roster/preview", seats_only="1-30")[1]["preview"] for _ in range(5)]
    assert save(house, oldest)[1]["code"] == "roster_preview_gone"
    assert "已不在了" in ask(house, f"/roster/preview/{oldest}", 409)


def test_a_new_roster_warns_of_marks_and_keeps_them(field: FieldHouse) -> None:
    for seat in (1, 2, 30):
        field.record("attendance_marked", CHIEF_PROCTOR, block="chinese", seat=seat, status="present")
    field.sign_in(INFO_OFFICER)
    rows = [("座号", "姓名"), *((pupil.seat, "新来的" if pupil.seat == 2 else pupil.name) for pupil in PUPILS[:29])]
    shown = upload(field, make_csv(rows), "a.csv")
    page = ask(field, shown["next"])
    assert "不再计入应到：30" in page
    assert "这些已登记的座号换了人，请逐个核对登记：2" in page
    assert save(field, shown["preview"])[0] == 200
    check_in = look_up(field.laptop, "chinese")
    assert [seat.number for seat in check_in.seats if seat.mark] == [1, 2]
    assert 30 in field.laptop.journal.day.attendance.marks["chinese"]


def test_no_name_reaches_the_log_or_any_file_in_the_clear(house: FieldHouse) -> None:
    save(house, upload(house, messy_workbook(NEW))["preview"])
    house.client.get("/roster/")
    house.close()
    for path in house.laptop.folder.iterdir():
        data = path.read_bytes()
        assert not [pupil.seat for pupil in NEW if pupil.name.encode() in data or pupil.code.encode() in data]


def test_a_large_upload_is_never_spilled_to_a_file(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, address = served
    rows = make_csv([("座号", "姓名", "备注"), *((pupil.seat, pupil.name, "x" * 40_000) for pupil in NEW)])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))  # a temporary file has no folder to be in
    answer = browser.post(f"{address}/roster/preview", files={"file": ("a.csv", rows)}, timeout=30)
    assert (answer.status_code, answer.json()["pupils"]) == (200, 28)


def test_the_page_when_there_is_no_roster(house: FieldHouse) -> None:
    assert "roster/preview" in ask(house, "/roster")
    house.sign_in(PROCTOR)
    page = ask(house, "/roster/")
    assert "roster/preview" not in page
    assert "请信息员" in page


def test_locked_after_a_restart_check_in_goes_on_by_seat(field: FieldHouse) -> None:
    field.laptop.roster.lock()
    page = ask(field, "/roster/")
    assert "输入开机口令" in page
    assert PUPILS[0].name not in page
    status, _ = say(field, "/check-in/mark", block="chinese", seat="7", status="present")
    assert status == 200
    field.sign_in(INFO_OFFICER)
    shown = upload(field, messy_workbook(NEW))
    assert save(field, shown["preview"])[1]["code"] == "roster_locked"
    status, told = say(field, "/roster/unlock", passphrase="不是这一句话啊")
    assert (status, told["code"]) == (403, "passphrase_wrong")
    assert told["zh"] == "开机口令不对，请再输一次。"
    assert say(field, "/roster/unlock", passphrase=PASSPHRASE)[0] == 200
    assert PUPILS[0].name in ask(field, "/roster/")
    assert save(field, shown["preview"])[0] == 200


def test_the_power_goes_between_the_line_and_the_names(field: FieldHouse) -> None:
    roster = field.laptop.roster
    sha256 = roster.stage(NEW)
    seats = [pupil.seat for pupil in NEW]
    field.record(ROSTER_IMPORTED.name, INFO_OFFICER, PRINCIPAL, pupils=28, seats=seats, source="file", sha256=sha256)
    roster.lock()
    assert say(field, "/roster/unlock", passphrase=PASSPHRASE)[0] == 200
    assert roster.load() == NEW


def test_the_power_goes_before_the_line(field: FieldHouse) -> None:
    field.laptop.roster.stage(NEW)
    field.laptop.roster.lock()
    say(field, "/roster/unlock", passphrase=PASSPHRASE)
    assert field.laptop.roster.load() == PUPILS
    assert sorted(path.name for path in field.laptop.folder.glob("roster.enc*")) == ["roster.enc"]


def test_names_of_another_roster_are_pointed_out(field: FieldHouse) -> None:
    assert "不是同一份" not in ask(field, "/roster/")
    field.laptop.roster.save(NEW)
    assert "不是同一份" in ask(field, "/roster/")


def test_a_damaged_roster_is_put_aside_and_begun_again(field: FieldHouse) -> None:
    field.sign_in(INFO_OFFICER)
    field.laptop.roster.path.write_bytes(b"{")
    assert "名册文件已损坏" in ask(field, "/roster/")
    assert say(field, "/roster/unlock", passphrase=PASSPHRASE)[1]["code"] == "roster_damaged"
    again = {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE}
    assert say(field, "/roster/passphrase", **again | {"passphrase_again": "x"})[1]["code"] == "typed_differently"
    short = {"passphrase": "短", "passphrase_again": "短"}
    assert say(field, "/roster/passphrase", **short)[1]["code"] == "passphrase_too_short"
    field.sign_in(PROCTOR)
    assert say(field, "/roster/passphrase", **again)[1]["code"] == "not_allowed"
    field.sign_in(INFO_OFFICER)
    assert say(field, "/roster/passphrase", **again)[0] == 200
    assert save(field, upload(field, messy_workbook(NEW))["preview"])[0] == 200
    assert say(field, "/roster/passphrase", **again)[1]["code"] == "roster_exists"


def test_destroyed_after_hand_in_only(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    assert say(field, "/roster/destroy", DEPUTY)[1]["code"] == "roster_still_needed"
    for day in field.laptop.plan.days:
        field.record("day_handed_in", PRINCIPAL, DEPUTY, day=day.id, open=0)
    assert say(field, "/roster/destroy")[1]["code"] == "witness_missing"
    assert say(field, "/roster/destroy", PRINCIPAL)[1]["code"] == "witness_is_actor"
    assert field.laptop.roster.load() == PUPILS
    proof = field.laptop.roster.fingerprint
    status, told = say(field, "/roster/destroy", DEPUTY, request_id="destroy-once")
    assert (status, told["proof"]) == (200, proof)
    assert not field.laptop.roster.exists
    assert say(field, "/roster/destroy", DEPUTY, request_id="destroy-once")[1]["repeated"]
    assert say(field, "/roster/destroy", DEPUTY)[1]["code"] == "roster_missing"
    page = ask(field, "/roster/")
    assert 'id="destroyed"' in page
    assert PUPILS[0].name not in page


def test_the_seat_list_on_paper(field: FieldHouse) -> None:
    assert PUPILS[0].name in ask(field, "/roster/print")
    field.laptop.roster.lock()
    locked = ask(field, "/roster/print?lang=en")
    assert PUPILS[0].name not in locked
    assert "only seats can be printed" in locked
