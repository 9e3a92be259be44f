"""What people bring by mistake: each with a clear sentence, none with a crash."""

import io
import subprocess
import sys
import zipfile

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from field_app.roster import workbooks
from field_app.roster.preview import preview_file, preview_pasted
from field_app.roster.reading import SIZE_LIMIT, read_roster
from shared.domain.errors import DomainError
from tests.rosters import make_ods, make_pupils, make_xls, make_xlsx, messy_rows

ROWS = messy_rows(make_pupils(3))
XLS = make_xls(ROWS)
READING = "field_app.roster.workbook_process"
DIMENSIONS = bytes.fromhex("00020e00")


def make_zip(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return file.getvalue()


def rename_stream(ole: bytes, name: str) -> bytes:
    """An OLE file whose Workbook stream is called something else, as in a Word file or behind a password."""
    entry = bytearray(ole)
    place, new = ole.index("Workbook".encode("utf-16-le")), name.encode("utf-16-le")
    entry[place : place + len(new)] = new
    entry[place + 64 : place + 66] = (len(new) + 2).to_bytes(2, "little")
    return bytes(entry)


def with_filepass(xls: bytes) -> bytes:
    """An old .xls whose second record says that the rest is encrypted."""
    place = xls.index(bytes.fromhex("0908100000060500")) + 20
    return xls[:place] + (0x2F).to_bytes(2, "little") + xls[place + 2 :]


def encrypted_ods() -> bytes:
    manifest = '<manifest><file-entry full-path="content.xml"><encryption-data/></file-entry></manifest>'
    parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF__manifest.xml": manifest}
    return make_zip(**parts)


WRONG: dict[str, tuple[str, bytes, str]] = {
    "Word file": ("名册.docx", make_zip(word__document_xml="<w/>"), "roster_not_a_spreadsheet"),
    "old Word file": ("名册.doc", rename_stream(make_xls(ROWS), "WordDocument"), "roster_not_a_spreadsheet"),
    "any zip": ("名册.zip", make_zip(a="b"), "roster_not_a_spreadsheet"),
    "Word file called xlsx": ("名册.xlsx", make_zip(word__document_xml="<w/>"), "roster_not_a_spreadsheet"),
    "picture": ("名册.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)), "roster_not_a_spreadsheet"),
    "web page": ("名册.xls", "<html><table><tr><td>座号</td></tr>".encode("gbk"), "roster_not_a_spreadsheet"),
    "web page with BOM": ("a.csv", "\ufeff<!DOCTYPE html>".encode(), "roster_not_a_spreadsheet"),
    "PDF": ("名册.pdf", b"%PDF-1.7\n", "roster_not_a_spreadsheet"),
    "cut off xlsx": ("a.xlsx", make_xlsx(ROWS)[:-300], "roster_not_a_spreadsheet"),
    "cut off xls": ("a.xls", make_xls(ROWS)[:700], "roster_not_a_spreadsheet"),
    "cut off ods": ("a.ods", make_ods(ROWS)[:-300], "roster_not_a_spreadsheet"),
    "xlsx with a password": ("a.xlsx", rename_stream(make_xls(ROWS), "EncryptedPackage"), "roster_encrypted"),
    "xls with a password": ("a.xls", with_filepass(make_xls(ROWS)), "roster_encrypted"),
    "ods with a password": ("a.ods", encrypted_ods(), "roster_encrypted"),
    "empty file": ("a.xlsx", b"", "roster_empty_file"),
    "blank text": ("a.csv", b"\r\n \r\n", "roster_empty_file"),
    "empty workbook": ("a.xlsx", make_xlsx([], merged_title=False), "roster_empty_file"),
    "too large": ("a.csv", b"1" * (SIZE_LIMIT + 1), "roster_too_large"),
    "prose": ("a.txt", "请各校于八点前领取名册。".encode(), "roster_no_header"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_file_has_its_sentence(case: str) -> None:
    filename, data, code = WRONG[case]
    shown = preview_file(data, filename)
    (problem,) = shown.problems
    assert problem.code.value == code
    assert not shown.can_save
    assert all(problem.sentence(language) and "?" not in problem.sentence(language) for language in ("zh", "en"))


def test_the_sentence_names_the_kind_of_file_but_not_the_file() -> None:
    (problem,) = preview_file(WRONG["Word file"][1], "张三的名册.docx").problems
    assert "（.docx）" in problem.sentence("zh")
    assert "张三" not in problem.sentence("zh")


def test_a_space_in_the_last_cell_does_not_end_the_program() -> None:
    with pytest.raises(DomainError, match="roster_stray_cell XFD1048576"):
        read_roster(make_far_cell(), "a.xlsx")


def test_a_space_far_away_in_an_old_workbook() -> None:
    book = xlwt.Workbook()
    book.add_sheet("a").write(65_535, 99, " ")
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(DomainError, match="roster_stray_cell CV65536"):
        read_roster(file.getvalue(), "a.xls")


def test_a_damaged_size_ends_only_the_reading_process() -> None:
    data = bytearray(make_xls([("座号", "姓名"), (1, "张三")]))
    data[data.index(DIMENSIONS) + 4] = 0xFF  # "begins at row 255, ends at row 2": calamine aborts its process
    done = subprocess.run([sys.executable, "-m", READING], input=data, capture_output=True)
    assert done.returncode != 0
    (problem,) = preview_file(bytes(data), "a.xls").problems
    assert problem.code.value == "roster_not_a_spreadsheet"


def test_a_reading_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "SECONDS_LIMIT", 0)
    with pytest.raises(DomainError, match="roster_not_a_spreadsheet"):
        read_roster(make_xlsx(ROWS), "a.xlsx")


def make_far_cell() -> bytes:
    """A roster in which somebody typed a space in the very last cell."""
    file = io.BytesIO(make_xlsx(ROWS))
    cell = '<row r="1048576"><c r="XFD1048576" t="str"><v> </v></c></row></sheetData>'
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    return make_zip(**{**parts, sheet: parts[sheet].replace("</sheetData>", cell)})


def test_formatted_cells_far_away_do_no_harm() -> None:
    file = io.BytesIO(make_far_cell())
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace('<c r="XFD1048576" t="str"><v> </v></c>', '<c r="XFD1048576" s="0"/>')
    assert len(read_roster(make_zip(**parts), "a.xlsx").rows) == 3


def test_an_archive_that_unpacks_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "UNPACKED_LIMIT", 1000)
    with pytest.raises(DomainError, match="roster_too_large"):
        read_roster(make_xlsx(ROWS), "a.xlsx")


def test_nothing_pasted() -> None:
    assert [problem.code for problem in preview_pasted(" \n").problems] == ["roster_empty_file"]


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", workbooks.OLE, b"\xff\xfe", b"\xef\xbb\xbf"]))
def test_no_bytes_break_the_reader(data: bytes, start: bytes) -> None:
    shown = preview_file(start + data, "a.xlsx")
    assert shown.pupils or shown.problems


@settings(max_examples=30, deadline=None)
@given(st.integers(0, len(XLS) - 1), st.integers(0, 255))
def test_one_changed_byte_never_breaks_the_reader(place: int, byte: int) -> None:
    data = bytearray(XLS)
    data[place] = byte
    shown = preview_file(bytes(data), "a.xls")
    assert shown.pupils or shown.problems
