"""Finds the header row 表头 by its words, wherever it stands, and says what each column holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from field_app.roster.cells import cell_text, column_letter


class Role(StrEnum):
    """What a column holds; a column with no role (identity number, telephone, …) is never read."""

    SEAT = "seat"
    NAME = "name"
    CODE = "code"
    SEX = "sex"
    CLASS_NAME = "class_name"


# In order of preference: 座号 before 序号, a barcode before a register number. 考号 may be either (see `tables`).
EXAM_NUMBERS = ("考号", "考试号", "考生号", "准考证号", "考籍号")
LIST_NUMBERS = ("序号", "编号", "号数", "number", "no")
WORDS: dict[Role, tuple[str, ...]] = {
    Role.SEAT: (
        *("座号", "座位号", "座位序号", "考场座号", "座次号", "座次", "座位", "seatnumber", "seatno", "seat"),
        *EXAM_NUMBERS,
        *LIST_NUMBERS,
    ),
    Role.NAME: ("姓名", "学生姓名", "考生姓名", "名字", "学生", "name", "studentname", "pupilname", "pupil", "student"),
    Role.CODE: (
        *("条形码", "条码号", "条码", "监测号", "监测编号", "监测码", "学生编码", "学生代码", "学生编号", "编码"),
        *("学籍号", "学籍号码", "全国学籍号", "学籍编号", "学号", "barcode", "studentcode", "studentid", "code", "id"),
        *EXAM_NUMBERS,
    ),
    Role.SEX: ("性别", "男女", "sex", "gender"),
    Role.CLASS_NAME: ("班级", "班别", "所在班级", "班级名称", "班", "class", "classname"),
}
_EXACT = {(role, word): rank for role, words in WORDS.items() for rank, word in enumerate(words)}
# Words that also count inside a longer header (监测座号); 学生 or 编号 would also find 学生信息 and 学校编号.
_INSIDE = re.compile(
    "座位号|座号|考号|序号|姓名|条形码|条码|监测号|学籍号|学生编码|学生代码|学生编号|准考证号|性别|班级"
)
_OTHER_PEOPLE = re.compile("家长|监护|父|母|教师|老师|班主任|监测员|主监|校长|联系|负责|签")
_LONGEST_HEADER = 12
_ROWS_SEARCHED = 500


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a roster: its role, its place (from 0), the header word that gave it away and that word's rank."""

    role: Role
    index: int
    word: str = ""
    rank: int = 0

    @property
    def letter(self) -> str:
        """The letter over the column in the spreadsheet."""
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands: its columns, and the index of the first row below it."""

    columns: tuple[Column, ...]
    below: int


def list_roles(value: object, index: int = 0) -> list[Column]:
    """The roles that a header cell's words may give its column; empty for any other cell."""
    text = re.sub(r"[(（\[【].*?[)）\]】]|[\s*＊:：.．、_-]", "", cell_text(value)).casefold()
    found = [Column(role, index, text, _EXACT[role, text]) for role in Role if (role, text) in _EXACT]
    if found or not text or len(text) > _LONGEST_HEADER or _OTHER_PEOPLE.search(text):
        return found
    inside = _INSIDE.search(text)
    word = inside.group() if inside else ""
    return [Column(role, index, word, _EXACT[role, word]) for role in Role if (role, word) in _EXACT]


def find_header(rows: Sequence[Sequence[object]]) -> Header | None:
    """The row with the most roles, the first of equals; None when no row looks like a header."""
    best: tuple[int, int] | None = None
    for number, row in enumerate(rows[:_ROWS_SEARCHED]):
        score = _score(row)
        if score and (best is None or score > best[0]):
            best = (score, number)
    if best is None:
        return None
    columns = _columns(rows[best[1]])
    below = best[1] + 1
    second = _second_line(rows[below], columns) if below < len(rows) else []
    return Header((*columns, *second), below + bool(second))


def _columns(row: Sequence[object]) -> list[Column]:
    return [column for index, value in enumerate(row) for column in list_roles(value, index)]


def _score(row: Sequence[object]) -> int:
    """How many different roles a row gives; 0 when it cannot be a header."""
    columns = _columns(row)
    roles = {column.role for column in columns}
    if not roles & {Role.SEAT, Role.NAME}:
        return 0
    alone = sum(bool(cell_text(value)) for value in row) == 1
    return len(roles) if len({column.index for column in columns}) > 1 or (alone and _is_plain(columns)) else 0


def _is_plain(columns: list[Column]) -> bool:
    """Whether a lone cell is exactly 姓名 or 座号, not a sentence that mentions one."""
    return columns[0].word in ("姓名", "学生姓名", "座号", "座位号", "name", "seat")


def _second_line(row: Sequence[object], columns: list[Column]) -> list[Column]:
    """The columns of a header's second line (性别 under a merged 学生信息); empty when the row holds a pupil."""
    filled = [index for index, value in enumerate(row) if cell_text(value)]
    second = _columns(row)
    known = {column.index for column in columns}
    all_words = bool(filled) and {column.index for column in second} == set(filled)
    return [column for column in second if column.index not in known] if all_words else []
