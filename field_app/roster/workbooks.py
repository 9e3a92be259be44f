"""Opens .xlsx, .xls and .ods in a process apart, after looking for passwords and for what would eat the memory."""

import io
import json
import re
import subprocess
import sys
import zipfile
from typing import Any

from field_app.roster.cells import column_letter
from field_app.roster.grids import Grid
from field_app.roster.workbook_process import CELLS_LIMIT
from shared.domain.errors import DomainError, ErrorCode

ZIP = b"PK\x03\x04"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
UNPACKED_LIMIT = 200 * 2**20
SECONDS_LIMIT = 30
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
    answer = _read_apart(data)
    if answer.get("refused") == "encrypted":
        raise DomainError(ErrorCode.ROSTER_ENCRYPTED)
    if "sheets" not in answer:
        raise DomainError(ErrorCode.ROSTER_NOT_A_SPREADSHEET, kind=suffix)
    for sheet in answer["sheets"]:
        if sheet["stray"]:
            raise DomainError(ErrorCode.ROSTER_STRAY_CELL, sheet["stray"])
    return [Grid(sheet["name"], sheet["rows"], sheet["hidden"]) for sheet in answer["sheets"]]


def _read_apart(data: bytes) -> dict[str, Any]:
    """What the reading process says; nothing when it was aborted or took too long. Names go through pipes only."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "field_app.roster.workbook_process"],
            input=data,
            capture_output=True,
            timeout=SECONDS_LIMIT,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return dict(json.loads(done.stdout))
    except (subprocess.SubprocessError, OSError, ValueError):
        return {}


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
