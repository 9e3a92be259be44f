"""Rosters as schools bring them are read to the same pupils, whatever the format, encoding and layout."""

import pytest

from field_app.roster.preview import preview_file, preview_roster
from field_app.roster.pupil import Pupil
from field_app.roster.reading import read_roster
from tests.rosters import HEADER, Row, make_csv, make_ods, make_pupils, make_xls, make_xlsx, messy_rows, messy_workbook

PUPILS = make_pupils(27)


def read(rows: list[Row]) -> tuple[Pupil, ...]:
    return preview_file(make_xlsx(rows, merged_title=False), "名册.xlsx").pupils


@pytest.mark.parametrize("make", [make_xlsx, make_xls, make_ods, make_csv])
def test_messy_roster_in_each_format(make) -> None:
    preview = preview_file(make(messy_rows(PUPILS)), "名册")
    assert preview.pupils == PUPILS
    assert preview.problems == ()
    assert preview.can_save


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_in_each_encoding(encoding: str, delimiter: str) -> None:
    assert preview_file(make_csv(messy_rows(PUPILS), encoding, delimiter), "a.csv").pupils == PUPILS


def test_the_sheet_with_pupils_is_found() -> None:
    assert preview_file(messy_workbook(PUPILS), "名册.xlsx").pupils == PUPILS


def test_the_fuller_sheet_wins_and_the_other_is_mentioned() -> None:
    data = make_xlsx(messy_rows(PUPILS[:5]), messy_rows(PUPILS))
    sheet = read_roster(data, "a.xlsx")
    assert (sheet.name, sheet.other_sheets) == ("Sheet2", 1)
    assert [problem.code for problem in preview_roster(sheet).problems] == ["roster_other_sheets"]


def test_a_hidden_sheet_is_read_only_when_no_other_has_pupils() -> None:
    few = [HEADER, (1, "张三")]
    assert len(preview_file(make_xlsx(few, messy_rows(PUPILS), hidden=[1]), "a.xlsx").pupils) == 1
    assert preview_file(make_xlsx([("说明",)], messy_rows(PUPILS), hidden=[1]), "a.xlsx").pupils == PUPILS


def test_seat_number_is_preferred_to_list_number() -> None:
    assert read([("序号", "姓名", "座号"), (1, "张三", 12), (2, "李四", 11)]) == (Pupil(11, "李四"), Pupil(12, "张三"))


def test_list_number_stands_in_for_the_seat() -> None:
    assert read([("序号", "学生姓名"), (1, "张三"), (2, "李四")]) == (Pupil(1, "张三"), Pupil(2, "李四"))


def test_list_numbers_printed_ahead_are_no_pupils() -> None:
    assert len(read([("序号", "姓名"), (1, "张三"), (2, "李四"), (3, ""), (4, "")])) == 2


def test_short_exam_number_is_a_seat() -> None:
    assert read([("考号", "姓名"), ("01", "张三")]) == (Pupil(1, "张三"),)


def test_long_exam_number_is_a_code() -> None:
    assert read([("座号", "姓名", "考号"), (1, "张三", "20220107")]) == (Pupil(1, "张三", "20220107"),)
    preview = preview_file(make_xlsx([("考号", "姓名"), ("20220107", "张三")], merged_title=False), "a.xlsx")
    assert preview.can_number
    assert preview.rows[0].code == "20220107"


def test_barcode_is_preferred_to_register_number() -> None:
    assert read([("座号", "姓名", "学籍号", "条形码"), (1, "张三", "G53", "0007")]) == (Pupil(1, "张三", "0007"),)


def test_code_stored_as_a_number() -> None:
    assert read([("座号", "姓名", "监测号"), (1.0, "张三", 1234.0)]) == (Pupil(1, "张三", "1234"),)


def test_two_tables_side_by_side() -> None:
    rows: list[Row] = [
        ("名册",),
        ("座号", "姓名", "", "座号", "姓名"),
        (1, "张三", "", 3, "王五"),
        (2, "李四", "", "", ""),
    ]
    assert read(rows) == (Pupil(1, "张三"), Pupil(2, "李四"), Pupil(3, "王五"))


def test_header_in_two_lines() -> None:
    rows: list[Row] = [("座号", "姓名", "学生信息", ""), ("", "", "性别", "班级"), (1, "张三", "女", "四1班")]
    assert read(rows) == (Pupil(1, "张三", "", "女", "四1班"),)


def test_header_again_on_the_next_page() -> None:
    assert len(read([("座号", "姓名"), (1, "张三"), ("座 号", "姓　名"), (2, "李四")])) == 2


def test_identity_number_and_guardian_are_not_read() -> None:
    rows: list[Row] = [("座号", "姓名", "身份证号", "监护人姓名"), (1, "张三", "530521201301010012", "张大")]
    assert read(rows) == (Pupil(1, "张三"),)


def test_english_header() -> None:
    assert read([("Seat No.", "Name", "Sex", "Class"), (1, "张三", "F", "4-1")]) == (Pupil(1, "张三", "", "女", "4-1"),)


def test_table_that_does_not_begin_in_a1() -> None:
    assert read([(), ("", "", "座号", "姓名"), ("", "", 1, "张三")]) == (Pupil(1, "张三"),)


def test_rows_left_out_are_named() -> None:
    rows: list[Row] = [("座号", "姓名"), (1, "张三"), (), ("合计", "1人"), ("监测员签名：", "李某某")]
    assert preview_file(make_xlsx(rows, merged_title=False), "a.xlsx").skipped == (4, 5)


def test_a_remark_does_not_hide_a_pupil() -> None:
    assert len(read([("座号", "姓名", "备注"), (1, "张三", "备注：需签字"), (2, "李四", "")])) == 2
