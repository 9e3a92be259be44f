"""Looks for words that must not stand in files, in every spelling in which a program could have written them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

_CHANCE = 4
"""So few bytes can stand in a hash or key by chance; they count once a file holds two words so."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A file that holds a word, and how it is spelled there."""

    file: str
    spelling: str
    word: str


def spell(word: str) -> Mapping[str, bytes]:
    """A word as bytes, by the name of the spelling."""
    escaped = json.dumps(word)[1:-1]
    return {
        "utf-8": word.encode("utf-8"),
        "utf-16": word.encode("utf-16-le"),
        "gbk": word.encode("gbk", errors="ignore"),
        "escaped": escaped.encode("ascii"),
        "escaped, capitals": escaped.upper().replace("\\U", "\\u").encode("ascii"),
        "url": quote(word).encode("ascii"),
        "url, small": quote(word).lower().encode("ascii"),
    }


def find_leaks(folder: Path, words: Iterable[str], sealed: Iterable[str] = ()) -> list[Leak]:
    """Every word in every file under `folder`, but for the files of the names in `sealed`."""
    spelled = [(word, spell(word)) for word in words]
    found: list[Leak] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in set(sealed):
            found += _sure(list(_search(path, spelled)))
    return found


def _search(path: Path, spelled: Iterable[tuple[str, Mapping[str, bytes]]]) -> Iterator[Leak]:
    content = path.read_bytes()
    for word, spellings in spelled:
        for name, pattern in spellings.items():
            if pattern in content:
                yield Leak(str(path), name, word)


def _sure(found: list[Leak]) -> list[Leak]:
    """Without what can be chance: a single word in a very short spelling."""
    short = {leak.word for leak in found if len(spell(leak.word)[leak.spelling]) <= _CHANCE}
    if len(short) > 1:
        return found
    return [leak for leak in found if len(spell(leak.word)[leak.spelling]) > _CHANCE]
