"""`make faults`: run the campaigns in short form with their controls, or one at length, or add up what was run."""

import argparse
import sys
from pathlib import Path

from tests.faults import bitrot, fuzz, kill, power, proxy, second, simulation, syscalls, threads
from tests.faults.frame import (
    SHOWN,
    Campaign,
    Part,
    Result,
    describe,
    find_part,
    name_of,
    read_results,
    run_part,
    run_parts,
)
from tests.faults.stage import scratch
from tests.faults.table import PAGE, RESULTS, write_page

CAMPAIGNS = {
    campaign.name: campaign
    for campaign in (
        *(power.ATTACK, syscalls.ATTACK, proxy.ATTACK, threads.ATTACK, kill.ATTACK, bitrot.ATTACK),
        second.ATTACK,
        simulation.ATTACK,
        fuzz.ATTACK,
    )
}


def main() -> int:
    """Exit status: 0 without a finding, 1 with one."""
    asked = _parse()
    if asked.table:
        page = PAGE.read_text("utf-8")
        PAGE.write_text(write_page(page, CAMPAIGNS.values(), read_results(RESULTS)), encoding="utf-8")
        return 0
    if asked.sum:
        return add_up(asked.results)
    chosen = [CAMPAIGNS[asked.campaign]] if asked.campaign else list(CAMPAIGNS.values())
    good = True
    with scratch() as folder:
        for campaign in chosen:
            good &= attack(campaign, asked.seed, asked.count, asked.results, folder)
            if not asked.count:
                for control in campaign.controls:
                    good &= prove(campaign, control, asked.seed, asked.results, folder)
    return 0 if good else 1


def attack(campaign: Campaign, seed: int, count: int | None, results: Path | None, folder: Path) -> bool:
    """Run a campaign and print its line; whether nothing was found."""
    done = list(run_parts(campaign, seed, count or campaign.short, results, folder))
    tell(describe(campaign, done))
    return not _tell_findings(done)


def prove(campaign: Campaign, control: str, seed: int, results: Path | None, folder: Path) -> bool:
    """Run a control and print its line; whether the campaign found what it had to find."""
    part = Part(str(seed), 0, campaign.control_count)
    done = find_part(name_of(campaign, control), part, results) or run_part(
        campaign, part, folder, control, results=results
    )
    if done.found:
        tell(f"  negative control without {control}: failed as it must, {done.found:,} findings in {done.tried:,}")
    else:
        tell(f"  negative control without {control}: found nothing in {done.tried:,}: the harness is broken")
    return done.found > 0


def add_up(results: Path | None) -> int:
    """Print the sums of a results file."""
    done = read_results(results) if results else []
    for campaign in CAMPAIGNS.values():
        own = [result for result in done if result.campaign == campaign.name]
        if own:
            tell(f"{describe(campaign, own)} in {len(own)} parts")
    return 1 if _tell_findings([result for result in done if result.campaign in CAMPAIGNS]) else 0


def tell(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _tell_findings(done: list[Result]) -> bool:
    for finding in [finding for result in done for finding in result.findings][:SHOWN]:
        tell(f"  finding: {finding}")
    found = sum(result.found for result in done)
    if found > SHOWN:
        tell(f"  and {found - SHOWN} more")
    return found > 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("campaign", nargs="?", choices=["", *CAMPAIGNS], default="", help="one campaign; else all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, help="how many in all; else the short form with its controls")
    parser.add_argument("--results", type=Path, help="a file to which each part adds a line, and from which it goes on")
    parser.add_argument("--sum", action="store_true", help="only add up what the results file holds")
    parser.add_argument("--table", action="store_true", help="only write the figures into docs/reliability.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
