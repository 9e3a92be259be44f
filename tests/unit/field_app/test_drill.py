"""A drill as data: how the day is squeezed, what its record says, and what a restart leaves of it."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from field_app.timekeeping.drill import Device, Drill, Outcome, plan_drill, squeeze
from field_app.timekeeping.drill_book import KEPT, DrillBook
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor
from shared.domain.plan import Signal
from shared.wire.plan_file import read_plan, shipped_plans
from tests.field_house import PLAN_2022

BY = Actor("p6", "timekeeper")
BEGUN = 1_653_436_800_000
SPAN = 555_000  # ten minutes less the lead and the time to confirm the last
TIMED = [
    (signal, signal.at)
    for signal in read_plan(shipped_plans()[PLAN_2022], "plan.yaml").signals()
    if signal.at is not None
]


def drill(rate: int = 1, timed: list[tuple[Signal, int]] = TIMED) -> Drill:
    """A drill of the shipped plan's day."""
    return plan_drill("d1", BY, rate, BEGUN, timed)


def test_gaps_keep_their_proportions() -> None:
    assert squeeze([0, 10, 40, 100], 1000, 50) == [0, 100, 400, 1000]


def test_a_gap_below_the_least_is_lengthened_and_the_others_share_the_rest() -> None:
    # 1 of 101 would be 10: it becomes 100, and the 900 that are left stand 60 to 40
    assert squeeze([0, 1, 61, 101], 1000, 100) == [0, 100, 640, 1000]


def test_lengthening_one_gap_may_make_another_too_short() -> None:
    assert squeeze([0, 0, 11, 100], 1000, 110) == [0, 110, 220, 1000]


@pytest.mark.parametrize(
    ("times", "expected"),
    [([], []), ([480], [0]), ([7, 7, 7], [0, 500, 1000]), (list(range(11)), list(range(0, 1001, 100)))],
)
def test_few_signals_at_once_or_too_many(times: list[int], expected: list[int]) -> None:
    assert squeeze(times, 1000, 300) == expected


def test_a_day_takes_ten_minutes_in_its_order_and_no_two_bells_meet() -> None:
    dues = [one.due for one in drill().signals]
    assert [one.signal.id for one in drill().signals] == [signal.id for signal, _ in TIMED]
    assert (dues[0] - BEGUN, dues[-1] - dues[0]) == (15_000, SPAN)
    assert min(after - before for before, after in pairwise(dues)) == 15_000
    assert drill().is_over(BEGUN + 600_000)


def test_a_rehearsal_takes_ten_real_minutes_too() -> None:
    slow, fast = drill(), drill(rate=24)
    assert [one.due - BEGUN for one in fast.signals] == pytest.approx(
        [24 * (one.due - BEGUN) for one in slow.signals], abs=24_000
    )
    first = fast.signals[0]
    given = fast.giving(first.signal.id, first.due + 240, Device.CONSOLE)
    assert given.deviation(given.signals[0]) == 10


def test_the_figures_say_what_was_given_confirmed_and_not_reached() -> None:
    held = drill()
    for one, off in zip(held.signals[:3], (12, -3, 7), strict=True):
        held = held.giving(one.signal.id, one.due + off, Device.CONSOLE)
    held = held.confirming(held.signals[0].signal.id, held.signals[0].due + 4000)
    held = held.ending(Outcome.STOPPED, held.signals[4].due)
    told = held.figures()
    assert (told.all, told.given, told.silent, told.unreached) == (len(TIMED), 3, 2, len(TIMED) - 5)
    assert (told.unconfirmed, told.worst) == (2, 12)


def test_the_first_word_counts_and_nothing_after_the_end() -> None:
    first, second = drill().signals[:2]
    held = drill().giving(first.signal.id, first.due, Device.CONSOLE)
    assert held.giving(first.signal.id, first.due + 900, Device.VOICE) == held
    assert held.confirming(second.signal.id, second.due) == held  # not given
    held = held.confirming(first.signal.id, first.due + 1)
    assert held.confirming(first.signal.id, first.due + 2) == held
    ended = held.ending(Outcome.STOPPED, first.due + 5000)
    assert ended.giving(second.signal.id, second.due, Device.CONSOLE) == ended
    assert ended.ending(Outcome.FINISHED, second.due) == ended


def test_a_bell_that_sounded_before_the_end_may_be_told_after_it() -> None:
    first = drill().signals[0]
    ended = drill().ending(Outcome.STOPPED, first.due + 1000)
    assert ended.giving(first.signal.id, first.due + 5, Device.CONSOLE).figures().given == 1


def test_a_drill_is_over_early_when_everything_is_confirmed() -> None:
    held = drill()
    for one in held.signals:
        held = held.giving(one.signal.id, one.due, Device.CONSOLE).confirming(one.signal.id, one.due + 1000)
    last = held.signals[-1].due
    assert (held.is_over(last + 4000), held.is_over(last + 5000)) == (False, True)


def test_the_record_survives_a_restart_and_what_ran_then_was_interrupted(tmp_path: Path) -> None:
    book = DrillBook(tmp_path / "drills.json")
    begun = book.begin(drill())
    first = begun.signals[0]
    book.change("d1", lambda kept: kept.giving(first.signal.id, first.due + 8, Device.SPEAKER))
    assert book.running is not None
    (again,) = DrillBook(tmp_path / "drills.json").list_drills()
    assert (again.outcome, again.ended, again.by) == (Outcome.INTERRUPTED, None, BY)
    assert again.signals[0] == book.running.signals[0]
    assert again.figures().unreached == len(TIMED) - 1


def test_one_drill_runs_and_the_last_ones_are_kept(tmp_path: Path) -> None:
    book = DrillBook(tmp_path / "drills.json")
    for number in range(KEPT + 2):
        begun = book.begin(plan_drill(f"d{number}", BY, 1, BEGUN + number, TIMED[:2]))
        assert book.begin(plan_drill("another", BY, 1, BEGUN, TIMED[:2])) == begun
        book.change(f"d{number}", lambda kept: kept.ending(Outcome.FINISHED, BEGUN))
    kept = DrillBook(tmp_path / "drills.json").list_drills()
    assert [one.id for one in kept] == [f"d{number}" for number in range(KEPT + 1, 1, -1)]
    assert book.change("d0", lambda one: one) is None


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"signals":[]}]', '{"a":1}', "null"])
def test_a_damaged_record_keeps_nobody_from_starting(tmp_path: Path, content: str) -> None:
    path = tmp_path / "drills.json"
    path.write_text(content, encoding="utf-8")
    book = DrillBook(path)
    assert book.list_drills() == ()
    book.begin(drill())
    assert len(json.loads(path.read_text(encoding="utf-8"))) == 1


def test_what_the_disk_refuses_does_not_begin_but_does_end(tmp_path: Path) -> None:
    path = tmp_path / "drills.json"
    book = DrillBook(path)
    book.begin(drill())
    path.unlink()
    path.mkdir()  # no file can take this name
    with pytest.raises(DomainError) as refused:
        book.change("d1", lambda kept: kept.ending(Outcome.YIELDED, BEGUN))
    assert refused.value.code is ErrorCode.NOT_RECORDED
    assert book.running is None
    with pytest.raises(DomainError):
        book.begin(plan_drill("d2", BY, 1, BEGUN, TIMED))
    assert book.find("d2") is None
