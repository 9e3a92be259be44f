"""A pupil is found by seat, name, pinyin in any usual way of typing it, or code."""

import pytest

from field_app.roster.finding import find, search_keys
from field_app.roster.pupil import Pupil

PUPILS = [
    Pupil(1, "张三", "0001234", "男", "四1"),
    Pupil(2, "曾好", "G530521"),
    Pupil(3, "单于飞"),
    Pupil(4, "解晓明"),
    Pupil(5, "吕布"),
    Pupil(6, "买买提·艾力"),
    Pupil(7, "欧阳锋"),
    Pupil(8, "Aygul Tursun"),
    Pupil(12, "李三"),
    Pupil(13, ""),
    Pupil(14, "黑妮"),
]


def seats(query: str) -> list[int]:
    return [pupil.seat for pupil in find(PUPILS, query)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("7", [7]),
        ("０７", [7]),
        ("7号", [7]),
        ("13", [13]),
        ("张三", [1]),
        ("三", [1, 12]),
        ("zs", [1]),
        ("ｚｓ", [1]),
        ("ZS", [1]),
        ("zhs", [1]),
        ("zhangsan", [1]),
        ("zhang san", [1]),
        ("zhangs", [1]),
        ("zsan", [1]),
        ("san", [1, 12]),
        ("zh", [2, 1]),
        ("zeng", [2]),
        ("ceng", [2]),
        ("shan", [3]),
        ("dan", [3]),
        ("chanyufei", [3]),
        ("xie", [4]),
        ("jx", [4]),
        ("lvbu", [5]),
        ("lubu", [5]),
        ("lyubu", [5]),
        ("mmt", [6]),
        ("买买提艾力", [6]),
        ("oyf", [7]),
        ("ouyangf", [7]),
        ("aygul", [8]),
        ("tursun", [8]),
        ("heini", [14]),
        ("heni", [14]),
        ("0001234", [1]),
        ("1234", [1]),
        ("g530521", [2]),
        ("530521", []),
        ("99", []),
        ("xyz", []),
        ("  ", []),
        ("·", []),
    ],
)
def test_find(query: str, found: list[int]) -> None:
    assert sorted(seats(query)) == sorted(found)


def test_the_name_that_begins_so_comes_first() -> None:
    assert [p.seat for p in find([Pupil(1, "李张"), Pupil(2, "张李")], "张")] == [2, 1]
    assert [p.seat for p in find([Pupil(1, "李张"), Pupil(2, "张李")], "zh")] == [2, 1]


def test_search_keys() -> None:
    assert search_keys(PUPILS[0]) == "1|张三|zs|zhangsan|0001234"
    assert search_keys(PUPILS[1]) == "2|曾好|ch zh|cenghao zenghao|g530521"
    assert search_keys(Pupil(13)) == "13||||"


def test_search_keys_of_a_name_with_many_readings_stay_short() -> None:
    assert len(search_keys(Pupil(1, "解单曾查重行乐传"))) < 1500


def test_a_bar_in_a_name_does_not_shift_the_fields() -> None:
    assert search_keys(Pupil(1, "张|三")).count("|") == 4
