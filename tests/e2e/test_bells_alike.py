"""The console and the laptop's loudspeaker sound the same: one table of tones, heard sample by sample."""

import io
import wave
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from field_app.timekeeping.tones import BELLS, RATE, score, wav
from shared.domain.timetable import SignalKind

pytestmark = pytest.mark.e2e

STATIC = Path(__file__).parents[2] / "field_app" / "web" / "static"
ADDRESS = "http://127.0.0.1:9"
OFF = 0.02
"""The browser places a strike on a sample of its own, and a steep rise differs by as much."""
# What the console's own code puts out for each kind, as samples.
RENDER = """
async ([score, rate]) => {
  const { strike } = await import("/console_bell.js"), heard = {};
  for (const kind of Object.keys(score.bells)) {
    const length = Math.round(rate * Math.max(...score.bells[kind].map(({ until }) => until)));
    const context = new OfflineAudioContext(1, length, rate);
    strike(context, context.destination, score, kind, 0);
    heard[kind] = [...(await context.startRendering()).getChannelData(0)];
  }
  return heard;
}
"""


def give(route: Route) -> None:
    """The console's own files, without a laptop behind them."""
    name = route.request.url.removeprefix(f"{ADDRESS}/")
    if name:
        route.fulfill(path=STATIC / name, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")


def render(page: Page) -> dict[str, list[float]]:
    """Every kind of bell as the console rings it."""
    page.route(f"{ADDRESS}/**", give)
    page.goto(f"{ADDRESS}/")
    heard: dict[str, list[float]] = page.evaluate(RENDER, [score(), RATE])
    return heard


def test_the_console_and_the_loudspeaker_sound_the_same() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        heard = render(browser.new_page())
        browser.close()
    assert set(heard) == {kind.value for kind in SignalKind}
    for kind, tones in BELLS.items():
        with wave.open(io.BytesIO(wav(tones))) as sound:
            samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
        assert len(heard[kind.value]) == len(samples)
        assert max(abs(a - b / 32_767) for a, b in zip(heard[kind.value], samples, strict=True)) < OFF
