"""The sheet "the laptop broke", followed literally: every button that it names is pressed, in its order."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.field_house import PASSPHRASE, make_enrolled
from tests.processes import end, start
from tests.stick_house import break_laptop

pytestmark = pytest.mark.e2e

CHROMIUM = "/usr/bin/chromium"
PATIENCE = 30_000
NAMED = re.compile("「([^」]+)」")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """The black box's stick of a laptop that broke in the middle of check-in."""
    return break_laptop(tmp_path)


@pytest.fixture(params=["fresh", "enrolled beforehand"])
def page(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A browser at the first page of a spare laptop."""
    if request.param != "fresh":
        make_enrolled(tmp_path / "spare").close()
    spare, address = start("field", "--data", tmp_path / "spare", "run", "--no-browser", "--port", "0")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        yield page
        browser.close()
    end(spare)


def read_sheet(page: Page) -> list[str]:
    """The sheet's steps for a laptop that broke."""
    here = page.url
    page.goto(urljoin(here, "/takeover/sheet"))
    steps = page.locator("#broken li").all_inner_texts()
    page.goto(here)
    return steps


def fill_pins(page: Page, form: str, pin: str) -> None:
    page.fill(f"{form} [name=pin]", pin)
    page.fill(f"{form} [name=pin_again]", pin)


def test_the_sheet_followed_step_by_step_brings_the_day_back(page: Page, stick: Path) -> None:
    steps = read_sheet(page)
    assert [len(NAMED.findall(step)) for step in steps] == [0, 1, 1, 1, 1, 1, 1, 1]
    named = [name for step in steps for name in NAMED.findall(step)]
    page.click(f"text={named[0]}")
    page.fill("[name=place]", str(stick))
    page.click(f"text={named[1]}")
    page.get_by_text("南湖小学").first.wait_for()
    page.click(f"text={named[2]}")
    fill_pins(page, "form", "271801")
    page.fill("[name=passphrase]", PASSPHRASE)
    page.fill("[name=passphrase_again]", PASSPHRASE)
    page.click(f"text={named[3]}")
    page.select_option("#return-person [name=person]", "p3")
    fill_pins(page, "#return-person", "271803")
    page.click(f"#return-person >> text={named[4]}")
    page.get_by_text("张强 上岗").first.wait_for()
    page.click(f"text={named[5]}")
    page.wait_for_url("**/clock*")
    page.get_by_text(named[6]).first.click()
    page.wait_for_url("**/incidents/new*")
    page.goto(page.url.split("/incidents")[0] + "/check-in/?block=chinese")
    assert page.locator(".seat[data-state=present]").count() == 3
