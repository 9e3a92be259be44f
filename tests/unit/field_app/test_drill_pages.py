"""The drill through pages and engine: rung, confirmed, kept beside the log, and out of the real signals' way."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from field_app.services.ringing import Ringing
from field_app.timekeeping.awake import Wakefulness
from field_app.timekeeping.drill import Drill, Outcome
from field_app.timekeeping.engine import LOOK_NS, SignalEngine
from shared.domain.timetable import SignalKind
from shared.wire.plan_file import shipped_plans
from tests.field_house import (
    CHIEF_PROCTOR,
    INFO_OFFICER,
    INSPECTOR,
    PINS,
    PLAN_2022,
    PRINCIPAL,
    PROCTOR,
    TIMEKEEPER,
    FieldHouse,
    make_bare,
)

QUIET = "09:10"  # the block began at 09:00; its next signal is far
SIGNALS, END = 18, "chinese.end"


class Ear:
    """A loudspeaker that notes what it was made to sound."""

    def __init__(self) -> None:
        self.heard: list[SignalKind] = []

    def prepare(self) -> None:
        """See `Speaker.prepare`."""

    def play(self, kind: SignalKind) -> None:
        """See `Speaker.play`."""
        self.heard.append(kind)

    def rest(self) -> None:
        """See `Speaker.rest`."""


class Practice:
    """A quiet moment, the timekeeper at the keyboard, an engine with a loudspeaker; the log is held to one head."""

    def __init__(self, field: FieldHouse) -> None:
        self.field, self.ear = field, Ear()
        self.engine = SignalEngine(Ringing(field.laptop, self.ear))
        field.sign_in(TIMEKEEPER)

    @property
    def drill(self) -> Drill:
        """The newest drill."""
        return self.field.laptop.drills.list_drills()[0]

    def start(self, **fields: Any) -> dict[str, Any]:
        """Press the button."""
        return self.field.say("/signals/drill/start", **fields)

    def say(self, act: str, **fields: Any) -> dict[str, Any]:
        """What the drill's console does."""
        return self.field.say(f"/signals/drill/{self.drill.id}/{act}", **fields)

    def told(self) -> dict[str, Any]:
        """What the drill's console is told."""
        answer: dict[str, Any] = self.field.client.get(f"/signals/drill/{self.drill.id}/console.json").get_json()
        return answer

    def live(self, seconds: float) -> None:
        """Let the engine look as often as it wants to for so long."""
        time = self.field.clock.time
        end = time.tick + int(seconds * 1e9)
        while time.tick < end:
            time.pass_ns(min(self.engine.look(), LOOK_NS, end - time.tick))
        self.engine.look()

    def live_until(self, number: int, seconds: float = 0) -> None:
        """Let the engine look until so long after signal `number` of the drill is due."""
        self.live((self.drill.signals[number].due - self.field.clock.now().corrected) / 1000 + seconds)


@pytest.fixture
def practice(field: FieldHouse) -> Iterator[Practice]:
    """See `Practice`; at the end the log must stand where it stood."""
    field.clock.move_to(QUIET)
    made = Practice(field)
    head = field.laptop.journal.head
    yield made
    assert field.laptop.journal.head == head


def test_a_whole_drill_leaves_a_record_and_no_line(practice: Practice) -> None:
    assert practice.start()["next"] == f"/signals/drill/{practice.drill.id}/console"
    held: set[Wakefulness] = set()
    for number, one in enumerate(practice.drill.signals):
        practice.live_until(number, 1)
        held |= {practice.field.laptop.awake.state}
        if number > 1:
            assert practice.say("confirm", signal=one.signal.id)["state"] == "confirmed"
    practice.live(30)
    assert held & {Wakefulness.HELD, Wakefulness.CANNOT}
    assert practice.field.laptop.awake.state is Wakefulness.FREE
    assert practice.drill.outcome is Outcome.FINISHED
    assert practice.ear.heard == [one.signal.kind for one in practice.drill.signals]
    told = practice.drill.figures()
    assert (told.all, told.given, told.worst, told.unconfirmed) == (SIGNALS, SIGNALS, 0, 2)
    shown = practice.field.read("/signals/drill/")
    assert f"{SIGNALS} 个指令，发出 {SIGNALS} 个，最大偏差 0 毫秒，2 个没有确认。" in shown
    assert ("司时员 赵磊" in shown, "本机扬声器" in shown, "● 练习做完了" in shown) == (True, True, True)


