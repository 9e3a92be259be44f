"""The strip of signals: what the office can know of each signal, and the worst school first."""

from dataclasses import replace

import pytest

from shared.domain.plan import Plan
from shared.domain.signals import SignalRecord
from sync_server.services.board_row import Contact, Row, SignalFact, gather, make_row
from sync_server.services.signal_strip import (
    PATIENCE_MS,
    Standing,
    Strip,
    column_times,
    count_standings,
    make_strip,
    make_strips,
    standing_of,
)
from sync_server.store.records import School
from tests.made_up_log import CHIEF, TIMEKEEPER, MadeUpLog, at_clock
from tests.unit.sync_server.test_board_row import PLAN, fold_of

SIGNAL = PLAN.signal("chinese.start")
NINE = at_clock("09:00")
EARLY = ("pre.check_in_open", "pre.check_in_close", "chinese.prepare")


def school(name: str = "南湖小学", number: int = 1) -> School:
    return School(number, f"53052100{number}", name, "4", PLAN.sha256)


def morning(*names: str, pupils: int = 27) -> MadeUpLog:
    log = MadeUpLog("530521001", PLAN).open(pupils)
    for name in names or (*EARLY, "chinese.start"):
        log.signal(name)
    return log


def row_of(
    log: MadeUpLog | None,
    home: School | None = None,
    heard: str = "09:05",
    plan: Plan | None = PLAN,
    now: str = "09:05",
) -> Row:
    folds = [fold_of(log)] if log else []
    return make_row(home or school(), gather(folds, plan), Contact(at_clock(heard)), at_clock(now))


def strip_of(log: MadeUpLog | None, heard: str = "09:05", plan: Plan | None = PLAN, now: str = "09:05") -> Strip:
    return make_strip(row_of(log, heard=heard, plan=plan, now=now), at_clock(now))


def standings(strip: Strip) -> dict[str, Standing]:
    return {cell.fact.signal.id: cell.standing for cell in strip.cells}


def fact(deviation: int | None = None, **said: int | None) -> SignalFact:
    return SignalFact(SIGNAL, SignalRecord(planned=NINE, **said), NINE, deviation)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("deviation", "standing"),
    [
        (0, Standing.ON_TIME),
        (60_000, Standing.ON_TIME),
        (-60_000, Standing.ON_TIME),
        (60_001, Standing.OFF),
        (-60_001, Standing.OFF),
    ],
)
def test_a_given_signal_stands_by_its_deviation(deviation: int, standing: Standing) -> None:
    given = fact(deviation, given=NINE + deviation, confirmed=NINE + deviation + 1)
    assert standing_of(given, NINE + 600_000, NINE + 600_000) is standing


@pytest.mark.parametrize(
    ("age", "standing"), [(PATIENCE_MS, Standing.ON_TIME), (PATIENCE_MS + 1, Standing.UNCONFIRMED)]
)
def test_a_given_signal_is_unconfirmed_only_after_two_minutes(age: int, standing: Standing) -> None:
    assert standing_of(fact(0, given=NINE), NINE + age, NINE + age) is standing


def test_whether_it_was_confirmed_after_the_last_word_is_unknown_and_no_reproach() -> None:
    assert standing_of(fact(0, given=NINE), NINE + 1000, NINE + 3_600_000) is Standing.ON_TIME


@pytest.mark.parametrize(
    ("now", "known", "standing"),
    [
        (-1000, -1000, Standing.WAITING),
        (PATIENCE_MS, PATIENCE_MS, Standing.WAITING),
        (PATIENCE_MS + 1, PATIENCE_MS + 1, Standing.MISSED),
        (PATIENCE_MS + 1, PATIENCE_MS, Standing.UNKNOWN),
        (3_600_000, -3_600_000, Standing.UNKNOWN),
    ],
)
def test_a_due_signal_is_missed_only_when_the_school_spoke_since(now: int, known: int, standing: Standing) -> None:
    assert standing_of(fact(), NINE + known, NINE + now) is standing


def test_a_skipped_signal_is_not_missed_and_given_after_all_it_counts_as_given() -> None:
    assert standing_of(fact(skipped_seq=9), NINE + 600_000, NINE + 600_000) is Standing.SKIPPED
    late = fact(300_000, skipped_seq=9, given=NINE + 300_000, confirmed=NINE + 300_001)
    assert standing_of(late, NINE + 600_000, NINE + 600_000) is Standing.OFF


