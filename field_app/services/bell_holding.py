"""Which laptop rings: giving up the bell to the school's other laptop, and taking it back (design §5)."""

from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from shared.domain.bell import BELL_GIVEN_UP, BELL_TAKEN, Holding
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft


def holding_today(laptop: Laptop) -> Holding:
    """Whether this laptop holds the bell today, and since when."""
    return laptop.journal.day.bell.of(laptop.timetable().today.id)


def give_up_bell(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], request: str) -> Recorded:
    """Record that the school's other laptop rings today; raises BELL_STANDS when it does already."""
    return _record(laptop, Draft(BELL_GIVEN_UP.name, actor, _today(laptop), witnesses), request, is_here=False)


def take_bell(laptop: Laptop, actor: Actor, request: str) -> Recorded:
    """Record that this laptop rings from the next signal on; raises BELL_STANDS when it does already."""
    return _record(laptop, Draft(BELL_TAKEN.name, actor, _today(laptop)), request, is_here=True)


def _today(laptop: Laptop) -> dict[str, object]:
    return {"day": laptop.timetable().today.id}


def _record(laptop: Laptop, draft: Draft, request: str, *, is_here: bool) -> Recorded:
    if holding_today(laptop).is_here is is_here and laptop.store.find_request(request) is None:
        raise DomainError(ErrorCode.BELL_STANDS)
    return laptop.journal.record(draft, request)
