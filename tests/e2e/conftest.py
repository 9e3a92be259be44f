"""A browser as people start it."""

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
def window(tmp_path: Path) -> Iterator[BrowserContext]:
    """One window; the driver's own start would switch off the slowing down of hidden tabs."""
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
        expect.set_options(timeout=30_000)
        # the pages' policy allows no script made on the spot, and what a test asks them is one
        made.new_cdp_session(made.pages[0]).send("Page.setBypassCSP", {"enabled": True})
        yield made
        browser.close()
    process.terminate()
    process.wait(30)
    drain.join()
    process.stderr.close()
