"""A pasted list without a header (7 张三): each word shows by its look what it is."""

import re
from collections.abc import Sequence

from field_app.roster.cells import cell_text, clean_code, clean_name, clean_sex
from field_app.roster.grids import Grid
from field_app.roster.tables import RosterRow, RosterSheet, is_note

_SEAT = re.compile(r"\d{1,3}号?")
_SEAT_AND_NAME = re.compile(r"(\d{1,3})(?:号座|号|座|[.．、)）:：]|\s)\s*(\D.*)|(\d{1,3})([\u3400-\u9fff]{2,})")
_SEX = re.compile("男生?|女生?")
_CLASS = re.compile(r".*班|\d{1,2}\.\d{1,2}|.*年级.*")
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9-]{4,}")
_NAME = re.compile(r"[^\d\s][^\d]{0,39}")
_TITLE = re.compile("名册|名单|监测|小学|中学|学校|学生")


def read_list(grid: Grid) -> RosterSheet:
    """Every line that holds a name or a seat; titles, totals and signature lines are left out and counted."""
    rows: list[RosterRow] = []
    skipped: list[int] = []
    for number, cells in enumerate(grid.rows, start=1):
        words = [text for value in cells if (text := cell_text(value))]
        row = _read_words(_take_apart(words), number)
        if row is not None and not _is_title(row) and not is_note(row, cells):
            rows.append(row)
        elif words:
            skipped.append(number)
    return RosterSheet(grid.name, rows=tuple(rows), skipped=tuple(skipped), has_header=False)


def _take_apart(words: Sequence[str]) -> list[str]:
    """7.张三, 7、张三 and 7号 张三 in one word become two."""
    parts: list[str] = []
    for word in words:
        match = None if _CLASS.fullmatch(word) else _SEAT_AND_NAME.fullmatch(word)
        parts.extend([group for group in match.groups() if group] if match else [word])
    return parts


def _read_words(words: Sequence[str], number: int) -> RosterRow | None:
    found: dict[str, str] = {}
    for word in words:
        kind = _kind(word, found)
        if kind:
            found[kind] = word
    if not (found.get("seat") or found.get("name")):
        return None
    return RosterRow(
        number=number,
        seat=found.get("seat", ""),
        name=clean_name(found.get("name", "")),
        code=clean_code(found.get("code", "")),
        sex=clean_sex(found.get("sex", "")),
        class_name=found.get("class_name", ""),
    )


def _kind(word: str, found: dict[str, str]) -> str:
    """What a word is, given what the line has already shown; "" when it is nothing we keep."""
    looks = (("seat", _SEAT), ("sex", _SEX), ("class_name", _CLASS), ("code", _CODE), ("name", _NAME))
    return next((kind for kind, look in looks if kind not in found and look.fullmatch(word)), "")


def _is_title(row: RosterRow) -> bool:
    return not row.seat and bool(_TITLE.search(row.name))
