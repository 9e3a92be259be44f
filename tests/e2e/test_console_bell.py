"""The console of a laptop that gave up the bell: real chromium takes the bell off its audio clock, and puts it back."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.field_house import CHIEF_PROCTOR, LAUNCH, PINS, PRINCIPAL, TIMEKEEPER, FieldHouse

pytestmark = pytest.mark.e2e

CHROMIUM = "/usr/bin/chromium"
ARMED = "() => window.testday.console.armed"
AWAY = "由另一台电脑响铃，本机不响"


@pytest.fixture
def served(field: FieldHouse) -> Iterator[tuple[FieldHouse, str]]:
    """A laptop two minutes before its first signal, its day open, and its address."""
    field.record("day_opened", PRINCIPAL, day="day1")
    field.clock.move_to("08:18")
    server = make_server("127.0.0.1", 0, field.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield field, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def page(served: tuple[FieldHouse, str]) -> Iterator[Page]:
    """A browser in which the timekeeper is signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--use-fake-device-for-media-stream"]
        )
        page = browser.new_context(locale="zh-CN").new_page()
        page.goto(f"{served[1]}/?launch={LAUNCH}")
        page.goto(f"{served[1]}/people/switch")
        page.check(f"input[value='{TIMEKEEPER.person}.{TIMEKEEPER.role}']")
        page.fill("input[name=pin]", PINS[TIMEKEEPER.person])
        page.press("input[name=pin]", "Enter")
        page.wait_for_url(f"{served[1]}/")
        yield page
        browser.close()


def test_a_scheduled_bell_goes_when_the_bell_is_given_up_and_comes_back_with_it(
    served: tuple[FieldHouse, str], page: Page
) -> None:
    _, base = served
    console = page.context.new_page()
    console.goto(f"{base}/signals/console")
    console.click("#sound")
    console.wait_for_function("() => window.testday.console.armed.includes('pre.check_in_open')")

    page.goto(f"{base}/signals/")
    page.click("#bell summary")
    page.select_option("#bell [name=witness_person]", CHIEF_PROCTOR.person)
    page.fill("#bell [name=witness_pin]", PINS[CHIEF_PROCTOR.person])
    page.click("#bell button")
    expect(page.locator("#bell")).to_contain_text("由另一台电脑响铃（08:18 起）")

    expect(console.locator("#standing")).to_contain_text(AWAY)
    expect(console.locator("#sound")).to_have_text(f"– {AWAY}")
    expect(console.locator("#left")).to_contain_text("还有")
    assert console.evaluate(ARMED) == []

    page.click("#bell button")
    console.wait_for_function("() => window.testday.console.armed.includes('pre.check_in_open')")
    expect(console.locator("#sound")).not_to_contain_text("另一台电脑")