def test_the_console_rings_what_it_armed_and_says_when(practice: Practice) -> None:
    practice.start()
    first, second = practice.drill.signals[:2]
    while practice.field.clock.now().corrected < first.due + 1000:
        practice.field.post(f"/signals/drill/{practice.drill.id}/armed", signals=first.signal.id)
        practice.live(0.5)
    assert practice.ear.heard == []
    told = [practice.say("rung", signal=first.signal.id, at=first.due + off) for off in (6, 900)]
    assert [one["state"] for one in told] == ["given", "given"]
    assert practice.told()["next"] == first.signal.id
    practice.live_until(1)  # the console has gone silent: the loudspeaker rings
    assert practice.ear.heard == [second.signal.kind]
    assert practice.told()["next"] == second.signal.id
    assert [practice.drill.deviation(one) for one in practice.drill.signals[:2]] == [6, 0]


def test_its_heartbeat_counts_for_the_drill_alone(practice: Practice) -> None:
    practice.start()
    signal = practice.drill.signals[0].signal.id
    practice.field.post(f"/signals/drill/{practice.drill.id}/armed", signals=signal)
    laptop = practice.field.laptop
    assert (laptop.drill_bell.is_armed(signal), laptop.bell.is_open) == (True, False)
    practice.say("stop")
    laptop.drill_bell.arm(())
    practice.field.post(f"/signals/drill/{practice.drill.id}/armed", signals=signal)
    assert not laptop.drill_bell.is_armed(signal)


def test_what_the_console_is_told_is_what_the_real_one_is(practice: Practice) -> None:
    practice.start()
    ours, real = practice.told(), practice.field.client.get("/signals/console.json").get_json()
    assert set(ours) - set(real) == {"over"}
    assert [one["id"] for one in ours["signals"]] == [one["id"] for one in real["signals"] if one["due"] is not None]
    assert {one["script"] for one in ours["signals"]} <= {one["script"] for one in real["signals"]}
    assert (ours["phase"], ours["over"], ours["next"]) == (
        f"练习：已发 0 个，共 {SIGNALS} 个",
        "",
        practice.drill.signals[0].signal.id,
    )


def test_a_signal_without_a_bell_may_be_given_by_voice_or_is_missed(field: FieldHouse) -> None:
    field.clock.move_to(QUIET)
    practice = Practice(field)
    practice.engine = SignalEngine(Ringing(field.laptop, None))
    practice.start()
    first, second = practice.drill.signals[:2]
    practice.live_until(0, 3)
    assert practice.told()["signals"][0]["state"] == "due"
    assert practice.say("confirm", signal=first.signal.id)["code"] == "signal_not_given"
    assert practice.say("give", signal=first.signal.id, channel="voice")["state"] == "given"
    practice.live_until(1, 20)
    assert practice.told()["signals"][1]["state"] == "missed"
    practice.say("stop")
    told = practice.drill.figures()
    assert (told.given, told.worst, told.unreached) == (1, 3000, SIGNALS - 2 - (told.silent - 1))
    assert second.given is None
    assert "晚 3 秒" in field.read("/signals/drill/")


def test_stopped_at_once_by_whoever_is_there_and_nothing_rings_after(practice: Practice) -> None:
    practice.start()
    practice.live_until(1, 1)
    practice.field.client.environ_base["HTTP_ACCEPT"] = "application/json"
    with practice.field.client.session_transaction() as session:
        session.pop("actor")
    assert practice.say("stop")["next"] == f"/signals/drill/{practice.drill.id}"
    practice.live(600)
    assert len(practice.ear.heard) == 2
    told = practice.told()
    assert ({one["state"] for one in told["signals"][2:]}, told["next"]) == ({"skipped"}, None)
    assert told["over"] == f"/signals/drill/{practice.drill.id}"
    assert f"{SIGNALS - 2} 个没有练到" in practice.field.read(f"/signals/drill/{practice.drill.id}")
    practice.field.sign_in(TIMEKEEPER)
    assert practice.say("confirm", signal=practice.drill.signals[0].signal.id)["code"] == "drill_over"
    assert practice.drill.outcome is Outcome.STOPPED


