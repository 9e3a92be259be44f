"""The signal engine on a clock that is set, sleeps and stops: rung at its moment, or missed for the true reason."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest

from field_app.services.ringing import Ringing
from field_app.services.signals import SignalState, find_signal, ring
from field_app.timekeeping.awake import Wakefulness
from field_app.timekeeping.engine import LOOK_NS, SignalEngine
from shared.domain.event import Event
from shared.domain.timetable import SignalKind
from tests.field_house import CHIEF_PROCTOR, PRINCIPAL, TIMEKEEPER, FieldHouse, StillTime

SECOND = 1_000_000_000
Act = Callable[[StillTime], None]
OPEN, CLOSE, PREPARE, START = "pre.check_in_open", "pre.check_in_close", "chinese.prepare", "chinese.start"
DUE = {OPEN: "08:20", CLOSE: "08:40", PREPARE: "08:40"}


class Ear:
    """A loudspeaker that notes when it was made to sound, on the tick."""

    def __init__(self, time: StillTime) -> None:
        self._time = time
        self.heard: list[tuple[SignalKind, int]] = []

    def prepare(self) -> None:
        """See `Speaker.prepare`."""

    def play(self, kind: SignalKind) -> None:
        """See `Speaker.play`."""
        self.heard.append((kind, self._time.tick))

    def rest(self) -> None:
        """See `Speaker.rest`."""


class Morning:
    """A laptop whose day is open, an engine, and time that a test lets pass."""

    def __init__(self, field: FieldHouse) -> None:
        self.field, self.time = field, field.clock.time
        self.began = (self.time.wall, self.time.tick)
        self.ear = Ear(self.time)
        field.record("day_opened", PRINCIPAL, day="day1")
        self.start()

    def start(self) -> None:
        """Start the engine, as the program does."""
        self.engine = SignalEngine(Ringing(self.field.laptop, self.ear))

    def tick_of(self, clock: str) -> int:
        """The tick at a physical moment of this morning."""
        wall = int(datetime.fromisoformat(f"2022-05-25T{clock}:00+08:00").timestamp()) * SECOND
        return wall - self.began[0] + self.began[1]

    def live_until(self, clock: str) -> None:
        """Let the engine look as often as it wants to until a physical moment."""
        end = self.tick_of(clock)
        while self.time.tick < end:
            self.time.pass_ns(min(self.engine.look(), LOOK_NS, end - self.time.tick))
        self.engine.look()

    def events(self, name: str) -> list[Event]:
        """The log's lines of one type."""
        return [event for event in self.field.laptop.journal.events() if event.type == name]

    def ids(self, name: str) -> list[str]:
        """The signals that lines of one type are about."""
        return [str(event.data["signal"]) for event in self.events(name)]


@pytest.fixture
def morning(field: FieldHouse) -> Morning:
    """See `Morning`; it is 08:15."""
    return Morning(field)


STEPS = [-86_400, -10_800, -90, -1, 1, 90, 10_800, 86_400]


@pytest.mark.parametrize(("seconds", "checked"), [*((step, False) for step in STEPS), (-10_800, True), (1, True)])
def test_a_step_moves_no_signal(morning: Morning, seconds: int, *, checked: bool) -> None:
    if checked:
        morning.field.record("clock_checked", TIMEKEEPER, CHIEF_PROCTOR, reference="phone", offset=0, error=1000)
    for clock in ("08:19", "08:39"):
        morning.live_until(clock)
        morning.time.step(seconds)
    morning.live_until("08:41")
    assert [tick for _, tick in morning.ear.heard] == [morning.tick_of(clock) for clock in DUE.values()]
    assert morning.ids("signal_given") == morning.ids("signal_due") == list(DUE)
    assert [event.data["by"] for event in morning.events("clock_disturbed")] == [seconds * 1000] * 2
    assert [event.data["rung"] for event in morning.events("signal_given")] == [
        event.data["due"] for event in morning.events("signal_due")
    ]
    times = [event.at.corrected for event in morning.field.laptop.journal.events()]
    assert times == sorted(times)


def test_another_zone_moves_no_signal(morning: Morning) -> None:
    morning.live_until("08:19")
    morning.time.minutes = 9 * 60
    morning.live_until("08:21")
    assert [tick - morning.tick_of("08:20") for _, tick in morning.ear.heard] == [0]


