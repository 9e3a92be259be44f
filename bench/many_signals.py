"""A rehearsal with a signal every minute of a long block, on one real laptop, with an ear in place of a loudspeaker."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.simulation import opening
from bench.simulation.county import PRIMARY, make_county
from bench.simulation.county_office import CountyOffice
from bench.simulation.dated_plans import DATE, FILES, DatedPlan
from bench.simulation.laptop_process import TESTDAY, LaptopProcess
from shared.domain.event import Event
from shared.domain.plan import instant_of
from shared.log.line import decode_line
from shared.log.logfile import read_fragment
from shared.wire.plan_file import read_plan, shipped_plans

_BLOCK = "long"
_BEGINS = 6 * 60 + 31
_SILENCE_BYTES = 5000
"""Less than this is the short silence with which a speaker is tried."""


@dataclass(frozen=True, slots=True)
class ManySignals:
    """A laptop enrolled for the rehearsal, not running; `due` is when each signal is due, in real wall ns, in order."""

    laptop: LaptopProcess
    heard: Path
    due: dict[str, int]

    def sounds(self) -> list[int]:
        """When the ear heard something, in wall ns, in order."""
        if not self.heard.exists():
            return []
        rows = [row.split() for row in self.heard.read_text(encoding="ascii").splitlines()]
        return sorted(int(at) for at, size in rows if int(size) > _SILENCE_BYTES)

    def nearest(self, at: float) -> str:
        """The signal that is due nearest to a moment, in wall ns."""
        return min(self.due, key=lambda signal: abs(self.due[signal] - at))

    def sounds_of(self, within_ns: int) -> dict[str, list[int]]:
        """The sounds heard of each signal: those less than `within_ns` from its due time, as ns late."""
        found: dict[str, list[int]] = {signal: [] for signal in self.due}
        for at in self.sounds():
            signal = self.nearest(at)
            if abs(self.due[signal] - at) < within_ns:
                found[signal].append(at - self.due[signal])
        return found

    def events(self) -> list[Event]:
        """The laptop's log, taken out by command; the laptop must have ended."""
        target = self.heard.with_name("log.txt")
        command = [str(TESTDAY), "field", "--data", str(self.laptop.folder), "export", str(target)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return [decode_line(line) for line in read_fragment(target.read_bytes()).lines]


def make_many_signals(folder: Path, signals: int, rate: int, real_start_in: int) -> ManySignals:
    """Make the office and enrol the laptop; the first of `signals` is due two shown minutes after the real start."""
    school = make_county(1, 2021)[0]
    file = folder / "many.yaml"
    file.write_text(_plan(signals), encoding="utf-8")
    plan = read_plan(file.read_bytes(), file.name)
    office = CountyOffice(folder / "office")
    codes = office.make([school], {PRIMARY: DatedPlan(PRIMARY, plan, file)}, rate, real_start_in)
    heard = folder / "heard.txt"
    laptop = LaptopProcess(
        folder / "laptop", sound=[sys.executable, str(Path(__file__).with_name("ear.py")), str(heard)]
    )
    office.start()
    laptop.start()
    try:
        opening.enrol(laptop.wait().launch_url, office.url, codes[school.code])
    finally:
        laptop.end()
        office.stop()
    rehearsal = laptop.rehearsal()
    due = {
        signal.id: rehearsal["real_start"] * 1_000_000
        + (instant_of(DATE, signal.at) - rehearsal["shown_start"]) * 1_000_000 // rehearsal["rate"]
        for signal in plan.signals()
        if signal.at is not None and signal.id.startswith(f"{_BLOCK}.reminder")
    }
    return ManySignals(laptop, heard, due)


def _plan(signals: int) -> str:
    """The shipped plan with one block, whose answering has a reminder in each of its minutes."""
    plan = yaml.safe_load(shipped_plans()[FILES[PRIMARY]])
    ends = _BEGINS + signals + 1
    block = next(block for block in plan["blocks"] if block["id"] == "chinese")
    block["id"] = _BLOCK
    block["phases"] = [
        {"phase": "prepare", "start": _clock(_BEGINS - 1), "end": _clock(_BEGINS)},
        {"phase": "answer", "start": _clock(_BEGINS), "end": _clock(ends)},
        {"phase": "seal", "start": _clock(ends), "end": _clock(ends + 20)},
    ]
    plan["days"][0]["date"] = DATE
    plan["blocks"] = [block]
    plan["signals"] = [
        {"block": _BLOCK, "kind": "reminder", "minutes_before_end": minutes, "enabled": "yes"}
        for minutes in range(1, signals + 1)
    ]
    return str(yaml.safe_dump(plan, allow_unicode=True, sort_keys=False))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
