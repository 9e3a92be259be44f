"""A school's day in a real browser, in Chinese and in English, from the roster to the county's board."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from shared.wire.plan_file import shipped_plans
from tests.e2e.hands import Hands, Person
from tests.field_house import PLAN_2022, PUPILS
from tests.processes import end, run, start
from tests.rosters import HEADER, messy_rows

pytestmark = pytest.mark.e2e

CHROMIUM = "/usr/bin/chromium"
PATIENCE = 20_000
SCHOOL = "530521001"
OFFICER = "county"
# The first signal that is due in the test is that of nine o'clock; it may be given without a reason until 09:01.
SHOWN_START = "2022-05-25T08:59:00"
HEAD = Person("p1", "李明", "principal", "271801")
PROCTOR = Person("p2", "张强", "chief_proctor", "271803")
SIX = PUPILS[:6]
NOTE = "演示：只测一场"
WHAT = "3 号腹痛，校医已到"
PAGES = (
    *("/", "/people", "/readiness/", "/roster/", "/clock/", "/check-in/", "/signals/", "/materials/?block=q1"),
    *("/incidents/", "/incidents/new", "/log/", "/hand-in/", "/people/switch", "/check-in/list", "/signals/sheet"),
)
TYPED = re.findall(
    r"[\u3400-\u9fff]+",
    " ".join([*(f"{p.name} {p.class_name} {p.sex}" for p in SIX), HEAD.name, PROCTOR.name, NOTE, WHAT])
    + " 南湖小学 石桥小学 云溪县 中文",
)


@dataclass(frozen=True)
class Said:
    """What pages say in one language."""

    read: str
    two_to_correct: str
    given: str
    confirmed: str
    bag: str
    sealed: str
    finished: str
    handed_in: str
    balanced: str


SAID = {
    "zh": Said(
        read="读出 6 人",
        two_to_correct="第 7 行",
        given="发出",
        confirmed="确认",
        bag="1 号袋：8 份，封条 A0017",
        sealed="已完成（第",
        finished="全部办完",
        handed_in="已上交",
        balanced="平衡",
    ),
    "en": Said(
        read="6 pupils read",
        two_to_correct="Row 7, column A (座号): Seat 1 is already in row 2",
        given="given",
        confirmed="confirmed",
        bag="Bag 1: 8 sheets, seal A0017",
        sealed="Complete (line",
        finished="All done",
        handed_in="Handed in",
        balanced="balanced",
    ),
}


@dataclass(frozen=True)
class Place:
    """A running office with its officer's password and an enrolment code, and a fresh laptop's launch address."""

    office: str
    password: str
    code: str
    laptop: str


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    office, schools, plan = tmp_path / "office", tmp_path / "schools.csv", tmp_path / "plan.yaml"
    schools.write_text(f"学校代码,学校名称,学段\n{SCHOOL},南湖小学,小学\n", encoding="utf-8")
    plan.write_bytes(shipped_plans()[PLAN_2022])
    rehearsal = ("--mode", "rehearsal", "--rate", 1, "--shown-start", SHOWN_START)
    run("server", "--data", office, "init", "--county", "云溪县", "--campaign", "2022-yunxi", *rehearsal)
    run("server", "--data", office, "import-schools", schools)
    run("server", "--data", office, "add-plan", plan)
    officer = run("server", "--data", office, "add-account", OFFICER, "--role", "county")
    code = run("server", "--data", office, "enrol-code", "--school", SCHOOL).split()[-1]
    served, address = start("server", "--data", office, "run", "--port", 0)
    laptop, launch = start("field", "--data", tmp_path / "laptop", "run", "--port", 0, "--no-browser")
    yield Place(address.rstrip("/"), officer.split()[-1], code, launch)
    end(laptop)
    end(served)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_day_from_the_roster_to_the_county_board(place: Place, page: Page, language: str) -> None:
    said = SAID[language]
    hands = Hands(page, place.laptop.split("/?")[0])
    page.goto(place.laptop)
    hands.go(f"/enrol?lang={language}")
    hands.enrol(place.office, place.code)
    hands.open_house(HEAD)
    hands.add(PROCTOR)
    bring_roster(hands, said)
    hands.switch_to(PROCTOR)
    check_in(hands)
    give_and_confirm(hands, said)
    hands.open_incident("pupil_unwell", WHAT)
    count_bag_and_seal(hands, said)
    hands.switch_to(HEAD)
    hands.hand_in(NOTE, PROCTOR)
    expect(page.locator("#close-out")).to_contain_text(said.finished)
    assert list_in_other_tongue(hands, language) == []
    assert hands.complaints == []
    lines = page.locator("#foot-recorded").inner_text()
    look_at_board(page, place, said, lines)
    assert hands.complaints == []


def list_in_other_tongue(hands: Hands, language: str) -> list[str]:
    """What still speaks Chinese on the laptop's pages in English, but for what people typed; empty in Chinese."""
    if language == "zh":
        return []
    found = []
    for path in PAGES:
        hands.go(path)
        text = hands.page.locator("body").inner_text()
        found += [f"{path} {words}" for words in re.findall(r"[\u3400-\u9fff]+", text) if words not in TYPED]
    return found


