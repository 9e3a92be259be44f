"""The frame of every campaign: what it counts, what it found, its controls, and runs that add up.

A campaign is one function `run(seed, count, folder)`. A long run is cut into parts, each with a seed of its own; a part
that the results file already has is not run again, so that an interrupted run goes on where it was.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

SHOWN = 5


@dataclass
class Account:
    """How often a fault was tried, what was found wrong, and other figures worth a line."""

    tried: int = 0
    findings: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Account") -> None:
        """Take in another account."""
        self.tried += other.tried
        self.findings += other.findings
        self.figures.update(other.figures)

    def check(self, where: str, findings: list[str]) -> None:
        """One more try, and what it showed."""
        self.tried += 1
        self.findings += [f"{where}: {finding}" for finding in findings]


Run = Callable[[str, int, Path], Account]
"""Tries a fault so many times with a seed, in a folder of its own."""


@dataclass(frozen=True)
class Campaign:
    """One kind of fault; `unit` is what is counted, `short` and `part` how many make a short run and a part."""

    name: str
    unit: str
    run: Run
    short: int
    part: int
    controls: Mapping[str, Run] = field(default_factory=dict)
    control_count: int = 100


@dataclass(frozen=True)
class Result:
    """One part as it stands in the results file."""

    campaign: str
    seed: str
    tried: int
    findings: list[str]
    figures: Mapping[str, int]
    seconds: float

    def encode(self) -> str:
        """As one line of JSON."""
        return json.dumps(
            {
                "campaign": self.campaign,
                "seed": self.seed,
                "tried": self.tried,
                "findings": self.findings,
                "figures": self.figures,
                "seconds": self.seconds,
            },
            ensure_ascii=False,
        )


def read_results(path: Path) -> list[Result]:
    """The parts in a results file; a line that was cut off is left out."""
    return list(_results(path)) if path.exists() else []


def _results(path: Path) -> Iterator[Result]:
    for line in path.read_text("utf-8").splitlines():
        with suppress(ValueError):
            yield Result(**json.loads(line))


def note(result: Result, path: Path) -> None:
    """Add a line to a results file, behind whatever an earlier run left there."""
    torn = path.exists() and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" * torn + result.encode() + "\n")


def run_parts(campaign: Campaign, seed: int, count: int, results: Path | None, folder: Path) -> Iterator[Result]:
    """Run a campaign in parts, noting each at once; parts that are there already are only told again."""
    known = {(done.campaign, done.seed): done for done in read_results(results)} if results else {}
    for number, first in enumerate(range(0, count, campaign.part)):
        name = f"{seed}:{number}:{min(campaign.part, count - first)}"
        done = known.get((campaign.name, name))
        if done is None:
            done = run_part(campaign, name, min(campaign.part, count - first), folder)
            if results:
                note(done, results)
        yield done


def run_part(campaign: Campaign, seed: str, count: int, folder: Path, control: str = "") -> Result:
    """Run one part, or one control, in a folder of its own."""
    begun = time.monotonic()
    own = folder / f"{campaign.name}-{len(list(folder.iterdir()))}"
    own.mkdir()
    account = (campaign.controls[control] if control else campaign.run)(seed, count, own)
    name = f"{campaign.name} without {control}" if control else campaign.name
    return Result(
        name, seed, account.tried, account.findings, dict(account.figures), round(time.monotonic() - begun, 1)
    )


def describe(campaign: Campaign, results: list[Result]) -> str:
    """The line of a campaign."""
    figures: Counter[str] = Counter()
    for result in results:
        figures.update(result.figures)
    found = sum(len(result.findings) for result in results)
    tried, seconds = sum(result.tried for result in results), sum(result.seconds for result in results)
    more = "".join(f", {value:,} {name}" for name, value in sorted(figures.items()))
    return f"{campaign.name}: {tried:,} {campaign.unit}, {found} findings{more} ({seconds:.0f} s)"
