"""The clock that goes on by its tick: steps, drift, sleep, zones, restarts; and that the log alone explains it."""

import pytest

from field_app.services.journal import Journal
from field_app.timekeeping.steady_clock import SteadyClock
from shared.domain.clock import DisturbanceKind, Instant
from shared.timepiece import Rehearsal
from tests.field_house import CHIEF_PROCTOR, TIMEKEEPER, FieldHouse, StillTime

START = 1_653_438_000_000
SECOND = 1_000_000_000


@pytest.fixture
def time() -> StillTime:
    """A machine that stands still."""
    return StillTime(START)


def kinds(clock: SteadyClock) -> list[tuple[str, int]]:
    """What the clock has noticed."""
    return [(found.kind.value, found.by) for found in clock.noticed()]


@pytest.mark.parametrize("seconds", [-86_400, -10_800, -90, -1, 1, 90, 10_800, 86_400, -315_360_000])
def test_a_step_moves_the_wall_clock_and_not_the_corrected_time(time: StillTime, seconds: int) -> None:
    clock = SteadyClock(time)
    clock.set_check(-500, 1000)
    time.pass_ns(10 * SECOND)
    left = clock.left_ns(START + 60_000)
    time.step(seconds)
    now = clock.now()
    assert (now.wall, now.corrected, now.error) == (START + 10_000 + seconds * 1000, START + 9_500, 1000)
    assert clock.left_ns(START + 60_000) == left
    assert kinds(clock) == [("stepped", seconds * 1000)]


def test_small_differences_are_let_be(time: StillTime) -> None:
    clock = SteadyClock(time)
    time.step(0.2)
    assert clock.now().corrected == START + 200
    assert kinds(clock) == []


def test_drift_is_noticed_when_it_comes_to_two_seconds(time: StillTime) -> None:
    clock = SteadyClock(time)
    for _ in range(11):
        time.pass_ns(SECOND)
        time.step(0.19)
        clock.now()
    assert kinds(clock) == [("drifted", 2090)]
    assert clock.now().corrected == START + 11_000


def test_sleep_is_noticed_and_time_goes_on(time: StillTime) -> None:
    clock = SteadyClock(time)
    time.sleep(1200)
    assert clock.now().corrected == START + 1_200_000
    assert kinds(clock) == [("slept", 1_200_000)]
    assert clock.slept_ms() == 1_200_000


def test_a_clock_set_while_asleep_is_both(time: StillTime) -> None:
    clock = SteadyClock(time)
    time.sleep(1200)
    time.step(-90)
    assert clock.now().corrected == START + 1_200_000
    assert kinds(clock) == [("slept", 1_200_000), ("stepped", -90_000)]


def test_another_zone_changes_nothing(time: StillTime) -> None:
    clock = SteadyClock(time)
    time.minutes = 0
    assert kinds(clock) == [("zone", -8 * 3_600_000)]
    assert (clock.now().offset, clock.now().corrected) == (None, START)


def test_what_is_settled_is_noticed_no_more(time: StillTime) -> None:
    clock = SteadyClock(time)
    time.step(5)
    (found,) = clock.noticed()
    clock.settle(found)
    assert clock.noticed() == ()


def test_a_restart_goes_on_by_the_tick_of_the_last_line(time: StillTime) -> None:
    last = SteadyClock(time).now()
    time.pass_ns(30 * SECOND)
    time.step(3600)
    clock = SteadyClock(time)
    clock.set_check(0, 1000)
    clock.resume(last)
    assert clock.now().corrected == START + 30_000
    assert kinds(clock) == [("stepped", 3_600_000)]


@pytest.mark.parametrize(("offset", "back", "noticed"), [(0, 0, [0]), (None, 0, []), (None, -60, [-60_000])])
def test_a_new_start_of_the_machine_asks_for_a_check(
    time: StillTime, offset: int | None, back: int, noticed: list[int]
) -> None:
    last = Instant(START, 5_000_000, "bbbb-123456")
    time.step(back)
    clock = SteadyClock(time)
    clock.set_check(offset, None)
    clock.resume(last)
    assert kinds(clock) == [(DisturbanceKind.REBOOTED.value, by) for by in noticed]
    assert clock.now().corrected == START + back * 1000


def test_a_rehearsal_counts_in_its_own_time(time: StillTime) -> None:
    clock = SteadyClock(time, Rehearsal(rate=60, real_start=START, shown_start=START + 1000))
    time.pass_ns(2 * SECOND)
    assert clock.now().wall == START + 121_000
    assert clock.left_ns(START + 181_000) == SECOND
    time.step(1)
    assert clock.now().corrected == START + 121_000
    assert kinds(clock) == [("stepped", 60_000)]
    assert clock.left_ns(START + 181_000) == SECOND


def test_an_earlier_tick_is_told_in_the_wall_clock_as_it_is_set_now(time: StillTime) -> None:
    clock = SteadyClock(time, Rehearsal(rate=60, real_start=START, shown_start=START + 1000))
    before = clock.now()
    time.pass_ns(2 * SECOND)
    assert clock.wall_at(before.tick) == before.wall
    time.step(3)
    assert clock.wall_at(before.tick) == before.wall + 180_000
    time.pass_ns(SECOND)
    assert clock.wall_at(clock.now().tick) == clock.now().wall


def test_a_step_is_recorded_before_anything_else(field: FieldHouse) -> None:
    journal = field.laptop.journal
    field.record("clock_checked", TIMEKEEPER, CHIEF_PROCTOR, reference="phone", offset=2000, error=1000)
    field.clock.time.step(-10_800)
    seq = field.record("attendance_marked", CHIEF_PROCTOR, block="chinese", seat=1, status="present")
    step, mark = journal.event(seq - 1), journal.event(seq)
    assert (step.type, dict(step.data)) == ("clock_disturbed", {"kind": "stepped", "by": -10_800_000})
    assert (mark.at.offset, mark.at.corrected - mark.at.wall) == (10_802_000, 10_802_000)
    assert (journal.day.readiness.offset, journal.day.readiness.disturbed) == (10_802_000, "stepped")


def test_the_log_alone_gives_the_same_clock_after_a_restart(field: FieldHouse) -> None:
    field.record("clock_checked", TIMEKEEPER, CHIEF_PROCTOR, reference="phone", offset=2000, error=1000)
    field.clock.time.step(90)
    field.laptop.journal.note_clock()
    before = field.clock.now()
    field.clock.time.pass_ns(40 * SECOND)
    again = SteadyClock(field.clock.time)
    Journal(field.laptop.store, again, field.laptop.keys.log)
    assert again.now().offset == before.offset
    assert again.now().corrected == before.corrected + 40_000
    assert again.noticed() == ()
