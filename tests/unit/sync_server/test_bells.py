"""Who rings at a school of two laptops, as the office can know it: exactly one, or somebody should look."""

import pytest

from shared.domain.plan import Plan
from sync_server.services.bells import BellFact, heard_until
from sync_server.services.board_row import Concern, Contact, Row, gather, make_row
from sync_server.services.folds import LogFold
from sync_server.services.signal_strip import Standing, make_strip
from tests.made_up_log import CHIEF, TIMEKEEPER, MadeUpLog, at_clock
from tests.unit.sync_server.test_board_row import PLAN, SCHOOL, fold_of

TODAY = {"day": "day1"}
BELLS = {Concern.NO_BELL, Concern.TWO_BELLS}


def ringing(*names: str) -> MadeUpLog:
    log = MadeUpLog(SCHOOL.code, PLAN).open(27)
    for name in names:
        log.signal(name)
    return log


def silent() -> MadeUpLog:
    log = ringing()
    log.add("bell_given_up", TIMEKEEPER, TODAY, CHIEF, at="08:05")
    return log


def unopened() -> MadeUpLog:
    log = MadeUpLog(SCHOOL.code, PLAN)
    log.add("person_put_on_duty", CHIEF, {})
    return log


def row_of(*folds: LogFold, heard: str = "09:05", now: str = "09:05", plan: Plan | None = PLAN) -> Row:
    return make_row(SCHOOL, gather(folds, plan), Contact(at_clock(heard)), at_clock(now))


@pytest.mark.parametrize(
    ("logs", "concerns"),
    [
        ([ringing], set()),
        ([ringing, silent], set()),
        ([ringing, ringing], {Concern.TWO_BELLS}),
        ([silent, silent], {Concern.NO_BELL}),
        ([silent], {Concern.NO_BELL}),
        ([ringing, unopened], set()),
        ([silent, unopened], {Concern.NO_BELL}),
        ([unopened], set()),
    ],
)
def test_of_the_logs_that_opened_the_day_exactly_one_should_hold_the_bell(logs, concerns: set[Concern]) -> None:
    row = row_of(*(fold_of(make()) for make in logs))
    assert BELLS & set(row.concerns) == concerns


def test_after_handing_in_nobody_is_asked_about_the_bell() -> None:
    assert not BELLS & set(row_of(fold_of(ringing().hand_in()), fold_of(ringing())).concerns)


def test_taking_it_back_puts_both_right() -> None:
    log = silent()
    log.add("bell_taken", TIMEKEEPER, TODAY, at="08:30")
    row = row_of(fold_of(log))
    assert row.facts is not None
    assert row.facts.bells == (
        BellFact("A", is_here=True, since=at_clock("08:30"), seq=log.head.seq, opened=True, received=at_clock("10:08")),
    )
    assert not BELLS & set(row.concerns)


def test_without_its_plan_nobody_knows_who_rings() -> None:
    row = row_of(fold_of(ringing()), fold_of(ringing()), plan=None)
    assert row.facts is not None
    assert (row.facts.bells, BELLS & set(row.concerns)) == ((), set())


@pytest.mark.parametrize(
    ("silent_log", "standing"), [(silent, Standing.UNKNOWN), (ringing, Standing.MISSED)], ids=["gave it up", "rings"]
)
def test_what_the_silent_laptop_sends_does_not_make_the_others_signals_missed(silent_log, standing: Standing) -> None:
    ringer = fold_of(ringing("pre.check_in_open", "pre.check_in_close", "chinese.prepare"), received=at_clock("08:41"))
    other = fold_of(silent_log(), received=at_clock("09:04"))
    strip = make_strip(row_of(ringer, other, heard="09:04"), at_clock("09:05"))
    found = {cell.fact.signal.id: cell.standing for cell in strip.cells}
    assert found["pre.check_in_open"] is Standing.ON_TIME
    assert found["chinese.start"] is standing


def test_where_all_gave_it_up_nobody_knows_what_rang_since() -> None:
    log = ringing("pre.check_in_open")
    log.add("bell_given_up", TIMEKEEPER, TODAY, CHIEF, at="08:30")
    strip = make_strip(row_of(fold_of(log)), at_clock("09:05"))
    found = {cell.fact.signal.id: cell.standing for cell in strip.cells}
    assert (found["pre.check_in_open"], found["pre.check_in_close"]) == (Standing.ON_TIME, Standing.UNKNOWN)


@pytest.mark.parametrize(
    ("bells", "heard"),
    [
        ([], 100),
        ([(True, 50)], 100),
        ([(True, 50), (True, 60)], 100),
        ([(True, 50), (False, 90)], 50),
        ([(True, 50), (True, 60), (False, 90)], 60),
        ([(True, 150), (False, 90)], 100),
        ([(False, 90)], 40),
    ],
)
def test_until_when_the_office_knows_what_rang(bells: list[tuple[bool, int]], heard: int) -> None:
    facts = [
        BellFact("A", is_here, None if is_here else 40, 9, opened=True, received=received)
        for is_here, received in bells
    ]
    assert heard_until(facts, 100) == heard
    assert heard_until(facts, None) is None
