"""Extensions, late starts and moved blocks: two people, a reason, and only what they say moves."""

import pytest

from shared.domain.event import Actor
from tests.field_house import CHIEF_PROCTOR, DEPUTY, INSPECTOR, PRINCIPAL, PROCTOR, TIMEKEEPER, FieldHouse

WORD = {"block": "chinese", "kind": "extended", "minutes": "8", "reason": "停电 8 分钟"}


def due_times(field: FieldHouse) -> dict[str, int]:
    """When each signal is due, as minutes after it is planned."""
    timetable = field.laptop.timetable()
    return {
        signal.id: ((timetable.due(signal) or 0) - (timetable.planned(signal) or 0)) // 60_000
        for signal in field.laptop.plan.signals()
    }


@pytest.mark.parametrize(
    ("kind", "moved"),
    [
        ("extended", {"chinese.end", "chinese.seal_end"}),
        ("started_late", {"chinese.start", "chinese.end", "chinese.seal_end"}),
        ("moved", {"chinese.prepare", "chinese.start", "chinese.end", "chinese.seal_end"}),
    ],
)
@pytest.mark.parametrize("witness", [PRINCIPAL, INSPECTOR])
def test_only_what_it_says_moves(field: FieldHouse, kind: str, moved: set[str], witness: Actor | None) -> None:
    told = field.say("/signals/timing", witness, **WORD | {"kind": kind})
    assert "已调整" in told["said"]
    assert {name for name, minutes in due_times(field).items() if minutes == 8} == moved
    assert {name for name, minutes in due_times(field).items() if minutes == 0} == set(due_times(field)) - moved


def test_phases_follow_and_a_second_change_adds_up(field: FieldHouse) -> None:
    field.say("/signals/timing", PRINCIPAL, **WORD)
    field.say("/signals/timing", PRINCIPAL, **WORD | {"minutes": "-3"})
    assert due_times(field)["chinese.end"] == 5
    field.clock.move_to("10:23")
    assert [(block.id, phase.kind.value) for block, phase in field.laptop.timetable().phases_now()] == [
        ("chinese", "answer")
    ]


def test_a_void_change_moves_nothing(field: FieldHouse) -> None:
    told = field.say("/signals/timing", PRINCIPAL, **WORD)
    field.record("record_voided", CHIEF_PROCTOR, PRINCIPAL, line=told["seq"], reason="填错场次")
    assert set(due_times(field).values()) == {0}


def test_a_moved_signal_is_on_time_at_its_new_time(field: FieldHouse) -> None:
    field.say("/signals/timing", PRINCIPAL, **WORD)
    field.clock.move_to("10:28")
    field.sign_in(TIMEKEEPER)
    told = field.say("/signals/give", signal="chinese.end", channel="bell")
    assert "准时" in told["said"]
    record = field.laptop.journal.day.signals.get("chinese.end")
    assert (record.deviation, (record.due or 0) - (record.planned or 0)) == (0, 8 * 60_000)


def test_what_was_given_stays(field: FieldHouse) -> None:
    field.clock.move_to("10:20")
    field.record("signal_given", TIMEKEEPER, signal="chinese.end", channel="bell")
    field.sign_in(CHIEF_PROCTOR)
    field.say("/signals/timing", PRINCIPAL, **WORD)
    assert [name for name, minutes in due_times(field).items() if minutes] == ["chinese.seal_end"]
    field.record("signal_given", TIMEKEEPER, signal="chinese.seal_end", channel="bell")
    assert field.say("/signals/timing", PRINCIPAL, **WORD)["code"] == "nothing_to_move"


@pytest.mark.parametrize(
    ("actor", "witness", "fields", "code"),
    [
        (CHIEF_PROCTOR, None, {}, "witness_missing"),
        (CHIEF_PROCTOR, CHIEF_PROCTOR, {}, "witness_is_actor"),
        (CHIEF_PROCTOR, PROCTOR, {}, "witness_not_allowed"),
        (CHIEF_PROCTOR, DEPUTY, {}, "witness_not_allowed"),
        (TIMEKEEPER, PRINCIPAL, {}, "not_allowed"),
        (CHIEF_PROCTOR, PRINCIPAL, {"reason": ""}, "reason_missing"),
        (CHIEF_PROCTOR, PRINCIPAL, {"minutes": "0"}, "nothing_to_move"),
        (CHIEF_PROCTOR, PRINCIPAL, {"minutes": "八"}, "field_invalid"),
        (CHIEF_PROCTOR, PRINCIPAL, {"minutes": "241"}, "field_invalid"),
        (CHIEF_PROCTOR, PRINCIPAL, {"block": "nowhere"}, "block_unknown"),
        (CHIEF_PROCTOR, PRINCIPAL, {"kind": "shrunk"}, "nothing_to_move"),
    ],
)
def test_what_is_refused(
    field: FieldHouse, actor: Actor, witness: Actor | None, fields: dict[str, str], code: str
) -> None:
    field.sign_in(actor)
    head = field.laptop.journal.head
    assert field.say("/signals/timing", witness, **WORD | fields)["code"] == code
    assert field.laptop.journal.head == head


def test_the_form_is_the_chief_proctors(field: FieldHouse) -> None:
    assert 'id="timing"' in field.read("/signals/")
    field.sign_in(TIMEKEEPER)
    assert 'id="timing"' not in field.read("/signals/")


def test_every_page_says_when_no_console_is_open_near_a_signal(field: FieldHouse) -> None:
    warning = "快到指令时间，报时台没有打开"
    field.clock.move_to("08:16")
    assert warning in field.read("/")
    field.laptop.bell.arm(())
    assert warning not in field.read("/check-in/")
    field.clock.move_to("08:22")
    assert warning not in field.read("/")
