"""Extensions, late starts and moved blocks: seen first, then two people, a reason, and only what they say moves."""

import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from field_app.services.signals import list_signals, next_signal
from shared.domain.event import Actor
from tests.field_house import CHIEF_PROCTOR, DEPUTY, INSPECTOR, PRINCIPAL, PROCTOR, TIMEKEEPER, FieldHouse

WORD = {"block": "chinese", "kind": "extended", "minutes": "8", "reason": "停电 8 分钟"}


def look(field: FieldHouse, language: str = "zh", **asked: str) -> str:
    """The page that shows what a change would do."""
    return field.read(f"/signals/timing?{urlencode(WORD | asked | {'lang': language})}")


def seen(page: str) -> str:
    """What the page says that its reader saw; empty when it shows no change."""
    found = re.search('name="seen" value="([^"]*)"', page)
    return html.unescape(found.group(1)) if found else ""


def move(field: FieldHouse, witness: Actor | None = PRINCIPAL, **asked: str) -> dict[str, Any]:
    """Look at a change, then record it as it was seen."""
    fields = WORD | asked
    return field.say("/signals/timing", witness, **fields, seen=seen(look(field, **asked)))


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
    told = move(field, witness, kind=kind)
    assert "已调整" in told["said"]
    assert {name for name, minutes in due_times(field).items() if minutes == 8} == moved
    assert {name for name, minutes in due_times(field).items() if minutes == 0} == set(due_times(field)) - moved


def test_phases_follow_and_a_second_change_adds_up(field: FieldHouse) -> None:
    move(field)
    move(field, minutes="-3")
    assert due_times(field)["chinese.end"] == 5
    field.clock.move_to("10:23")
    assert [(block.id, phase.kind.value) for block, phase in field.laptop.timetable().phases_now()] == [
        ("chinese", "answer")
    ]


def test_a_void_change_moves_nothing(field: FieldHouse) -> None:
    told = move(field)
    field.record("record_voided", CHIEF_PROCTOR, PRINCIPAL, line=told["seq"], reason="填错场次")
    assert set(due_times(field).values()) == {0}


def test_a_moved_signal_is_on_time_at_its_new_time(field: FieldHouse) -> None:
    move(field)
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
    move(field)
    assert [name for name, minutes in due_times(field).items() if minutes] == ["chinese.seal_end"]
    field.record("signal_given", TIMEKEEPER, signal="chinese.seal_end", channel="bell")
    assert move(field)["code"] == "nothing_to_move"


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
    looked = seen(look(field, **fields))
    field.sign_in(actor)
    head = field.laptop.journal.head
    assert field.say("/signals/timing", witness, **WORD | fields, seen=looked)["code"] == code
    assert field.laptop.journal.head == head


def cells(page: str) -> list[list[str]]:
    """The rows of the preview as a reader sees them."""
    table = page.split('id="preview"')[1].split("<tbody>")[1].split("</tbody>")[0]
    rows = [re.findall("<td>(.*?)</td>", row, re.DOTALL) for row in table.split("</tr>")]
    return [[re.sub("<[^>]+>", "", cell) for cell in row] for row in rows if row]


def test_looking_shows_what_moves_and_what_stays_and_records_nothing(field: FieldHouse) -> None:
    field.clock.move_to("08:40")
    field.record("signal_given", TIMEKEEPER, signal="chinese.prepare", channel="bell")
    field.sign_in(CHIEF_PROCTOR)
    head = field.laptop.journal.head
    assert cells(look(field, kind="moved")) == [
        ["语文测试：开始", "09:00", "→ 09:08"],
        ["语文测试：结束", "10:20", "→ 10:28"],
        ["语文测试：封装结束", "10:40", "→ 10:48"],
        ["语文测试：准备", "08:40", "不动（已发出）"],
    ]
    assert ["语文测试：开始", "09:00", "不动（这种调整不动它）"] in cells(look(field))
    assert field.laptop.journal.head == head
    assert set(due_times(field).values()) == {0}


