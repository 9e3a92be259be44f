"""Times as people in China read them."""

from datetime import UTC, datetime, timedelta, timezone

_CHINA = timezone(timedelta(hours=8))  # one zone and no summer time since 1991
_LATEST = 250_000_000_000


def clock_text(wall: int | None, seconds: bool = False) -> str:
    """A time in ms as `HH:MM` or `HH:MM:SS`; a dash for None."""
    return "–" if wall is None else _local(wall).strftime("%H:%M:%S" if seconds else "%H:%M")


def date_text(wall: int) -> str:
    """The date of a time in ms, as ISO text."""
    return _local(wall).date().isoformat()


def _local(wall: int) -> datetime:
    """A clock that is off by millennia reads as the nearest time a calendar can show."""
    return datetime.fromtimestamp(min(max(wall // 1000, 0), _LATEST), UTC).astimezone(_CHINA)
