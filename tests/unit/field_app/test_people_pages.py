"""Coming on duty, switching, standing in: through the app's own forms."""

import pytest

from shared.domain.event import Actor
from tests.field_house import (
    CHIEF_PROCTOR,
    DEPUTY,
    PASSPHRASE,
    PINS,
    PRINCIPAL,
    PROCTOR,
    TIMEKEEPER,
    FieldHouse,
)

JSON = {"Accept": "application/json"}
FIRST = {
    "name": "李明",
    "unit": "南湖小学",
    "role": "principal",
    "pin": "271801",
    "pin_again": "271801",
    "passphrase": PASSPHRASE,
    "passphrase_again": PASSPHRASE,
}
NEXT = {"name": "王芳", "unit": "南湖小学", "role": "deputy", "pin": "271802", "pin_again": "271802"}


def say(house: FieldHouse, path: str, witness: Actor | None = None, /, **fields: str) -> tuple[int, dict[str, object]]:
    """The status and the JSON answer of a form."""
    house.client.environ_base["HTTP_ACCEPT"] = "application/json"
    answer = house.post(path, witness, **fields)
    return answer.status_code, answer.get_json()


def test_a_fresh_laptop_asks_for_the_first_person(enrolled_field: FieldHouse) -> None:
    there = enrolled_field.client.get("/", follow_redirects=True)
    assert there.request.path == "/people/first"


def test_the_first_person_opens_the_house_and_acts(enrolled_field: FieldHouse) -> None:
    status, told = say(enrolled_field, "/people/first", **FIRST)
    assert (status, told["seq"]) == (200, 2)
    assert enrolled_field.laptop.roster.is_unlocked
    assert enrolled_field.client.get("/people", headers={"Accept": "text/html"}).status_code == 200


def test_the_second_comes_without_a_witness_and_the_third_with_one(enrolled_field: FieldHouse) -> None:
    say(enrolled_field, "/people/first", **FIRST)
    assert say(enrolled_field, "/people/add", **NEXT)[1]["person"] == "p2"
    third = {**NEXT, "name": "张强", "role": "chief_proctor", "outsider": "1"}
    assert say(enrolled_field, "/people/add", **third)[1]["code"] == "witness_missing"
    assert say(enrolled_field, "/people/add", DEPUTY, **third)[1]["person"] == "p3"
    assert enrolled_field.laptop.journal.day.duties.people["p3"].outsider


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"pin_again": "271809"}, "typed_differently"),
        ({"passphrase_again": "别的话别的话别的话"}, "typed_differently"),
        ({"pin": "123456", "pin_again": "123456"}, "pin_too_simple"),
        ({"passphrase": "短", "passphrase_again": "短"}, "passphrase_too_short"),
        ({"role": "proctor"}, "not_allowed"),
        ({"role": "king"}, "field_invalid"),
        ({"name": ""}, "field_invalid"),
    ],
)
def test_what_cannot_open_the_house(enrolled_field: FieldHouse, change: dict[str, str], code: str) -> None:
    status, told = say(enrolled_field, "/people/first", **(FIRST | change))
    assert (status >= 400, told["code"]) == (True, code)
    assert told["zh"] != told["en"]
    assert enrolled_field.laptop.journal.day.duties.on_duty() == ()
    assert say(enrolled_field, "/people/first", **FIRST)[0] == 200


def test_a_witness_who_is_the_actor_is_refused(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    assert say(field, "/people/add", PRINCIPAL, **NEXT)[1]["code"] == "witness_is_actor"


def test_asked_twice_a_newcomer_comes_once(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    body = {**NEXT, "request_id": "one-request", "witness_person": "p2", "witness_pin": PINS["p2"]}
    answers = [field.client.post("/people/add", data=body, headers=JSON).get_json() for _ in range(2)]
    assert [answer["repeated"] for answer in answers] == [False, True]
    assert answers[0]["person"] == answers[1]["person"] == "p9"


def test_switching_needs_the_right_pin(field: FieldHouse) -> None:
    assert say(field, "/people/switch", person="p6", pin="000000")[1]["code"] == "pin_wrong"
    assert say(field, "/people/switch", person="p6", pin=PINS["p6"])[1]["person"] == TIMEKEEPER.person


def test_switching_goes_only_to_pages_of_this_app(field: FieldHouse) -> None:
    for address, there in (("/log/", "/log/"), ("//evil.example", "/"), ("https://evil.example", "/"), ("", "/")):
        assert say(field, "/people/switch", person="p6", pin=PINS["p6"], next=address)[1]["next"] == there


def test_after_signing_out_a_form_is_refused(field: FieldHouse) -> None:
    assert say(field, "/people/sign-out")[0] == 200
    assert say(field, "/people/resume")[1]["code"] == "sign_in_first"


def test_a_forgotten_pin_is_set_anew_by_two_others(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    fresh = {"person": PROCTOR.person, "pin": "846219", "pin_again": "846219"}
    assert say(field, "/people/pin", DEPUTY, **fresh)[0] == 200
    assert say(field, "/people/switch", person=PROCTOR.person, pin="846219")[0] == 200
    assert say(field, "/people/switch", person=PROCTOR.person, pin=PINS[PROCTOR.person])[1]["code"] == "pin_wrong"


def test_somebody_off_duty_acts_no_more(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    assert say(field, "/people/relieve", DEPUTY, person="p4", reason="身体不适")[0] == 200
    assert say(field, "/people/switch", person="p4", pin=PINS["p4"])[1]["code"] == "not_on_duty"


def test_the_principal_answers_a_questionnaire_and_the_deputy_stands_in(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    assert say(field, "/people/delegate", CHIEF_PROCTOR, to="p2", reason="参加校长问卷")[0] == 200
    assert say(field, "/people/switch", person="p2.principal", pin=PINS["p2"])[0] == 200
    assert "由 王芳 代理" in field.client.get("/people", headers={"Accept": "text/html"}).text
    field.sign_in(PRINCIPAL)
    assert say(field, "/people/resume")[0] == 200
    assert say(field, "/people/switch", person="p2.principal", pin=PINS["p2"])[1]["code"] == "not_on_duty"