@pytest.mark.parametrize(
    ("clock", "code"), [("08:15", "drill_too_near"), ("08:21", "drill_signal_open"), ("08:25", "drill_too_near")]
)
def test_none_begins_near_a_signal_of_the_day(field: FieldHouse, clock: str, code: str) -> None:
    field.clock.move_to(clock)
    practice = Practice(field)
    assert practice.start()["code"] == code
    assert field.laptop.drills.list_drills() == ()
    page = field.read("/signals/")
    assert ("练习十分钟" in page, "正式指令" in page) == (False, True)


def test_a_laptop_that_gave_up_the_bell_practises_too_but_not_near_the_other_ones_signals(field: FieldHouse) -> None:
    field.record("bell_given_up", PRINCIPAL, CHIEF_PROCTOR, day="day1")
    practice = Practice(field)
    assert practice.start()["code"] == "drill_too_near"  # the rooms hear the other laptop's 08:20
    field.clock.move_to(QUIET)
    field.sign_in(TIMEKEEPER)
    practice.start()
    assert practice.told()["rings"]
    practice.live_until(0, 1)
    assert practice.ear.heard == [practice.drill.signals[0].signal.kind]


def test_none_begins_while_a_signal_waits_for_confirmation(field: FieldHouse) -> None:
    field.clock.move_to("09:00")
    practice = Practice(field)
    field.say("/signals/give", signal="chinese.start", channel="bell")
    field.clock.move_to(QUIET)
    assert practice.start()["code"] == "drill_signal_open"
    field.say("/signals/confirm", signal="chinese.start")
    assert "next" in practice.start()


def test_none_begins_without_a_signal_that_has_a_time(field: FieldHouse) -> None:
    field.clock.move_to(QUIET)
    practice = Practice(field)
    adopt(field, shipped_plans()["blank.yaml"])
    assert practice.start()["code"] == "drill_without_signals"


def test_signals_without_a_time_are_left_out(field: FieldHouse) -> None:
    field.clock.move_to(QUIET)
    practice = Practice(field)
    before, last = shipped_plans()[PLAN_2022].decode().split("- id: q3\n")
    phases = re.sub(r"start: \d\d:\d\d, end: \d\d:\d\d", "start: 待定, end: 待定", last).replace("inferred", "unknown")
    adopt(field, f"{before}- id: q3\n{phases}".encode())
    assert "时间待定的 4 个不练。" in field.read("/signals/")
    practice.start()
    assert len(practice.drill.signals) == SIGNALS - 4
    assert not [one for one in practice.drill.signals if one.signal.block == "q3"]


def adopt(field: FieldHouse, plan: bytes) -> None:
    """Another plan comes into force."""
    sha256 = field.laptop.contents.add_content(plan)
    field.record("plan_adopted", INFO_OFFICER, sha256=sha256, plan="other", revision=1)


@pytest.mark.parametrize(
    ("actor", "may"), [(TIMEKEEPER, True), (CHIEF_PROCTOR, True), (PROCTOR, False), (INSPECTOR, False)]
)
def test_who_may_begin(practice: Practice, actor: Any, *, may: bool) -> None:
    practice.field.sign_in(actor)
    assert ("练习十分钟" in practice.field.read("/signals/")) == may
    assert practice.start().get("code") == (None if may else "not_allowed")


def test_a_second_press_goes_to_the_drill_that_runs(practice: Practice) -> None:
    assert practice.start()["next"] == practice.start()["next"]
    assert len(practice.field.laptop.drills.list_drills()) == 1
    assert "回到练习" in practice.field.read("/signals/")


def due_of(field: FieldHouse, signal: str) -> int:
    """When a signal of the day is due, in corrected ms."""
    return field.laptop.timetable().due(field.laptop.plan.signal(signal)) or 0


