"""The fast check of an event's data against its declaration; marshmallow says the same, slower and in detail.

`tests/unit/shared/wire/test_schemas.py` holds the two equal.
"""

from collections.abc import Mapping
from typing import Any

from shared.domain.catalogue import EventType, Field, Kind
from shared.domain.errors import DomainError, ErrorCode


def check_data(event_type: EventType, data: Mapping[str, Any]) -> None:
    """Promise that `data` fits the declaration; raises FIELD_MISSING, FIELD_UNKNOWN or FIELD_INVALID with the place."""
    _check_fields(event_type.fields, data, "")


def _check_fields(fields: tuple[Field, ...], data: Mapping[str, Any], place: str) -> None:
    known = 0
    for field in fields:
        if field.name in data:
            known += 1
            _CHECKS[field.kind](field, data[field.name], place)
        elif field.required:
            raise DomainError(ErrorCode.FIELD_MISSING, place, field=field.name)
    if known != len(data):
        names = {field.name for field in fields}
        stranger = next(str(name) for name in data if name not in names)
        raise DomainError(ErrorCode.FIELD_UNKNOWN, place, field=stranger[:40])


def _refuse(field: Field, value: object, place: str, expected: str) -> DomainError:
    return DomainError(ErrorCode.FIELD_INVALID, place, field=field.name, value=str(value)[:40], expected=expected)


def _check_text(field: Field, value: object, place: str) -> None:
    if type(value) is not str or not field.least <= len(value) <= field.most:
        raise _refuse(field, value, place, f"{field.least}–{field.most} 字")


def _check_number(field: Field, value: object, place: str) -> None:
    if type(value) is not int or not field.least <= value <= field.most:
        raise _refuse(field, value, place, f"{field.least}–{field.most}")


def _check_flag(field: Field, value: object, place: str) -> None:
    if type(value) is not bool:
        raise _refuse(field, value, place, "true / false")


def _check_choice(field: Field, value: object, place: str) -> None:
    for option in field.choices:
        if option.id == value:
            return
    raise _refuse(field, value, place, " | ".join(option.id for option in field.choices))


def _check_seats(field: Field, value: object, place: str) -> None:
    good = type(value) is list and all(type(seat) is int and 1 <= seat <= field.most for seat in value)
    if not good or len(set(value)) != len(value):  # type: ignore[arg-type, call-overload]
        raise _refuse(field, value, place, f"[1–{field.most}, …]")


def _check_rows(field: Field, value: object, place: str) -> None:
    if type(value) is not list or len(value) > field.most:
        raise _refuse(field, value, place, f"[…] ≤ {field.most}")
    for index, row in enumerate(value):
        if type(row) is not dict:
            raise _refuse(field, row, f"{field.name}[{index}]", "{…}")
        _check_fields(field.rows, row, f"{field.name}[{index}]")


def _check_record(field: Field, value: object, place: str) -> None:
    if type(value) is not dict:
        raise _refuse(field, value, place, "{…}")


_CHECKS = {
    Kind.TEXT: _check_text,
    Kind.NUMBER: _check_number,
    Kind.FLAG: _check_flag,
    Kind.CHOICE: _check_choice,
    Kind.SEATS: _check_seats,
    Kind.ROWS: _check_rows,
    Kind.RECORD: _check_record,
}
