"""Pasted lists, with and without a header, by tabs, commas or spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field_app.roster.preview import preview_pasted
from field_app.roster.pupil import Pupil
from field_app.roster.reading import read_pasted
from tests.rosters import TITLE, make_pupils, pasted

PUPILS = make_pupils(27)
TWO = (Pupil(7, "张三"), Pupil(8, "李四"))


@pytest.mark.parametrize(
    "text",
    [
        "7\t张三\n8\t李四",
        "7,张三\n8,李四",
        "7，张三\n8，李四\n",
        "7 张三\n8   李四",
        "　7　张　三\r\n\r\n８　李四",
        "7张三\n8李四",
        "7.张三\n8、李四",
        "7号 张三\n8号李四",
        "张三 7\n李四 8",
        "座号 姓名\n7 张三\n8 李四",
        "座 号\t姓 名\n7\t张三\n8\t李四\n合计\t2人",
        '座号\t姓名\n7\t"张\n三"\n8\t李四',
    ],
)
def test_two_pupils_however_they_were_pasted(text: str) -> None:
    preview = preview_pasted(text)
    assert preview.pupils == TWO
    assert preview.can_save


def test_list_with_everything() -> None:
    preview = preview_pasted("01 张三 男 四（1）班 G530521\n02 李四 女 四2班 G530522")
    assert preview.pupils == (
        Pupil(1, "张三", "G530521", "男", "四（1）班"),
        Pupil(2, "李四", "G530522", "女", "四2班"),
    )


def test_title_and_signature_are_left_out() -> None:
    preview = preview_pasted(f"{TITLE}\n1 张三\n2 李四\n监测员签名：\n合计 2")
    assert len(preview.pupils) == 2
    assert preview.skipped == (1, 4, 5)


def test_names_alone_can_be_numbered() -> None:
    assert preview_pasted("张三\n李四").can_number
    assert not preview_pasted("张三\n李四").can_save
    assert preview_pasted("张三\n李四", number_in_order=True).pupils == (Pupil(1, "张三"), Pupil(2, "李四"))


def test_clipboard_of_a_spreadsheet() -> None:
    assert [(p.seat, p.name) for p in preview_pasted(pasted(PUPILS)).pupils] == [(p.seat, p.name) for p in PUPILS]


def test_one_stray_quote_swallows_nobody() -> None:
    assert len(preview_pasted('1\t张三"\n2\t李四\n3\t王五').pupils) == 3


NAMES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4).filter(
    lambda name: not set(name) & set("合总小共监主副司责签制填审校注备说日联负男女班年级名册单学座考序编姓条性号盖")
)
TABLES = st.dictionaries(st.integers(1, 999), NAMES, min_size=1, max_size=12)


@given(TABLES, st.sampled_from(["\t", ",", "，", "  ", "　"]), st.booleans())
def test_whatever_is_pasted_is_read_back(table: dict[int, str], delimiter: str, with_header: bool) -> None:
    lines = [f"座号{delimiter}姓名"] if with_header else []
    lines += [f"{seat}{delimiter}{name}" for seat, name in table.items()]
    assert {p.seat: p.name for p in preview_pasted("\n".join(lines)).pupils} == table


@given(st.text(min_size=1).filter(str.strip))
def test_no_text_breaks_the_reader(text: str) -> None:
    sheet = read_pasted(text)
    assert len(sheet.rows) <= len(text)
    assert all(problem.sentence("zh") and problem.sentence("en") for problem in preview_pasted(text).problems)
