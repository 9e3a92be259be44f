"""The laptop's power fails at any instant: what it had confirmed is there, once, and the chain holds.

`make kills` kills 200 times; `make test` fewer. The figures are printed with `-s`.
"""

import json
import os
import random
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from shared.log.logfile import read_fragment
from shared.wire.plan_file import read_plan, shipped_plans
from tests.e2e.killing import Form, Held, kill_often
from tests.field_house import PLAN_2022
from tests.processes import TESTDAY, Visitor, end, run, start

pytestmark = pytest.mark.e2e

KILLS = int(os.environ.get("TESTDAY_KILLS", "40"))
CONTROL_KILLS = 12
PIN = {"p1": "271801", "p2": "271804"}
ITEMS = tuple(item.id for item in read_plan(shipped_plans()[PLAN_2022], PLAN_2022).readiness)


@dataclass(frozen=True)
class Laptop:
    """The field app over one folder, with 30 seats and a proctor on duty."""

    folder: Path

    def command(self) -> Sequence[str]:
        """See `Recorder.command`."""
        return [TESTDAY, "field", "--data", str(self.folder), "run", "--port", "0", "--no-browser", "--no-sync"]

    def enter(self, address: str) -> requests.Session:
        """See `Recorder.enter`: by the launch address, then by PIN."""
        window = requests.Session()
        window.headers["Accept"] = "application/json"
        window.get(address, timeout=30).raise_for_status()
        who = {"person": "p2", "pin": PIN["p2"]}
        window.post(address.split("/?")[0] + "/people/switch", data=who, timeout=30).raise_for_status()
        return window

    def compose(self, request: str, chance: random.Random) -> Form:
        """See `Recorder.compose`: a check-in, or an answer to the checklist."""
        if chance.random() < 0.5:
            item, result = chance.choice(ITEMS), chance.choice(("ready", "not_ready"))
            return Form(request, "/readiness/check", {"item": item, "result": result, "note": request})
        data = {"block": "chinese", "seat": chance.randint(1, 30), "status": "present", "note": request}
        return Form(request, "/check-in/mark", data)

    def held(self, window: requests.Session, base: str) -> Iterable[Held]:
        """See `Recorder.held`: from the log file that people carry away."""
        export = window.get(base + "/log/export", timeout=30)
        export.raise_for_status()
        for line in map(json.loads, read_fragment(export.content).lines):
            if "note" in line["data"]:
                yield Held.of(line["log"], line["seq"], line["data"]["note"], line["data"])


@dataclass(frozen=True)
class EarlyRecorder:
    """The control: it confirms before it commits."""

    folder: Path

    def command(self) -> Sequence[str]:
        """See `Recorder.command`."""
        return [sys.executable, str(Path(__file__).with_name("confirms_too_early.py")), str(self.folder)]

    def enter(self, address: str) -> requests.Session:
        """See `Recorder.enter`."""
        return requests.Session()

    def compose(self, request: str, chance: random.Random) -> Form:
        """See `Recorder.compose`."""
        return Form(request, "/record", {"note": request})

    def held(self, window: requests.Session, base: str) -> Iterable[Held]:
        """See `Recorder.held`."""
        for seq, request, note in window.get(base + "/lines", timeout=30).json():
            yield Held.of("early", seq, request, {"note": note})


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """Enrolled, opened by the principal, 30 seats, a proctor on duty; not running."""
    office, folder = tmp_path / "office", tmp_path / "laptop"
    schools, plan = tmp_path / "schools.csv", tmp_path / "plan.yaml"
    schools.write_text("学校代码,学校名称,学段\n530521001,南湖小学,小学\n", encoding="utf-8")
    plan.write_bytes(shipped_plans()[PLAN_2022])
    run("server", "--data", office, "init", "--county", "云溪县", "--campaign", "2022-yunxi")
    run("server", "--data", office, "import-schools", schools)
    run("server", "--data", office, "add-plan", plan)
    code = run("server", "--data", office, "enrol-code", "--school", "530521001").split()[-1]
    process, address = start("server", "--data", office, "run", "--port", 0)
    run("field", "--data", folder, "enrol", address.rstrip("/"), code)
    end(process)
    open_house(folder)
    return Laptop(folder)


def open_house(folder: Path) -> None:
    """The principal brings seats without names, then puts a proctor on duty."""
    process, address = start("field", "--data", folder, "run", "--port", 0, "--no-browser", "--no-sync")
    visitor = Visitor(address)
    phrase, pins = "南湖的水很清很清", {name: {"pin": pin, "pin_again": pin} for name, pin in PIN.items()}
    who = {"name": "李校长", "unit": "南湖小学", "role": "principal", **pins["p1"]}
    visitor.say("/people/first", **who, passphrase=phrase, passphrase_again=phrase)
    preview = visitor.say("/roster/preview", seats_only="1-30")
    visitor.say("/roster/save", preview=preview["preview"])
    added = visitor.say("/people/add", name="刘监测", unit="南湖小学", role="proctor", **pins["p2"])
    assert added["person"] == "p2"
    visitor.close()
    end(process)


def test_nothing_confirmed_is_lost_by_kills_at_any_instant(laptop: Laptop, tmp_path: Path) -> None:
    account = kill_often(laptop, KILLS, random.Random(KILLS))
    sys.stdout.write("\n" + account.figures())
    assert account.refused == []
    assert account.lost == set()
    assert account.twice == set()
    assert len(account.promised) > KILLS
    run("field", "--data", laptop.folder, "export", tmp_path / "day.log")
    run("field", "--data", laptop.folder, "backup", tmp_path / "day.sqlite")
    assert "完整" in run("verify", tmp_path / "day.log")
    assert "完整" in run("verify", tmp_path / "day.sqlite")
    assert {held.request for held in account.promised} <= set(requests_once(tmp_path / "day.sqlite"))


def test_who_confirms_before_the_commit_is_found_out(tmp_path: Path) -> None:
    account = kill_often(EarlyRecorder(tmp_path), CONTROL_KILLS, random.Random(1))
    sys.stdout.write("\n" + account.figures())
    assert account.refused == []
    assert account.lost != set()


def requests_once(database: Path) -> list[str]:
    """The request ids in a copy of the log; none may stand twice."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    found = [row[0] for row in connection.execute("SELECT request FROM line")]
    connection.close()
    assert len(found) == len(set(found))
    return found