def test_it_gives_way_to_a_signal_that_comes_near_and_that_one_rings(field: FieldHouse) -> None:
    field.record("day_opened", PRINCIPAL, day="day1")
    field.clock.move_to(QUIET)
    practice = Practice(field)
    practice.live(1)
    practice.start()
    practice.live_until(0, 1)
    earlier = (field.clock.now().corrected - due_of(field, END)) // 60_000 + 4
    moved = {"kind": "extended", "block": "chinese", "minutes": earlier, "signals": [{"signal": END}]}
    field.record("timing_changed", CHIEF_PROCTOR, PRINCIPAL, **moved, reason="全体提前做完")
    practice.live(1)
    assert practice.drill.outcome is Outcome.YIELDED
    shown = field.read("/signals/drill/")
    assert ("正式指令快到了，练习已自动停止" in shown, "打开报时台" in shown) == (True, True)
    before = len(practice.ear.heard)
    practice.live(300)
    assert len(practice.ear.heard) == before + 1
    assert [event.data["signal"] for event in field.laptop.journal.events() if event.type == "signal_given"] == [END]


def test_a_drill_that_the_end_of_the_program_cut_off_is_shown_so(field: FieldHouse) -> None:
    field.clock.move_to(QUIET)
    practice = Practice(field)
    practice.start()
    practice.live_until(2, 1)
    drill = practice.drill
    field.close()
    again = make_bare(field.laptop.folder)
    try:
        again.laptop.clock = again.clock = field.clock
        again.sign_in(TIMEKEEPER)
        shown = again.read("/signals/drill/")
        assert ("✕ 程序中断，练习没有做完" in shown, f"{SIGNALS} 个指令，发出 3 个" in shown) == (True, True)
        assert (
            again.client.get(f"/signals/drill/{drill.id}/console").headers["Location"] == f"/signals/drill/{drill.id}"
        )
        assert "练习十分钟" in again.read("/signals/")
    finally:
        again.close()


def test_looking_on_does_not_keep_a_person_signed_in(practice: Practice) -> None:
    practice.start()
    for minute in range(30):
        assert practice.told()["actor"] == "司时员 赵磊", minute
        practice.field.post(f"/signals/drill/{practice.drill.id}/armed", signals="")
        practice.say("rung", signal=practice.drill.signals[0].signal.id, at=practice.drill.begun + 1)
        practice.field.clock.move(60)
    practice.field.clock.move(1)
    assert practice.told()["actor"] == ""


def test_confirming_asks_who_and_goes_on_after_the_pin(practice: Practice) -> None:
    practice.start()
    practice.live_until(0, 1)
    signal = practice.drill.signals[0].signal.id
    with practice.field.client.session_transaction() as session:
        session.pop("actor")
    assert practice.say("confirm", signal=signal)["code"] == "sign_in_first"
    practice.field.say("/people/switch", person="p6.timekeeper", pin=PINS["p6"])
    assert practice.say("confirm", signal=signal)["state"] == "confirmed"
    practice.field.sign_in(INFO_OFFICER)
    assert practice.say("confirm", signal=signal)["code"] == "not_allowed"


def test_what_cannot_be_changes_nothing(practice: Practice) -> None:
    practice.start()
    signal, begun = practice.drill.signals[0].signal.id, practice.drill.begun
    assert practice.say("rung", signal="pre.lunch", at=begun)["code"] == "signal_unknown"
    assert practice.say("confirm", signal="pre.lunch")["code"] == "signal_unknown"
    for at in (begun - 1, begun + 2000):
        assert practice.say("rung", signal=signal, at=at)["code"] == "time_impossible"
    assert practice.start(seconds=5)["code"] == "field_invalid"
    for act in ("rung", "confirm", "stop"):
        assert practice.field.say(f"/signals/drill/none/{act}", signal=signal, at=begun)["code"] == "page_not_found"
    assert practice.drill.figures().given == 0


def test_every_page_of_it_says_that_it_is_a_drill_in_both_languages(practice: Practice) -> None:
    assert "还没有练习过" in practice.field.read("/signals/drill/")
    assert "No drill has been held yet" in practice.field.read("/signals/drill/?lang=en")
    practice.field.read("/signals/?lang=zh")
    practice.start()
    console = f"/signals/drill/{practice.drill.id}/console"
    for address in (console, "/signals/drill/"):
        chinese, english = practice.field.read(f"{address}?lang=zh"), practice.field.read(f"{address}?lang=en")
        assert ("drill-mark" in chinese, "不是正式报时，不进日志" in chinese) == (True, True)
        assert ("not the real signals, not in the log" in english, "练习" in english) == (True, False)
    assert f'data-log="drill-{practice.drill.id}"' in practice.field.read(f"{console}?lang=zh")
