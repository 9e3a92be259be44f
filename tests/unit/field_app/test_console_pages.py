"""The console 报时台: what its page asks each second, and what its bells report; nobody needs to be signed in."""

import html
import json
from typing import Any

import pytest

from field_app.services.signals import SignalState, find_signal
from field_app.timekeeping.tones import BELLS
from shared.domain.timetable import SignalKind
from tests.field_house import INFO_OFFICER, TIMEKEEPER, FieldHouse

OPENS = "pre.check_in_open"  # planned for 08:20
CLOSES = "pre.check_in_close"  # planned for 08:40


@pytest.fixture
def desk(field: FieldHouse) -> FieldHouse:
    """The console at 08:15, nobody signed in; answers in JSON."""
    with field.client.session_transaction() as session:
        session.pop("actor")
    field.client.environ_base["HTTP_ACCEPT"] = "application/json"
    return field


def told(house: FieldHouse) -> dict[str, Any]:
    """What the page is told."""
    answer: dict[str, Any] = house.client.get("/signals/console.json").get_json()
    return answer


def signal(house: FieldHouse, signal_id: str) -> dict[str, Any]:
    """What the page is told of one signal."""
    return next(line for line in told(house)["signals"] if line["id"] == signal_id)


def now(house: FieldHouse) -> int:
    return house.clock.now().corrected


def test_the_page_needs_nobody_signed_in(desk: FieldHouse) -> None:
    shown = desk.read("/signals/console")
    assert "✕ 先点这里打开声音并试音" in shown
    assert f'data-log="{desk.laptop.journal.birth.log}"' in shown
    assert "<nav" not in shown


def test_the_page_speaks_english(desk: FieldHouse) -> None:
    shown = desk.read("/signals/console?lang=en")
    assert "Confirm: heard" in shown
    assert "试音" not in shown


def test_the_page_is_told_the_time_the_phase_and_every_signal_of_today(desk: FieldHouse) -> None:
    desk.clock.set_check(1500, 300)
    answer = told(desk)
    assert answer["now"] == now(desk)
    assert (answer["rate"], answer["checked"], answer["actor"]) == (1, 300, "")
    assert answer["phase"] == "领取工具与检录〔领取工具〕"
    assert answer["next"] == OPENS
    first, second = answer["signals"][:2]
    assert answer["phase_end"] == first["due"]
    assert first == {
        "id": OPENS,
        "kind": "check_in_open",
        "title": "检录开始",
        "script": "现在开始检录，请参测学生按顺序入场。",
        "due": second["due"] - 20 * 60_000,
        "given": None,
        "state": "waiting",
    }
    dues = [line["due"] for line in answer["signals"]]
    assert dues == sorted(dues)


def test_between_blocks_no_phase_ends(desk: FieldHouse) -> None:
    desk.clock.move_to("12:30")
    assert (told(desk)["phase"], told(desk)["phase_end"]) == ("场次之间", None)


def test_who_may_confirm_may_sign_in(desk: FieldHouse) -> None:
    hands = dict(told(desk)["hands"])
    assert hands["p6.timekeeper"] == "司时员 赵磊"
    assert f"{INFO_OFFICER.person}.{INFO_OFFICER.role}" not in hands


def test_looking_on_does_not_keep_a_person_signed_in(desk: FieldHouse) -> None:
    desk.sign_in(TIMEKEEPER)
    for _minute in range(30):
        assert told(desk)["actor"] == "司时员 赵磊"
        desk.clock.move(60)
    desk.clock.move(1)
    assert told(desk)["actor"] == ""


def test_the_heartbeat_says_which_bells_are_armed(desk: FieldHouse) -> None:
    assert desk.post("/signals/armed", signals=f"{OPENS},{CLOSES}").status_code == 204
    assert desk.laptop.bell.is_armed(OPENS)
    assert desk.laptop.bell.is_armed(CLOSES)
    assert desk.post("/signals/armed", signals="").status_code == 204
    assert not desk.laptop.bell.is_armed(OPENS)
    assert desk.laptop.bell.is_open


def test_pages_say_when_neither_console_nor_loudspeaker_will_ring(desk: FieldHouse) -> None:
    desk.sign_in(TIMEKEEPER)
    desk.clock.move_to("08:19")
    silent = "报时台没有打开，到时不会响铃", "本机扬声器也不能用"
    assert all(said in desk.read("/signals/") for said in silent)
    desk.laptop.bell.has_speaker = True
    assert not any(said in desk.read("/signals/") for said in silent)
    desk.laptop.bell.has_speaker = False
    desk.post("/signals/armed", signals=OPENS)
    assert not any(said in desk.read("/signals/") for said in silent)


def test_the_page_brings_the_bells_that_the_loudspeaker_rings(desk: FieldHouse) -> None:
    score = html.unescape(desk.read("/signals/console").split("data-score='")[1].split("'")[0])
    bells = json.loads(score)["bells"]
    assert [tone["pitch"] for tone in bells["start"]] == [tone.pitch for tone in BELLS[SignalKind.START]]
    assert set(bells) == set(SignalKind)


def test_a_bell_that_rang_is_recorded_once_and_waits_for_confirmation(desk: FieldHouse) -> None:
    desk.clock.move_to("08:20")
    at = now(desk)
    desk.clock.move(0.4)
    first, again = (desk.say("/signals/rung", signal=OPENS, at=at) for _ in range(2))
    assert (first["state"], first["repeated"], again["repeated"]) == ("given", False, True)
    assert first["seq"] == again["seq"]
    assert "检录开始 已响铃" in first["said"]
    record = find_signal(desk.laptop, OPENS).record
    assert (record.given, record.channel, record.repeats) == (at, "bell", 0)
    assert (signal(desk, OPENS)["given"], told(desk)["next"]) == (at, OPENS)


def test_confirming_asks_who_and_goes_on_after_the_pin(desk: FieldHouse) -> None:
    desk.clock.move_to("08:20")
    desk.say("/signals/rung", signal=OPENS, at=now(desk))
    assert desk.say("/signals/confirm", signal=OPENS)["code"] == "sign_in_first"
    desk.say("/people/switch", person="p6.timekeeper", pin="271806")
    assert desk.say("/signals/confirm", signal=OPENS)["state"] == "confirmed"
    assert find_signal(desk.laptop, OPENS).state is SignalState.CONFIRMED


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"signal": "pre.lunch", "at": "1653438000000"}, "signal_unknown"),
        ({"signal": OPENS, "at": ""}, "field_invalid"),
        ({"signal": OPENS, "at": "8:20"}, "field_invalid"),
    ],
)
def test_what_cannot_have_rung_changes_nothing(desk: FieldHouse, fields: dict[str, str], code: str) -> None:
    head = desk.laptop.journal.head
    assert desk.say("/signals/rung", **fields)["code"] == code
    assert desk.laptop.journal.head == head


def test_only_the_browser_that_came_in_by_the_launch_address(desk: FieldHouse) -> None:
    stranger = desk.app.test_client()
    stranger.environ_base["HTTP_ACCEPT"] = "application/json"
    assert stranger.get("/signals/console.json").get_json()["code"] == "enter_by_launch"
    assert stranger.post("/signals/armed", data={"signals": OPENS}).get_json()["code"] == "enter_by_launch"
    other_site = {"Sec-Fetch-Site": "cross-site"}
    refused = desk.client.post("/signals/armed", data={"signals": OPENS}, headers=other_site)
    assert refused.get_json()["code"] == "form_expired"


def test_a_laptop_without_enrolment_leads_there(bare_field: FieldHouse) -> None:
    assert bare_field.client.get("/signals/console").headers["Location"] == "/enrol"
