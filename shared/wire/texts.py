"""Text in a file or an answer that somebody else wrote."""

from typing import Any


def text_of(value: Any) -> str:
    """A text without half characters, which nothing could keep or show; raises TypeError or ValueError."""
    if type(value) is not str:
        raise TypeError("text")
    value.encode("utf-8")
    return value
