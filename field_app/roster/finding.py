"""Finds a pupil by seat, name, pinyin (initials, whole, or mixed) or code, as one types at the check-in table."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, pinyin

from field_app.roster.cells import parse_seat
from field_app.roster.pupil import Pupil

_SPELLINGS_LIMIT = 32
# What the dictionary of single characters lacks, as surnames.
_SURNAMES = {"黑": ("he",)}


def find(pupils: Iterable[Pupil], query: str) -> list[Pupil]:
    """The pupils that `query` means: those with exactly this seat or code, else by name or pinyin, best match first."""
    text = unicodedata.normalize("NFKC", query).strip().casefold()
    if not text:
        return []
    listed = sorted(pupils, key=lambda pupil: pupil.seat)
    exact = [pupil for pupil in listed if pupil.seat == parse_seat(text)] or _by_code(listed, text)
    if exact:
        return exact
    ranked = [(rank, pupil) for pupil in listed if (rank := _rank(pupil, _compact(text))) is not None]
    return [pupil for _, pupil in sorted(ranked, key=lambda pair: pair[0])]


def search_keys(pupil: Pupil) -> str:
    """`seat|name|initials|pinyin|code` in lower case, so that a page can filter by "contains"; readings by spaces."""
    spellings = list(islice(product(*_readings(_compact(pupil.name))), _SPELLINGS_LIMIT))
    initials = dict.fromkeys("".join(part[0] for part in spelling) for spelling in spellings)
    whole = dict.fromkeys("".join(spelling) for spelling in spellings)
    parts = (str(pupil.seat), pupil.name, " ".join(initials), " ".join(whole), pupil.code)
    return "|".join(part.replace("|", " ").casefold() for part in parts)


def _by_code(pupils: list[Pupil], text: str) -> list[Pupil]:
    """By the exact code; else with leading zeros aside, which a spreadsheet may have dropped."""
    exact = [pupil for pupil in pupils if pupil.code and pupil.code.casefold() == text]
    if exact or not text.isdecimal() or not text.strip("0"):
        return exact
    return [pupil for pupil in pupils if pupil.code.isdecimal() and pupil.code.lstrip("0") == text.lstrip("0")]


def _rank(pupil: Pupil, text: str) -> int | None:
    """0 when the name begins so, 1 when a later part does, 2 and 3 the same for pinyin; None when nothing fits."""
    name = _compact(pupil.name)
    place = name.find(text)
    if not text or not name:
        return None
    if place >= 0:
        return min(place, 1)
    readings = _readings(name)
    starts = (start for start in range(len(readings)) if _spells(readings[start:], text))
    first = next(starts, None)
    return None if first is None else 2 + min(first, 1)


def _spells(readings: tuple[tuple[str, ...], ...], text: str) -> bool:
    """Whether `text` is made of the readings in turn: each whole, by its initial, or (the last) only begun."""
    if not text:
        return True
    if not readings:
        return False
    return any(
        reading.startswith(text)
        or any(text.startswith(part) and _spells(readings[1:], text[len(part) :]) for part in _ways(reading))
        for reading in readings[0]
    )


def _ways(reading: str) -> set[str]:
    """zhang may be typed zhang, zh or z."""
    two = {reading[:2]} if reading[:2] in ("zh", "ch", "sh") else set()
    return {reading, reading[0]} | two


def _compact(text: str) -> str:
    """Letters and digits only: the dot of 买买提·艾力 and spaces are not typed."""
    return "".join(character for character in text.casefold() if character.isalnum())


@lru_cache(maxsize=2048)
def _readings(name: str) -> tuple[tuple[str, ...], ...]:
    """For each character all its readings; asked one by one, since a dictionary of words would fix 单于 to chan."""
    return tuple(_character(character) for character in name)


def _character(character: str) -> tuple[str, ...]:
    found = pinyin(character, style=Style.NORMAL, heteronym=True)
    readings = [*(found[0] if found else [character]), *_SURNAMES.get(character, ())]
    plain = [reading.casefold() for reading in readings if reading]
    # ü is typed v, u or yu: 吕 lv, lu, lyu
    other = [reading.replace("v", typed) for reading in plain if "v" in reading for typed in ("u", "yu")]
    return tuple(dict.fromkeys([*plain, *other])) or (character,)
