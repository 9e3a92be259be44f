"""A pupil 学生 of the roster, as this laptop alone knows them."""

from dataclasses import dataclass, field

from shared.domain.errors import DomainError, ErrorCode

SEAT_LEAST = 1
SEAT_MOST = 999


@dataclass(frozen=True, slots=True)
class Pupil:
    """One seat and whose it is; what tells who the pupil is stays out of `repr`, and so out of logs and tracebacks."""

    seat: int
    name: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    class_name: str = field(default="", repr=False)


def seats_only(count: int) -> tuple[Pupil, ...]:
    """Seats 1 to `count` without names, for a morning without a roster file; FIELD_INVALID outside 1 to 999."""
    if not SEAT_LEAST <= count <= SEAT_MOST:
        raise DomainError(ErrorCode.FIELD_INVALID, field="pupils", value=count, expected=f"{SEAT_LEAST}–{SEAT_MOST}")
    return tuple(Pupil(seat) for seat in range(SEAT_LEAST, count + 1))
