"""Incidents: saved first, completed later, reported in time, closed with a result (domain §8)."""

import pytest

from field_app.services.incidents import get_incident, list_incidents
from tests.field_house import CHIEF_PROCTOR, INFO_OFFICER, INSPECTOR, PUPILS, FieldHouse

NEW = "/incidents/open"


@pytest.fixture
def house(field: FieldHouse) -> FieldHouse:
    """The chief proctor at the keyboard during the Chinese test."""
    field.clock.move_to("09:30")
    field.sign_in(CHIEF_PROCTOR)
    return field


def say(house: FieldHouse, path: str, **fields: object) -> tuple[int, dict[str, object]]:
    """The status and the JSON answer of a form."""
    house.client.environ_base["HTTP_ACCEPT"] = "application/json"
    answer = house.post(path, None, **fields)
    return answer.status_code, answer.get_json()


def page(house: FieldHouse, address: str = "/incidents/") -> str:
    """A page as a reader gets it."""
    return house.client.get(address, headers={"Accept": "text/html"}).get_data(as_text=True)


def opened(house: FieldHouse, **fields: object) -> int:
    """The number of an incident that was just recorded."""
    status, told = say(house, NEW, **{"type": "paper_missing", **fields})
    assert status == 200, told
    return int(str(told["incident"]))


def test_a_type_is_enough_to_save(house: FieldHouse) -> None:
    incident = get_incident(house.laptop, opened(house)).incident
    assert (incident.family, incident.level, incident.what) == ("administration", 3, "封装时题本或答题卡缺失")
    assert incident.is_open


def test_everything_typed_is_kept(house: FieldHouse) -> None:
    number = opened(
        house,
        level="2",
        block="chinese",
        seats=["7", "１２"],
        what="答题卡 B 少一张",
        done="已清点两遍",
        told="县监测办",
        channel="phone",
        happened="09:12",
    )
    incident = get_incident(house.laptop, number).incident
    assert (incident.level, incident.block, incident.seats) == (2, "chinese", (7, 12))
    assert (incident.told, incident.channel, incident.done) == ("县监测办", "phone", "已清点两遍")
    assert "09:12" in page(house)


def test_something_no_type_fits_has_a_family_and_a_few_words(house: FieldHouse) -> None:
    number = opened(house, type="other:safety", title="操场积水", level="1")
    incident = get_incident(house.laptop, number).incident
    assert (incident.family, incident.type, incident.what) == ("safety", "操场积水", "操场积水")
    assert "操场积水" in page(house)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": ""}, "field_missing"),
        ({"type": "other:safety"}, "field_missing"),
        ({"type": "自定的事"}, "field_invalid"),
        ({"type": "paper_missing", "level": "4"}, "field_invalid"),
        ({"type": "paper_missing", "level": "严重"}, "field_invalid"),
        ({"type": "paper_missing", "seats": "31"}, "seat_unknown"),
        ({"type": "paper_missing", "seats": "七"}, "field_invalid"),
        ({"type": "paper_missing", "block": "lunch"}, "block_unknown"),
        ({"type": "paper_missing", "channel": "pigeon"}, "field_invalid"),
        ({"type": "paper_missing", "happened": "23:59"}, "time_impossible"),
        ({"type": "paper_missing", "what": "安若溪的答题卡不见了"}, "name_in_text"),
        ({"type": "paper_missing", "told": "欧 阳 晴的家长"}, "name_in_text"),
        ({"type": "other:safety", "title": "杨柳青受伤"}, "name_in_text"),
    ],
)
def test_what_cannot_be_saved(house: FieldHouse, fields: dict[str, str], code: str) -> None:
    head = house.laptop.journal.head
    status, told = say(house, NEW, **fields)
    assert (status >= 400, told["code"]) == (True, code)
    assert told["zh"]
    assert told["zh"] != told["en"]
    assert not any(pupil.name in f"{told['zh']}{told['en']}" for pupil in PUPILS)
    assert house.laptop.journal.head == head


def test_asked_twice_it_is_recorded_once(house: FieldHouse) -> None:
    answers = [say(house, NEW, type="leak", request_id="one-request")[1] for _ in range(2)]
    assert [answer["repeated"] for answer in answers] == [False, True]
    assert len(list_incidents(house.laptop)) == 1


def test_the_gravest_stands_first_and_the_closed_last(house: FieldHouse) -> None:
    light, grave, closed = (opened(house, type=name) for name in ("pupil_unwell", "leak", "paper_missing"))
    say(house, f"/incidents/{closed}/close", result="找到了，夹在题本里")
    assert [line.incident.number for line in list_incidents(house.laptop)] == [grave, light, closed]


