"""Opens a workbook with python-calamine in a process of its own; run by `workbooks`, never imported by the app.

One damaged byte in an .xls, or one filled cell far away, makes calamine ask for more memory than there is, and then
the whole process is aborted. Here that costs a sentence, not the laptop's log book.
"""

import io
import json
import sys
from contextlib import suppress

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from field_app.roster.cells import column_letter

CELLS_LIMIT = 4_000_000
MEMORY_LIMIT = 2 * 2**30
Answer = dict[str, object]


def main() -> None:
    """Read a workbook's bytes from standard input, write `{"sheets": [...]}` or `{"refused": why}` as JSON."""
    _limit_memory()
    json.dump(read_sheets(sys.stdin.buffer.read()), sys.stdout)


def read_sheets(data: bytes) -> Answer:
    """Every sheet's name, rows from A1 on, and whether it is hidden; or why not."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            sheets = [_read_sheet(workbook, number) for number in range(len(workbook.sheet_names))]
    except PasswordError:
        return {"refused": "encrypted"}
    except CalamineError:
        return {"refused": "unreadable"}
    return {"sheets": sheets}


def _read_sheet(workbook: CalamineWorkbook, number: int) -> Answer:
    sheet = workbook.get_sheet_by_index(number)
    hidden = workbook.sheets_metadata[number].visible != SheetVisibleEnum.Visible
    row, column = sheet.end or (0, 0)
    far = (row + 1) * (column + 1) > CELLS_LIMIT
    stray = f"{column_letter(column)}{row + 1}" if far else ""
    rows = [] if far else _read_rows(sheet)
    return {"name": sheet.name, "hidden": hidden, "rows": rows, "stray": stray}


def _read_rows(sheet: CalamineSheet) -> list[list[object]]:
    return [
        [value if isinstance(value, str | int | float) else str(value) for value in row]
        for row in sheet.to_python(skip_empty_area=False)
    ]


def _limit_memory() -> None:
    """Where the system can, so that the other programs of a small laptop stay alive (Windows cannot)."""
    if sys.platform != "win32":
        import resource

        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


if __name__ == "__main__":
    main()
