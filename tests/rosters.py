"""Makes rosters as schools bring them: merged titles, blank rows, full-width digits, signatures. Names are made up."""

import io
import random
from collections.abc import Sequence
from typing import Any

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from field_app.roster.pupil import Pupil

TITLE = "云溪县第三小学国家义务教育质量监测学生名册"
HEADER = ("座号", "姓名", "性别", "班级", "学籍号")
SIGNATURES = (("合计", "{n}人"), ("主监测员签名：", "", "", "日期：", ""), ("制表人：教务处",))
_FAMILY = "张王李赵刘陈杨黄周吴徐孙马朱胡郭何高林罗"
_GIVEN = "子轩雨桐浩然欣怡梓涵思源晓明佳宁文博诗琪志远秋月"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

Row = Sequence[object]


def make_pupils(count: int = 30, seed: int = 1) -> tuple[Pupil, ...]:
    """`count` pupils with seats 1 to `count`, different names and codes that begin with zeros."""
    chance = random.Random(seed)
    names: dict[str, None] = {}
    while len(names) < count:
        names[chance.choice(_FAMILY) + "".join(chance.sample(_GIVEN, chance.choice((1, 2, 2))))] = None
    return tuple(
        Pupil(seat, name, f"00{seed:02}{seat:06}", chance.choice("男女"), f"四（{1 + seat % 3}）班")
        for seat, name in enumerate(names, start=1)
    )


def messy_rows(pupils: Sequence[Pupil]) -> list[Row]:
    """A title, blank rows, a full-width seat, a spaced name, a blank row in the middle, a total and signatures."""
    rows: list[Row] = [(TITLE,), (), ("学校代码：530521001", "", "", "年级：四年级"), HEADER]
    for place, pupil in enumerate(pupils):
        seat: object = str(pupil.seat).translate(_FULL_WIDTH) if place % 5 == 1 else float(pupil.seat)
        name = "　".join(pupil.name) if len(pupil.name) == 2 else pupil.name
        rows.append((seat, name, pupil.sex, pupil.class_name, pupil.code))
        if place == len(pupils) // 2:
            rows.append(())
    return [*rows, (), *(tuple(text.format(n=len(pupils)) for text in row) for row in SIGNATURES)]


def make_xlsx(*sheets: Sequence[Row], merged_title: bool = True, hidden: Sequence[int] = ()) -> bytes:
    """An .xlsx of these sheets; the title in A1 of each is merged over five columns."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet{number + 1}")
        for row in rows:
            sheet.append(list(row))
        if merged_title:
            sheet.merge_cells("A1:E1")
        sheet.sheet_state = "hidden" if number in hidden else "visible"
    return _saved(book)


def make_xls(rows: Sequence[Row]) -> bytes:
    """An old .xls with one sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("名册")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(number, column, value)
    return _saved(book)


def make_ods(rows: Sequence[Row]) -> bytes:
    """An .ods with one sheet."""
    document = OpenDocumentSpreadsheet()
    table = Table(name="名册")
    for row in rows:
        line = TableRow()
        for value in row or ("",):
            line.addElement(_ods_cell(value))
        table.addElement(line)
    document.spreadsheet.addElement(table)
    return _saved(document)


def make_csv(rows: Sequence[Row], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """A text file as Excel or WPS saves it."""
    return "".join(f"{delimiter.join(_as_text(value) for value in row)}\r\n" for row in rows).encode(encoding)


def messy_workbook(pupils: Sequence[Pupil]) -> bytes:
    """The .xlsx that a school most likely brings: the roster on the second sheet, an explanation on the first."""
    return make_xlsx([("填表说明",), ("请勿改动格式。",)], messy_rows(pupils))


def pasted(pupils: Sequence[Pupil]) -> str:
    """What the clipboard holds after copying seat and name from a spreadsheet."""
    return "\n".join(f"{pupil.seat}\t{pupil.name}" for pupil in pupils)


def _as_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)


def _ods_cell(value: object) -> TableCell:
    if isinstance(value, float):
        return TableCell(valuetype="float", value=str(value))
    cell = TableCell(valuetype="string")
    cell.addElement(P(text=str(value)))
    return cell


def _saved(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
