"""The console's bells begin when they are due, whether its tab is seen or not, and each is in the log once.

What sounds is heard on the audio graph itself and timed by the browser's clocks, not by the console's own code.
`TESTDAY_BELLS=50` listens to 50 bells; the figures are printed with `-s`.
"""

import json
import math
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from shared.log.logfile import read_fragment
from shared.wire.enrolment import read_enrolment
from shared.wire.plan_file import shipped_plans
from tests.field_house import PLAN_2022
from tests.processes import Visitor, end, run, start

pytestmark = pytest.mark.e2e

CHROMIUM = "/usr/bin/chromium"
BELLS = int(os.environ.get("TESTDAY_BELLS", "12"))
LATE_MS = 20
RATE = 24  # a minute of the plan lasts 2.5 s, longer than a reminder's bell with the silence after it
MINUTES = 150
END = f"{9 + MINUTES // 60:02}:{MINUTES % 60:02}"
# Tells the context time of the first sound after at least 0.3 s of silence, and what the browser's clocks say then.
EAR = """
async () => {
  const source = `registerProcessor("ear", class extends AudioWorkletProcessor {
    constructor() { super(); this.quiet = sampleRate; }
    process([input]) {
      const heard = input[0] || [];
      for (let index = 0; index < heard.length; index++) {
        if (Math.abs(heard[index]) > 1e-4) {
          if (this.quiet >= 0.3 * sampleRate) this.port.postMessage((currentFrame + index) / sampleRate);
          this.quiet = 0;
        } else this.quiet++;
      }
      if (!heard.length) this.quiet += 128;
      return true;
    }
  });`;
  const { context, output } = window.testday.console;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const ear = new AudioWorkletNode(context, "ear");
  window.heard = [];
  ear.port.onmessage = ({ data }) => {
    const stamp = context.getOutputTimestamp(), epoch = Date.now() - performance.now();
    const wall = epoch + stamp.performanceTime + (data - stamp.contextTime) * 1000;
    window.heard.push({ wall, seen: document.visibilityState });
  };
  output.connect(ear);
  ear.connect(context.destination); // pulled by the graph; it puts out silence
}
"""


REPORTED = """
async (signals) => {
  const told = async () => (await (await fetch("/signals/console.json")).json()).signals;
  for (let attempt = 0; attempt < 100; attempt++) {
    const open = (await told()).filter(({ id, given }) => given === null && signals.includes(id));
    if (!open.length) return [];
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return (await told()).filter(({ id, given }) => given === null && signals.includes(id)).map(({ id }) => id);
}
"""


@dataclass(frozen=True)
class Onset:
    """A bell as it was heard: real time in ms, and whether the tab was visible then."""

    wall: float
    seen: str


@dataclass(frozen=True)
class Place:
    """A running rehearsal laptop: its process, its launch address and its folder."""

    laptop: "subprocess.Popen[str]"
    launch: str
    folder: Path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    office, folder = tmp_path / "office", tmp_path / "laptop"
    schools, plan = tmp_path / "schools.csv", tmp_path / "plan.yaml"
    schools.write_text("学校代码,学校名称,学段\n530521001,南湖小学,小学\n", encoding="utf-8")
    plan.write_text(plan_of_reminders(), encoding="utf-8")
    rehearsal = ("--mode", "rehearsal", "--rate", RATE, "--shown-start", "2022-05-25T09:00:30")
    run("server", "--data", office, "init", "--county", "云溪县", "--campaign", "2022-yunxi", *rehearsal)
    run("server", "--data", office, "import-schools", schools)
    run("server", "--data", office, "add-plan", plan)
    code = run("server", "--data", office, "enrol-code", "--school", "530521001").split()[-1]
    served, address = start("server", "--data", office, "run", "--port", 0)
    run("field", "--data", folder, "enrol", address.rstrip("/"), code)
    end(served)
    laptop, launch = start("field", "--data", folder, "run", "--port", 0, "--no-browser", "--no-sync")
    open_house(launch)
    yield Place(laptop, launch, folder)
    if laptop.poll() is None:
        end(laptop)


def plan_of_reminders() -> str:
    """A shipped plan with one long block of its own: a reminder each minute."""
    plan = yaml.safe_load(shipped_plans()[PLAN_2022])
    plan["days"][0]["date"] = "2022-05-25"
    phases = [
        {"phase": "answer", "start": "09:00", "end": END},
        {"phase": "seal", "start": END, "end": "13:00"},
    ]
    block = next(block for block in plan["blocks"] if block["id"] == "chinese")
    plan["blocks"] = [block | {"phases": phases}]
    row = {"block": "chinese", "kind": "reminder", "enabled": "yes"}
    plan["signals"] = [row | {"minutes_before_end": minute} for minute in range(1, MINUTES - 1)]
    return yaml.safe_dump(plan, allow_unicode=True)


