"""The board as a spreadsheet: the page's cells, one row a school; what is unknown is an empty cell."""

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Font

from shared.domain.words import Words
from sync_server.services.board_row import CONCERN_WORDS, SCHOOL_STATE_WORDS, Row
from sync_server.services.local_time import clock_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADINGS = (
    Words("学校代码", "Code"),
    Words("学校", "School"),
    Words("状态", "State"),
    Words("要看的事", "Concerns"),
    Words("名册人数", "Roster"),
    Words("应到", "Expected"),
    Words("实到", "Present"),
    Words("迟到", "Late"),
    Words("缺考", "Absent"),
    Words("未登记", "Unrecorded"),
    Words("计划指令", "Signals planned"),
    Words("已发指令", "Signals given"),
    Words("最大偏差（秒）", "Worst deviation (s)"),
    Words("工具差数", "Materials difference"),
    Words("缺少份数", "Sheets missing"),
    Words("封袋数", "Bags"),
    Words("未结事件（一、二、三级）", "Open incidents (level 1, 2, 3)"),
    Words("已收记录", "Lines received"),
    Words("最近联系", "Last contact"),
)
Cell = str | int | None


def as_xlsx(rows: Sequence[Row], language: str) -> bytes:
    """The board as an .xlsx file."""
    book = Workbook()
    sheet = book.active
    sheet.title = "board"
    sheet.append([words.text(language) for words in _HEADINGS])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([_plain(value) for value in _values(row, language)])
    sheet.freeze_panes = "C2"
    for column in ("A", "B", "D", "Q"):
        sheet.column_dimensions[column].width = 20
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def as_csv(rows: Sequence[Row], language: str) -> bytes:
    """The board as UTF-8 .csv with a mark that Excel reads."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([words.text(language) for words in _HEADINGS])
    for row in rows:
        writer.writerow([_plain(value) for value in _values(row, language)])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _values(row: Row, language: str) -> list[Cell]:
    facts, now = row.facts, row.now
    signals = facts.signals if facts else None
    materials = facts.materials if facts else None
    incidents = facts.incidents.open if facts else None
    joiner = "、" if language == "zh" else ", "
    return [
        row.school.code,
        row.school.name,
        SCHOOL_STATE_WORDS[row.state].text(language),
        joiner.join(CONCERN_WORDS[concern].text(language) for concern in row.concerns),
        facts.roster if facts else None,
        *((now.expected, now.present, now.late, now.absent, now.unrecorded) if now else (None,) * 5),
        *((signals.planned, signals.given) if signals else (None, None)),
        round(signals.worst / 1000) if signals and signals.worst is not None else None,
        materials.difference if materials and materials.balanced is not None else None,
        *((materials.missing, materials.bags) if materials else (None, None)),
        " / ".join(str(incidents[level]) for level in (1, 2, 3)) if incidents else None,
        facts.lines if facts else None,
        clock_text(row.last_contact, True) if row.last_contact else None,
    ]


def _plain(value: Cell) -> Cell:
    """A school's name must not become a formula in somebody's spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
