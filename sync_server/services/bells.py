"""Which of a school's laptops holds the bell, as each of its logs says of its own (shared/domain/bell.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync_server.services.folds import LogFold
from sync_server.services.partings import Tip, tip_of


@dataclass(frozen=True, slots=True)
class BellFact:
    """One living log on the day: whether its laptop holds the bell, since when (ms; None: no word was said).

    `opened` is whether it opened the day, `received` the office's time of its newest line, `seq` the line that says so.
    """

    letter: str
    is_here: bool
    since: int | None
    seq: int | None
    opened: bool
    received: int


def bell_facts(heard: Sequence[LogFold], letters: Mapping[Tip, str], day: str) -> tuple[BellFact, ...]:
    """What each log that speaks says of this day; one that another went on from has no bell."""
    return tuple(
        BellFact(
            letters[tip_of(fold)],
            (holding := fold.folded.day.bell.of(day)).is_here,
            holding.since,
            holding.seq,
            day in fold.folded.day.readiness.opened,
            fold.branch.received,
        )
        for fold in heard
    )


def count_holders(bells: Sequence[BellFact]) -> int | None:
    """How many of the logs that opened the day hold the bell; None while none has opened it."""
    opened = [bell for bell in bells if bell.opened]
    return sum(bell.is_here for bell in opened) if opened else None


def heard_until(bells: Sequence[BellFact], last_contact: int | None) -> int | None:
    """Until when (ms) the office knows what rang: where a log gave up the bell, the word of those that ring counts.

    Where all gave it up, some laptop that the office has not heard of may ring since then.
    """
    if last_contact is None or all(bell.is_here for bell in bells):
        return last_contact
    ringing = [bell.received for bell in bells if bell.is_here]
    return min(last_contact, max(ringing or [bell.since or 0 for bell in bells]))
