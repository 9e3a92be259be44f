"""The catalogue's marshmallow schemas and the fast check say the same about any data."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from shared.domain.catalogue import EventType, Field, Kind
from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.checking import check_data
from shared.domain.errors import DomainError
from shared.wire.event_schemas import build_schema, schema_for

TYPES = list(CATALOGUE)
ANY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=6), st.floats(allow_nan=False),
    st.lists(st.integers(0, 3), max_size=3), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


def good(field: Field) -> st.SearchStrategy[Any]:
    """Values that fit a field."""
    match field.kind:
        case Kind.TEXT:
            return st.text(min_size=field.least, max_size=min(field.most, 12))
        case Kind.NUMBER:
            return st.integers(field.least, field.most)
        case Kind.FLAG:
            return st.booleans()
        case Kind.CHOICE:
            return st.sampled_from([option.id for option in field.choices])
        case Kind.SEATS:
            return st.lists(st.integers(1, field.most), unique=True, max_size=4)
        case Kind.ROWS:
            return st.lists(data_of(field.rows), max_size=3)
        case Kind.RECORD:
            return st.dictionaries(st.text(max_size=4), st.integers(), max_size=2)


def nearly(field: Field) -> st.SearchStrategy[Any]:
    """Values that may or may not fit: the bounds' neighbours, and things of other kinds."""
    edges: list[Any] = [field.least - 1, field.least, field.most, field.most + 1, ""]
    if field.kind is Kind.TEXT:  # only there is `most` a length: of a number it may be 10**12
        edges.append("x" * (field.most + 1))
    edges += [[1, 1], [0], [field.most + 1], [True], [1.0], ["1"], ({},), [{}], float(field.least), str(field.least)]
    return st.one_of(good(field), st.sampled_from(edges), ANY)


def data_of(fields: tuple[Field, ...], value: Any = good) -> st.SearchStrategy[dict[str, Any]]:
    """Data with every required field and some of the others."""
    required = {field.name: value(field) for field in fields if field.required}
    optional = {field.name: value(field) for field in fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional)


def checks(event_type: EventType, data: dict[str, Any]) -> bool:
    try:
        check_data(event_type, data)
    except DomainError:
        return False
    return True


def loads(event_type: EventType, data: dict[str, Any]) -> bool:
    try:
        schema_for(event_type.name)().load(data)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("event_type", TYPES, ids=lambda t: t.name)
@given(draw=st.data())
@settings(max_examples=40, deadline=None)
def test_good_data_passes_both(event_type: EventType, draw: st.DataObject) -> None:
    data = draw.draw(data_of(event_type.fields))
    assert checks(event_type, data)
    assert schema_for(event_type.name)().load(data) == data


@pytest.mark.parametrize("event_type", TYPES, ids=lambda t: t.name)
@given(draw=st.data())
@settings(max_examples=60, deadline=None)
def test_both_say_the_same(event_type: EventType, draw: st.DataObject) -> None:
    data = draw.draw(data_of(event_type.fields, nearly))
    if draw.draw(st.booleans()):
        data = {**data, draw.draw(st.text(max_size=4)): 1}
    for name in draw.draw(st.lists(st.sampled_from(sorted(data) or [""]), max_size=1)):
        data.pop(name, None)
    assert loads(event_type, data) == checks(event_type, data)


def test_rows_inside_rows_are_checked_too() -> None:
    materials = CATALOGUE.get("materials_counted")
    row = next(field for field in materials.fields if field.kind is Kind.ROWS)
    data = {"block": "chinese", row.name: [{"nothing": 1}]}
    assert not checks(materials, data)
    with pytest.raises(ValidationError):
        build_schema(materials)().load(data)