def test_what_falls_into_a_sleep_is_missed_for_that_reason(morning: Morning) -> None:
    morning.live_until("08:39")
    morning.time.sleep(22 * 60)
    morning.live_until("09:02")
    assert morning.ids("signal_given") == [OPEN]
    assert [
        (event.data["signal"], event.data["cause"], event.data["late"]) for event in morning.events("signal_missed")
    ] == [
        (CLOSE, "asleep", 21 * 60_000),
        (PREPARE, "asleep", 21 * 60_000),
        (START, "asleep", 60_000),
    ]
    morning.field.sign_in(TIMEKEEPER)
    assert "电脑休眠过" in morning.field.read("/clock/")
    assert len(morning.ear.heard) == 1


def test_a_sleep_between_signals_moves_none(morning: Morning) -> None:
    morning.live_until("08:22")
    morning.time.sleep(15 * 60)
    morning.live_until("08:41")
    assert [tick for _, tick in morning.ear.heard][1] == morning.tick_of("08:40")


def test_a_check_that_moves_past_a_signal_says_so(morning: Morning) -> None:
    morning.live_until("08:19")
    morning.field.record("clock_checked", TIMEKEEPER, CHIEF_PROCTOR, reference="phone", offset=180_000, error=1000)
    morning.live_until("08:21")
    (missed,) = morning.events("signal_missed")
    assert (missed.data["cause"], missed.data["late"]) == ("clock_moved", 120_000)


def test_a_check_that_moves_back_rings_nothing_twice(morning: Morning) -> None:
    morning.live_until("08:21")
    morning.field.record("clock_checked", TIMEKEEPER, CHIEF_PROCTOR, reference="phone", offset=-300_000, error=1000)
    morning.live_until("08:30")
    assert len(morning.ear.heard) == 1


def test_after_a_restart_what_was_missed_is_marked_and_what_comes_is_rung(morning: Morning) -> None:
    morning.live_until("08:30")
    morning.time.pass_ns(12 * 60 * SECOND)
    morning.start()
    morning.live_until("09:01")
    assert [(event.data["signal"], event.data["cause"]) for event in morning.events("signal_missed")] == [
        (CLOSE, "stopped"),
        (PREPARE, "stopped"),
    ]
    assert morning.ids("signal_given") == [OPEN, START]


def test_a_restart_at_the_very_moment_rings_nothing_twice(morning: Morning) -> None:
    morning.live_until("08:20")
    morning.start()
    morning.live_until("08:22")
    assert len(morning.ear.heard) == 1


