"""The shortest form of every campaign, with its controls: what `make faults` does in minutes, in seconds."""

from pathlib import Path

import pytest

from tests.faults import bitrot, fuzz, kill, power, proxy, second, simulation, syscalls, threads
from tests.faults.frame import Account, Campaign, Part, read_results, run_part, run_parts
from tests.faults.kept_seeds import KEPT_FAULTS
from tests.faults.syscalls import Fault, set_stage, try_fault

SHORTEST = (
    (power.ATTACK, 220),
    (syscalls.ATTACK, 20),
    (proxy.ATTACK, 12),
    (threads.ATTACK, 8),
    (kill.ATTACK, 14),
    (bitrot.ATTACK, 210),
    (second.ATTACK, 400),
    (simulation.ATTACK, 40),
    (fuzz.ATTACK, 1000),
)
CONTROLS = [(campaign, control) for campaign, _count in SHORTEST for control in campaign.controls]


@pytest.mark.parametrize(("campaign", "count"), SHORTEST, ids=lambda value: getattr(value, "name", ""))
def test_no_fault_costs_anything(campaign: Campaign, count: int, tmp_path: Path) -> None:
    done = run_part(campaign, Part("test", 0, count), tmp_path)
    assert done.findings == []
    assert done.tried >= count * 0.7


@pytest.mark.parametrize("fault", KEPT_FAULTS, ids=str)
def test_what_a_failing_call_once_cost(fault: Fault, tmp_path: Path) -> None:
    (tmp_path / "stage").mkdir()
    stage = set_stage(fault.workload, tmp_path / "stage", "kept")
    assert try_fault(fault, stage, tmp_path / "try", "kept").findings == []


@pytest.mark.parametrize(("campaign", "control"), CONTROLS, ids=lambda value: value if isinstance(value, str) else "")
def test_who_lacks_a_guard_is_found_out(campaign: Campaign, control: str, tmp_path: Path) -> None:
    assert run_part(campaign, Part("test", 0, campaign.control_count), tmp_path, control).findings != []


def test_long_run_goes_on_where_it_was(tmp_path: Path) -> None:
    tried: list[str] = []

    def run(part: Part, folder: Path) -> Account:
        tried.append(str(part))
        return Account(part.count, ["bad"] if part.count == 5 else [])

    campaign, results = Campaign("made up", "tries", run, short=10, part=10), tmp_path / "results"
    (tmp_path / "work").mkdir()
    first = list(run_parts(campaign, 7, 20, results, tmp_path / "work"))
    with results.open("a", encoding="utf-8") as file:
        file.write('{"campaign": "made up", "se')  # the power failed
    second = list(run_parts(campaign, 7, 25, results, tmp_path / "work"))
    assert tried == ["7:0:10", "7:10:10", "7:20:5"]
    assert second[:2] == first
    assert second[2].findings == ["bad"]
    assert [result.tried for result in read_results(results)] == [10, 10, 5]
