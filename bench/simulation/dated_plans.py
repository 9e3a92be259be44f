"""The shipped plans as the county fills them in before its day: the date, and the times that no source gives."""

from dataclasses import dataclass
from pathlib import Path

from bench.simulation.county import JUNIOR, PRIMARY
from shared.domain.plan import Plan
from shared.wire.plan_file import read_plan, shipped_plans

DATE = "2022-05-25"
FILES = {PRIMARY: "2022-primary-day1.yaml", JUNIOR: "2019-single-day.yaml"}
_UNKNOWN = "start: 待定, end: 待定"


@dataclass(frozen=True, slots=True)
class DatedPlan:
    """A plan of one stage, as read and as the file that the county gives to its office."""

    stage: str
    plan: Plan
    file: Path


def write_plans(folder: Path, stages: set[str]) -> dict[str, DatedPlan]:
    """Write the plans of these stages into `folder`; returns them by stage."""
    plans = {}
    for stage in sorted(stages):
        data = _fill_in(shipped_plans()[FILES[stage]].decode("utf-8")).encode("utf-8")
        file = folder / FILES[stage]
        file.write_bytes(data)
        plans[stage] = DatedPlan(stage, read_plan(data, file.name), file)
    return plans


def _fill_in(text: str) -> str:
    """The date of the day; the singing test after the last questionnaire; the staff's questionnaire stays open."""
    text = text.replace("date: 待定", f"date: {DATE}", 1)
    return text.replace(_UNKNOWN, "start: 15:50, end: 16:20, source: inferred", 1)
