"""Pupils' names stay in the roster: a text that contains one is refused before it can become a line (design §2, 7)."""

import re
import unicodedata

from field_app.services.laptop import Laptop
from shared.domain.errors import DomainError, ErrorCode

# A name may be typed with spaces (张 三) or with any of the dots of 买买提·艾力.
_IGNORED = re.compile(r"[\s·•・‧∙.]+")


def refuse_names(laptop: Laptop, *texts: str) -> None:
    """Promise that no pupil's name stands in these texts; raises NAME_IN_TEXT with the seats, never with the name.

    While the roster is locked or absent nothing can be compared, and nothing is refused.
    """
    written = [text for text in texts if text]
    if not written:
        return
    seats = [pupil.seat for pupil in laptop.roster.load_if_open() if any(_names(pupil.name, text) for text in written)]
    if seats:
        raise DomainError(ErrorCode.NAME_IN_TEXT, seats=", ".join(str(seat) for seat in seats))


def _names(name: str, text: str) -> bool:
    """Whether `text` contains `name`; a single character is no name, and a Latin name must stand as words."""
    if len(name.strip()) < 2:
        return False
    if name.isascii():
        words = " ".join(re.findall(r"\w+", name.casefold()))
        return f" {words} " in f" {' '.join(re.findall(r'[a-z0-9_]+', text.casefold()))} "
    return _bare(name) in _bare(text)


def _bare(text: str) -> str:
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text)).casefold()
