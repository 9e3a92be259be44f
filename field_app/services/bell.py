"""Who sounds: the bells that the console has scheduled on its audio clock, as its heartbeat says, or a loudspeaker."""

from collections.abc import Callable

FRESH_MS = 5000
"""A console that was silent for longer than this counts as closed."""


class Bell:
    """The console's last word, and whether a loudspeaker stands by; `tick` reads the sleep-counting tick in ms."""

    def __init__(self, tick: Callable[[], int]) -> None:
        self._tick = tick
        self._armed: tuple[int, frozenset[str]] | None = None
        self.has_speaker = False

    def arm(self, ids: tuple[str, ...]) -> None:
        """The console has scheduled these signals' bells, and no others."""
        self._armed = (self._tick(), frozenset(ids))

    def is_armed(self, signal: str) -> bool:
        """Whether an open console will ring this signal."""
        return self.is_open and self._armed is not None and signal in self._armed[1]

    @property
    def is_open(self) -> bool:
        """Whether a console was heard of just now."""
        return self._armed is not None and 0 <= self._tick() - self._armed[0] <= FRESH_MS

    @property
    def is_silent(self) -> bool:
        """Whether nothing would ring now."""
        return not self.has_speaker and not self.is_open
