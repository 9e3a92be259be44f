"""Coming on duty, switching, standing in: through the app's own forms."""

import pytest

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


def test_a_fresh_laptop_asks_for_the_first_person(enrolled_field: FieldHouse) -> None:
    there = enrolled_field.client.get("/", follow_redirects=True)
    assert there.request.path == "/people/first"


def test_the_first_person_opens_the_house_and_acts(enrolled_field: FieldHouse) -> None:
    assert enrolled_field.say("/people/first", **FIRST)["seq"] == 2
    assert enrolled_field.laptop.roster.is_unlocked
    assert "今天在岗" in enrolled_field.read("/people")


def test_the_second_comes_without_a_witness_and_the_third_with_one(enrolled_field: FieldHouse) -> None:
    enrolled_field.say("/people/first", **FIRST)
    assert enrolled_field.say("/people/add", **NEXT)["person"] == "p2"
    third = {**NEXT, "name": "张强", "role": "chief_proctor", "outsider": "1"}
    assert enrolled_field.say("/people/add", **third)["code"] == "witness_missing"
    assert enrolled_field.say("/people/add", DEPUTY, **third)["person"] == "p3"
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
    told = enrolled_field.say("/people/first", **(FIRST | change))
    assert told["code"] == code
    assert told["zh"] != told["en"]
    assert enrolled_field.laptop.journal.day.duties.on_duty() == ()
    assert "seq" in enrolled_field.say("/people/first", **FIRST)


def test_a_witness_who_is_the_actor_is_refused(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    assert field.say("/people/add", PRINCIPAL, **NEXT)["code"] == "witness_is_actor"


def test_asked_twice_a_newcomer_comes_once(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    body = {**NEXT, "request_id": "one-request", "witness_person": "p2", "witness_pin": PINS["p2"]}
    answers = [field.client.post("/people/add", data=body, headers=JSON).get_json() for _ in range(2)]
    assert [answer["repeated"] for answer in answers] == [False, True]
    assert answers[0]["person"] == answers[1]["person"] == "p9"


def test_switching_needs_the_right_pin(field: FieldHouse) -> None:
    assert field.say("/people/switch", person="p6", pin="000000")["code"] == "pin_wrong"
    assert field.say("/people/switch", person="p6", pin=PINS["p6"])["person"] == TIMEKEEPER.person


def test_switching_goes_only_to_pages_of_this_app(field: FieldHouse) -> None:
    for address, there in (("/log/", "/log/"), ("//evil.example", "/"), ("https://evil.example", "/"), ("", "/")):
        assert field.say("/people/switch", person="p6", pin=PINS["p6"], next=address)["next"] == there


def test_after_signing_out_a_form_is_refused(field: FieldHouse) -> None:
    assert "next" in field.say("/people/sign-out")
    assert field.say("/people/resume")["code"] == "sign_in_first"


def test_a_forgotten_pin_is_set_anew_by_two_others(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    fresh = {"person": PROCTOR.person, "pin": "846219", "pin_again": "846219"}
    assert "seq" in field.say("/people/pin", DEPUTY, **fresh)
    assert "next" in field.say("/people/switch", person=PROCTOR.person, pin="846219")
    assert field.say("/people/switch", person=PROCTOR.person, pin=PINS[PROCTOR.person])["code"] == "pin_wrong"


def test_somebody_off_duty_acts_no_more(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    assert "seq" in field.say("/people/relieve", DEPUTY, person="p4", reason="身体不适")
    assert field.say("/people/switch", person="p4", pin=PINS["p4"])["code"] == "not_on_duty"


def test_the_principal_answers_a_questionnaire_and_the_deputy_stands_in(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    assert "seq" in field.say("/people/delegate", CHIEF_PROCTOR, to="p2", reason="参加校长问卷")
    assert "next" in field.say("/people/switch", person="p2.principal", pin=PINS["p2"])
    assert "由 王芳 代理" in field.read("/people")
    field.sign_in(PRINCIPAL)
    assert "seq" in field.say("/people/resume")
    assert field.say("/people/switch", person="p2.principal", pin=PINS["p2"])["code"] == "not_on_duty"