@pytest.mark.parametrize(
    ("minutes", "clash"),
    [
        ("20", ""),
        ("21", "10:40–10:41 时间冲突：语文测试〔答题〕 与 相关因素问卷一〔准备〕 是同一批学生"),
        ("40", "10:50–11:00 时间冲突：语文测试〔答题〕 与 相关因素问卷一〔答题〕 是同一批学生"),
    ],
)
def test_a_phase_that_runs_into_the_next_block_is_named_and_sealing_may_overlap(
    field: FieldHouse, minutes: str, clash: str
) -> None:
    page = look(field, minutes=minutes)
    assert ('class="alert alert-warning mb-2 clash"' in page) is bool(clash)
    assert clash in page
    assert ("与别的场次不冲突" in page) is (clash == "")
    assert "seq" in move(field, minutes=minutes)


def test_a_change_already_made_counts_in_the_next_look(field: FieldHouse) -> None:
    move(field, minutes="20")
    assert ["语文测试：结束", "10:40", "→ 10:41"] in cells(look(field, minutes="1"))
    assert "10:40–10:41 时间冲突" in look(field, minutes="1")


def test_a_time_that_is_over_and_a_phase_turned_round_are_pointed_out(field: FieldHouse) -> None:
    assert "有 2 条改到了已经过去的时间" in look(field, kind="moved", minutes="-60")
    assert "这一场的“答题”会在开始以前就结束" in look(field, minutes="-81")
    assert "会在开始以前就结束" not in look(field, minutes="-79")


def test_what_was_rung_since_the_look_is_not_moved_behind_anybodys_back(field: FieldHouse) -> None:
    looked = seen(look(field))
    field.clock.move_to("10:20")
    field.record("signal_given", TIMEKEEPER, signal="chinese.end", channel="bell")
    field.sign_in(CHIEF_PROCTOR)
    head = field.laptop.journal.head
    assert field.say("/signals/timing", PRINCIPAL, **WORD, seen=looked)["code"] == "times_differ"
    assert field.say("/signals/timing", PRINCIPAL, **WORD)["code"] == "times_differ"
    assert field.laptop.journal.head == head
    assert move(field)["said"].startswith("已调整：语文测试：封装结束 10:48")


def test_a_second_try_of_the_same_form_records_once(field: FieldHouse) -> None:
    form = {**WORD, "seen": seen(look(field)), "request_id": "the-same-form"}
    first, again = (field.say("/signals/timing", PRINCIPAL, **form) for _ in range(2))
    assert (first["repeated"], again["repeated"], first["seq"]) == (False, True, again["seq"])
    assert due_times(field)["chinese.end"] == 8


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"minutes": "八"}, "八"),
        ({"minutes": "0"}, "没有还可以移动的指令"),
        ({"block": "nowhere"}, "nowhere"),
        ({"kind": "shrunk"}, "没有还可以移动的指令"),
    ],
)
def test_a_look_that_cannot_be_says_why_and_keeps_what_was_typed(
    field: FieldHouse, asked: dict[str, str], words: str
) -> None:
    page = look(field, **asked)
    assert words in page.split('role="alert"')[1].split("</p>")[0]
    assert (seen(page), 'id="preview"' in page) == ("", False)
    assert f'value="{(WORD | asked)["minutes"]}"' in page


def test_before_anything_is_asked_the_block_of_now_is_chosen(field: FieldHouse) -> None:
    field.clock.move_to("08:41")
    page = field.read("/signals/timing")
    assert '<option value="chinese" selected>' in page
    assert ('role="alert"' in page, 'id="preview"' in page) == (False, False)


def test_moved_signals_stand_in_the_order_of_their_new_times(field: FieldHouse) -> None:
    move(field)
    ids = [line.signal.id for line in list_signals(field.laptop)]
    assert ids.index("q1.prepare") + 1 == ids.index("chinese.seal_end")
    field.clock.move_to("10:35")
    for signal in ids[: ids.index("q1.prepare")]:
        field.record("signal_skipped", TIMEKEEPER, signal=signal, reason="停电")
    found = next_signal(field.laptop)
    assert found is not None
    assert found.signal.id == "q1.prepare"


def test_others_may_look_and_the_chief_proctor_records(field: FieldHouse) -> None:
    assert 'name="witness_pin"' in look(field)
    field.sign_in(TIMEKEEPER)
    page = look(field)
    assert "请主监测员来记录" in page
    assert 'name="witness_pin"' not in page


def test_the_look_speaks_english(field: FieldHouse) -> None:
    page = look(field, "en", minutes="21")
    assert "10:40–10:41 clash" in page
    assert "not moved by this kind" in page
    assert "Yes, record the change" in page


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
