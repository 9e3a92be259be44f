"""What the county decides, in a real browser and a real process: held lines released, a forked log settled."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from field_app.sync.client import OfficeClient, SyncFailure
from shared.log.birth import birth_head
from shared.log.signing import SigningKey
from shared.timepiece import wall_ms
from shared.wire.plan_file import read_plan, shipped_plans
from shared.wire.routes import CONTEXT_VOUCH, vouch_message
from tests.field_house import PLAN_2022
from tests.made_up_log import PROCTOR, MadeUpLog
from tests.processes import end, run, start

pytestmark = pytest.mark.e2e

CHROMIUM = "/usr/bin/chromium"
NAN_HU, SHI_QIAO = "530521001", "530521002"


@dataclass(frozen=True)
class County:
    """A running office and its officer's password; a laptop of 石桥小学 has sent it a log of 南湖小学.

    Two copies of one laptop have brought what they say of seat 5 at 石桥小学.
    """

    address: str
    password: str
    lines: int


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    office, schools, plan = tmp_path / "office", tmp_path / "schools.csv", tmp_path / "plan.yaml"
    schools.write_text(f"学校代码,学校名称,学段\n{NAN_HU},南湖小学,小学\n{SHI_QIAO},石桥小学,小学\n", encoding="utf-8")
    plan.write_bytes(shipped_plans()[PLAN_2022])
    run("server", "--data", office, "init", "--county", "云溪县", "--campaign", "2022-yunxi")
    run("server", "--data", office, "import-schools", schools)
    run("server", "--data", office, "add-plan", plan)
    officer = run("server", "--data", office, "add-account", "李娜", "--role", "county")
    code = run("server", "--data", office, "enrol-code", "--school", SHI_QIAO).split()[-1]
    paper = read_plan(plan.read_bytes(), plan.name)
    for name, file in zip(("a.log", "b.log"), copies(MadeUpLog(SHI_QIAO, paper).open(27)), strict=True):
        (tmp_path / name).write_bytes(file)
        run("server", "--data", office, "import-log", tmp_path / name)
    served, address = start("server", "--data", office, "run", "--port", 0)
    log = MadeUpLog(NAN_HU, paper).open(27).check_in("chinese", 27)
    send(address.rstrip("/"), code, log)
    yield County(address.rstrip("/"), officer.split()[-1], len(log.lines))
    end(served)


def copies(log: MadeUpLog) -> tuple[bytes, bytes]:
    """The log as two copies of its laptop went on."""
    twin = copy(log)
    twin.lines = list(log.lines)
    log.add("attendance_marked", PROCTOR, {"block": "chinese", "seat": 5, "status": "absent", "reason": "sick"})
    twin.add("attendance_marked", PROCTOR, {"block": "chinese", "seat": 5, "status": "late", "reason": "traffic"})
    return log.file(), twin.file()


def send(address: str, code: str, log: MadeUpLog) -> None:
    """A laptop enrols with the code of another school than its log's, and is refused."""
    client, key, birth = OfficeClient(address), SigningKey.new(), birth_head(log.birth)
    enrolment = client.enrol(code, key, "test")
    client.open_session(enrolment, key, wall_ms())
    with pytest.raises(SyncFailure):
        client.push(client.pack(log.file()), key.sign(CONTEXT_VOUCH, vouch_message(birth.log, birth.hash)))
    client.close()


@pytest.fixture
def page(county: County) -> Iterator[Page]:
    """The county officer's browser, signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.set_default_timeout(30_000)
        page.goto(f"{county.address}/login")
        page.fill("[name=name]", "李娜")
        page.fill("[name=password]", county.password)
        page.click("text=登录")
        yield page
        browser.close()


def test_held_lines_are_found_read_and_released(page: Page, county: County) -> None:
    page.get_by_role("link", name="单独保留 1", exact=False).first.click()
    row = page.locator("#waiting tbody tr")
    expect(row).to_contain_text("送来的电脑登记在一所学校，日志却写的是另一所")
    row.get_by_text("打开").click()
    expect(page.locator("#records tbody tr")).to_have_count(county.lines + 2)
    page.get_by_text("原文").nth(1).click()
    expect(page.locator("#records code").nth(1)).to_contain_text('"type":"person_put_on_duty"')
    page.fill("#reason", "电话问过两校校长：借用南湖的备用笔记本，记录属实")
    page.click("text=放行，归入南湖小学的日志")
    expect(page.locator("#settled")).to_contain_text("李娜")
    expect(page.locator("#settled")).to_contain_text("借用南湖的备用笔记本")
    page.click("text=看板")
    expect(page.locator(f'[data-cell="{NAN_HU} attendance 名册人数"]')).to_have_text("27")
    expect(page.locator("#board")).not_to_contain_text("单独保留")


def test_of_two_copies_the_county_chooses_one(page: Page) -> None:
    page.get_by_role("link", name="两份记录，待决定", exact=False).click()
    section = page.locator("#partings")
    expect(section).to_contain_text("同一份日志从第 8 条起有两种写法")
    expect(section.locator("tbody tr")).to_have_count(1)
    expect(section.locator("tbody td").nth(0)).to_contain_text("语文测试 5 号：缺考")
    expect(section.locator("tbody td").nth(1)).to_contain_text("语文测试 5 号：迟到")
    section.get_by_text("只算 A，另一份从分开处起都不算").click()
    section.locator("[name=reason]").fill("电话问过主监测员：另一台是复制出来试机的")
    section.get_by_role("button", name="决定").click()
    expect(page.locator("#partings")).to_contain_text("决定：只算 A。理由：电话问过主监测员")
    row = page.locator("#attendance tbody tr").first
    expect(row.locator("td").nth(5)).to_have_text("1")  # 缺考
    expect(row.locator("td").nth(3)).to_have_text("0")  # 迟到
    page.click("text=看板")
    expect(page.locator("#board")).not_to_contain_text("待决定")
