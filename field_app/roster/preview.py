"""What a read roster would become, and every problem by row and column, before anything is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from field_app.roster.checks import Finding, list_findings, list_sheet_findings, usable_seat
from field_app.roster.pupil import Pupil
from field_app.roster.reading import read_pasted, read_roster
from field_app.roster.tables import RosterRow, RosterSheet
from shared.domain.errors import DomainError, ErrorCode
from shared.wire.problems import sentence
from shared.wire.roster_problems import describe_place

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """One thing to look at: its row (from 1; 0 for the whole sheet), its column's letter and header word, its code."""

    severity: Severity
    row: int
    column: str
    code: ErrorCode
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """What is wrong, where, and what to do instead; never with a pupil's name."""
        place = describe_place(self.row, self.column, language)
        return sentence(DomainError(self.code, place, **self.values), language)


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """The pupils as they would be saved, the rows as they were read, and the problems in order of their rows."""

    pupils: tuple[Pupil, ...] = ()
    problems: tuple[RosterProblem, ...] = ()
    rows: tuple[RosterRow, ...] = ()
    sheet: str = field(default="", repr=False)
    columns: tuple[str, ...] = ()
    skipped: tuple[int, ...] = ()
    can_number: bool = False

    @property
    def can_save(self) -> bool:
        """Whether there are pupils and no error; warnings do not stop anyone."""
        return bool(self.pupils) and not any(problem.severity == "error" for problem in self.problems)


def preview_roster(sheet: RosterSheet, *, number_in_order: bool = False) -> RosterPreview:
    """Check a sheet; with `number_in_order`, rows of which none has a seat get 1, 2, 3 … as they stand."""
    seatless = bool(sheet.rows) and not any(row.seat for row in sheet.rows)
    if seatless and number_in_order:
        rows = tuple(replace(row, seat=str(seat)) for seat, row in enumerate(sheet.rows, start=1))
        sheet = replace(sheet, rows=rows)
    findings = [*list_sheet_findings(sheet), *list_findings(sheet)]
    dropped = {finding.row for finding in findings if finding.code == ErrorCode.ROSTER_ROW_TWICE}
    problems = [_problem(sheet, finding) for finding in findings]
    return RosterPreview(
        pupils=_pupils(sheet, dropped),
        problems=tuple(sorted(problems, key=lambda problem: problem.row)),
        rows=sheet.rows,
        sheet=sheet.name,
        columns=tuple(f"{c.letter} {c.word}" for table in sheet.tables for c in table.values()),
        skipped=sheet.skipped,
        can_number=seatless,
    )


def preview_file(data: bytes, filename: str, *, number_in_order: bool = False) -> RosterPreview:
    """`preview_roster` of a file; a file that cannot be read is a preview with one problem."""
    try:
        return preview_roster(read_roster(data, filename), number_in_order=number_in_order)
    except DomainError as error:
        return _refused(error)


def preview_pasted(text: str, *, number_in_order: bool = False) -> RosterPreview:
    """`preview_roster` of pasted text; text that cannot be read is a preview with one problem."""
    try:
        return preview_roster(read_pasted(text), number_in_order=number_in_order)
    except DomainError as error:
        return _refused(error)


def _refused(error: DomainError) -> RosterPreview:
    return RosterPreview(problems=(RosterProblem("error", 0, error.place, error.code, error.values),))


def _problem(sheet: RosterSheet, finding: Finding) -> RosterProblem:
    column = sheet.find_column(finding.table, finding.role) if finding.role else None
    place = f"{column.letter} {column.word}" if column else ""
    return RosterProblem(
        "warning" if finding.is_warning else "error",
        finding.row.number if finding.row else 0,
        place,
        finding.code,
        finding.values,
    )


def _pupils(sheet: RosterSheet, dropped: set[RosterRow | None]) -> tuple[Pupil, ...]:
    """One pupil for each row with a usable seat, in seat order."""
    kept = [row for row in sheet.rows if row not in dropped]
    pupils = [Pupil(seat, r.name, r.code, r.sex, r.class_name) for r in kept if (seat := usable_seat(r)) is not None]
    return tuple(sorted(pupils, key=lambda pupil: pupil.seat))
