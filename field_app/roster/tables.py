"""From a grid with a header to one row a pupil: columns chosen, tables side by side, notes and totals left out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from field_app.roster.cells import cell_text, clean_code, clean_name, clean_sex, is_rounded, parse_seat
from field_app.roster.grids import Grid
from field_app.roster.headers import EXAM_NUMBERS, LIST_NUMBERS, Column, Header, Role, find_header, list_roles
from field_app.roster.pupil import SEAT_LEAST, SEAT_MOST

Columns = dict[Role, Column]

_NOTE = re.compile(
    r"(合计|总计|小计|共计|共\s*\d+|监测员|主监|副主监|司时员|责任督学|签|制表|填表|审核|校长|注[:：]|备注|说明|日期|联系|负责人|\d{4}年)"
)
_SIGNATURE = re.compile("签名|签字|盖章|制表|填表|审核人|合计|总计")
_LONGEST_SEAT_TEXT = 12
_LONGEST_NAME_ALONE = 20


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One pupil's row: cleaned text, the row's number from 1, and which of the tables side by side it stands in."""

    number: int
    table: int = 0
    seat: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    class_name: str = field(default="", repr=False)
    code_rounded: bool = False


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """What was read: pupil rows, the columns they came from, and the numbers of filled rows that hold no pupil."""

    name: str
    tables: tuple[Columns, ...] = ()
    rows: tuple[RosterRow, ...] = ()
    skipped: tuple[int, ...] = ()
    other_sheets: int = 0
    has_header: bool = True

    def find_column(self, table: int, role: Role) -> Column | None:
        """The column a role was read from; None when there is none (or no header)."""
        return self.tables[table].get(role) if table < len(self.tables) else None


def read_table(grid: Grid) -> RosterSheet:
    """The pupils below a grid's header; without a header, a sheet with no rows and `has_header` false."""
    header = find_header(grid.rows)
    if header is None:
        return RosterSheet(grid.name, has_header=False)
    body = grid.rows[header.below :]
    tables = tuple(_choose(columns, body) for columns in _split_tables(header))
    rows = tuple(row for number, columns in enumerate(tables) for row in _read_rows(grid, header, columns, number))
    return RosterSheet(grid.name, tables, rows, _list_skipped(grid, header, tables, {row.number for row in rows}))


def _split_tables(header: Header) -> list[list[Column]]:
    """Tables side by side (座号 姓名 │ 座号 姓名): a new one begins where the first header word comes again."""
    columns = sorted(header.columns, key=lambda column: column.index)
    first = columns[0]
    starts = [column.index for column in columns if column.role == first.role and column.word == first.word]
    ends = [*starts[1:], columns[-1].index + 1]
    tables = [[c for c in columns if start <= c.index < end] for start, end in zip(starts, ends, strict=True)]
    return tables if all(_has(table, Role.NAME) for table in tables) else [columns]


def _has(columns: list[Column], role: Role) -> bool:
    return any(column.role == role for column in columns)


def _choose(columns: list[Column], body: Sequence[Sequence[object]]) -> Columns:
    """One column a role, the best word winning; a long 考号 is a code, a short one a seat."""
    fit = [c for c in columns if not (c.role == Role.SEAT and c.word in EXAM_NUMBERS and not _holds_seats(c, body))]
    chosen: Columns = {}
    for column in sorted(fit, key=lambda column: (column.rank, column.index)):
        taken = column.role == Role.CODE and chosen.get(Role.SEAT) and chosen[Role.SEAT].index == column.index
        if column.role not in chosen and not taken:
            chosen[column.role] = column
    seat, code = chosen.get(Role.SEAT), chosen.get(Role.CODE)
    if seat and code and seat.index == code.index:
        del chosen[Role.CODE]
    return chosen


def _holds_seats(column: Column, body: Sequence[Sequence[object]]) -> bool:
    numbers = [parse_seat(_at(row, column)) for row in body if _at(row, column)]
    inside = [number for number in numbers if number is not None and SEAT_LEAST <= number <= SEAT_MOST]
    return len(inside) * 2 > len(numbers)


def _at(row: Sequence[object], column: Column | None) -> str:
    return cell_text(row[column.index]) if column and column.index < len(row) else ""


def _read_rows(grid: Grid, header: Header, columns: Columns, table: int) -> Iterator[RosterRow]:
    for index in range(header.below, len(grid.rows)):
        cells = grid.rows[index]
        row = _read_row(cells, columns, index + 1, table)
        if not _is_empty(row, columns) and not _is_header_again(cells, columns) and not is_note(row, cells):
            yield row


def _read_row(cells: Sequence[object], columns: Columns, number: int, table: int) -> RosterRow:
    code = columns.get(Role.CODE)
    return RosterRow(
        number=number,
        table=table,
        seat=_at(cells, columns.get(Role.SEAT)),
        name=clean_name(_at(cells, columns.get(Role.NAME))),
        code=clean_code(_at(cells, code)),
        sex=clean_sex(_at(cells, columns.get(Role.SEX))),
        class_name=_at(cells, columns.get(Role.CLASS_NAME)),
        code_rounded=bool(code and code.index < len(cells) and is_rounded(cells[code.index])),
    )


def _is_empty(row: RosterRow, columns: Columns) -> bool:
    """No pupil: nothing in seat, name and code, or only a 序号 printed ahead on an empty line of the form."""
    seat = columns.get(Role.SEAT)
    printed_ahead = bool(seat and seat.word in LIST_NUMBERS and Role.NAME in columns)
    return not (row.name or row.code or (row.seat and not printed_ahead))


def _is_header_again(cells: Sequence[object], columns: Columns) -> bool:
    """A header printed again at the top of the next page."""
    return any(
        column.role in {found.role for found in list_roles(_at(cells, column))}
        for column in (columns.get(Role.SEAT), columns.get(Role.NAME))
        if column
    )


def is_note(row: RosterRow, cells: Sequence[object]) -> bool:
    """A total, a signature line or a remark below the list, not a pupil."""
    if _NOTE.match(row.name):
        return True
    seated = parse_seat(row.seat) is not None
    if seated and row.name:
        return False
    if len(row.seat) > _LONGEST_SEAT_TEXT or (not row.seat and len(row.name) > _LONGEST_NAME_ALONE):
        return True
    return bool(_NOTE.match(row.seat)) or any(_SIGNATURE.search(cell_text(value)) for value in cells)


def _list_skipped(grid: Grid, header: Header, tables: tuple[Columns, ...], read: set[int]) -> tuple[int, ...]:
    """Filled rows below the header that gave no pupil, for the person to look at."""
    return tuple(
        index + 1
        for index in range(header.below, len(grid.rows))
        if index + 1 not in read
        and any(cell_text(value) for value in grid.rows[index])
        and not any(_is_header_again(grid.rows[index], columns) for columns in tables)
    )
