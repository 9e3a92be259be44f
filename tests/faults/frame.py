"""The frame of every campaign: what it counts, what it found, its controls, and runs that add up.

A campaign is one function `run(part, folder)`. A long run is cut into parts; one that the results file already has is
not run again, so that an interrupted run goes on where it was.
"""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from shared.timepiece import wall_ms

ROOT = Path(__file__).parents[2]
SHOWN = 5


@dataclass
class Account:
    """How often a fault was tried, what was found wrong, and other figures worth a line.

    A figure is named `<what> in <where>`, or `<what>` alone.
    """

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


def sum_up(accounts: Iterable[Account]) -> Account:
    """One account of all."""
    total = Account()
    for account in accounts:
        total.add(account)
    return total


@dataclass(frozen=True)
class Part:
    """The tries number `first` to `first + count` of the run with this seed; as a text it is the part's own seed."""

    seed: str
    first: int
    count: int

    def __str__(self) -> str:
        return f"{self.seed}:{self.first}:{self.count}"


Run = Callable[[Part, Path], Account]
"""Tries a fault as often as the part says, in a folder of its own."""


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
    """One part, or one control, as it stands in the results file: `found` things wrong, the first of them in words."""

    campaign: str
    part: str
    tried: int
    found: int
    findings: Sequence[str]
    figures: Mapping[str, int]
    seconds: float
    commit: str
    date: str

    def encode(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


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
    for first in range(0, count, campaign.part):
        part = Part(str(seed), first, min(campaign.part, count - first))
        yield find_part(campaign.name, part, results) or run_part(campaign, part, folder, results=results)


def find_part(name: str, part: Part, results: Path | None) -> Result | None:
    """What the results file says of a part."""
    known = (
        (done for done in read_results(results) if (done.campaign, done.part) == (name, str(part))) if results else ()
    )
    return next(iter(known), None)


def run_part(campaign: Campaign, part: Part, folder: Path, control: str = "", *, results: Path | None = None) -> Result:
    """Run one part, or one control, in a folder of its own, and note it."""
    begun = time.monotonic()
    own = folder / f"{campaign.name}-{len(list(folder.iterdir()))}"
    own.mkdir()
    account = (campaign.controls[control] if control else campaign.run)(part, own)
    done = Result(
        campaign=name_of(campaign, control),
        part=str(part),
        tried=account.tried,
        found=len(account.findings),
        findings=account.findings[:SHOWN],
        figures=dict(sorted(account.figures.items())),
        seconds=round(time.monotonic() - begun, 1),
        commit=_commit(),
        date=datetime.fromtimestamp(wall_ms() / 1000, UTC).date().isoformat(),
    )
    if results:
        note(done, results)
    return done


def name_of(campaign: Campaign, control: str = "") -> str:
    """The name of a campaign, or of one of its controls, in the results file."""
    return f"{campaign.name} without {control}" if control else campaign.name


@cache
def _commit() -> str:
    """The commit that ran, with a plus when code had been changed since; empty outside of git."""
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", "*.py")
    return _git("rev-parse", "--short=9", "HEAD") + "+" * bool(changed)


def _git(*words: str) -> str:
    found = subprocess.run(("git", *words), cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else ""


def describe(campaign: Campaign, results: Sequence[Result]) -> str:
    """The line of a campaign."""
    tried, found = sum(result.tried for result in results), sum(result.found for result in results)
    more = "".join(f", {value:,} {name}" for name, value in sorted(figures_of(results).items()))
    seconds = sum(result.seconds for result in results)
    return f"{campaign.name}: {tried:,} {campaign.unit}, {found} findings{more} ({seconds:.0f} s)"


def figures_of(results: Iterable[Result]) -> Counter[str]:
    """The sums of the figures."""
    figures: Counter[str] = Counter()
    for result in results:
        figures.update(result.figures)
    return figures
