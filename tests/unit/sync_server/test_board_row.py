"""A board row: unknown is not zero, silence has an age, the worst comes first."""

import pytest

from shared.domain.event import Event
from shared.domain.fold import Folded, advance
from shared.domain.plan import Plan
from shared.log.birth import decode_birth
from shared.log.line import decode_line
from sync_server.services.board import badness, kind_of, summarise
from sync_server.services.board_cells import cells_of
from sync_server.services.board_row import Concern, Contact, Row, SchoolState, gather, make_row
from sync_server.services.family import living_branches
from sync_server.services.folds import LogFold
from sync_server.store.records import Branch, School, StoredLog
from tests.made_up_log import PRINCIPAL, MadeUpLog, at_clock
from tests.made_up_office import shipped_plan

PLAN = shipped_plan()
MINUTE = 60_000
NOW = at_clock("10:08")
SCHOOL = School(1, "530521001", "南湖小学", "4", PLAN.sha256)


def fold_of(log: MadeUpLog, branch: int = 0, fork: int = -1, received: int = NOW) -> LogFold:
    events: list[Event] = [decode_line(line) for line in log.lines]
    folded = Folded()
    for event in events:
        folded = advance(folded, event, lambda seq: events[seq - 1])
    stored = StoredLog(1, 1, log.head.log, log.birth, None)
    return LogFold(stored, Branch(branch, 0, fork, log.head, "", received), decode_birth(log.birth), folded)


def row_of(
    *folds: LogFold, heard: int | None = NOW - MINUTE, plan: Plan | None = PLAN, school: School = SCHOOL, apart: int = 0
) -> Row:
    return make_row(school, gather(folds, plan), Contact(heard, apart), NOW, 10 * MINUTE)


def running() -> MadeUpLog:
    return MadeUpLog(SCHOOL.code, PLAN).open(27).check_in("chinese", 27, absent=(3,)).signal("chinese.start")


def test_never_seen_knows_nothing() -> None:
    row = row_of(heard=None)
    assert (row.state, row.facts, row.silent, row.silence, row.now) == (SchoolState.NEVER_SEEN, None, None, None, None)
    cells = cells_of(row)
    assert {cells[key] for key in ("plan", "roster", "lines", "handed_in", "last_contact", "silent")} == {None}
    assert (cells["blocks"], cells["signals"], cells["materials"], cells["incidents"]) == (None, None, None, None)


def test_a_laptop_that_called_without_a_line_is_still_never_seen() -> None:
    row = row_of(heard=NOW - MINUTE)
    assert (row.state, row.last_contact, row.silent) == (SchoolState.NEVER_SEEN, NOW - MINUTE, None)


@pytest.mark.parametrize(("age", "silent"), [(10 * MINUTE, False), (10 * MINUTE + 1, True)])
def test_a_running_school_is_silent_after_the_threshold(age: int, silent: bool) -> None:
    row = row_of(fold_of(running()), heard=NOW - age)
    assert (row.silent, row.silence) == (silent, age)
    assert (Concern.SILENT in row.concerns, kind_of(row)) == (silent, "silent" if silent else "fine")


def test_a_school_that_has_not_opened_or_has_handed_in_is_not_silent() -> None:
    duty = {"person": "p1", "name": "周敏", "unit": "南湖小学", "role": "principal", "outsider": False}
    early = MadeUpLog(SCHOOL.code, PLAN)
    early.add("person_put_on_duty", PRINCIPAL, duty)
    assert row_of(fold_of(early), heard=NOW - 60 * MINUTE).silent is False
    assert row_of(fold_of(running().hand_in()), heard=NOW - 60 * MINUTE).silent is False


def test_a_clock_that_runs_behind_gives_no_negative_silence() -> None:
    assert row_of(fold_of(running()), heard=NOW + MINUTE).silence == 0


def test_without_its_plan_blocks_and_signals_are_unknown() -> None:
    row = row_of(fold_of(running()), plan=None)
    assert row.facts is not None
    assert (row.facts.blocks, row.facts.signals, row.facts.roster) == (None, None, 27)
    assert row.state is SchoolState.READY


def test_of_a_forked_log_the_branch_that_goes_on_is_counted() -> None:
    old, new = running(), running()
    stopped = fold_of(old, received=NOW - MINUTE)
    living = fold_of(new, branch=1, fork=5)
    living = LogFold(stopped.log, living.branch, stopped.birth, living.folded)
    assert living_branches([stopped, living]) == [living]
    row = row_of(stopped, living)
    assert row.facts is not None
    assert (row.facts.logs, row.facts.forks, row.facts.lines) == (1, 1, old.head.seq + new.head.seq - 5)
    assert Concern.FORK in row.concerns


def test_the_worst_comes_first_and_every_school_is_counted_once() -> None:
    def school(number: int) -> School:
        return School(number, f"53052100{number}", f"第{number}小学", "4", PLAN.sha256)

    grave = running()
    grave.incident(3, "试卷提前打开")
    rows = [
        row_of(fold_of(running()), school=school(1)),
        row_of(fold_of(running().hand_in()), school=school(2)),
        row_of(heard=None, school=school(3)),
        row_of(fold_of(running()), heard=NOW - 60 * MINUTE, school=school(4)),
        row_of(fold_of(grave), school=school(5)),
        row_of(fold_of(running()), school=school(6), apart=1),
    ]
    assert [row.school.no for row in sorted(rows, key=badness)] == [5, 4, 6, 3, 1, 2]
    summary = summarise(rows)
    assert (summary.fine, summary.attention, summary.silent, summary.handed_in) == (2, 2, 2, 1)
    assert (summary.expected, summary.present, summary.absent, summary.unknown) == (5 * 27, 5 * 26, 5, 1)
