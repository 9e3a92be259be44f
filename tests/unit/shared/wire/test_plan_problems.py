"""Plan files that are wrong: each mistake gives its line, its path and what to write, in both languages."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.errors import ErrorCode
from shared.wire import plan_file
from shared.wire.plan_file import read_plan
from shared.wire.plan_findings import PlanProblems
from shared.wire.plan_yaml import LIMIT
from shared.wire.problems import sentence

SMALL = """\
id: small
revision: 1
year: 2022
grade: 4
title: {zh: 小方案, en: Small plan}
roles: [principal, proctor]
days:
  - {id: day1, title: 第一天, date: 2022-05-25}
groups:
  - {id: all, title: 全体, pupils: all}
  - {id: oral, title: 口语, pupils: 5}
materials:
  - {id: booklet, title: 题本, per_form: yes}
blocks:
  - id: chinese
    day: day1
    title: {zh: 语文测试, en: Chinese test}
    kind: test
    mode: paper
    group: all
    forms: [A, B]
    materials: [booklet]
    roles: [proctor]
    phases:
      - {phase: prepare, start: 08:40, end: 09:00}
      - {phase: answer, start: 09:00, end: 10:20}
      - {phase: seal, start: 10:20, end: 10:40, source: inferred}
  - id: oral
    day: day1
    title: 口语
    kind: oral
    mode: online
    group: oral
    phases:
      - {phase: answer, start: 待定, end: 待定}
signals:
  - {block: chinese, kind: reminder, minutes_before_end: 15, enabled: no}
incident_levels:
  - {level: 1, title: 一级, report_within: 60, meaning: 轻微}
incident_types:
  - {id: late, family: administration, level: 1, title: 迟到}
readiness:
  - {id: rooms, title: 测试室已布置}
"""
SEAL = "      - {phase: seal, start: 10:20, end: 10:40, source: inferred}\n"
NEXT = """\
  - id: q1
    day: day1
    title: 问卷一
    kind: questionnaire
    mode: online
    group: all
    phases:
      - {phase: answer, start: 10:00, end: 10:30}
