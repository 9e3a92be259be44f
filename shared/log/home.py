"""A line at home: whether it is the line that its log, its number and its birth record say that it is."""

from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Event
from shared.log.birth import Birth
from shared.log.line import decode_line


def event_at_home(line: bytes, seq: int, log: str, birth: Birth) -> Event:
    """The event of line `seq` of a log, for the school and campaign of a birth.

    Raises NOT_A_LINE (also for a line that names another log or number), SCHOOL_WRONG or CAMPAIGN_WRONG.
    """
    event = decode_line(line)
    if event.log != log or event.seq != seq:
        raise DomainError(ErrorCode.NOT_A_LINE, reason="log")
    if event.school != birth.school:
        raise DomainError(ErrorCode.SCHOOL_WRONG)
    if event.campaign != birth.campaign:
        raise DomainError(ErrorCode.CAMPAIGN_WRONG)
    return event


def find_event_at_home(line: bytes, seq: int, log: str, birth: Birth) -> Event | None:
    """The same; None for a line that does not count."""
    try:
        return event_at_home(line, seq, log, birth)
    except DomainError:
        return None
