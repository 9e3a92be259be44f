"""`testday demo`, `testday simulate` and `testday bench`: a whole county on one machine, and figures."""

import json
from pathlib import Path
from typing import Any

import click

from bench.simulation.engine import Settings, simulate_county
from bench.simulation.faults import FAULTS
from shared.wire.terminal import SpokenCommand, SpokenGroup

_DEMO_RATE = 63
_ONCE_RATE = 600
_RATE = click.IntRange(1, 3600)
_DOCS = Path(__file__).parent.parent / "docs"


@click.command(cls=SpokenCommand)
@click.option("--once", is_flag=True, help="Run to the end without waiting for anybody, then stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the account as one JSON object.")
@click.option("--schools", type=click.IntRange(1, 60), default=21, help="How many schools take part.")
@click.option("--rate", type=_RATE, help="How many times as fast the day passes; 63 (ten minutes), with --once 600.")
@click.option("--seed", type=int, default=2021, help="The same seed makes the same county and the same day.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep all data in this folder.")
@click.pass_context
def demo(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context, once: bool, as_json: bool, schools: int, rate: int | None, seed: int, keep: Path | None
) -> None:
    """One county on this machine, a whole day in ten minutes, to watch and join in. 演示。

    Starts the county office and a laptop for every school as real processes, prints their addresses and log-ins, and
    lets a script do what the people of each school do. It stays up until Ctrl-C, or ends by itself with --once.
    """
    settings = Settings(
        schools=schools,
        seed=seed,
        rate=rate or (_ONCE_RATE if once else _DEMO_RATE),
        faults="none",
        folder=keep,
        stays=not once,
        quiet=as_json,
    )
    _finish(ctx, simulate_county(settings), as_json)


@click.command(cls=SpokenCommand)
@click.option("--schools", type=click.IntRange(1, 60), default=20, help="How many schools take part.")
@click.option("--seed", type=int, default=1, help="The same seed makes the same county and the same day.")
@click.option("--faults", type=click.Choice(FAULTS), default="none", help="What the network and the office suffer.")
@click.option("--rate", type=_RATE, default=_ONCE_RATE, help="How many times as fast the day passes.")
@click.option("--json", "as_json", is_flag=True, help="Print the account as one JSON object.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep all data in this folder.")
@click.pass_context
def simulate(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context, schools: int, seed: int, faults: str, rate: int, as_json: bool, keep: Path | None
) -> None:
    """A county's day through a bad network, and an account of what arrived. 模拟。

    Exit 1 when something confirmed was lost or stored twice, a log is not whole, or a cell of the board is wrong.
    """
    settings = Settings(schools=schools, seed=seed, rate=rate, faults=faults, folder=keep, stays=False, quiet=as_json)
    _finish(ctx, simulate_county(settings), as_json)


@click.group(cls=SpokenGroup)
def bench() -> None:
    """Figures, each beside its yardstick measured in the same run; and the pictures in docs/. 测量。"""


@bench.command()
@click.option("--laptops", type=click.IntRange(8, 1000), default=100, help="How many laptops send.")
@click.option("--events", type=click.IntRange(1, 500), default=500, help="Events a laptop.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def ingest(laptops: int, events: int, as_json: bool) -> None:
    """How fast the office takes in the logs of many laptops over HTTP. 接收。"""
    from bench.ingest import measure

    _print(measure(laptops, events), as_json)


@bench.command()
@click.option(
    "--checkins", type=click.IntRange(50, 100_000), default=1500, help="Check-ins to time, one after another."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def checkin(checkins: int, as_json: bool) -> None:
    """How long one check-in takes, from the form sent to "recorded". 检录。"""
    from bench.checkin import measure

    _print(measure(checkins), as_json)


@bench.command()
@click.option(
    "--signals",
    type=click.IntRange(3, 200),
    default=200,
    help="Signals to time idle, and as many beside busy processes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def signals(signals: int, as_json: bool) -> None:
    """How exactly the laptop hands its signals over, idle and loaded; 200 take nine minutes. 报时。"""
    from bench.signals import measure

    _print(measure(signals), as_json)


@bench.command()
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="The folder for the pictures.")
def screenshots(into: Path | None) -> None:
    """Take the pictures in docs/screenshots again, in the middle of a rehearsal's morning. 截图。"""
    from bench.screenshots import take_screenshots

    for path in take_screenshots(into or _DOCS / "screenshots"):
        click.echo(str(path))


def _finish(ctx: click.Context, account: dict[str, Any], as_json: bool) -> None:
    _print(account, as_json)
    if account["lost"] or account["duplicated"] or not account["boards_match"] or not account["logs_whole"]:
        ctx.exit(1)


def _print(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    width = max(len(name) for name in figures)
    for name, value in figures.items():
        click.echo(f"{name:<{width}}  {value}")
