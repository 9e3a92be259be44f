"""The console's bells begin when they are due, whether its tab is seen or not, and each is in the log once.

What sounds is heard on the audio graph itself and timed by the browser's clocks, not by the console's own code.
`TESTDAY_BELLS=50` listens to 50 bells; the figures are printed with `-s`.
"""

import math
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.many_signals import ManySignals, make_many_signals

pytestmark = pytest.mark.e2e

BELLS = int(os.environ.get("TESTDAY_BELLS", "12"))
LATE_MS = 20
RATE = 24  # a minute of the plan lasts 2.5 s, longer than a reminder's bell with the silence after it
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


@pytest.fixture
def many(tmp_path: Path) -> Iterator[ManySignals]:
    """A rehearsal laptop that runs, with signals enough for the bells and for what comes before them."""
    made = make_many_signals(tmp_path, BELLS + 140, RATE, real_start_in=10)
    made.laptop.start()
    made.laptop.wait()
    yield made
    made.laptop.stop()


def test_every_bell_begins_when_it_is_due_and_is_recorded_once(many: ManySignals, window: BrowserContext) -> None:
    page = open_console(many, window)
    seen = listen(page, BELLS - BELLS // 2)
    window.new_page()  # in front of the console
    page.wait_for_function("document.visibilityState === 'hidden'", polling=100)
    hidden = listen(page, BELLS // 2)
    assert {onset.seen for onset in seen} == {"visible"}
    assert {onset.seen for onset in hidden} == {"hidden"}
    signals = [many.nearest(onset.wall * 1e6) for onset in (*seen, *hidden)]
    off = [onset.wall - many.due[signal] / 1e6 for onset, signal in zip((*seen, *hidden), signals, strict=True)]
    sys.stdout.write(f"\n{figures('seen', off[: len(seen)])}\n{figures('hidden', off[len(seen) :])}\n")
    assert quantile([abs(ms) for ms in off]) <= LATE_MS
    assert len(set(signals)) == BELLS
    assert page.evaluate(REPORTED, signals) == []
    many.laptop.end()
    given = Counter(str(event.data["signal"]) for event in many.events() if event.type == "signal_given")
    assert {signal: given[signal] for signal in signals} == dict.fromkeys(signals, 1)
    by_loudspeaker = many.sounds_of(int(60e9 / RATE / 2))
    assert [signal for signal in signals if by_loudspeaker[signal]] == []


def open_console(many: ManySignals, window: BrowserContext) -> Page:
    """The console with its sound opened by a click, and an ear on it; returns after the trial has faded."""
    page = window.pages[0]
    page.goto(many.laptop.launch_url)
    page.goto(f"{many.laptop.url}/signals/console")
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
