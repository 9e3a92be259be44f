"""Fuzzing: what nobody should send is sent, hundreds of thousands of times, to whatever reads something.

Every answer must be a value as its types say, or a code with its sentence in both languages; over HTTP never a 5xx. No
case may hang or take much memory, no memory may be left over, and what is refused must not be written. Each slice runs
in a process of its own, watched by another.
"""

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.frame import Account, Campaign, Part, sum_up
from tests.faults.fuzz_controls import CONTROLS, Control, take_away
from tests.faults.fuzz_office import endpoint_cases
from tests.faults.fuzz_readers import line_cases, receipt_cases
from tests.faults.fuzz_schema import schema_cases
from tests.faults.fuzz_sticks import stick_cases
from tests.faults.stage import PATIENCE, scratch
from tests.faults.watch import LEAST, Case, Watched, watch_all


@dataclass(frozen=True)
class Target:
    """What is fuzzed: its cases, its share of a thousand, cases in a slice, and its bounds on memory in MiB."""

    cases: Callable[..., Iterator[Case]]
    share: int
    slice: int
    peak: int
    growth: int


TARGETS = {
    "lines": Target(line_cases, 500, 8000, 48, 16),
    "receipts": Target(receipt_cases, 300, 6000, 48, 16),
    "sticks": Target(stick_cases, 80, 3000, 320, 24),
    "endpoints": Target(endpoint_cases, 115, 2000, 64, 24),
    "schema": Target(schema_cases, 5, 500, 96, 48),
}
"""An unpacked bundle may hold 64 MiB, and its parts stand beside each other for a moment."""


def try_slice(progress: Any, name: str, seed: str, count: int, control: str) -> Account:
    """So many cases of one target, with a guard taken away for a control."""
    logging.disable(logging.CRITICAL)
    target, only = TARGETS[name], {}
    if control:
        take_away(control)
        only = {"only": CONTROLS[control].only} if CONTROLS[control].only else {}
    with scratch() as folder:
        cases = target.cases(random.Random(seed), folder, **only)
        try:
            return Watched(progress, f"{name} ({seed})", target.peak, target.growth).run(cases, count)
        finally:
            getattr(cases, "close")()  # noqa: B009 - a generator's


def run(part: Part, _folder: Path, *, control: Control | None = None) -> Account:
    """The cases of a part, shared out among the targets; a control attacks one alone."""
    patience = PATIENCE if control is None else control.patience
    return sum_up(watch_all(try_slice, list(_tasks(part, control)), patience))


def _tasks(part: Part, control: Control | None) -> Iterator[tuple[str, str, int, str]]:
    if control is not None:
        yield control.target, str(part), part.count, control.name
        return
    for name, target in TARGETS.items():
        share = max(LEAST, part.count * target.share // 1000)
        for first in range(0, share, target.slice):
            yield name, f"{part} {first}", min(target.slice, share - first), ""


ATTACK = Campaign(
    name="fuzz",
    unit="cases",
    run=run,
    short=4000,
    part=10_000,
    controls={control.words: partial(run, control=control) for control in CONTROLS.values()},
    control_count=200,
)
