"""Today, the log and handing in: what is open, what was recorded, and when the day is really finished."""

from field_app.sync.client import SyncFailure
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.office import Kept
from shared.log.logfile import read_fragment
from shared.log.verification import verify_log
from tests.field_house import CHIEF_PROCTOR, DEPUTY, INFO_OFFICER, PRINCIPAL, PROCTOR, PUPILS, TIMEKEEPER, FieldHouse

MARK = {"block": "chinese", "seat": "7", "status": "present"}


def test_today_says_what_each_role_should_do(field: FieldHouse) -> None:
    page = field.read("/")
    assert "今天还没有开始" in page
    assert "本机还没有对时" in page
    field.clock.move_to("08:39")
    assert "准备" in field.read("/")


def test_today_shows_late_pupils_and_missed_signals_when_their_time_has_passed(field: FieldHouse) -> None:
    field.say("/check-in/mark", **MARK)
    field.clock.move_to("09:10")
    field.sign_in(TIMEKEEPER)
    assert "指令没有发" in field.read("/")
    field.sign_in(PROCTOR)
    assert "29 人未登记" in field.read("/")


def test_every_record_stands_in_the_log_in_words(field: FieldHouse) -> None:
    field.say("/check-in/mark", **MARK)
    page = field.read("/log/")
    assert "7 号" in page
    assert "张强" in page
    assert PUPILS[6].name not in page


def test_the_log_is_filtered_by_feature_and_text(field: FieldHouse) -> None:
    field.say("/check-in/mark", **MARK)
    assert "上岗" not in field.read("/log/?feature=attendance").split("<tbody")[1]
    assert "7 号" in field.read("/log/?text=7 号")
    assert "7 号" not in field.read("/log/?text=nothing of the kind").split("<tbody")[-1]


def test_a_void_needs_a_reason_and_is_seen(field: FieldHouse) -> None:
    marked = field.say("/check-in/mark", **MARK)
    assert field.say("/log/void", line=marked["seq"])["code"] == "reason_missing"
    assert "seq" in field.say("/log/void", line=marked["seq"], reason="点错")
    assert field.say("/log/void", line="999", reason="点错")["code"] == "nothing_to_correct"
    assert field.laptop.journal.day.attendance.marks.get("chinese", {}) == {}


def test_the_exported_log_verifies_to_its_last_line(field: FieldHouse) -> None:
    field.say("/check-in/mark", **MARK)
    fragment = read_fragment(field.client.get("/log/export").data)
    assert fragment.birth is not None
    report = verify_log(fragment.birth, fragment.lines, fragment.heads)
    assert (report.problem, report.unsealed, report.lines) == (None, 0, field.laptop.journal.head.seq)


def test_handing_in_with_open_matters_needs_a_note(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    assert field.say("/hand-in/", DEPUTY)["code"] == "reason_missing"
    assert "seq" in field.say("/hand-in/", DEPUTY, note="停电，下午补")
    assert field.sync.asked == 1


def test_handing_in_needs_two_people(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    assert field.say("/hand-in/", note="停电")["code"] == "witness_missing"
    assert field.say("/hand-in/", PRINCIPAL, note="停电")["code"] == "witness_is_actor"


def test_not_finished_until_the_receipt_covers_the_last_line(field: FieldHouse) -> None:
    field.sign_in(CHIEF_PROCTOR)
    handed = field.say("/hand-in/", DEPUTY, note="停电，下午补")
    field.sync.recorded = handed["seq"]
    assert "还没有办完" in field.read("/hand-in/")
    field.sync.received = handed["seq"]
    assert "全部办完" in field.read("/hand-in/")
    field.sync.recorded = field.say("/check-in/mark", **MARK)["seq"]
    assert "还没有办完" in field.read("/hand-in/")


def test_the_foot_line_says_saved_received_and_what_is_wrong(field: FieldHouse) -> None:
    field.sync.received, field.sync.recorded = 3, 12
    status = field.client.get("/status.json").get_json()
    assert (status["recorded"], status["received"]) == (12, 3)
    field.sync.problem = DomainError(ErrorCode.OFFICE_NOT_OURS)
    assert field.client.get("/status.json").get_json()["network"] != ""
    field.sync.problem = DomainError(ErrorCode.OFFICE_UNREACHABLE)
    assert "正常" in field.client.get("/status.json").get_json()["network"]


def test_an_office_that_went_back_is_recorded_once_and_shown(field: FieldHouse) -> None:
    for _pass in range(2):
        field.house.sync.note_office(Kept.LINES, 60, 20)
    assert [event.type for event in field.laptop.journal.events()].count("office_went_back") == 1
    assert "县里签收过本机的记录到第 60 条，现在只认到第 20 条" in field.read("/log/")


def test_a_laptop_that_the_office_forgot_says_so_and_can_be_enrolled_again(field: FieldHouse) -> None:
    field.sign_in(INFO_OFFICER)
    assert field.client.get("/enrol").status_code == 302
    assert "县里不认得这台电脑了" not in field.read("/")
    field.sync.problem = SyncFailure(ErrorCode.OFFICE_REFUSED, refused="device_unknown", zh="", en="")
    assert "县里不认得这台电脑了，请重新登记" in field.read("/")
    page = field.read("/enrol")
    assert "在县里重新登记这台笔记本" in page
    assert 'value="http://127.0.0.1:1"' in page
