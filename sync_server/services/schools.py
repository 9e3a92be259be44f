"""The list of sample schools from a spreadsheet: every problem by its row, and nothing imported while there is one."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook

from shared.domain.errors import DomainError, ErrorCode
from shared.wire.problems import sentence
from sync_server.services.plans import plan_for
from sync_server.services.stages import find_stage
from sync_server.store.ports import Books, Store
from sync_server.store.records import School

CODE = ("学校代码", "学校编码", "代码", "code")
NAME = ("学校名称", "学校", "名称", "name")
STAGE = ("学段", "年级", "学段/年级", "stage", "grade")
_COLUMNS = (CODE, NAME, STAGE)


class SchoolListProblems(DomainError):
    """A list was refused: `problems` holds one error for each cell to change, with its row."""

    def __init__(self, problems: Sequence[DomainError]) -> None:
        self.problems = tuple(problems)
        super().__init__(ErrorCode.SCHOOL_LIST_INVALID, count=len(self.problems))

    def sentences(self, language: str) -> list[str]:
        """One sentence for each change."""
        return [sentence(problem, language) for problem in self.problems]


@dataclass(frozen=True, slots=True)
class Listed:
    """One school of a list; `stage` is a grade."""

    code: str
    name: str
    stage: str


def import_schools(store: Store, data: bytes, name: str) -> list[School]:
    """Add the schools of a spreadsheet, or give known ones their new name and stage; returns all schools.

    Raises SHEET_UNREADABLE, SCHOOL_COLUMN_MISSING or SchoolListProblems.
    """
    listed = read_list(data, name)

    def work(book: Books) -> list[School]:
        for item in listed:
            known = book.find_school(item.code)
            plan = known.plan if known and known.stage == item.stage else plan_for(book, item.stage)
            book.save_school(School(0, item.code, item.name, item.stage, plan))
        return book.list_schools()

    return store.write(work)


def read_list(data: bytes, name: str) -> list[Listed]:
    """The schools in a spreadsheet's first sheet; raises what `import_schools` raises."""
    rows = _rows(data, name)
    start, places = _headings(rows)
    problems: list[DomainError] = []
    listed: dict[str, Listed] = {}
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        cells = [row[place] if place < len(row) else "" for place in places]
        if not any(cells):
            continue
        found = _problems(number, cells, set(listed))
        problems += found
        if not found:
            listed[cells[0]] = Listed(cells[0], cells[1], find_stage(cells[2]) or "")
    if problems:
        raise SchoolListProblems(problems)
    return list(listed.values())


def _problems(number: int, cells: list[str], known: set[str]) -> list[DomainError]:
    code, name, stage = cells
    found = []
    if not (code.isascii() and code.isalnum() and len(code) <= 20):
        found.append((CODE[0], code, "数字或字母 / digits or letters"))
    elif code in known:
        found.append((CODE[0], code, "每校不同 / different for each school"))
    if not 1 <= len(name) <= 60:
        found.append((NAME[0], name, "1–60 字 / 1–60 characters"))
    if find_stage(stage) is None:
        found.append((STAGE[0], stage, "小学、初中、四年级、八年级"))
    return [
        DomainError(
            ErrorCode.SCHOOL_CELL_INVALID, f"第 {number} 行 row {number}", column=column, value=value, expected=expected
        )
        for column, value, expected in found
    ]


def _headings(rows: Sequence[Sequence[str]]) -> tuple[int, list[int]]:
    """The row of the headings, wherever it stands, and the place of each column."""
    missing = CODE[0]
    for number, row in enumerate(rows[:30]):
        words = [cell.lower() for cell in row]
        places = [next((i for i, word in enumerate(words) if word in names), -1) for names in _COLUMNS]
        if -1 not in places:
            return number, places
        if max(places) >= 0:
            missing = _COLUMNS[places.index(-1)][0]
    raise DomainError(ErrorCode.SCHOOL_COLUMN_MISSING, column=missing)


def _rows(data: bytes, name: str) -> list[list[str]]:
    if name.lower().endswith(".csv"):
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(_decoded(data, name)))]
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, OSError, ValueError, IndexError) as problem:
        raise DomainError(ErrorCode.SHEET_UNREADABLE, path=name) from problem


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DomainError(ErrorCode.SHEET_UNREADABLE, path=name)


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
