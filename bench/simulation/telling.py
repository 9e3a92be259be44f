"""What a run tells people while it goes on: addresses and log-ins, the time of the day, how far it is."""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from bench.simulation.county_office import CountyOffice
from bench.simulation.school_run import SchoolRun
from shared.domain.timetable import clock_text
from shared.wire.terminal import show_progress

T = TypeVar("T")


class Teller:
    """Speaks on standard error, so that standard output is the account's alone; `quiet` leaves out the addresses."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._console = Console(stderr=True)

    def track(self, items: Sequence[T], title: str) -> Iterator[T]:
        """The items, with a bar on a terminal."""
        return show_progress(items, title, len(items))

    def say_addresses(self, office: CountyOffice, schools: Sequence[SchoolRun]) -> None:
        """Where to look, and how to get in."""
        if self._quiet:
            return
        table = Table(title="测试日演示 Test Day demo", show_header=False, title_justify="left", box=None)
        table.add_row("县级看板 county board", office.url)
        table.add_row("账号 account", f"{office.account} / {office.password}")
        for run in schools[:3]:
            table.add_row(f"{run.school.name} laptop", run.laptop.launch_url)
        staff = [f"{person.name} {person.pin}" for person in schools[0].school.staff[:8]]
        table.add_row(f"{schools[0].school.name} PIN", "  ".join(staff))
        others = [f"{run.school.name} {run.laptop.launch_url}" for run in schools[3:]]
        self._console.print(table)
        if others:
            self._console.print(f"其余 {len(others)} 所 the others:\n  " + "\n  ".join(others), style="dim")

    @contextmanager
    def day(self, acts: int, minute: Callable[[], float]) -> Iterator[Callable[[], None]]:
        """Show how the day passes; yields what to call after each act."""
        if not sys.stderr.isatty():
            yield lambda: None
            return
        columns = (
            TextColumn("{task.fields[clock]}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} 条 lines"),
        )
        lock = threading.Lock()
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task("day", total=acts, clock="06:30")

            def done() -> None:
                with lock:
                    progress.update(task, advance=1, clock=clock_text(int(minute())))

            yield done

    def stay(self) -> None:
        """Wait for Ctrl-C."""
        self._console.print("一天结束，页面仍可打开；按 Ctrl-C 停止。 The day is over; the pages stay up until Ctrl-C.")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