signals:
"""
REMINDER = "kind: reminder, minutes_before_end: 15, enabled: no"
C = ErrorCode

# what is changed, into what, the code, the place (line and path), and words of both sentences
CASES = [
    ("end: 10:20}", "end: 25:00}", C.PLAN_TIME_IMPOSSIBLE, "26 blocks[chinese].phases[answer].end", "25:00", "待定"),
    ("end: 10:20}", "end: 10:99}", C.PLAN_TIME_IMPOSSIBLE, "26 blocks[chinese].phases[answer].end", "10:99", "08:20"),
    ("end: 09:00}", "end: 08:30}", C.PLAN_END_BEFORE_START, "25 blocks[chinese].phases[prepare].end", "08:30", "08:40"),
    ("end: 09:00}", "end: 08:40}", C.PLAN_END_BEFORE_START, "25 blocks[chinese].phases[prepare].end", "08:40", "08:40"),
    (
        "start: 10:20",
        "start: 10:10",
        C.PLAN_PHASE_TOO_EARLY,
        "27 blocks[chinese].phases[seal].start",
        "answer",
        "10:20",
    ),
    (
        "start: 10:20, end: 10:40",
        "start: 待定, end: 10:10",
        C.PLAN_PHASE_TOO_EARLY,
        "27 blocks[chinese].phases[seal].end",
        "answer",
        "10:20",
    ),
    (
        "phase: prepare, start: 08:40, end: 09:00}\n      - {phase: answer",
        "phase: answer, start: 待定, end: 待定}\n      - {phase: prepare",
        C.PLAN_PHASE_ORDER,
        "26 blocks[chinese].phases[prepare]",
        "prepare",
        "answer",
    ),
    ("phase: prepare", "phase: answer", C.PLAN_DUPLICATE_ID, "26 blocks[chinese].phases[answer]", "answer", "answer"),
    (
        "phase: prepare",
        "phase: break",
        C.PLAN_VALUE_INVALID,
        "25 blocks[chinese].phases[break].phase",
        "break",
        "check_in",
    ),
    (SEAL, "", C.PLAN_SEAL_MISSING, "24 blocks[chinese].phases", "paper", "- {phase: seal, start: 待定, end: 待定}"),
    ("signals:\n", NEXT, C.PLAN_OVERLAP, "43 blocks[q1].phases[answer].start", "chinese.answer", "10:20"),
    ("    forms:", "    froms:", C.PLAN_KEY_UNKNOWN, "21 blocks[chinese].froms", "froms", "forms"),
    ("readiness:", "ready: []\nreadiness:", C.PLAN_KEY_UNKNOWN, "42 ready", "ready", "readiness"),
    ("zh: 小方案, en:", "zh: 小方案, fr:", C.PLAN_KEY_UNKNOWN, "5 title.fr", "fr", "zh, en"),
    (
        "start: 08:40,",
        "begin: 08:40, start: 08:40,",
        C.PLAN_KEY_UNKNOWN,
        "25 blocks[chinese].phases[prepare].begin",
        "begin",
        "start",
    ),
    ("zh: 小方案, ", "", C.PLAN_KEY_MISSING, "5 title.zh", "zh", "zh"),
    ("year: 2022\n", "", C.PLAN_KEY_MISSING, "1 year", "year", "year"),
    ("    kind: test\n", "", C.PLAN_KEY_MISSING, "15 blocks[chinese].kind", "kind", "kind"),
    ("    mode: paper\n", "", C.PLAN_KEY_MISSING, "15 blocks[chinese].mode", "mode", "mode"),
    (
        "phase: answer, start: 待定",
        "phase: prepare, start: 待定",
        C.PLAN_KEY_MISSING,
        "34 blocks[oral].phases",
        "phase: answer",
        "phase: answer",
    ),
    (
        "readiness:\n  - {id: rooms, title: 测试室已布置}\n",
        "",
        C.PLAN_KEY_MISSING,
        "1 readiness",
        "readiness",
        "readiness",
    ),
    ("year: 2022", "year: 22", C.PLAN_VALUE_INVALID, "3 year", "22", "2015–2099"),
    ("year: 2022", "year: [2022]", C.PLAN_SHAPE_WRONG, "3 year", "2015", "2015"),
    ("mode: paper", "mode: pen", C.PLAN_VALUE_INVALID, "19 blocks[chinese].mode", "pen", "paper, hybrid, online"),
    ("per_form: yes", "per_form: maybe", C.PLAN_VALUE_INVALID, "13 materials[booklet].per_form", "maybe", "yes, no"),
    ("pupils: 5", "pupils: some", C.PLAN_VALUE_INVALID, "11 groups[oral].pupils", "some", "all, none, 1–999"),
    (
        "report_within: 60",
        "report_within: 0",
        C.PLAN_VALUE_INVALID,
        "39 incident_levels[1].report_within",
        "0",
        "1–1440",
    ),
    ("id: rooms", "id: 测试室", C.PLAN_VALUE_INVALID, "43 readiness[测试室].id", "测试室", "a-z 0-9"),
    (
        "source: inferred",
        "source: unknown",
        C.PLAN_VALUE_INVALID,
        "27 blocks[chinese].phases[seal].source",
        "unknown",
        "stated, inferred",
    ),
    (
        "end: 待定}",
        "end: 待定, source: stated}",
        C.PLAN_VALUE_INVALID,
        "35 blocks[oral].phases[answer].source",
        "stated",
        "unknown",
    ),
    ("[principal, proctor]", "[principal, proctor, cook]", C.PLAN_VALUE_INVALID, "6 roles[3]", "cook", "chief_proctor"),
    ("forms: [A, B]", "forms: [A, '']", C.PLAN_VALUE_INVALID, "21 blocks[chinese].forms[2]", "", "≤ 10"),
    ("forms: [A, B]", "forms: [A, A]", C.PLAN_DUPLICATE_ID, "21 blocks[chinese].forms[2]", "A", "A"),
    ("forms: [A, B]", "forms: A", C.PLAN_SHAPE_WRONG, "21 blocks[chinese].forms", "[A, B]", "[A, B]"),
    (
        "title: 口语\n",
        "title: [口语]\n",
        C.PLAN_SHAPE_WRONG,
        "30 blocks[oral].title",
        "{zh: 语文测试",
        "en: Chinese test}",
    ),
    (
        "title: {zh: 小方案, en: Small plan}",
        "title: {zh: [小方案]}",
        C.PLAN_SHAPE_WRONG,
        "5 title.zh",
        "zh: …",
        "zh: …",
    ),
    ("date: 2022-05-25", "date: 2022-02-30", C.PLAN_DATE_IMPOSSIBLE, "8 days[day1].date", "2022-02-30", "2022-05-25"),
    ("date: 2022-05-25", "date: 5月25日", C.PLAN_DATE_IMPOSSIBLE, "8 days[day1].date", "5月25日", "待定"),
    ("id: oral\n", "id: chinese\n", C.PLAN_DUPLICATE_ID, "28 blocks[chinese]", "chinese", "chinese"),
    (
        "readiness:\n",
        "readiness:\n  - {id: rooms, title: 已布置}\n",
        C.PLAN_DUPLICATE_ID,
        "44 readiness[rooms]",
        "rooms",
        "rooms",
    ),
    (
        "    day: day1\n    title: 口语",
        "    day: day2\n    title: 口语",
        C.PLAN_NAME_UNKNOWN,
        "29 blocks[oral].day",
        "day2",
        "day1",
    ),
    ("    group: all", "    group: boys", C.PLAN_NAME_UNKNOWN, "20 blocks[chinese].group", "boys", "all, oral"),
    (
        "roles: [proctor]",
        "roles: [timekeeper]",
        C.PLAN_NAME_UNKNOWN,
        "23 blocks[chinese].roles[1]",
        "timekeeper",
        "principal, proctor",
    ),
    (
        "materials: [booklet]",
        "materials: [card]",
        C.PLAN_NAME_UNKNOWN,
        "22 blocks[chinese].materials[1]",
        "card",
        "booklet",
    ),
    (
        "administration, level: 1",
        "administration, level: 3",
        C.PLAN_NAME_UNKNOWN,
        "41 incident_types[late].level",
        "3",
        "1",
    ),
    ("{block: chinese,", "{block: music,", C.PLAN_NAME_UNKNOWN, "37 signals[1].block", "music", "chinese"),
    ("{block: chinese,", "{block: oral,", C.PLAN_VALUE_INVALID, "37 signals[1].block", "oral", "chinese"),
    (REMINDER, "kind: check_in_open", C.PLAN_VALUE_INVALID, "37 signals[1].kind", "check_in_open", "seal_end"),
    (REMINDER, "kind: start, enabled: no", C.PLAN_KEY_UNKNOWN, "37 signals[1].enabled", "enabled", "script"),
    (
        REMINDER,
        "kind: reminder",
        C.PLAN_KEY_MISSING,
        "37 signals[1].minutes_before_end",
        "minutes_before_end",
        "minutes_before_end",
    ),
    (
        "minutes_before_end: 15",
        "minutes_before_end: 80",
        C.PLAN_VALUE_INVALID,
        "37 signals[1].minutes_before_end",
        "80",
        "1–79",
    ),
    (
        "signals:\n",
        "signals:\n  - {block: chinese, kind: end, title: 完}\n  - {block: chinese, kind: end, title: 停}\n",
        C.PLAN_DUPLICATE_ID,
        "38 signals[2]",
        "chinese.end",
        "chinese.end",
    ),
    ("{block: chinese,", "{block: pre,", C.PLAN_NAME_UNKNOWN, "37 signals[1].block", "pre", "chinese, oral"),
    ("id: small", "id: small\nid: other", C.PLAN_KEY_DUPLICATE, "2 id", "第 1 行", "line 1"),
    (
        "mode: paper",
        "mode: paper\n    mode: online",
        C.PLAN_KEY_DUPLICATE,
        "20 blocks[chinese].mode",
        "第 19 行",
        "line 19",
    ),
    (
        "  - {id: rooms, title: 测试室已布置}\n",
        "  {}\n",
        C.PLAN_SHAPE_WRONG,
        "42 readiness",
        "- {id: …, title: …}",
        "- {id: …, title: …}",
    ),
    ("- {id: rooms, title: 测试室已布置}", "- 测试室", C.PLAN_SHAPE_WRONG, "43 readiness[1]", "- {id: …", "title: …}"),
    ("year: 2022", "year： 2022", C.PLAN_NOT_YAML, "4", "半角", "plain colon"),
    ("    kind: test", "\tkind: test", C.PLAN_NOT_YAML, "18", "Tab", "tabs"),
    ("id: small", "id: &name small", C.PLAN_NOT_YAML, "1", "&", "&"),
    ("id: small", "id: {[a]: b}", C.PLAN_NOT_YAML, "1", "括号", "brackets"),
    ("id: small", "id: " + "[" * 40, C.PLAN_NOT_YAML, "1", "括号", "brackets"),
    ("id: small", "id: sm\x07all", C.PLAN_NOT_YAML, "1", "第 7 列", "column 7"),
]


def problems_of(data: bytes) -> PlanProblems:
    with pytest.raises(PlanProblems) as caught:
        read_plan(data, "云溪.yaml")
    return caught.value


def complaints_about(data: bytes) -> list[str]:
    """Every sentence in both languages; none when the file is right."""
    try:
        read_plan(data, "x.yaml")
    except PlanProblems as error:
        return error.sentences("zh") + error.sentences("en") or ["refused without a reason"]
    return []


def changed(old: str, new: str) -> bytes:
    assert SMALL.count(old) == 1
    return SMALL.replace(old, new).encode("utf-8")


def test_small_plan_is_right_before_it_is_spoilt() -> None:
    assert read_plan(SMALL.encode("utf-8"), "small.yaml").id == "small"


@pytest.mark.parametrize(("old", "new", "code", "place", "zh", "en"), CASES)
def test_mistake_is_named_with_its_place_and_remedy(old, new, code, place, zh, en) -> None:
    error = problems_of(changed(old, new))
    found = [(problem.code, problem.place) for problem in error.problems]
    assert found == [(code, f"云溪.yaml:{place}")]
    chinese, english = error.sentences("zh")[0], error.sentences("en")[0]
    assert zh in chinese
    assert en in english
    assert chinese.startswith(f"云溪.yaml:{place}：")
    assert chinese.removeprefix(f"云溪.yaml:{place}：") != english.removeprefix(f"云溪.yaml:{place}: ")


def test_every_code_about_plans_has_a_case() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(plan_file.__file__).parent.glob("plan_*.py")]
    raised = {ErrorCode[name] for source in sources for name in re.findall(r"ErrorCode\.(PLAN_\w+)", source)}
    of_the_whole_file = {C.PLAN_INVALID, C.PLAN_NOT_UTF8, C.PLAN_TOO_LARGE}
    assert raised - of_the_whole_file == {case[2] for case in CASES}


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = (
        SMALL.replace("year: 2022", "year: 22").replace("end: 09:00}", "end: 25:00}").replace("mode: online", "mode: o")
    )
    text = text.replace("level: 1, title: 迟到", "level: 3, title: 迟到").replace("roles: [proctor]", "roles: [cook]")
    error = problems_of(text.encode("utf-8"))
    assert [problem.place.split(" ")[1] for problem in error.problems] == [
        "year",
        "blocks[chinese].phases[prepare].end",
        "blocks[oral].mode",
        "incident_types[late].level",
    ]
    assert sentence(error, "zh").startswith("云溪.yaml：方案有 4 处要改")
    assert "needs 4 changes" in sentence(error, "en")


def test_a_block_with_a_fault_is_still_known_by_name() -> None:
    error = problems_of(changed("    kind: test", "    kind: tset"))
    assert [problem.place for problem in error.problems] == ["云溪.yaml:18 blocks[chinese].kind"]


def test_one_moved_block_is_told_once_not_for_each_phase() -> None:
    later = NEXT.replace(
        "- {phase: answer, start: 10:00",
        "- {phase: prepare, start: 08:50, end: 09:30}\n      - {phase: answer, start: 10:00",
    )
    error = problems_of(changed("signals:\n", later))
    assert [problem.place for problem in error.problems] == ["云溪.yaml:43 blocks[q1].phases[prepare].start"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (SMALL.encode("gbk"), C.PLAN_NOT_UTF8),
        (SMALL.encode("utf-16"), C.PLAN_NOT_UTF8),
        (b"\x89PNG\r\n", C.PLAN_NOT_UTF8),
        (b"#" * (LIMIT + 1), C.PLAN_TOO_LARGE),
        (b"just words", C.PLAN_SHAPE_WRONG),
        (b"- a\n- b\n", C.PLAN_SHAPE_WRONG),
        (b"a: 1\n--- \nb: 2\n", C.PLAN_NOT_YAML),
    ],
)
def test_file_that_is_no_plan_is_refused_in_one_sentence(data, code) -> None:
    error = problems_of(data)
    assert [problem.code for problem in error.problems] == [code]
    assert error.sentences("zh") != error.sentences("en")


def test_list_without_end_is_cut_short() -> None:
    rows = "".join(f"  - {{id: r{n}, title: 项}}\n" for n in range(201))
    error = problems_of(changed("  - {id: rooms, title: 测试室已布置}\n", rows))
    assert [problem.place for problem in error.problems] == ["云溪.yaml:42 readiness"]
    assert "201" in error.sentences("zh")[0]
    assert "≤ 200" in error.sentences("en")[0]


def test_empty_file_lists_what_a_plan_needs() -> None:
    error = problems_of(b"")
    assert {problem.code for problem in error.problems} == {C.PLAN_KEY_MISSING}
    assert len(error.problems) == 12


LINES = SMALL.splitlines()
_pieces = st.sampled_from(
    ["", "待定", "?", "[]", "{}", "[[a]]", "- x", "25:00", "08:40", "{zh: }", "id: q", "~", "*a", "'", "\t"]
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(LINES) - 1), st.integers(0, 60), st.integers(0, 20), _pieces)
@example(20, 0, 60, "")
def test_a_file_spoilt_anywhere_is_read_or_explained_but_never_crashes(line, start, length, piece) -> None:
    spoilt = LINES[line][:start] + piece + LINES[line][start + length :]
    sentences = complaints_about("\n".join([*LINES[:line], spoilt, *LINES[line + 1 :]]).encode("utf-8"))
    assert all(text.startswith("x.yaml:") for text in sentences)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="ab:-?[]{}\"'#&*!|> \n\t待：", max_size=60).map(str.encode))
def test_any_bytes_are_refused_as_a_plan(data) -> None:
    assert problems_of(data).problems
