"""A made-up county of the sizes that one had in 2021: 350 pupils in 13 primary and 240 in 8 junior schools."""

import random
from dataclasses import dataclass

from bench.simulation.names import pupil_names, staff_name

NAME = "云溪县"
CAMPAIGN = "2022-yunxi"
PRIMARY, JUNIOR = "小学", "初中"
# 13 primary and 8 junior schools in the order in which a smaller county takes the first of them
_STAGES = [PRIMARY if letter == "p" else JUNIOR for letter in "pjppjpjppjppjpjppjpjp"]
_PRIMARY_SIZES = (30, 30, 14, 30, 26, 30, 30, 18, 30, 30, 22, 30, 30)
_JUNIOR_SIZE = 30
_PLACES = (
    *("南湖", "石桥", "白鹭", "青竹", "松林", "柳溪", "东坪", "枫岭", "茶山", "云谷", "梅园", "双河"),
    *("大榕", "桃源", "杉树", "龙潭", "金穗", "翠屏", "望月", "清泉", "杏坛", "沙洲", "红岩", "小寨"),
)
_BUREAU = f"{NAME}教育体育局"
_ROLES = (
    ("principal", False),
    ("deputy", False),
    ("chief_proctor", True),
    ("inspector", True),
    ("proctor", False),
    ("info_officer", False),
    ("timekeeper", False),
    ("secrecy_officer", False),
    ("secrecy_officer", False),
    ("oral_proctor", False),
    ("oral_proctor", False),
    ("security", False),
    ("medical", False),
)


@dataclass(frozen=True, slots=True)
class Pupil:
    """One made-up pupil of a roster."""

    seat: int
    name: str
    code: str
    sex: str
    class_name: str


@dataclass(frozen=True, slots=True)
class Staff:
    """One made-up person who comes on duty, with the PIN they choose."""

    name: str
    unit: str
    role: str
    outsider: bool
    pin: str


@dataclass(frozen=True, slots=True)
class School:
    """One made-up school, with everything its people bring on the morning."""

    number: int
    code: str
    name: str
    stage: str
    pupils: tuple[Pupil, ...]
    staff: tuple[Staff, ...]
    passphrase: str


def make_county(count: int, seed: int) -> list[School]:
    """`count` schools; the first 21 have 590 pupils in all, and the same seed gives the same people."""
    chance = random.Random(f"county {seed}")
    sizes = {PRIMARY: iter(_PRIMARY_SIZES * 5), JUNIOR: iter([_JUNIOR_SIZE] * 60)}
    schools = []
    for number in range(count):
        stage = _STAGES[number % len(_STAGES)]
        schools.append(_school(chance, number, stage, next(sizes[stage])))
    return schools


def _school(chance: random.Random, number: int, stage: str, size: int) -> School:
    code = f"530521{number + 1:03}"
    place = _PLACES[number % len(_PLACES)] + ("" if number < len(_PLACES) else str(number // len(_PLACES) + 1))
    name = f"{place}{'小学' if stage == PRIMARY else '中学'}"
    grade = "四" if stage == PRIMARY else "八"
    pupils = tuple(
        Pupil(seat, pupil, f"{code}{seat:04}", chance.choice("男女"), f"{grade}（{1 + seat % 3}）班")
        for seat, pupil in enumerate(pupil_names(chance, size), start=1)
    )
    staff = tuple(_staff(chance, name, role, outsider) for role, outsider in _ROLES)
    return School(number, code, name, stage, pupils, staff, f"{place}的水很清很清")


def _staff(chance: random.Random, school: str, role: str, outsider: bool) -> Staff:
    unit = _BUREAU if role == "inspector" else ("外校" if outsider else school)
    return Staff(staff_name(chance, role), unit, role, outsider, _pin(chance))


def _pin(chance: random.Random) -> str:
    """Six different digits that do not run up or down, so that no blocklist knows them."""
    digits = "".join(chance.sample("0123456789", 6))
    return digits if digits not in "0123456789" and digits not in "9876543210" else _pin(chance)
