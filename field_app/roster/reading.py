"""Reads a roster 名册 from a file or from the clipboard: the one door into this package for what people bring."""

from pathlib import PurePath

from field_app.roster.grids import Grid
from field_app.roster.lists import read_list
from field_app.roster.tables import RosterSheet, read_table
from field_app.roster.texts import decode_text, split_csv, split_pasted
from field_app.roster.workbooks import is_workbook, open_workbook
from shared.domain.errors import DomainError, ErrorCode

SIZE_LIMIT = 10 * 2**20


def read_roster(data: bytes, filename: str) -> RosterSheet:
    """The sheet with the most pupils in a file, told by its content and not by its name.

    Raises ROSTER_EMPTY_FILE, ROSTER_TOO_LARGE, ROSTER_NOT_A_SPREADSHEET, ROSTER_ENCRYPTED, ROSTER_STRAY_CELL.
    """
    suffix = PurePath(filename).suffix.lower()[:6]
    if not data.strip():
        raise DomainError(ErrorCode.ROSTER_EMPTY_FILE)
    if len(data) > SIZE_LIMIT:
        raise DomainError(ErrorCode.ROSTER_TOO_LARGE, limit=SIZE_LIMIT // 2**20)
    grids = open_workbook(data, suffix) if is_workbook(data) else [split_csv(decode_text(data, suffix), "")]
    return _pick([grid for grid in grids if grid.rows])


def read_pasted(text: str) -> RosterSheet:
    """The pupils in pasted text, with or without a header; ROSTER_EMPTY_FILE, ROSTER_TOO_LARGE otherwise."""
    if not text.strip():
        raise DomainError(ErrorCode.ROSTER_EMPTY_FILE)
    if len(text) > SIZE_LIMIT // 4:
        raise DomainError(ErrorCode.ROSTER_TOO_LARGE, limit=SIZE_LIMIT // 2**20)
    grid = split_pasted(text)
    table = read_table(grid)
    return table if table.has_header else read_list(grid)


def _pick(grids: list[Grid]) -> RosterSheet:
    """The visible sheet with most pupils; a hidden one only when no visible sheet has any."""
    sheets = [(not grid.hidden, read_table(grid)) for grid in grids]
    if not sheets:
        raise DomainError(ErrorCode.ROSTER_EMPTY_FILE)
    filled = [(visible, sheet) for visible, sheet in sheets if sheet.rows]
    _, best = max(filled or sheets, key=lambda pair: (pair[0], len(pair[1].rows), pair[1].has_header))
    others = sum(visible for visible, _ in filled) - 1
    return RosterSheet(best.name, best.tables, best.rows, best.skipped, max(others, 0), best.has_header)
