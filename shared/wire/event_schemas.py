"""Marshmallow schemas of event data, derived from the catalogue: in detail what the fast check says in short."""

from functools import cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from shared.domain.catalogue import EventType, Field, Kind
from shared.domain.catalogue_of_events import CATALOGUE


@cache
def schema_for(event_type: str) -> type[Schema]:
    """The schema class of an event type's data; raises UNKNOWN_EVENT_TYPE."""
    return build_schema(CATALOGUE.get(event_type))


def build_schema(declared: EventType) -> type[Schema]:
    """The schema class of a declaration."""
    return _schema(declared.fields, "".join(word.title() for word in declared.name.split("_")))


class _Strict(fields.Field[Any]):
    """A value of exactly one JSON type: marshmallow's own fields would take "1" for 1 and 1 for true."""

    kind: type = object

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if type(value) is not self.kind:
            raise ValidationError(f"not {self.kind.__name__}")
        return value


class StrictText(_Strict):
    """A string."""

    kind = str


class StrictNumber(_Strict):
    """An integer, and neither true nor 1.0."""

    kind = int


class StrictFlag(_Strict):
    """True or false."""

    kind = bool


class StrictRecord(_Strict):
    """A JSON object of any content."""

    kind = dict


class StrictRows(fields.List[Any]):
    """A JSON list; a tuple or a string is none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if type(value) is not list:
            raise ValidationError("not list")
        return super()._deserialize(value, attr, data, **kwargs)


class StrictNested(fields.Nested):
    """A JSON object with declared fields."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        if type(value) is not dict:
            raise ValidationError("not dict")
        return super()._deserialize(value, attr, data, partial, **kwargs)


def _schema(declared: tuple[Field, ...], name: str) -> type[Schema]:
    members = {field.name: _FIELDS[field.kind](field, name) for field in declared}
    meta = type("Meta", (), {"unknown": RAISE})
    made: type[Schema] = type(name, (Schema,), {**members, "Meta": meta})
    return made


def _text(field: Field, name: str) -> fields.Field[Any]:
    return StrictText(required=field.required, validate=validate.Length(field.least, field.most))


def _number(field: Field, name: str) -> fields.Field[Any]:
    return StrictNumber(required=field.required, validate=validate.Range(field.least, field.most))


def _flag(field: Field, name: str) -> fields.Field[Any]:
    return StrictFlag(required=field.required)


def _choice(field: Field, name: str) -> fields.Field[Any]:
    return StrictText(required=field.required, validate=validate.OneOf([option.id for option in field.choices]))


def _seats(field: Field, name: str) -> fields.Field[Any]:
    seat = StrictNumber(validate=validate.Range(1, field.most))
    return StrictRows(seat, required=field.required, validate=_each_once)


def _rows(field: Field, name: str) -> fields.Field[Any]:
    row = StrictNested(_schema(field.rows, f"{name}{field.name.title()}"))
    return StrictRows(row, required=field.required, validate=validate.Length(max=field.most))


def _record(field: Field, name: str) -> fields.Field[Any]:
    return StrictRecord(required=field.required)


def _each_once(values: list[int]) -> None:
    if len(set(values)) != len(values):
        raise ValidationError("twice")


_FIELDS = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.CHOICE: _choice,
    Kind.SEATS: _seats,
    Kind.ROWS: _rows,
    Kind.RECORD: _record,
}
