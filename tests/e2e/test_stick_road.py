"""The road by stick as people walk it: two programs that never meet on a network, and a folder between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from shared.wire.plan_file import shipped_plans
from tests.e2e.hands import Hands, Person
from tests.field_house import PLAN_2022
from tests.processes import end, run, start

pytestmark = pytest.mark.e2e

CHROMIUM = "/usr/bin/chromium"
SCHOOL = "530521001"
HEAD = Person("p1", "李明", "principal", "271801")
CHIEF = Person("p2", "张强", "chief_proctor", "271803")


@dataclass(frozen=True)
class Places:
    """Both programs' addresses, the county officer's password, and the stick's folder."""

    office: str
    password: str
    laptop: str
    stick: Path


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    office, laptop, stick = tmp_path / "office", tmp_path / "laptop", tmp_path / "stick"
    schools, plan = tmp_path / "schools.csv", tmp_path / "plan.yaml"
    stick.mkdir()
    schools.write_text(f"学校代码,学校名称,学段\n{SCHOOL},南湖小学,小学\n", encoding="utf-8")
    plan.write_bytes(shipped_plans()[PLAN_2022])
    run("server", "--data", office, "init", "--county", "云溪县", "--campaign", "2022-yunxi")
    run("server", "--data", office, "import-schools", schools)
    run("server", "--data", office, "add-plan", plan)
    officer = run("server", "--data", office, "add-account", "李娜", "--role", "county")
    code = run("server", "--data", office, "enrol-code", "--school", SCHOOL).split()[-1]
    run("field", "--data", laptop, "enrol-request", code, stick / "asked.json")
    answer = stick / "told.json"
    run("server", "--data", office, "enrol-file", stick / "asked.json", answer, "--url", "https://county.example")
    run("field", "--data", laptop, "enrol-file", answer)
    served, address = start("server", "--data", office, "run", "--port", 0)
    opened, launch = start("field", "--data", laptop, "run", "--port", 0, "--no-browser", "--no-sync")
    yield Places(address.rstrip("/"), officer.split()[-1], launch, stick)
    end(opened)
    end(served)


@pytest.fixture
def pages() -> Iterator[tuple[Page, Page]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        expect.set_options(timeout=20_000)
        yield browser.new_page(locale="zh-CN"), browser.new_page(locale="zh-CN")
        browser.close()


def hand_in(page: Page) -> None:
    """The principal hands in, with the chief proctor as witness."""
    form = page.locator("main form:has([name=note])")
    form.locator("[name=note]").fill("停电")
    form.locator("[name=witness_person]").select_option(CHIEF.id)
    form.locator("[name=witness_pin]").fill(CHIEF.pin)
    form.get_by_role("button").click()
    expect(page.locator("#close-out")).to_contain_text("还没有办完")


def test_hand_over_by_stick_until_all_has_arrived(places: Places, pages: tuple[Page, Page]) -> None:
    school, county = pages
    hands = Hands(school, places.laptop.split("/?")[0])
    school.goto(places.laptop)
    hands.go("/people/first")
    hands.open_house(HEAD)
    hands.add(CHIEF)
    hands.go("/hand-in/")
    hand_in(school)
    school.locator("input[name=folder]").fill(str(places.stick))
    school.get_by_role("button", name="写到这里").click()
    expect(school.locator(".alert-success")).to_contain_text("读回核对无误")
    code = school.locator(".font-monospace.fs-4").inner_text()

    county.goto(places.office + "/login")
    county.fill("[name=name]", "李娜")
    county.fill("[name=password]", places.password)
    county.get_by_role("button", name="登录").click()
    county.get_by_role("link", name="核对凭证").click()
    county.fill("#text", code)
    county.get_by_role("button", name="核对").click()
    expect(county.locator("#found[data-standing=unknown]")).to_be_visible()
    county.get_by_role("link", name="U 盘导入").click()
    county.set_input_files("#files", list(places.stick.glob("*.bundle")))
    county.get_by_role("button", name="导入").click()
    expect(county.locator("#brought")).to_contain_text("新收")
    with county.expect_download() as download:
        county.get_by_role("link", name="存回执文件").click()
    back = places.stick / download.value.suggested_filename
    download.value.save_as(back)
    county.get_by_role("link", name="核对凭证").click()
    county.fill("#text", f"封存码：{code}")
    county.get_by_role("button", name="核对").click()
    expect(county.locator("#found[data-standing=held]")).to_contain_text("一条不少")

    school.set_input_files("input[name=file]", back)
    school.get_by_role("button", name="读入回执").click()
    expect(school.locator("#close-out[data-finished='1']")).to_contain_text("全部已到县里")
    expect(school.locator("#foot-received")).to_have_text(re.compile(r"^[1-9]"))
    assert hands.complaints == []
