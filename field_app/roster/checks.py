"""The checks on a read roster: each yields findings that name a row, a column's role and a code, never a name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from field_app.roster.cells import parse_seat
from field_app.roster.headers import Role
from field_app.roster.pupil import SEAT_LEAST, SEAT_MOST
from field_app.roster.tables import RosterRow, RosterSheet
from shared.domain.errors import ErrorCode

MANY_PUPILS = 60  # a sampled school has about 30; twice as many hints at a whole grade's list
_GAPS_NAMED = 10
_LOW_SEAT = 10

WARNINGS = frozenset(
    {
        ErrorCode.ROSTER_ROW_TWICE,
        ErrorCode.ROSTER_NAME_TWICE,
        ErrorCode.ROSTER_NO_NAMES,
        ErrorCode.ROSTER_CODE_ROUNDED,
        ErrorCode.ROSTER_SEAT_GAP,
        ErrorCode.ROSTER_MANY,
        ErrorCode.ROSTER_OTHER_SHEETS,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem before it is placed: the row (None for the whole sheet), the role of the column, code and values."""

    code: ErrorCode
    row: RosterRow | None = None
    role: Role | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def table(self) -> int:
        """Which of the tables side by side it is in."""
        return self.row.table if self.row else 0

    @property
    def is_warning(self) -> bool:
        """Whether the roster can be saved all the same."""
        return self.code in WARNINGS


def usable_seat(row: RosterRow) -> int | None:
    """The row's seat when it is a number in range."""
    seat = parse_seat(row.seat)
    return seat if seat is not None and SEAT_LEAST <= seat <= SEAT_MOST else None


def list_sheet_findings(sheet: RosterSheet) -> Iterator[Finding]:
    """What is wrong with the sheet as a whole."""
    if not sheet.rows:
        yield Finding(ErrorCode.ROSTER_NO_PUPILS if sheet.has_header else ErrorCode.ROSTER_NO_HEADER)
        return
    if not any(row.seat for row in sheet.rows):
        yield Finding(ErrorCode.ROSTER_NO_SEATS)
    if not any(row.name for row in sheet.rows):
        yield Finding(ErrorCode.ROSTER_NO_NAMES)
    yield from _gaps(sheet)
    if sheet.other_sheets:
        yield Finding(ErrorCode.ROSTER_OTHER_SHEETS, values={"sheets": sheet.other_sheets})


def _gaps(sheet: RosterSheet) -> Iterator[Finding]:
    seats = {seat for row in sheet.rows if (seat := usable_seat(row)) is not None}
    lowest = min(seats, default=1)
    start = 1 if lowest <= _LOW_SEAT else lowest  # a second room may well begin at 31 or 101
    missing = sorted(set(range(start, max(seats) + 1)) - seats) if seats else []
    if missing:
        named = ", ".join(map(str, missing[:_GAPS_NAMED])) + (" …" if len(missing) > _GAPS_NAMED else "")
        yield Finding(ErrorCode.ROSTER_SEAT_GAP, role=Role.SEAT, values={"seats": named})


def list_findings(sheet: RosterSheet) -> list[Finding]:
    """What is wrong with single rows; a row that repeats an earlier one whole is reported once, as that."""
    twice = list(_twice(sheet.rows, _whole, ErrorCode.ROSTER_ROW_TWICE, None))
    repeated = {finding.row for finding in twice}
    rows = tuple(row for row in sheet.rows if row not in repeated)
    many = [Finding(ErrorCode.ROSTER_MANY, values={"pupils": len(rows), "most": MANY_PUPILS})]
    return [
        *(many if len(rows) > MANY_PUPILS else []),
        *twice,
        *chain.from_iterable(_row(row, sheet) for row in rows),
        *_twice(rows, usable_seat, ErrorCode.ROSTER_SEAT_TWICE, Role.SEAT),
        *_twice(rows, lambda row: row.name.casefold(), ErrorCode.ROSTER_NAME_TWICE, Role.NAME),
        *_twice(rows, lambda row: row.code.casefold(), ErrorCode.ROSTER_CODE_TWICE, Role.CODE),
    ]


def _row(row: RosterRow, sheet: RosterSheet) -> Iterator[Finding]:
    yield from _seat(row, any(other.seat for other in sheet.rows))
    if not row.name and any(other.name for other in sheet.rows):
        yield Finding(ErrorCode.ROSTER_NAME_MISSING, row, Role.NAME)
    if row.code_rounded:
        yield Finding(ErrorCode.ROSTER_CODE_ROUNDED, row, Role.CODE)


def _seat(row: RosterRow, others_have: bool) -> Iterator[Finding]:
    seat = parse_seat(row.seat)
    limits = {"least": SEAT_LEAST, "most": SEAT_MOST}
    if not row.seat:
        if others_have:
            yield Finding(ErrorCode.ROSTER_SEAT_MISSING, row, Role.SEAT)
    elif seat is None:
        # what stands there may be a name in the wrong column: the sentence does not repeat it
        yield Finding(ErrorCode.ROSTER_SEAT_NOT_A_NUMBER, row, Role.SEAT, limits)
    elif usable_seat(row) is None:
        yield Finding(ErrorCode.ROSTER_SEAT_OUT_OF_RANGE, row, Role.SEAT, {"seat": seat, **limits})


def _whole(row: RosterRow) -> tuple[str, str, str] | None:
    return (row.seat, row.name, row.code) if row.seat and row.name else None


def _twice(
    rows: tuple[RosterRow, ...], key: Callable[[RosterRow], object], code: ErrorCode, role: Role | None
) -> Iterator[Finding]:
    """A finding for every row whose key an earlier row has; empty keys do not count."""
    first: dict[object, RosterRow] = {}
    for row in rows:
        value = key(row)
        if value and value in first:
            seat = {"seat": value} if code == ErrorCode.ROSTER_SEAT_TWICE else {}
            yield Finding(code, row, role, {"other": first[value].number, **seat})
        elif value:
            first[value] = row
