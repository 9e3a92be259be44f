"""A drill in a real browser: its bells sound and are confirmed, its record says so, and the log knows nothing of it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect, sync_playwright

from shared.wire.plan_file import shipped_plans
from tests.e2e.hands import Hands, Person
from tests.field_house import PLAN_2022
from tests.processes import end, run, start

pytestmark = pytest.mark.e2e

CHROMIUM = "/usr/bin/chromium"
PATIENCE = 60_000
HEAD = Person("p1", "李明", "principal", "271801")
KEEPER = Person("p2", "赵磊", "timekeeper", "271806")
SECONDS = 60  # the page itself offers ten minutes only
LATE_MS = 50
# Counts the sounds of the console's audio graph: each begins after at least 0.3 s of silence.
EAR = """
() => {
  const { context, output } = window.testday.console, ear = context.createAnalyser();
  ear.fftSize = 8192;  // longer than the time between two looks
  output.connect(ear);
  const heard = new Float32Array(ear.fftSize);
  window.sounds = 0;
  let last = performance.now();
  setInterval(() => {
    ear.getFloatTimeDomainData(heard);
    if (!heard.some((value) => Math.abs(value) > 1e-4)) return;
    if (performance.now() - last > 300) window.sounds++;
    last = performance.now();
  }, 50);
}
"""


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A running laptop of a day with three signals in the afternoon, at nine in the morning; its address and folder."""
    office, folder = tmp_path / "office", tmp_path / "laptop"
    schools, plan = tmp_path / "schools.csv", tmp_path / "plan.yaml"
    schools.write_text("学校代码,学校名称,学段\n530521001,南湖小学,小学\n", encoding="utf-8")
    plan.write_text(plan_of_an_afternoon(), encoding="utf-8")
    rehearsal = ("--mode", "rehearsal", "--rate", 1, "--shown-start", "2022-05-25T09:00:00")
    run("server", "--data", office, "init", "--county", "云溪县", "--campaign", "2022-yunxi", *rehearsal)
    run("server", "--data", office, "import-schools", schools)
    run("server", "--data", office, "add-plan", plan)
    code = run("server", "--data", office, "enrol-code", "--school", "530521001").split()[-1]
    served, address = start("server", "--data", office, "run", "--port", 0)
    run("field", "--data", folder, "enrol", address.rstrip("/"), code)
    end(served)
    running, launch = start("field", "--data", folder, "run", "--port", 0, "--no-browser", "--no-sync")
    yield launch, folder
    end(running)


def plan_of_an_afternoon() -> str:
    """A shipped plan with one block of its own."""
    plan = yaml.safe_load(shipped_plans()[PLAN_2022])
    plan["days"][0]["date"] = "2022-05-25"
    phases = [
        {"phase": "answer", "start": "14:00", "end": "15:00"},
        {"phase": "seal", "start": "15:00", "end": "15:20"},
    ]
    block = next(block for block in plan["blocks"] if block["id"] == "chinese")
    plan["blocks"] = [block | {"phases": phases}]
    plan.pop("signals", None)
    return yaml.safe_dump(plan, allow_unicode=True)


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield context.new_page()
        browser.close()


def test_a_drill_rings_is_confirmed_and_leaves_the_log_alone(laptop: tuple[str, Path], page: Page) -> None:
    launch, folder = laptop
    hands = Hands(page, launch.split("/?")[0])
    page.goto(launch)
    hands.go("/people/first")
    hands.open_house(HEAD)
    hands.add(KEEPER)
    hands.switch_to(KEEPER)
    before = head_of_the_log(hands)
    begin(hands)
    page.evaluate("window.sounds = 0")
    for _signal in range(3):
        expect(page.locator("#confirm")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator("#confirm")).to_be_hidden()
    assert page.evaluate("window.sounds") == 3
    page.wait_for_url(re.compile("/signals/drill/[0-9a-f]+$"))
    expect(page.locator("main")).to_contain_text("3 个指令，发出 3 个")
    expect(page.locator("main")).to_contain_text("发出的都已确认")
    (drill,) = kept(folder)
    assert [one["device"] for one in drill["signals"]] == ["console"] * 3
    assert max(abs(one["given"] - one["due"]) for one in drill["signals"]) <= LATE_MS
    assert (drill["outcome"], drill["by"]) == ("finished", {"person": KEEPER.id, "role": KEEPER.role})

    begin(hands)
    page.locator("#stop").click()
    page.wait_for_url(re.compile("/signals/drill/[0-9a-f]+$"))
    expect(page.locator("main")).to_contain_text("练习中途停止")
    assert [one["outcome"] for one in kept(folder)] == ["stopped", "finished"]
    assert head_of_the_log(hands) == before
    assert hands.complaints == []


def begin(hands: Hands) -> None:
    """Press the button for a shorter drill, open the sound in its console, and listen when the trial has faded."""
    page = hands.page
    hands.go("/signals/")
    form = page.locator("form[action$='/signals/drill/start']")
    form.evaluate(
        "(form, seconds) => form.append(Object.assign(document.createElement('input'),"
        " { type: 'hidden', name: 'seconds', value: seconds }))",
        SECONDS,
    )
    form.get_by_role("button").click()
    page.wait_for_url(re.compile("/signals/drill/[0-9a-f]+/console$"))
    page.locator("#sound").click()
    expect(page.locator("#sound.fine")).to_contain_text("试过音")
    page.evaluate(EAR)
    expect(page.locator("#standing")).to_contain_text("到时自动响铃")


def head_of_the_log(hands: Hands) -> str:
    """The log's seal code and number of lines, as the signal sheet prints them."""
    hands.go("/signals/sheet")
    return hands.page.locator(".paper p").last.inner_text()


def kept(folder: Path) -> list[dict[str, Any]]:
    """The laptop's record of drills, newest first."""
    found: list[dict[str, Any]] = json.loads((folder / "drills.json").read_text(encoding="utf-8"))
    return found
