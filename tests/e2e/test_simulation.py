"""A county's day through real processes and a bad network: nothing lost or doubled, every cell right, no name out."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bench.simulation.account import Evidence, count_faults, make_account
from bench.simulation.engine import Run, Settings
from bench.simulation.ledger import Confirmed
from bench.simulation.telling import Teller
from tests.e2e.leaks import Leak, find_leaks, spell
from tests.e2e.traffic import keep_traffic

pytestmark = pytest.mark.e2e

SEALED = ("roster.enc",)


@dataclass(frozen=True)
class Day:
    """A day that is over: its folder as left, the same in mid-air before the processes ended, and its evidence."""

    folder: Path
    running: Path
    evidence: Evidence
    faults: Mapping[str, int]
    secrets: tuple[str, ...]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    made = tmp_path_factory.mktemp("day")
    folder, running = made / "county", made / "running"
    folder.mkdir()
    run = Run(Settings(2, 3, 1500, "flaky", folder, stays=False, quiet=True), folder, Teller(True))
    with pytest.MonkeyPatch.context() as patch:
        keep_traffic(patch, folder / "traffic.txt")
        try:
            run.open()
            run.play()
            evidence = run.evidence()
            shutil.copytree(folder, running)
        finally:
            run.close()
    faults = count_faults(school.network.struck for school in run.schools)
    pupils = [pupil for school in run.schools for pupil in school.school.pupils]
    return Day(folder, running, evidence, faults, tuple(word for pupil in pupils for word in (pupil.name, pupil.code)))


@pytest.fixture
def board(day: Day) -> dict[str, Any]:
    """The board's cells, to be altered."""
    return deepcopy(dict(day.evidence.board))


def test_everything_confirmed_arrives_once_through_a_flaky_network(day: Day) -> None:
    account = make_account(day.evidence)
    assert (account["lost"], account["duplicated"], account["others"]) == (0, 0, 0)
    assert account["differences"] == []
    assert account["boards_match"]
    assert account["logs_whole"]
    assert account["events_received"] == account["events_recorded"]
    assert account["events_least"] >= 80
    assert sum(day.faults.values()) > 0


def test_one_removed_line_is_one_lost(day: Day) -> None:
    reply = one_confirmed(day)
    stored = [line for line in day.evidence.stored if (line.log, line.seq) != (reply.log, reply.seq)]
    account = make_account(replace(day.evidence, stored=stored))
    assert (account["lost"], account["duplicated"], account["logs_whole"]) == (1, 0, False)


def test_one_line_that_says_something_else_is_lost(day: Day) -> None:
    reply = one_confirmed(day)
    stored = [
        replace(line, raw=line.raw.replace(b'"seat":', b'"seat":9'))
        if (line.log, line.seq) == (reply.log, reply.seq)
        else line
        for line in day.evidence.stored
    ]
    account = make_account(replace(day.evidence, stored=stored))
    assert (account["lost"], account["logs_whole"]) == (1, False)


def test_one_line_twice_is_one_duplicated(day: Day) -> None:
    stored = [*day.evidence.stored, replace(day.evidence.stored[-1], branch=2)]
    account = make_account(replace(day.evidence, stored=stored))
    assert (account["lost"], account["duplicated"], account["logs_whole"]) == (0, 1, False)


def test_each_single_altered_cell_turns_the_result(day: Day, board: dict[str, Any]) -> None:
    unnoticed = []
    for number, row in enumerate(board["schools"]):
        for place in list_cells(row):
            altered = deepcopy(board)
            alter(altered["schools"][number], place)
            if make_account(replace(day.evidence, board=altered))["boards_match"]:
                unnoticed.append((row["school"], *place))
    assert unnoticed == []


def test_a_row_that_is_missing_turns_the_result(day: Day, board: dict[str, Any]) -> None:
    del board["schools"][0]
    assert not make_account(replace(day.evidence, board=board))["boards_match"]


def test_no_pupil_is_named_outside_the_sealed_roster(day: Day) -> None:
    assert find_leaks(day.folder, day.secrets, SEALED) == []
    assert find_leaks(day.running, day.secrets, SEALED) == []


def test_the_search_sees_databases_their_journals_output_and_traffic(day: Day) -> None:
    searched = {path.name for folder in (day.folder, day.running) for path in folder.rglob("*") if path.is_file()}
    assert searched >= {"log.sqlite", "log.sqlite-wal", "people.sqlite", "server.sqlite", "server.sqlite-wal"}
    assert searched >= {"output.txt", "server.log", "traffic.txt", "laptop.json", *SEALED}
    assert b"attendance_marked" in (day.folder / "traffic.txt").read_bytes()


def test_a_planted_name_is_found_in_every_spelling(day: Day, tmp_path: Path) -> None:
    name = next(word for word in day.secrets if len(word) == 3)
    for number, pattern in enumerate(spell(name).values()):
        (tmp_path / f"{number}.log").write_bytes(b"GET /" + pattern + b"?\n")
    assert {leak.spelling for leak in find_leaks(tmp_path, [name])} == set(spell(name))


def test_a_planted_name_is_found_in_a_database(day: Day, tmp_path: Path) -> None:
    name = day.secrets[0]
    planted = tmp_path / "planted.sqlite"
    shutil.copy(next(day.folder.rglob("log.sqlite")), planted)
    with sqlite3.connect(planted) as connection:
        connection.execute("CREATE TABLE planted (name TEXT)")
        connection.execute("INSERT INTO planted VALUES (?)", (name,))
    connection.close()
    assert Leak(str(planted), "utf-8", name) in find_leaks(tmp_path, day.secrets)


def one_confirmed(day: Day) -> Confirmed:
    """A check-in that a laptop confirmed."""
    replies = day.evidence.schools[0].ledger.confirmed
    return next(reply for reply in replies if reply.type == "attendance_marked")


def list_cells(row: object, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The place of every cell of a row."""
    if isinstance(row, Mapping):
        for name, inner in row.items():
            yield from list_cells(inner, (*place, name))
    else:
        yield place


def alter(row: dict[str, Any], place: tuple[str, ...]) -> None:
    """Let one cell show something else; numbers that are times leave the span in which they can be."""
    *outer, name = place
    for step in outer:
        row = row[step]
    match row[name]:
        case bool(shown):
            row[name] = not shown
        case int(shown):
            row[name] = shown + (10**12 if name in ("last_contact", "worst_ms") else 1)
        case str(shown):
            row[name] = shown + "?"
        case list(shown):
            row[name] = [*shown, "silent"]
        case None:
            row[name] = 1
