"""Every problem of a roster is shown by row and column, in two languages, without a name, before anything is saved."""

import pytest

from field_app.roster.preview import RosterPreview, preview_file, preview_pasted
from field_app.roster.pupil import Pupil
from tests.rosters import Row, make_pupils, make_xlsx

H: Row = ("座号", "姓名", "监测号")
NAMES = ("张三", "李四", "王五", "阿依努尔")


def preview(*rows: Row, number_in_order: bool = False) -> RosterPreview:
    data = make_xlsx([("学生名册",), *rows], merged_title=False)
    return preview_file(data, "名册.xlsx", number_in_order=number_in_order)


def found(shown: RosterPreview) -> list[tuple[str, int, str, str]]:
    return [(p.severity, p.row, p.column, p.code.value) for p in shown.problems]


CASES: dict[str, tuple[list[Row], tuple[str, int, str, str]]] = {
    "two equal seats": ([H, (1, "张三", ""), (1.0, "李四", "")], ("error", 4, "A 座号", "roster_seat_twice")),
    "seat missing": ([H, (1, "张三", ""), ("", "李四", "")], ("error", 4, "A 座号", "roster_seat_missing")),
    "seat a word": ([H, (1, "张三", ""), ("李四", "王五", "")], ("error", 4, "A 座号", "roster_seat_not_a_number")),
    "seat half": ([H, (1, "张三", ""), (1.5, "李四", "")], ("error", 4, "A 座号", "roster_seat_not_a_number")),
    "seat zero": ([H, (0, "张三", ""), (1, "李四", "")], ("error", 3, "A 座号", "roster_seat_out_of_range")),
    "seat too high": ([H, (1, "张三", ""), (1000, "李四", "")], ("error", 4, "A 座号", "roster_seat_out_of_range")),
    "name missing": ([H, (1, "张三", ""), (2, "", "")], ("error", 4, "B 姓名", "roster_name_missing")),
    "code twice": ([H, (1, "张三", "07"), (2, "李四", "07")], ("error", 4, "C 监测号", "roster_code_twice")),
    "no seats": ([H, ("", "张三", ""), ("", "李四", "")], ("error", 0, "", "roster_no_seats")),
    "no pupils": ([H], ("error", 0, "", "roster_no_pupils")),
    "no header": ([(1, "张三"), (2, "李四")], ("error", 0, "", "roster_no_header")),
    "name twice": ([H, (1, "张三", ""), (2, "张　三", "")], ("warning", 4, "B 姓名", "roster_name_twice")),
    "row twice": ([H, (1, "张三", "7"), (1, "张三", "7")], ("warning", 4, "", "roster_row_twice")),
    "gap": ([H, (1, "张三", ""), (3, "李四", "")], ("warning", 0, "A 座号", "roster_seat_gap")),
    "code rounded": ([H, (1, "张三", 530521201001010012)], ("warning", 3, "C 监测号", "roster_code_rounded")),
    "no names": ([("座号", "监测号"), (1, "07"), (2, "08")], ("warning", 0, "", "roster_no_names")),
    "many": ([H, *((p.seat, p.name, p.code) for p in make_pupils(61))], ("warning", 0, "", "roster_many")),
}


@pytest.mark.parametrize("case", CASES)
def test_problem_is_shown_where_it_is(case: str) -> None:
    rows, problem = CASES[case]
    shown = preview(*rows)
    assert found(shown) == [problem]
    assert shown.can_save is (problem[0] == "warning")


@pytest.mark.parametrize("case", CASES)
def test_sentence_in_both_languages_tells_no_name(case: str) -> None:
    rows, _ = CASES[case]
    (problem,) = preview(*rows).problems
    for language in ("zh", "en"):
        sentence = problem.sentence(language)
        assert "?" not in sentence
        assert "{" not in sentence
        assert not any(name in sentence for name in NAMES)
        assert not any(name in repr(problem) for name in NAMES)


def test_words_of_two_equal_seats() -> None:
    (problem,) = preview(*CASES["two equal seats"][0]).problems
    assert problem.sentence("zh") == "第 4 行 A 列（座号）：座号 1 与第 3 行重复。请改正其中一个，再导入一次。"
    assert problem.sentence("en") == (
        "Row 4, column A (座号): Seat 1 is already in row 3. Correct one of them and import again."
    )


def test_words_of_a_pasted_row_name_the_row() -> None:
    (problem,) = preview_pasted("1 张三\n1 李四").problems
    assert problem.sentence("en").startswith("Row 2: Seat 1 is already in row 1.")


def test_rows_without_seats_can_be_numbered_in_order() -> None:
    rows: list[Row] = [H, ("", "张三", ""), ("", "李四", "")]
    assert preview(*rows).can_number
    numbered = preview(*rows, number_in_order=True)
    assert numbered.pupils == (Pupil(1, "张三"), Pupil(2, "李四"))
    assert numbered.can_save


def test_rows_with_some_seats_are_not_renumbered() -> None:
    shown = preview(H, (5, "张三", ""), ("", "李四", ""), number_in_order=True)
    assert not shown.can_number
    assert not shown.can_save


def test_a_row_given_twice_is_kept_once() -> None:
    assert preview(*CASES["row twice"][0]).pupils == (Pupil(1, "张三", "7"),)


def test_several_problems_come_in_order_of_rows() -> None:
    shown = preview(H, (1, "", "07"), (1, "李四", "07"), ("x", "王五", ""))
    assert [(row, code) for _, row, _, code in found(shown)] == [
        (3, "roster_name_missing"),
        (4, "roster_seat_twice"),
        (4, "roster_code_twice"),
        (5, "roster_seat_not_a_number"),
    ]


def test_a_long_gap_is_cut_short() -> None:
    (problem,) = preview(H, (1, "张三", ""), (40, "李四", "")).problems
    assert "2, 3, 4, 5, 6, 7, 8, 9, 10, 11 …" in problem.sentence("zh")


def test_a_second_room_begins_where_it_begins() -> None:
    assert preview(H, (31, "张三", ""), (32, "李四", "")).problems == ()


def test_preview_tells_what_was_read_from_where() -> None:
    shown = preview(H, (1, "张三", "07"))
    assert shown.columns == ("A 座号", "B 姓名", "C 监测号")
    assert shown.sheet == "Sheet1"
    assert [row.number for row in shown.rows] == [3]


def test_repr_of_a_preview_tells_no_name() -> None:
    shown = preview(H, (1, "张三", "0712345"), ("", "李四", ""))
    assert not any(secret in repr(shown) for secret in (*NAMES, "0712345"))
