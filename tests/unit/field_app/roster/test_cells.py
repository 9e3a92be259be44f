"""One cell: full width, floats, spaces in names, seats as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field_app.roster.cells import cell_text, clean_code, clean_name, column_letter, is_rounded, parse_seat
from field_app.roster.pupil import Pupil, seats_only
from shared.domain.errors import DomainError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.0, "7"),
        (7.5, "7.5"),
        (12, "12"),
        ("０７", "07"),
        ("　张 ", "张"),
        ("\ufeff座号\u200b", "座号"),
        (None, ""),
        ("", ""),
    ],
)
def test_cell_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("张　三", "张三"),
        ("欧 阳  锋", "欧阳锋"),
        ("Aygul  Tursun", "Aygul Tursun"),
        ("买买提·艾力", "买买提·艾力"),
        ("王\n五", "王五"),
        ("𠮷 田", "𠮷田"),
    ],
)
def test_spaces_inside_a_name(typed: str, name: str) -> None:
    assert clean_name(cell_text(typed)) == name


@pytest.mark.parametrize("text", ["7", "07", "７", "7.0", "7号", "第7号", "座号7", "7 号", "⑦", "No.7", "+7"])
def test_seat_however_it_is_written(text: str) -> None:
    assert parse_seat(text) == 7


@pytest.mark.parametrize("text", ["", "七", "7.5", "7a", "张三", "2022-05-26", "True"])
def test_not_a_seat(text: str) -> None:
    assert parse_seat(text) is None


def test_code_keeps_leading_zeros() -> None:
    assert clean_code("'00123 456") == "00123456"


def test_a_long_number_has_lost_digits() -> None:
    assert is_rounded(5.3052120100101e17)
    assert not is_rounded("530521201001010012")
    assert not is_rounded(123456.0)


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_column_letter(index: int, letter: str) -> None:
    assert column_letter(index) == letter


@given(st.integers(1, 999), st.sampled_from(["{}", "{}号", " {} ", "0{}", "{}.0", "第{}号"]), st.booleans())
def test_every_seat_is_read_back(seat: int, form: str, full_width: bool) -> None:
    digits = str(seat).translate(str.maketrans("0123456789", "０１２３４５６７８９")) if full_width else str(seat)
    assert parse_seat(cell_text(form.format(digits))) == seat


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_name(cell_text(text))
    assert clean_name(cell_text(once)) == once


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.times(), st.none()))
def test_any_cell_has_a_text(value: object) -> None:
    assert isinstance(cell_text(value), str)


def test_repr_of_a_pupil_tells_no_name() -> None:
    assert repr(Pupil(7, "张三", "001", "男", "四（1）班")) == "Pupil(seat=7)"


def test_seats_only() -> None:
    assert [pupil.seat for pupil in seats_only(3)] == [1, 2, 3]
    assert {pupil.name for pupil in seats_only(27)} == {""}


@pytest.mark.parametrize("count", [0, -1, 1000])
def test_seats_only_out_of_range(count: int) -> None:
    with pytest.raises(DomainError, match="field_invalid"):
        seats_only(count)
