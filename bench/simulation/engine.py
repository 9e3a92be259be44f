"""Runs a county's day from the first process to the account."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is asked for; `folder` is None for one that is deleted afterwards."""

    schools: int
    seed: int
    rate: int
    faults: str
    folder: Path | None
    stays: bool
    quiet: bool


def simulate_county(settings: Settings) -> dict[str, Any]:
    """Run the day; returns the account."""
    raise NotImplementedError