def test_a_signal_without_a_planned_time_is_never_missed() -> None:
    assert standing_of(replace(fact(), planned=None), NINE, NINE + 86_400_000) is Standing.WAITING


def test_a_morning_in_cells_in_the_order_of_their_times() -> None:
    log = morning(*EARLY[:2])
    log.add("signal_skipped", TIMEKEEPER, {"signal": "chinese.prepare", "reason": "广播坏了"})
    strip = strip_of(log)
    assert [cell.fact.signal for cell in strip.cells] == list(PLAN.signals())
    found = standings(strip)
    assert {found[name] for name in EARLY[:2]} == {Standing.ON_TIME}
    assert (found["chinese.prepare"], found["chinese.start"]) == (Standing.SKIPPED, Standing.MISSED)
    assert (found["chinese.end"], strip.standing) == (Standing.WAITING, Standing.MISSED)


def test_a_school_is_unknown_from_its_last_word_on() -> None:
    strip = strip_of(morning(*EARLY), heard="08:45", now="09:05")
    assert (standings(strip)["chinese.start"], strip.standing) == (Standing.UNKNOWN, Standing.UNKNOWN)


def test_after_handing_in_what_was_not_given_is_missed_without_another_word() -> None:
    strip = strip_of(morning(*EARLY).hand_in(), heard="08:45", now="09:05")
    assert standings(strip)["chinese.start"] is Standing.MISSED


def test_before_a_day_without_a_date_is_opened_nothing_is_due() -> None:
    log = MadeUpLog("530521001", PLAN)
    data = {"person": CHIEF.person, "name": "郑华", "unit": "南湖小学", "role": CHIEF.role, "outsider": True}
    log.add("person_put_on_duty", CHIEF, data)
    strip = strip_of(log, now="20:00", heard="20:00")
    assert {cell.fact.planned for cell in strip.cells} == {None}
    assert strip.standing is Standing.WAITING


def test_never_seen_or_without_its_plan_is_unknown_without_cells() -> None:
    for strip in (strip_of(None), strip_of(morning(), plan=None)):
        assert (strip.standing, strip.cells, strip.worst) == (Standing.UNKNOWN, (), None)


def test_the_worst_deviation_names_its_signal() -> None:
    strip = strip_of(morning(*EARLY).signal("chinese.start", -75))
    assert strip.worst is not None
    assert (strip.worst.signal, strip.worst.deviation) == (SIGNAL, -75_000)


def test_missed_first_then_by_size_then_unconfirmed_then_by_name() -> None:
    unconfirmed = morning(*EARLY)
    ring = {"signal": "chinese.start", "planned": NINE, "due": NINE, "channel": "bell"}
    unconfirmed.add("signal_given", TIMEKEEPER, ring, at="09:00")
    logs = {
        "丁校": morning(),
        "乙校": None,
        "丙校": morning(*EARLY).signal("chinese.start", 90),
        "戊校": morning(*EARLY).signal("chinese.start", -125),
        "己校": unconfirmed,
        "庚校": morning(*EARLY),
        "辛校": morning(*EARLY[:2]),
    }
    rows = [row_of(log, school(name, number)) for number, (name, log) in enumerate(logs.items(), start=1)]
    strips = make_strips(rows, at_clock("09:05"))
    assert [strip.row.school.name for strip in strips] == ["辛校", "庚校", "戊校", "丙校", "己校", "丁校", "乙校"]
    counts = count_standings(strips)
    assert {standing: n for standing, n in counts.items() if n} == {
        Standing.MISSED: 2,
        Standing.OFF: 2,
        Standing.UNCONFIRMED: 1,
        Standing.ON_TIME: 1,
        Standing.UNKNOWN: 1,
    }


def test_a_column_has_a_time_only_where_all_plans_agree() -> None:
    strip = strip_of(morning())
    assert column_times([strip, strip_of(None)])[:4] == [500, 520, 520, 540]
    other = replace(strip, cells=strip.cells[1:])
    assert column_times([strip, other])[:3] == [None, 520, None]
    assert len(column_times([strip, other])) == 18
    assert column_times([]) == []
