"""Who gets in: this machine, the browser that the program opened, and forms of its own pages."""

import pytest

from tests.field_house import LAUNCH, FieldHouse

MARK = {"block": "chinese", "seat": "7", "status": "present", "request_id": "a-mark-of-somebody"}


def test_without_the_launch_token_nobody_gets_in(field: FieldHouse) -> None:
    stranger = field.app.test_client()
    assert stranger.get("/").status_code == 403
    assert stranger.get("/?launch=guessed").status_code == 403
    assert stranger.get(f"/?launch={LAUNCH}").status_code == 302


@pytest.mark.parametrize("host", ["evil.example", "192.168.1.7:8020", "127.0.0.1.evil.example"])
def test_another_host_name_is_refused(field: FieldHouse, host: str) -> None:
    assert field.client.get("/", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_a_form_of_another_site_is_refused(field: FieldHouse, headers: dict[str, str]) -> None:
    before = field.laptop.journal.head
    answer = field.client.post("/check-in/mark", data=MARK, headers={"Accept": "application/json", **headers})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "form_expired")
    assert field.laptop.journal.head == before


def test_a_form_without_a_request_id_is_refused(field: FieldHouse) -> None:
    assert field.say("/check-in/mark", **(MARK | {"request_id": "short"}))["code"] == "form_expired"


def test_after_half_an_hour_without_a_touch_the_pin_is_asked_for_again(field: FieldHouse) -> None:
    assert field.client.get("/").status_code == 200
    field.clock.move(31 * 60)
    assert field.client.get("/").headers["Location"].startswith("/people/switch")


def test_a_page_left_open_keeps_nobody_signed_in(field: FieldHouse) -> None:
    for _ in range(4):
        field.clock.move(10 * 60)
        assert field.client.get("/status.json").status_code == 200
    assert field.client.get("/").status_code == 302


def test_a_wrong_page_says_so_in_both_languages(field: FieldHouse) -> None:
    told = field.client.get("/nowhere", headers={"Accept": "application/json"})
    assert (told.status_code, told.get_json()["code"]) == (404, "page_not_found")


def test_pages_are_english_for_those_who_ask(field: FieldHouse) -> None:
    assert "Check-in" in field.client.get("/?lang=en", follow_redirects=True).text
    assert "检录" in field.client.get("/?lang=zh", follow_redirects=True).text


def test_no_answer_is_kept_by_the_browser_but_static_files(field: FieldHouse) -> None:
    for path in ("/", "/status.json", "/nowhere"):
        assert field.client.get(path).headers.getlist("Cache-Control") == ["no-store"]
    with field.client.get("/static/field/console.js") as static:
        assert static.headers.getlist("Cache-Control") == ["no-cache"]
        assert static.headers["X-Content-Type-Options"] == "nosniff"