def open_house(launch: str) -> None:
    """The principal is there; nobody signs in at the console."""
    visitor = Visitor(launch)
    phrase, pin = "南湖的水很清很清", "271801"
    who = {"name": "李校长", "unit": "南湖小学", "role": "principal", "pin": pin, "pin_again": pin}
    visitor.say("/people/first", **who, passphrase=phrase, passphrase_again=phrase)
    visitor.close()


@pytest.fixture
def window(tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser as people start it: the driver's own start switches off the slowing down of hidden tabs."""
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--no-first-run", "--window-size=1366,768"]
    command += ["--remote-debugging-port=0", f"--user-data-dir={tmp_path / 'browser'}", "about:blank"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stderr is not None
    address = next(line.split()[-1] for line in process.stderr if "DevTools listening" in line)
    drain = threading.Thread(target=process.stderr.read)  # a full pipe would stop the browser
    drain.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(address, no_defaults=True)
        made = browser.contexts[0]
        made.set_default_timeout(30_000)
        yield made
        browser.close()
    process.terminate()
    process.wait(30)
    drain.join()
    process.stderr.close()


def test_every_bell_begins_when_it_is_due_and_is_recorded_once(place: Place, window: BrowserContext) -> None:
    page = open_console(place, window)
    seen = listen(page, BELLS - BELLS // 2)
    window.new_page()  # in front of the console
    page.wait_for_function("document.visibilityState === 'hidden'", polling=100)
    hidden = listen(page, BELLS // 2)
    assert {onset.seen for onset in seen} == {"visible"}
    assert {onset.seen for onset in hidden} == {"hidden"}
    due = list_due(place)
    matched = [(onset, nearest(due, onset)) for onset in (*seen, *hidden)]
    off = [onset.wall - due[signal] for onset, signal in matched]
    sys.stdout.write(f"\n{figures('seen', off[: len(seen)])}\n{figures('hidden', off[len(seen) :])}\n")
    assert quantile([abs(ms) for ms in off]) <= LATE_MS
    signals = [signal for _onset, signal in matched]
    assert len(set(signals)) == BELLS
    assert page.evaluate(REPORTED, signals) == []
    given = count_given(place)
    assert {signal: given[signal] for signal in signals} == dict.fromkeys(signals, 1)


def open_console(place: Place, window: BrowserContext) -> Page:
    """The console with its sound opened by a click, and an ear on it; returns after the trial has faded."""
    page = window.pages[0]
    # the policy allows no script made on the spot, and the ear is one
    window.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.goto(place.launch)
    page.goto(place.launch.split("/?")[0] + "/signals/console")
    page.locator("#sound").click()
    expect(page.locator("#sound.fine")).to_contain_text("试过音")
    page.evaluate(EAR)
    page.wait_for_timeout(2500)  # a bell that rings into the trial's end has no silence before it
    page.evaluate("window.heard = []")
    return page


def listen(page: Page, bells: int) -> list[Onset]:
    """Wait for so many bells from now on."""
    page.evaluate("window.heard = []")
    page.wait_for_function(f"window.heard.length >= {bells}", timeout=(bells + 4) * 2500 + 10_000, polling=200)
    return [Onset(**told) for told in page.evaluate(f"window.heard.slice(0, {bells})")]


def list_due(place: Place) -> dict[str, float]:
    """When each reminder is due in real ms, from the plan and the enrolment's rehearsal."""
    enrolment = read_enrolment(json.loads((place.folder / "laptop.json").read_text(encoding="utf-8")))
    rehearsal = enrolment.rehearsal
    assert rehearsal is not None
    nine = 1_653_440_400_000  # 2022-05-25T09:00+08:00
    shown = {f"chinese.reminder-{minute}": nine + (MINUTES - minute) * 60_000 for minute in range(1, MINUTES - 1)}
    return {
        signal: rehearsal.real_start + (at - rehearsal.shown_start) / rehearsal.rate for signal, at in shown.items()
    }


def nearest(due: dict[str, float], onset: Onset) -> str:
    """The signal that a bell was for."""
    return min(due, key=lambda signal: abs(due[signal] - onset.wall))


def quantile(values: list[float], share: float = 0.99) -> float:
    """The smallest value that this share of them does not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def figures(name: str, off: list[float]) -> str:
    """One line: how many bells, how far from their due time."""
    size = [abs(ms) for ms in off]
    return (
        f"{name}: {len(off)} bells, median {sorted(off)[len(off) // 2]:+.1f} ms, "
        f"p99 {quantile(size):.1f} ms, largest {max(size):.1f} ms"
    )


def count_given(place: Place) -> Counter[str]:
    """How often each signal stands in the log as given; the laptop is asked to end first."""
    end(place.laptop)
    export = place.folder.parent / "day.log"
    run("field", "--data", place.folder, "export", export)
    lines: list[dict[str, Any]] = [json.loads(line) for line in read_fragment(export.read_bytes()).lines]
    return Counter(line["data"]["signal"] for line in lines if line["type"] == "signal_given")