def test_the_time_to_report_runs_and_runs_out(house: FieldHouse) -> None:
    number = opened(house)
    assert "请在 09:40 前电话报告" in page(house)
    house.clock.move_to("09:41")
    house.sign_in(CHIEF_PROCTOR)
    assert "已过电话报告时限" in page(house)
    assert say(house, f"/incidents/{number}/update", told="县监测办", channel="phone", happened="09:38")[0] == 200
    shown = page(house)
    assert "09:38 已报 县监测办" in shown
    assert "已过电话报告时限" not in shown
    assert get_incident(house.laptop, number).report_by is None


def test_a_level_may_rise_at_once_and_falls_only_with_words(house: FieldHouse) -> None:
    number = opened(house, type="pupil_unwell")
    assert say(house, f"/incidents/{number}/update", level="3")[0] == 200
    assert say(house, f"/incidents/{number}/update", level="1")[1]["code"] == "reason_missing"
    assert get_incident(house.laptop, number).incident.level == 3
    assert say(house, f"/incidents/{number}/update", level="1", done="校医看过，无碍")[0] == 200
    assert get_incident(house.laptop, number).incident.level == 1


def test_nothing_new_is_not_recorded(house: FieldHouse) -> None:
    number = opened(house, what="答题卡 B 少一张")
    same = {"what": "答题卡 B 少一张", "level": "3", "done": ""}
    assert say(house, f"/incidents/{number}/update", **same)[1]["code"] == "nothing_changed"


@pytest.mark.parametrize(("act", "fields"), [("update", {"done": "陈清"}), ("close", {"result": "好"})])
def test_an_incident_nobody_recorded(house: FieldHouse, act: str, fields: dict[str, str]) -> None:
    assert say(house, f"/incidents/999/{act}", **fields)[1]["code"] == "incident_unknown"


def test_names_are_refused_in_additions_and_results(house: FieldHouse) -> None:
    number = opened(house)
    assert say(house, f"/incidents/{number}/update", done="韩冬雪换座")[1]["code"] == "name_in_text"
    assert say(house, f"/incidents/{number}/close", result="韩冬雪找到了")[1]["code"] == "name_in_text"


def test_closing_needs_a_result_and_happens_once(house: FieldHouse) -> None:
    number = opened(house)
    assert say(house, f"/incidents/{number}/close")[1]["code"] == "field_missing"
    answers = [say(house, f"/incidents/{number}/close", result="找到了", request_id="close-once") for _ in range(2)]
    assert [(status, told["repeated"]) for status, told in answers] == [(200, False), (200, True)]
    assert say(house, f"/incidents/{number}/close", result="又找到了")[1]["code"] == "already_recorded"
    assert "已结案。又有新情况时，请另登记一条事件。" in page(house, f"/incidents/{number}")


def test_who_may_not_close_sees_who_may(house: FieldHouse) -> None:
    number = opened(house)
    house.sign_in(INFO_OFFICER)
    assert say(house, f"/incidents/{number}/close", result="好")[1]["code"] == "not_allowed"
    assert "请主监、副主监、主监测员或责任督学来结案。" in page(house, f"/incidents/{number}")
    house.sign_in(INSPECTOR)
    assert say(house, f"/incidents/{number}/close", result="好")[0] == 200


def test_an_empty_day_says_what_to_do(house: FieldHouse) -> None:
    assert "今天还没有事件。" in page(house)


def test_the_form_offers_seats_levels_in_words_and_the_chosen_type(house: FieldHouse) -> None:
    shown = page(house, "/incidents/new?type=leak&block=q1&what=网上")
    assert "■ 三级·严重" in shown
    assert 'id="seat-30"' in shown
    assert 'value="leak" data-level="3" required checked' in shown
    assert '<option value="q1" selected>' in shown


def test_every_page_offers_the_form(house: FieldHouse) -> None:
    for address in ("/signals/", "/materials/", "/check-in/", "/log/"):
        assert 'href="/incidents/new"' in page(house, address)


def test_the_printed_form_holds_what_is_known_and_room_to_sign(house: FieldHouse) -> None:
    number = opened(house, seats=["7"], what="答题卡 B 少一张", told="县监测办", channel="phone")
    shown = page(house, f"/incidents/{number}/form")
    for expected in ("样本校应急事件报告表", "答题卡 B 少一张", "7 号", "530521001", "电话", "（盖章）"):
        assert expected in shown
    assert not any(pupil.name in shown for pupil in PUPILS)


def test_the_pages_speak_english(house: FieldHouse) -> None:
    number = opened(house)
    for address, expected in (("", "Save first"), ("new", "Save now"), (str(number), "What was done")):
        assert expected in page(house, f"/incidents/{address}?lang=en")