def bring_roster(hands: Hands, said: Said) -> None:
    """One with two equal seats is shown and not saved; the right one is looked at and saved."""
    rows = [HEADER, *((pupil.seat, pupil.name, pupil.sex, pupil.class_name, pupil.code) for pupil in SIX)]
    hands.choose_roster([*rows[:-1], (1, *rows[-1][1:])])
    expect(hands.page.locator("#errors")).to_contain_text(said.two_to_correct)
    expect(hands.page.locator("#save")).to_have_count(0)
    hands.choose_roster(messy_rows(SIX))
    expect(hands.page.locator("#preview-count")).to_contain_text(said.read)
    for pupil in SIX:
        expect(hands.page.get_by_text(pupil.name, exact=True).first).to_be_visible()
    hands.save_roster(PROCTOR)


def check_in(hands: Hands) -> None:
    """One by touch, others by number, initials and name; one is ill."""
    hands.go("/check-in/")
    hands.touch(1)
    hands.key_in(2, "2")
    hands.key_in(3, "cxm")
    hands.key_in(4, SIX[3].name)
    hands.mark_absent(5, "sick")
    hands.touch(6)
    expect(hands.page.locator("#t-present")).to_have_text("5")
    expect(hands.page.locator("#t-absent")).to_have_text("1")
    expect(hands.page.locator("#t-unrecorded")).to_have_text("0")


def give_and_confirm(hands: Hands, said: Said) -> None:
    """The signal of nine o'clock: Enter gives it, Enter confirms that it was heard."""
    hands.go("/signals/")
    hands.press_enter("/signals/give")
    expect(hands.page.locator(".due-now")).to_contain_text(said.given)
    hands.press_enter("/signals/confirm")
    expect(hands.page.locator("[id='chinese.start'].row-confirmed")).to_contain_text(said.confirmed)


def count_bag_and_seal(hands: Hands, said: Said) -> None:
    """The first questionnaire: eight received, five pupils there, three left over."""
    numbers = {"received": 8, "handed_out": 5, "unused": 3, "damaged": 0, "collected": 5, "void": 0, "missing": 0}
    hands.count("q1", "questionnaire.", numbers, HEAD)
    hands.bag("A0017", HEAD)
    expect(hands.page.get_by_text(said.bag)).to_be_visible()
    hands.seal(HEAD)
    expect(hands.page.get_by_text(re.compile(re.escape(said.sealed)))).to_be_visible()


def look_at_board(page: Page, place: Place, said: Said, lines: str) -> None:
    """The county's officer logs in and finds the school's day on the board, and behind it nobody's name."""
    page.goto(f"{place.office}/login")
    page.fill("input[name=name]", OFFICER)
    page.fill("input[name=password]", place.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{place.office}/")
    row = page.locator("table.board tbody tr")
    expect(row).to_have_count(1)
    expect(row.locator(f"[data-cell^='{SCHOOL} top']")).to_contain_text(said.handed_in)
    expect(row.locator(f"[data-cell^='{SCHOOL} attendance']", has_text="5/6")).to_have_count(1)
    expect(row.locator(f"[data-cell^='{SCHOOL} signals']")).to_contain_text("1/18")
    expect(row.locator(f"[data-cell^='{SCHOOL} materials']")).to_contain_text(said.balanced)
    expect(row.locator(f"[data-cell^='{SCHOOL} incidents']")).to_contain_text("1")
    expect(row.locator(f"[data-cell^='{SCHOOL} log']")).to_have_text(lines)
    row.locator("th a").click()
    expect(page.locator("#incidents")).to_contain_text(WHAT)
    assert [pupil.name for pupil in SIX if pupil.name in page.content()] == []
