"""Seat numbers without a roster file, as somebody types them: 30, 1-30, or 1-15, 31-45."""

import re
import unicodedata

from field_app.roster.pupil import SEAT_LEAST, SEAT_MOST
from shared.domain.errors import DomainError, ErrorCode

_BETWEEN = re.compile(r"[,;、。\s]+")
_DASH = re.compile(r"\s*(?:[-–—−~～〜]|至|到)+\s*")
_RANGE = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")


def read_seats(text: str) -> tuple[int, ...]:
    """The seats in order, each once; a single number is how many there are; raises ROSTER_SEATS_UNREADABLE."""
    plain = _DASH.sub("-", unicodedata.normalize("NFKC", text).replace("号", "").strip())
    if plain.isdecimal():
        plain = f"1-{plain}"
    parts = [_RANGE.fullmatch(part) for part in _BETWEEN.split(plain)]
    seats = {seat for part in parts for seat in _seats_of(part)}
    if not seats or None in parts or min(seats) < SEAT_LEAST or max(seats) > SEAT_MOST:
        value = text.strip()[:20]
        raise DomainError(ErrorCode.ROSTER_SEATS_UNREADABLE, value=value, least=SEAT_LEAST, most=SEAT_MOST)
    return tuple(sorted(seats))


def _seats_of(part: re.Match[str] | None) -> range:
    if part is None:
        return range(0)
    first = int(part.group(1))
    return range(first, int(part.group(2) or first) + 1)