def test_a_stall_of_less_than_a_second_rings_late_and_a_longer_one_not_at_all(morning: Morning) -> None:
    morning.live_until("08:19")
    morning.engine.look()
    morning.time.pass_ns(60 * SECOND + SECOND // 2)
    morning.live_until("08:39")
    morning.time.pass_ns(70 * SECOND)
    morning.live_until("08:42")
    assert [tick - morning.tick_of("08:20") for _, tick in morning.ear.heard] == [SECOND // 2]
    assert [event.data["cause"] for event in morning.events("signal_missed")] == ["stalled", "stalled"]


def test_a_signal_given_by_hand_is_not_rung(morning: Morning) -> None:
    morning.live_until("08:19")
    morning.field.sign_in(TIMEKEEPER)
    told = morning.field.say("/signals/give", signal=OPEN, channel="voice")
    assert "seq" in told
    morning.live_until("08:21")
    assert morning.ear.heard == []


def test_the_console_rings_what_it_has_armed(morning: Morning) -> None:
    morning.live_until("08:19")
    bell = morning.field.laptop.bell
    while morning.time.tick < morning.tick_of("08:21"):
        bell.arm((OPEN,))
        morning.time.pass_ns(min(morning.engine.look(), LOOK_NS))
    assert morning.ear.heard == []
    assert morning.ids("signal_due") == [OPEN]
    at = morning.events("signal_due")[0].data["due"] + 4
    first = ring(morning.field.laptop, OPEN, at, "console")
    again = ring(morning.field.laptop, OPEN, at, "console")
    assert (first.repeated, again.repeated) == (False, True)
    assert morning.field.laptop.journal.day.signals.get(OPEN).deviation == 4


def test_a_console_that_went_silent_leaves_the_bell_to_the_loudspeaker(morning: Morning) -> None:
    morning.field.laptop.bell.arm((OPEN,))
    morning.live_until("08:21")
    assert len(morning.ear.heard) == 1


def test_nothing_rings_on_a_day_that_is_not_open(field: FieldHouse) -> None:
    ear = Ear(field.clock.time)
    engine = SignalEngine(Ringing(field.laptop, ear))
    for _ in range(400):
        field.clock.time.pass_ns(min(engine.look(), LOOK_NS))
    assert ear.heard == []
    field.record("day_opened", PRINCIPAL, day="day1")
    engine.look()
    assert [event.data["cause"] for event in field.laptop.journal.events() if event.type == "signal_missed"] == [
        "unplanned"
    ]


def test_the_laptop_is_kept_awake_while_signals_are_pending_or_says_that_it_cannot(morning: Morning) -> None:
    awake = morning.field.laptop.awake
    before = awake.state
    morning.engine.look()
    held = awake.state
    morning.field.sign_in(TIMEKEEPER)
    assert ("不能自动保持唤醒" in morning.field.read("/signals/")) == (held is Wakefulness.CANNOT)
    morning.time.pass_ns(24 * 3600 * SECOND)
    morning.engine.look()
    morning.engine.look()
    assert (before, held is Wakefulness.FREE, awake.state) == (Wakefulness.FREE, False, Wakefulness.FREE)


def test_an_engine_that_ends_lets_the_laptop_sleep(morning: Morning) -> None:
    held = threading.Event()
    morning.field.laptop.journal.listen(lambda event: held.set())
    morning.time.pass_ns(5 * 60 * SECOND)
    morning.engine.start()
    assert held.wait(10)
    morning.engine.stop()
    assert morning.field.laptop.awake.state is Wakefulness.FREE


def give_up(morning: Morning) -> None:
    """The other laptop rings from now on."""
    morning.field.record("bell_given_up", TIMEKEEPER, CHIEF_PROCTOR, day="day1")


def take(morning: Morning) -> None:
    """This laptop rings from now on."""
    morning.field.record("bell_taken", TIMEKEEPER, day="day1")


def test_a_laptop_that_gave_up_the_bell_rings_nothing_and_misses_nothing(morning: Morning) -> None:
    give_up(morning)
    morning.live_until("09:10")
    morning.start()
    morning.time.sleep(90 * 60)
    morning.live_until("10:45")
    assert morning.ear.heard == []
    assert [morning.ids(name) for name in ("signal_due", "signal_given", "signal_missed")] == [[], [], []]
    assert morning.field.laptop.awake.state is Wakefulness.FREE


def test_who_takes_the_bell_back_rings_from_the_next_signal_on(morning: Morning) -> None:
    give_up(morning)
    morning.live_until("08:30")
    take(morning)
    morning.live_until("08:41")
    assert [tick for _, tick in morning.ear.heard] == [morning.tick_of("08:40")] * 2
    assert morning.ids("signal_given") == [CLOSE, PREPARE]
    assert morning.ids("signal_missed") == []
    assert find_signal(morning.field.laptop, OPEN).state is SignalState.ELSEWHERE


def test_taken_back_at_the_very_moment_the_signal_is_still_the_others(morning: Morning) -> None:
    give_up(morning)
    morning.time.pass_ns(morning.tick_of("08:20") - morning.time.tick + SECOND // 10)
    take(morning)
    morning.live_until("08:25")
    assert (morning.ear.heard, morning.ids("signal_missed")) == ([], [])


def test_given_up_between_the_last_look_and_the_moment_it_stays_silent(morning: Morning) -> None:
    morning.live_until("08:19")
    while (left := morning.engine.look()) > SECOND:
        morning.time.pass_ns(LOOK_NS)
    give_up(morning)
    morning.time.pass_ns(left)
    morning.engine.look()
    assert morning.time.tick == morning.tick_of("08:20")
    assert (morning.ear.heard, morning.ids("signal_due")) == ([], [])


def test_a_signal_rung_before_the_bell_was_given_up_keeps_its_record(morning: Morning) -> None:
    morning.live_until("08:21")
    give_up(morning)
    morning.live_until("08:41")
    assert (morning.ids("signal_given"), len(morning.ear.heard)) == ([OPEN], 1)
    assert find_signal(morning.field.laptop, OPEN).state is SignalState.GIVEN


def test_a_signal_moved_past_the_taking_back_is_rung_here(morning: Morning) -> None:
    give_up(morning)
    morning.live_until("08:30")
    take(morning)
    move = {"kind": "moved", "block": "pre", "minutes": 25, "signals": [{"signal": OPEN}], "reason": "校车晚到"}
    morning.field.record("timing_changed", CHIEF_PROCTOR, PRINCIPAL, **move)
    morning.live_until("08:46")
    assert morning.ids("signal_given")[-1] == OPEN
    assert morning.ear.heard[-1][1] == morning.tick_of("08:45")
