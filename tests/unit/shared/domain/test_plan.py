"""A plan answers what is when, who sits it and what to count, from its parts alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import DomainError, ErrorCode
from shared.domain.plan import (
    Block,
    BlockKind,
    Day,
    Group,
    Material,
    Mode,
    Phase,
    PhaseKind,
    Plan,
    Signal,
    SignalKind,
    SignalRow,
    Source,
    Words,
    clock_text,
    expected_counts,
    instant_of,
)

BOOKLET = Material("booklet", Words("题本", "Booklet"), per_form=True)
NOTES = Material("notes", Words("座号纸", "Seat slip"), per_form=False)
ENDS = {SignalKind.CHECK_IN_CLOSE, SignalKind.END, SignalKind.SEAL_END}


def make_phase(kind: PhaseKind, start: int | None, end: int | None, source: Source = Source.STATED) -> Phase:
    return Phase(kind, start, end, source)


def make_block(block_id: str = "chinese", *phases: Phase, group: str = "all", day: str = "day1") -> Block:
    title = Words("语文测试", "Chinese test")
    return Block(
        block_id, day, title, BlockKind.TEST, Mode.PAPER, group, ("A", "B"), (BOOKLET, NOTES), phases, signalled=True
    )


def make_plan(*blocks: Block, rows: tuple[SignalRow, ...] = ()) -> Plan:
    return Plan(
        id="p",
        revision=1,
        year=2022,
        grade=4,
        title=Words("方案", "Plan"),
        days=(Day("day1", Words("第一天", "Day 1"), "2022-05-25"), Day("day2", Words("第二天", "Day 2"), None)),
        blocks=blocks,
        groups=(
            Group("all", Words("全体", "All"), None),
            Group("oral", Words("口语", "Oral"), 5),
            Group("staff", Words("教师", "Staff"), 0),
        ),
        roles=("proctor",),
        incident_levels=(),
        incident_types=(),
        readiness=(),
        sha256="9f2c41aa03b1c7de" + "0" * 48,
        signal_rows=rows,
    )


def reminder(minutes: int, enabled: bool = True) -> SignalRow:
    return SignalRow("chinese", SignalKind.REMINDER, minutes, enabled, None, None)


def test_short_is_what_every_line_carries() -> None:
    assert make_plan().short == "9f2c41aa03b1c7de"


def test_unknown_block_and_signal_are_refused_by_name() -> None:
    plan = make_plan(make_block())
    with pytest.raises(DomainError) as block:
        plan.block("music")
    with pytest.raises(DomainError) as signal:
        plan.signal("music.start")
    assert (block.value.code, block.value.values) == (ErrorCode.BLOCK_UNKNOWN, {"block": "music"})
    assert (signal.value.code, signal.value.values) == (ErrorCode.SIGNAL_UNKNOWN, {"signal": "music.start"})


def test_a_block_of_another_plan_has_no_day_or_group_here() -> None:
    stranger = make_block("x", day="day9", group="nobody")
    for ask in (make_plan().day_of, make_plan().group_of):
        with pytest.raises(DomainError, match="block_unknown"):
            ask(stranger)


def test_block_day_and_group_are_found() -> None:
    block = make_block("oral", group="oral", day="day2")
    plan = make_plan(make_block(), block)
    assert plan.block("oral") is block
    assert plan.day_of(block).id == "day2"
    assert plan.group_of(block).pupils == 5


def test_group_expects_no_more_than_the_roster_has() -> None:
    assert [Group("g", Words("", ""), pupils).expected(3) for pupils in (None, 5, 2, 0)] == [3, 3, 2, 0]


def test_presence_is_kept_for_what_pupils_answer() -> None:
    answer = make_phase(PhaseKind.ANSWER, 540, 620)
    plan = make_plan(
        make_block("pre", make_phase(PhaseKind.CHECK_IN, 500, 520)),
        make_block("chinese", answer),
        make_block("oral", answer, group="oral"),
        make_block("staff", answer, group="staff"),
    )
    assert [block.id for block in plan.check_in_blocks()] == ["chinese", "oral"]


def test_signals_of_a_block_stand_at_its_boundaries() -> None:
    block = make_block(
        "chinese",
        make_phase(PhaseKind.PREPARE, 520, 540),
        make_phase(PhaseKind.ANSWER, 540, 620),
        make_phase(PhaseKind.SEAL, 620, 640),
    )
    found = [(s.id, s.at, s.optional) for s in make_plan(block, rows=(reminder(15), reminder(5, False))).signals()]
    assert found == [
        ("chinese.prepare", 520, False),
        ("chinese.start", 540, False),
        ("chinese.reminder-15", 605, True),
        ("chinese.end", 620, False),
        ("chinese.seal_end", 640, False),
    ]


def test_unknown_times_come_last_in_their_day_and_days_in_order() -> None:
    plan = make_plan(
        make_block("b2", make_phase(PhaseKind.ANSWER, 480, None), day="day2"),
        make_block("a1", make_phase(PhaseKind.ANSWER, None, None)),
        make_block("a2", make_phase(PhaseKind.ANSWER, 540, 620)),
    )
    assert [s.id for s in plan.signals()] == ["a2.start", "a2.end", "a1.start", "a1.end", "b2.start", "b2.end"]


def test_reminder_of_an_unknown_end_has_no_time() -> None:
    plan = make_plan(make_block("chinese", make_phase(PhaseKind.ANSWER, 540, None)), rows=(reminder(15),))
    assert plan.signal("chinese.reminder-15").at is None


def test_words_name_the_block_in_both_languages_unless_the_plan_has_its_own() -> None:
    own = Words("开始。", "Go.")
    row = SignalRow("chinese", SignalKind.START, None, False, None, own)
    plan = make_plan(make_block("chinese", make_phase(PhaseKind.ANSWER, 540, 620)), rows=(row, reminder(15)))
    assert plan.signal("chinese.start").title == Words("语文测试：开始", "Chinese test: start")
    assert plan.signal("chinese.start").script == own
    assert plan.signal("chinese.reminder-15").title == Words("语文测试：还剩 15 分钟", "Chinese test: 15 minutes left")


def test_block_without_signals_gives_none() -> None:
    block = replace(make_block("oral", make_phase(PhaseKind.ANSWER, 540, 620)), signalled=False)
    assert make_plan(block).signals() == ()


def moment(signal: Signal) -> tuple[str, bool, int, bool]:
    known = signal.at is not None
    return signal.day, not known, signal.at or 0, known and signal.kind not in ENDS


_minutes = st.none() | st.integers(0, 1439)
_blocks = st.lists(st.tuples(st.sampled_from(["day1", "day2"]), st.lists(_minutes, min_size=4, max_size=4)), max_size=6)


@given(_blocks)
def test_signals_are_ordered_named_once_and_complete_whatever_the_times(times) -> None:
    kinds = (PhaseKind.PREPARE, PhaseKind.ANSWER, PhaseKind.SEAL)
    blocks = [
        make_block(f"b{n}", *(make_phase(kind, at[i], at[i + 1]) for i, kind in enumerate(kinds)), day=day)
        for n, (day, at) in enumerate(times)
    ]
    signals = make_plan(*blocks).signals()
    assert list(signals) == sorted(signals, key=moment)
    assert len({signal.id for signal in signals}) == len(signals) == 4 * len(blocks)


def test_hint_spreads_balanced_forms_and_always_totals() -> None:
    assert expected_counts(make_block(), 30) == {
        ("booklet", ""): 30,
        ("notes", ""): 30,
        ("booklet", "A"): 15,
        ("booklet", "B"): 15,
    }
    assert expected_counts(make_block(), 27)["booklet", "A"] is None


def test_rows_to_count_are_forms_where_forms_matter() -> None:
    block = make_block()
    rows = [(material.id, form) for material, form in block.material_rows()]
    assert rows == [("booklet", "A"), ("booklet", "B"), ("notes", "")]
    one_form = replace(block, forms=())
    assert [(material.id, form) for material, form in one_form.material_rows()] == [("booklet", ""), ("notes", "")]


def test_block_says_when_a_time_is_inferred() -> None:
    stated = make_phase(PhaseKind.ANSWER, 540, 620)
    assert not make_block("a", stated).inferred
    assert make_block("a", stated, make_phase(PhaseKind.SEAL, 620, 640, Source.INFERRED)).inferred
    assert make_block("a", stated).phase(PhaseKind.SEAL) is None


@given(st.dates(), st.integers(0, 1439))
def test_instant_is_china_time(day, minute) -> None:
    zone = timezone(timedelta(hours=8))
    expected = datetime(day.year, day.month, day.day, tzinfo=zone) - datetime(1970, 1, 1, tzinfo=UTC)
    assert instant_of(day.isoformat(), minute) == (expected + timedelta(minutes=minute)) // timedelta(milliseconds=1)


def test_instant_of_no_date_is_refused() -> None:
    with pytest.raises(DomainError, match="field_invalid"):
        instant_of("2022-02-30", 0)


def test_clock_text_pads_and_shows_a_dash_for_unknown() -> None:
    assert [clock_text(500), clock_text(0), clock_text(None)] == ["08:20", "00:00", "–"]
