"""The console under people's hands, on a laptop without a loudspeaker: full screen, volume, a bell rung late by hand.

And a bell whose report has to wait until the program, killed meanwhile, runs again.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.many_signals import ManySignals, make_many_signals
from bench.simulation.laptop_process import LaptopProcess

pytestmark = pytest.mark.e2e

RATE = 8  # a minute of the plan, and so the span between two signals, lasts 7.5 s
WAITING = "JSON.parse(Object.entries(localStorage).find(([key]) => key.includes('unreported'))?.[1] ?? '[]')"


@pytest.fixture
def many(tmp_path: Path) -> Iterator[ManySignals]:
    """A rehearsal laptop that runs and has no loudspeaker of its own."""
    made = make_many_signals(tmp_path, 40, RATE, real_start_in=5)
    made.laptop.stop()
    laptop = LaptopProcess(made.laptop.folder, sound=["false"])
    laptop.start()
    laptop.wait()
    yield ManySignals(laptop, made.heard, made.due)
    laptop.stop()


@pytest.fixture
def console(many: ManySignals, window: BrowserContext) -> Page:
    """The console, silent until somebody touches it."""
    page = window.pages[0]
    page.goto(many.laptop.launch_url)
    page.goto(f"{many.laptop.url}/signals/console")
    return page


def test_a_bell_by_hand_and_one_whose_report_outlives_the_program(many: ManySignals, console: Page) -> None:
    ring_by_hand(console)
    screen_and_volume(console)
    waiting = ring_while_the_program_is_down(many, console)
    many.laptop.start()
    many.laptop.wait()
    console.wait_for_function(f"!{WAITING}.some(({{ signal }}) => signal === '{waiting}')")
    many.laptop.end()
    given = [event.data for event in many.events() if event.type == "signal_given"]
    late = [row for row in given if row["rung"] - row["due"] >= 500 * RATE]
    assert len(late) == 1
    assert {row["device"] for row in given} == {"console"}
    assert [row["signal"] for row in given].count(waiting) == 1
    rung = next(row["rung"] for row in given if row["signal"] == waiting)
    assert abs(rung - next(row["due"] for row in given if row["signal"] == waiting)) < 100 * RATE


def ring_by_hand(page: Page) -> None:
    """A signal that is past, for no sound was open: the words are there, and 现在响铃 rings it."""
    expect(page.locator("#spoken")).to_be_visible()
    expect(page.locator("#ring")).to_be_hidden()
    expect(page.locator("#standing")).to_contain_text("没有响铃")
    expect(page.locator("#script")).to_contain_text("距语文测试结束还有")
    page.locator("#sound").click()
    page.locator("#ring").click()
    expect(page.locator("#standing")).to_contain_text("已响，请读播报词")


def screen_and_volume(page: Page) -> None:
    """F and the button fill the screen and leave it; the volume is tried at once, and kept."""
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    page.locator("#full").click()
    page.wait_for_function("document.fullscreenElement === null")
    page.locator("#volume").fill("50")
    assert page.evaluate("[testday.console.output.gain.value, localStorage.getItem('testday.console.volume')]") == [
        0.25,
        "50",
    ]


def ring_while_the_program_is_down(many: ManySignals, page: Page) -> str:
    """Kill the program when the next bell is armed, and let it ring; returns the signal whose report has to wait."""
    page.wait_for_function(f"testday.console.armed.length > 0 && {WAITING}.length === 0")
    many.laptop.kill()
    page.wait_for_function(f"{WAITING}.length > 0")
    expect(page.locator("#notes")).to_contain_text("程序没有回答")
    return str(page.evaluate(f"{WAITING}[0].signal"))
