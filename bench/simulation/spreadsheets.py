"""The files that people bring: the county's list of schools, and rosters as schools type them."""

import io
import random
from collections.abc import Sequence

import openpyxl

from bench.simulation.county import NAME, School

Rows = Sequence[Sequence[object]]
_HEADER = ("座号", "姓名", "性别", "班级", "学籍号")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def schools_sheet(schools: Sequence[School]) -> bytes:
    """The list of sample schools as the county keeps it, an .xlsx with a title above the headings."""
    rows: list[Sequence[object]] = [(f"{NAME}样本校名单",), (), ("序号", "学校代码", "学校名称", "学段")]
    rows += [(number, school.code, school.name, school.stage) for number, school in enumerate(schools, start=1)]
    return _workbook(rows)


def roster_file(school: School) -> tuple[str, bytes]:
    """File name and content of a school's roster: .xlsx in most schools, .csv in GBK or UTF-8 in some."""
    rows = _roster_rows(school)
    if school.number % 5 == 3:
        return f"{school.name}名册.csv", _text(rows, "gbk")
    if school.number % 5 == 4:
        return f"{school.name}名册.csv", _text(rows, "utf-8-sig")
    return f"{school.name}名册.xlsx", _workbook(rows)


def _roster_rows(school: School) -> Rows:
    """A title, blank rows, the headings, pupils in seat order with a blank row among them, and a signature line."""
    chance = random.Random(school.code)
    rows: list[Sequence[object]] = [(f"{school.name}国家义务教育质量监测学生名册",), ()]
    rows += [(f"学校代码：{school.code}", "", "", "机密"), _HEADER]
    for pupil in school.pupils:
        seat: object = str(pupil.seat).translate(_FULL_WIDTH) if chance.random() < 0.1 else pupil.seat
        rows.append((seat, pupil.name, pupil.sex, pupil.class_name, pupil.code))
        if pupil.seat == len(school.pupils) // 2:
            rows.append(())
    return [*rows, (), ("主监测员签名：", "", "", "日期：", "")]


def _workbook(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    sheet.merge_cells("A1:E1")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _text(rows: Rows, encoding: str) -> bytes:
    return "".join(",".join(str(cell) for cell in row) + "\r\n" for row in rows).encode(encoding)
