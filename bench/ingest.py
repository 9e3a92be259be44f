"""`testday bench ingest`: laptops send their days to a real office over HTTP, beside a yardstick without our code."""

import gzip
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import requests

from bench.office_process import Served, free_port, make_office, run_server_command
from bench.sample_log import SampleLog, make_log
from shared.log.logfile import join_records
from shared.log.signing import SigningKey, sign_head
from shared.wire import routes
from shared.wire.plan_file import shipped_plans

CAMPAIGN = "2022-yunxi"
PLAN = "2022-primary-day1.yaml"


@dataclass(slots=True)
class Laptop:
    """A laptop of the bench: it speaks the protocol from its description, without the field app's code."""

    url: str
    school: str
    key: SigningKey = field(default_factory=SigningKey.new)
    http: requests.Session = field(default_factory=requests.Session)
    device: str = ""
    carried: int = 0
    log_id: str = ""
    log: SampleLog | None = None
    packed: bytes = b""

    def enrol(self, code: str) -> str:
        """Enrol; returns the plan's hash."""
        answer = self._post(routes.ENROL, {"code": code, "key": self.key.public, "software": "bench"})
        self.device = answer["device"]
        plan: str = answer["plan"]
        return plan

    def greet(self) -> str:
        """Hello, session and probe; returns what the office holds, as `seq:hash` or nothing."""
        hello = self._post(routes.HELLO, {"protocol": routes.PROTOCOL, "nonce": secrets.token_hex(8)})
        message = routes.session_message(hello["nonce"], hello["server"], self.device)
        asked = {
            "device": self.device,
            "nonce": hello["nonce"],
            "sig": self.key.sign(routes.CONTEXT_SESSION, message),
            "wall": hello["time"],
        }
        self.http.headers["Authorization"] = "Bearer " + self._post(routes.SESSION, asked)["token"]
        heads = self._post(routes.PROBE, {"logs": [{"log": self.log_id}]})["logs"][0]["heads"]
        return f"{heads[0]['seq']}:{heads[0]['hash']}" if heads else ""

    def prepare(self, log: SampleLog) -> None:
        """Pack the whole log as one batch."""
        self.log = log
        self.log_id = log.heads[0].log
        records = [log.birth, *log.lines, sign_head(log.key, log.heads[-1]).record()]
        self.packed = gzip.compress(join_records(records), 9)
        start = log.heads[0]
        vouch = self.key.sign(routes.CONTEXT_VOUCH, routes.vouch_message(start.log, start.hash))
        self.http.headers[routes.VOUCH_HEADER] = vouch

    def push(self) -> None:
        """Send it; every line must be stored without a verdict."""
        headers = {"Content-Type": routes.LOG_TYPE, "Content-Encoding": "gzip"}
        runs = self._send(routes.PUSH, self.packed, headers)["runs"]
        if [run["result"] for run in runs] != ["stored"]:
            raise RuntimeError(f"not all stored: {runs}")

    def push_to_yardstick(self, url: str) -> None:
        """Send the same bytes to the yardstick."""
        self.http.post(f"{url}/push", data=self.packed, timeout=60).raise_for_status()

    def _post(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(content, separators=(",", ":")).encode()
        return self._send(path, body, {"Content-Type": "application/json"})

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        response = self.http.post(self.url + path, data=body, headers=headers, timeout=60)
        if response.status_code != 200:
            raise RuntimeError(f"{path}: {response.status_code} {response.text[:300]}")
        self.carried += len(body) + len(response.content)
        answer: dict[str, Any] = response.json()
        return answer


def measure(laptops: int = 100, lines: int = 500, parallel: int = 8, rounds: int = 5) -> dict[str, float]:
    """The figures of one run; rates are events per second, sizes bytes per event."""
    with tempfile.TemporaryDirectory(prefix="testday-bench-") as name:
        folder = Path(name)
        data = folder / "office"
        schools = [(f"5305{number:05d}", f"云溪第{number}小学", "小学") for number in range(laptops)]
        plan = folder / PLAN
        plan.write_bytes(shipped_plans()[PLAN])
        codes = make_office(data, schools, [(plan, "小学")])
        office = Served.office(data)
        port = free_port()
        command = [sys.executable, "-m", "bench.yardstick_ingest", str(folder / "yardstick.sqlite"), str(port)]
        yardstick = Served(command, port, folder / "yardstick.log").wait()
        try:
            fleet = _enrol(office, codes, lines)
            figures = _run(office, yardstick, fleet, parallel, rounds)
        finally:
            office.stop()
            yardstick.stop()
        run_server_command(data, "backup", str(folder / "copy.sqlite"))
        raw = sum(len(line) for laptop in fleet if laptop.log for line in laptop.log.lines)
        total = laptops * lines
        figures["stored_bytes_per_event"] = round((folder / "copy.sqlite").stat().st_size / total, 1)
        figures["raw_line_bytes_per_event"] = round(raw / total, 1)
        return figures


def _enrol(office: Served, codes: dict[str, str], lines: int) -> list[Laptop]:
    fleet = []
    for number, (school, code) in enumerate(sorted(codes.items())):
        laptop = Laptop(office.url, school)
        plan = laptop.enrol(code)
        laptop.prepare(make_log(school, CAMPAIGN, plan, lines, number))
        laptop.carried = 0
        fleet.append(laptop)
    return fleet


def _run(office: Served, yardstick: Served, fleet: list[Laptop], parallel: int, rounds: int) -> dict[str, float]:
    total = sum(len(laptop.log.lines) for laptop in fleet if laptop.log)
    seconds = cpu = yardstick_seconds = 0.0
    with ThreadPoolExecutor(parallel) as pool:
        for share in _shares(fleet, rounds):
            _timed(pool, [laptop.greet for laptop in share])
            before = office.cpu_seconds()
            seconds += _timed(pool, [laptop.push for laptop in share])
            cpu += office.cpu_seconds() - before
            yardstick_seconds += _timed(pool, [partial(laptop.push_to_yardstick, yardstick.url) for laptop in share])
        wire = sum(laptop.carried for laptop in fleet)
        held = list(pool.map(Laptop.greet, fleet))
    if held != [f"{laptop.log.heads[-1].seq}:{laptop.log.heads[-1].hash.hex()}" for laptop in fleet if laptop.log]:
        raise RuntimeError("the office does not hold what was sent")
    resend = sum(laptop.carried for laptop in fleet) - wire
    return {
        "events_per_s": round(total / seconds),
        "yardstick_events_per_s": round(total / yardstick_seconds),
        "ratio": round(yardstick_seconds / seconds, 3),
        "server_cpu_us_per_event": round(cpu / total * 1e6, 1),
        "wire_bytes_per_event": round(wire / total, 2),
        "resend_bytes_per_event": round(resend / total, 2),
    }


def _shares(fleet: list[Laptop], rounds: int) -> list[Sequence[Laptop]]:
    size = -(-len(fleet) // rounds)
    return [fleet[start : start + size] for start in range(0, len(fleet), size)]


def _timed(pool: ThreadPoolExecutor, calls: Sequence[Callable[[], object]]) -> float:
    start = time.perf_counter()
    for done in [pool.submit(call) for call in calls]:
        done.result()
    return time.perf_counter() - start
