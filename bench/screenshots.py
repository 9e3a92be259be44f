"""The pictures in docs/screenshots: real pages in a real browser, in the middle of a rehearsal's morning."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.simulation.county_office import CountyOffice
from bench.simulation.engine import Run, Settings
from bench.simulation.school_run import SchoolRun
from bench.simulation.shown_clock import Stopped
from bench.simulation.telling import Teller

SIZE: ViewportSize = {"width": 1366, "height": 768}
LARGE: ViewportSize = {"width": 1920, "height": 1080}
CHROMIUM = "/usr/bin/chromium"
_RATE = 120
_CHECK_IN = 8 * 60 + 33
_CONSOLE = 10 * 60 + 6
_TEST = 10 * 60 + 18


def take_screenshots(folder: Path) -> Iterator[Path]:
    """Write the pictures into `folder`, one after another as the morning goes on; takes about three minutes."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="testday-pictures-") as data:
        run = Run(Settings(21, 2021, _RATE, "none", Path(data), stays=False, quiet=True), Path(data), Teller(True))
        try:
            run.open()
            day = threading.Thread(target=_play, args=(run,), daemon=True)
            day.start()
            yield from _look(run, folder)
        finally:
            if run.clock:
                run.clock.stop.set()
                day.join(60)
            run.close()


def _play(run: Run) -> None:
    with suppress(Stopped):
        run.play()


def _look(run: Run, folder: Path) -> Iterator[Path]:
    assert run.clock is not None  # noqa: S101 - opened above
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        school = run.schools[0]
        county = _sign_in(browser, run.office)
        run.clock.wait_until(_CHECK_IN)
        proctor, keeper = _enter(browser, school, "chief_proctor"), _enter(browser, school, "timekeeper")
        yield _picture(proctor, f"{school.laptop.url}/check-in/", folder / "check-in.png")
        run.clock.wait_until(_CONSOLE)
        console = _open_console(keeper, f"{school.laptop.url}/signals/console")
        for size in (SIZE, LARGE):
            console.set_viewport_size(size)
            yield _shoot(console, folder / f"console-{size['width']}.png")
        run.clock.wait_until(_TEST)
        yield _picture(keeper, f"{school.laptop.url}/signals/", folder / "signals.png")
        console.close()
        yield _picture(proctor, f"{school.laptop.url}/", folder / "today.png")
        yield _picture(county, f"{run.office.url}/", folder / "board.png")
        yield _picture(county, f"{run.office.url}/schools/{school.school.code}", folder / "school.png")
        browser.close()


def _enter(browser: Browser, school: SchoolRun, role: str) -> Page:
    """A window on the school's laptop in which the person in this role acts."""
    page = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
    who = school.scene.people.who(role)
    page.goto(school.laptop.launch_url)
    page.goto(f"{school.laptop.url}/people/switch")
    page.check(f"input[value='{who.person}.{role}']")
    page.fill("input[name=pin]", who.staff.pin)
    page.press("input[name=pin]", "Enter")
    page.wait_for_url(f"{school.laptop.url}/")
    return page


def _sign_in(browser: Browser, office: CountyOffice) -> Page:
    """A window at the county office."""
    page = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
    page.goto(f"{office.url}/login")
    page.fill("input[name=name]", office.account)
    page.fill("input[name=password]", office.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{office.url}/")
    return page


def _open_console(keeper: Page, address: str) -> Page:
    """The console in a window beside the timekeeper's, its sound tried."""
    page = keeper.context.new_page()
    page.goto(address)
    page.click("#sound")
    page.wait_for_selector("#sound.fine")
    return page


def _picture(page: Page, address: str, path: Path) -> Path:
    page.goto(address)
    page.wait_for_load_state("load")
    return _shoot(page, path)


def _shoot(page: Page, path: Path) -> Path:
    page.screenshot(path=str(path))
    return path
