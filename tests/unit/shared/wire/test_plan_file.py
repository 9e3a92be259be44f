"""Plan files that are right: the shipped ones, and every way of writing that is accepted."""

import hashlib
from typing import Any

import pytest

from shared.domain.plan import (
    IncidentFamily,
    Mode,
    PhaseKind,
    Plan,
    Source,
    Words,
    clock_text,
    expected_counts,
    instant_of,
)
from shared.domain.roles import STAFF
from shared.wire.plan_file import read_plan, shipped_plans

PRIMARY = "2022-primary-day1.yaml"
SINGLE = "2019-single-day.yaml"
SIGNALS_2022 = """
08:20 pre.check_in_open
08:40 pre.check_in_close
08:40 chinese.prepare
09:00 chinese.start
10:20 chinese.end
10:40 chinese.seal_end
10:40 q1.prepare
10:50 q1.start
11:20 q1.end
11:40 q1.seal_end
13:50 q2.prepare
14:00 q2.start
14:30 q2.end
14:50 q2.seal_end
14:50 q3.prepare
15:00 q3.start
15:30 q3.end
15:50 q3.seal_end
"""


def load(name: str) -> Plan:
    return read_plan(shipped_plans()[name], name)


def edited(name: str, *changes: tuple[str, str]) -> bytes:
    """A shipped plan with texts replaced; each must stand in it."""
    text = shipped_plans()[name].decode("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode("utf-8")


def list_sources(plan: Plan, source: Source) -> list[str]:
    return [f"{block.id}.{phase.kind}" for block in plan.blocks for phase in block.phases if phase.source is source]


def test_three_plans_are_shipped() -> None:
    assert list(shipped_plans()) == [SINGLE, PRIMARY, "blank.yaml"]


def test_2022_primary_day_one_has_its_eighteen_signals() -> None:
    lines = [f"{clock_text(signal.at)} {signal.id}" for signal in load(PRIMARY).signals()]
    assert lines == SIGNALS_2022.split("\n")[1:-1]


def test_2022_marks_what_was_inferred_and_what_is_unknown() -> None:
    plan = load(PRIMARY)
    assert list_sources(plan, Source.INFERRED) == ["q3.seal"]
    assert list_sources(plan, Source.UNKNOWN) == ["oral.answer", "staff.answer"]


def test_2019_marks_every_time_its_document_does_not_give() -> None:
    plan = load(SINGLE)
    assert list_sources(plan, Source.STATED) == [
        "chinese.answer",
        "chinese_q.answer",
        "arts.answer",
        "arts_q.answer",
        "staff.answer",
    ]
    assert [clock_text(s.at) for s in plan.signals() if s.kind in ("start", "end")] == [
        "09:00",
        "10:20",
        "10:50",
        "11:30",
        "14:00",
        "15:20",
        "15:50",
        "16:30",
    ]
    assert plan.grade == 8


def test_oral_test_is_for_a_few_beside_the_others() -> None:
    plan = load(PRIMARY)
    oral = plan.block("oral")
    assert (oral.mode, plan.group_of(oral).pupils, oral.signalled) == (Mode.ONLINE, 5, False)
    assert plan.group_of(plan.block("staff")).pupils == 0


def test_six_forms_of_thirty_pupils_are_hinted_five_each() -> None:
    counts = expected_counts(load(PRIMARY).block("chinese"), 30)
    assert counts["card", "F"] == 5
    assert counts["card", ""] == 30
    assert expected_counts(load(PRIMARY).block("q1"), 27) == {("questionnaire", ""): 27}


@pytest.mark.parametrize("name", shipped_plans())
def test_shipped_plan_has_all_lists_in_two_languages(name: str) -> None:
    plan = load(name)
    assert [level.level for level in plan.incident_levels] == [1, 2, 3]
    assert {kind.family for kind in plan.incident_types} == set(IncidentFamily)
    assert len(plan.incident_types) == 17
    assert len(plan.readiness) == 16
    assert set(plan.roles) <= STAFF
    titled: list[Any] = [
        *plan.days,
        *plan.blocks,
        *plan.groups,
        *plan.incident_levels,
        *plan.incident_types,
        *plan.readiness,
    ]
    assert [item for item in titled if item.title.zh == item.title.en] == []


@pytest.mark.parametrize("name", shipped_plans())
def test_shipped_plan_needs_only_its_date(name: str) -> None:
    assert shipped_plans()[name].count(b"date: \xe5\xbe\x85\xe5\xae\x9a") == 1
    plan = read_plan(edited(name, ("date: 待定", "date: 2026-05-27")), name)
    assert instant_of(plan.days[0].date or "", 0) == 1779811200000


def test_blank_plan_is_a_plan_without_times() -> None:
    plan = load("blank.yaml")
    assert {signal.at for signal in plan.signals()} == {None}
    assert plan.signal("test1.start").script.zh == "第一科测试现在开始，请开始答题。"


def test_hash_is_of_the_bytes_of_the_file() -> None:
    data = shipped_plans()[PRIMARY]
    assert load(PRIMARY).sha256 == hashlib.sha256(data).hexdigest()
    assert read_plan(data + b"\n", PRIMARY).sha256 != load(PRIMARY).sha256


@pytest.mark.parametrize("unknown", ["待定", "", "tbd", "TBD", "?", "？", '"?"', "未定"])
def test_unknown_time_is_written_in_any_of_these_ways(unknown: str) -> None:
    data = edited(PRIMARY, ("start: 14:50, end: 15:00", f"start: {unknown} , end: 15:00"))
    block = read_plan(data, PRIMARY).block("q3")
    assert [(p.start, p.end) for p in block.phases if p.kind is PhaseKind.PREPARE] == [(None, 900)]


def test_unknown_time_may_be_a_bare_question_mark_in_a_longer_list() -> None:
    long_form = "- phase: prepare\n        start: ?\n        end:\n"
    data = edited(PRIMARY, ("- {phase: prepare, start: 14:50, end: 15:00}\n", long_form))
    assert read_plan(data, PRIMARY).block("q3").phases[0].source is Source.UNKNOWN


@pytest.mark.parametrize("time", ["8:40", '"08:40"', "08：40", "０８:４０"])
def test_time_may_be_typed_full_width_or_without_its_zero(time: str) -> None:
    data = edited(PRIMARY, ("start: 08:40", f"start: {time}"))
    assert read_plan(data, PRIMARY).signal("chinese.prepare").at == 520


def test_byte_order_mark_of_an_editor_does_no_harm() -> None:
    assert read_plan(b"\xef\xbb\xbf" + shipped_plans()[PRIMARY], PRIMARY).id == "2022-primary-day1"


def test_chinese_alone_stands_for_both_languages() -> None:
    data = edited(
        PRIMARY, ("{zh: 语文测试, en: Chinese test}", "语文测试"), ("{zh: 第一天, en: Day 1}", "{zh: 第一天}")
    )
    plan = read_plan(data, PRIMARY)
    assert plan.block("chinese").title == Words("语文测试", "语文测试")
    assert plan.days[0].title.text("en") == "第一天"


def test_yes_and_no_may_be_chinese() -> None:
    data = edited(PRIMARY, ("minutes_before_end: 15, enabled: no", "minutes_before_end: 15, enabled: 是"))
    assert clock_text(read_plan(data, PRIMARY).signal("chinese.reminder-15").at) == "10:05"


def test_plan_may_ask_for_signals_of_the_oral_test() -> None:
    data = edited(PRIMARY, ("    kind: oral\n", "    kind: oral\n    signals: yes\n"))
    signals = read_plan(data, PRIMARY).signals()
    assert [signal.id for signal in signals[-2:]] == ["oral.start", "oral.end"]


def test_sealing_may_run_into_the_next_block() -> None:
    data = edited(PRIMARY, ("start: 10:20, end: 10:40", "start: 10:20, end: 11:30"))
    assert clock_text(read_plan(data, PRIMARY).signal("chinese.seal_end").at) == "11:30"


def test_another_group_may_work_in_a_parallel_room() -> None:
    times = "answer, start: 09:00, end: 10:00"
    data = edited(PRIMARY, ("answer, start: 待定, end: 待定", times))
    assert read_plan(data, PRIMARY).block("oral").phases[0].start == 540


def test_same_times_on_another_day_do_not_overlap() -> None:
    day = "  - {id: day2, title: 第二天, date: 待定}\n"
    second = "  - id: q3\n    day: day2\n"
    data = edited(
        PRIMARY,
        ("    date: 待定\n", f"    date: 待定\n{day}"),
        ("  - id: q3\n    day: day1\n", second),
        ("start: 14:50, end: 15:00", "start: 08:50, end: 09:00"),
        ("start: 15:00, end: 15:30", "start: 09:00, end: 09:30"),
        ("start: 15:30, end: 15:50, source: inferred", "start: 09:30, end: 09:50"),
    )
    assert [signal.id for signal in read_plan(data, PRIMARY).signals()][-4:][0] == "q3.prepare"
