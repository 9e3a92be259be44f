"""Opens .xlsx, .xls and .ods with python-calamine, after looking for what would make it fail or fall over."""

import io
import re
import zipfile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from field_app.roster.cells import column_letter
from field_app.roster.grids import Grid
from shared.domain.errors import DomainError, ErrorCode

ZIP = b"PK\x03\x04"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
UNPACKED_LIMIT = 200 * 2**20
CELLS_LIMIT = 4_000_000
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_BIFF8_START = bytes.fromhex("0908100000060500")
_FILEPASS = 0x2F
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["'][^>]*>""")


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin like a zip archive (.xlsx, .ods) or an OLE file (.xls)."""
    return data.startswith((ZIP, OLE))


def open_workbook(data: bytes, suffix: str) -> list[Grid]:
    """Every worksheet; ROSTER_NOT_A_SPREADSHEET, ROSTER_ENCRYPTED, ROSTER_TOO_LARGE or ROSTER_STRAY_CELL otherwise."""
    if data.startswith(ZIP):
        _check_zip(data, suffix)
    elif _is_encrypted_ole(data):
        raise DomainError(ErrorCode.ROSTER_ENCRYPTED)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return [_read_sheet(workbook, number) for number in range(len(workbook.sheet_names))]
    except PasswordError as error:
        raise DomainError(ErrorCode.ROSTER_ENCRYPTED) from error
    except CalamineError as error:
        raise DomainError(ErrorCode.ROSTER_NOT_A_SPREADSHEET, kind=suffix) from error


def _read_sheet(workbook: CalamineWorkbook, number: int) -> Grid:
    sheet = workbook.get_sheet_by_index(number)
    _check_size(sheet)
    rows: list[list[object]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    hidden = workbook.sheets_metadata[number].visible != SheetVisibleEnum.Visible
    return Grid(sheet.name, rows, hidden)


def _check_size(sheet: CalamineSheet) -> None:
    if sheet.total_height * sheet.total_width > CELLS_LIMIT:
        raise DomainError(ErrorCode.ROSTER_STRAY_CELL, f"{column_letter(sheet.total_width - 1)}{sheet.total_height}")


def _check_zip(data: bytes, suffix: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive, suffix)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise DomainError(ErrorCode.ROSTER_NOT_A_SPREADSHEET, kind=suffix) from error


def _check_archive(archive: zipfile.ZipFile, suffix: str) -> None:
    names = set(archive.namelist())
    if sum(part.file_size for part in archive.infolist()) > UNPACKED_LIMIT:
        raise DomainError(ErrorCode.ROSTER_TOO_LARGE, limit=UNPACKED_LIMIT // 2**20)
    if "xl/workbook.xml" in names:
        for name in filter(_SHEET_PART.fullmatch, names):
            _check_cells(archive.read(name))
    elif "mimetype" in names and archive.read("mimetype").strip() == _ODS:
        if b"encryption-data" in (archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""):
            raise DomainError(ErrorCode.ROSTER_ENCRYPTED)
    else:
        raise DomainError(ErrorCode.ROSTER_NOT_A_SPREADSHEET, kind=suffix)


def _check_cells(xml: bytes) -> None:
    """Refuse one filled cell far outside: calamine asks memory for the whole rectangle, and the process would abort."""
    furthest, widest = 0, 0
    for match in _CELL.finditer(xml):
        if not match.group().endswith(b"/>"):
            furthest = max(furthest, int(match.group(2)))
            widest = max(widest, _column_number(match.group(1)))
    if furthest * widest > CELLS_LIMIT:
        raise DomainError(ErrorCode.ROSTER_STRAY_CELL, f"{column_letter(widest - 1)}{furthest}")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _is_encrypted_ole(data: bytes) -> bool:
    """A modern workbook with a password is an OLE file around an EncryptedPackage; an old one has a FILEPASS record."""
    if _ENCRYPTED_PACKAGE in data:
        return True
    place = data.find(_BIFF8_START)
    for _ in range(20):  # FILEPASS stands among the first few records
        if place < 0 or place + 4 > len(data):
            return False
        kind, length = (
            int.from_bytes(data[place : place + 2], "little"),
            int.from_bytes(data[place + 2 : place + 4], "little"),
        )
        if kind == _FILEPASS:
            return True
        place += 4 + length
    return False
