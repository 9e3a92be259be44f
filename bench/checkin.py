"""`testday bench checkin`: check-ins at a real laptop over HTTP, beside a yardstick without our code."""

import http.client
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.fsyncs import count_fsyncs
from bench.office_process import Served, free_port, make_office
from bench.simulation import opening
from bench.simulation.county import PRIMARY, make_county
from bench.simulation.dated_plans import DATE, write_plans
from bench.simulation.laptop_process import LaptopProcess
from bench.simulation.ledger import Ledger
from bench.simulation.people import People
from bench.simulation.scripted_day import Scene
from bench.simulation.shown_clock import ShownClock
from shared.timepiece import Rehearsal

_A_ROUND = 50
_WARM_UP = 100
_WATCHED = 100
_STAFF = 6


class Typist:
    """One client on one kept connection, who sends check-ins one after another."""

    def __init__(self, url: str, cookie: str, block: str) -> None:
        self._http = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._block = block
        self._headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            **({"Cookie": cookie} if cookie else {}),
        }
        self._chance = random.Random(7)

    def check_in(self) -> float:
        """One check-in; returns the ms from the first byte sent to the last byte of the answer."""
        status, reason = self._chance.choice((("present", ""), ("present", ""), ("late", "traffic")))
        form = {
            "request_id": secrets.token_urlsafe(12),
            "block": self._block,
            "seat": self._chance.randint(1, 30),
            "status": status,
            "reason": reason,
            "note": "",
        }
        body = urlencode(form)
        begun = time.perf_counter()
        self._http.request("POST", "/check-in/mark", body, self._headers)
        answer = self._http.getresponse()
        content = answer.read()
        spent = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            raise RuntimeError(f"check-in refused: {answer.status} {content[:300]!r}")
        return spent

    def check_in_often(self, times: int) -> list[float]:
        """Several, one after another."""
        return [self.check_in() for _ in range(times)]


def measure(checkins: int = 1500) -> dict[str, Any]:
    """The figures of one run: our laptop and the yardstick take turns, so that a busy moment hits both."""
    with tempfile.TemporaryDirectory(prefix="testday-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        laptop, people = _open_laptop(folder, stack)
        window = people.window("proctor")
        cookie = "; ".join(f"{item.name}={item.value}" for item in window.http.cookies)
        ours = Typist(laptop.url, cookie, "chinese")
        yardstick = _open_yardstick(folder, stack)
        theirs = Typist(yardstick.url, "", "chinese")
        for typist in (ours, theirs):
            typist.check_in_often(_WARM_UP)
        mine: list[float] = []
        reference: list[float] = []
        for _ in range(-(-checkins // _A_ROUND)):
            mine += ours.check_in_often(_A_ROUND)
            reference += theirs.check_in_often(_A_ROUND)
        watch = _watcher(folder)
        return {
            "ack_ms_p50": round(statistics.median(mine), 3),
            "ack_ms_p99": round(_percentile(mine, 99), 3),
            "yardstick_ms_p50": round(statistics.median(reference), 3),
            "yardstick_ms_p99": round(_percentile(reference, 99), 3),
            "ratio": round(statistics.median(mine) / statistics.median(reference), 3),
            "fsyncs_per_checkin": watch(laptop.pid, ours),
            "yardstick_fsyncs_per_checkin": watch(yardstick.pid, theirs),
            "fsyncs_counted_by": "strace",
            "checkins": len(mine),
        }


def _watcher(folder: Path) -> Callable[[int, Typist], float | None]:
    def watch(pid: int, typist: Typist) -> float | None:
        calls = count_fsyncs(pid, lambda: typist.check_in_often(_WATCHED), folder / f"strace-{pid}.txt")
        return None if calls is None else round(calls / _WATCHED, 2)

    return watch


def _open_laptop(folder: Path, stack: ExitStack) -> tuple[LaptopProcess, People]:
    """A laptop on its morning, six people on duty, 30 pupils; the office is out of reach, as on the day."""
    school = make_county(1, 2021)[0]
    dated = write_plans(folder, {PRIMARY})[PRIMARY]
    code = make_office(folder / "office", [(school.code, school.name, school.stage)], [(dated.file, PRIMARY)])[
        school.code
    ]
    laptop = LaptopProcess(folder / "laptop")
    stack.callback(laptop.stop)
    laptop.start()
    laptop.wait()
    office = Served.office(folder / "office")
    try:
        opening.enrol(laptop.launch_url, office.url, code)
    finally:
        office.stop()
    people = People(laptop.launch_url, Ledger(school.code, school.name))
    clock = ShownClock(Rehearsal(1, 0, 0), DATE)
    scene = Scene(school, dated.plan, clock, people, random.Random(1))
    opening.open_house(scene)
    for number in range(2, _STAFF):
        opening.add_person(scene, number)
    opening.import_roster(scene)
    return laptop, people


def _open_yardstick(folder: Path, stack: ExitStack) -> Served:
    port = free_port()
    command = [sys.executable, "-m", "bench.yardstick_checkin", str(folder / "yardstick.sqlite"), str(port)]
    yardstick = Served(command, port, folder / "yardstick.log").wait()
    stack.callback(yardstick.stop)
    return yardstick


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
