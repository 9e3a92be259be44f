"""Text rosters: .csv and .tsv in the encodings of Chinese school computers, and what was pasted."""

import csv
import io
import re
from collections.abc import Iterable

from field_app.roster.grids import Grid
from shared.domain.errors import DomainError, ErrorCode

_MARKUP = re.compile(r"\s*(<[!?a-z]|\{\\rtf|%pdf|mime-version:)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_COMMAS = re.compile("[,，;；]")
_LONE = r"[\u3400-\u4dbf\u4e00-\u9fff]"
# 张 三 typed with a space; 男 and 女 stand alone because they are a column of their own.
_SPLIT_NAME = re.compile(rf"(?<!\S)((?![男女]){_LONE})[ \u3000]+((?![男女]){_LONE})(?!\S)")


def decode_text(data: bytes, suffix: str) -> str:
    """Bytes of a text file as text (UTF-8, UTF-16, GB18030); ROSTER_NOT_A_SPREADSHEET for anything else."""
    text = _decode(data)
    if text is None or _CONTROL.search(text) or _MARKUP.match(text):
        raise DomainError(ErrorCode.ROSTER_NOT_A_SPREADSHEET, kind=suffix)
    return text


def _decode(data: bytes) -> str | None:
    for encoding in _guess_encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _guess_encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if b"\0" in data:  # UTF-16 without its mark: digits, commas and line ends have their zero byte on one side
        zeros = data[::2].count(0), data[1::2].count(0)
        return ("utf-16-be",) if zeros[0] > zeros[1] else ("utf-16-le",)
    return ("utf-8-sig", "gb18030")


def split_csv(text: str, name: str) -> Grid:
    """A delimited file as a grid; the delimiter is the most frequent of tab, comma and semicolon."""
    sample = text[:20_000]
    return Grid(name, _split_quoted(text, max("\t,;，", key=sample.count)))


def split_pasted(text: str) -> Grid:
    """Pasted text as a grid: by tabs when there are any, else by commas when most lines have one, else by spaces."""
    lines = text.splitlines()
    filled = [line for line in lines if line.strip()]
    if "\t" in text:
        rows = _split_quoted(text, "\t")
    elif sum(bool(_COMMAS.search(line)) for line in filled) * 2 > len(filled):
        rows = _split_quoted(_COMMAS.sub(",", text), ",")
    else:
        rows = _rows(_SPLIT_NAME.sub(r"\1\2", line).split() for line in lines)
    return Grid("", rows)


def _split_quoted(text: str, delimiter: str) -> list[list[object]]:
    """Cells between delimiters; quotes count only when they pair up, or one stray quote would swallow the list."""
    if text.count('"') % 2 == 0:
        try:
            return _rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error:
            pass
    return _rows(line.split(delimiter) for line in text.splitlines())


def _rows(rows: Iterable[list[str]]) -> list[list[object]]:
    return [list(row) for row in rows]
