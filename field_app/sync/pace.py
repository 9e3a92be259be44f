"""How much one batch may carry on this road: a guess in memory only, made from how long the last batches took."""

from shared.wire.routes import BATCH_BYTES

FIRST_BYTES = 32 * 1024
"""A school's day in one batch, and four seconds at 64 kbit/s."""

LEAST_BYTES = 2 * 1024
"""A handful of lines: less would be more envelope than letter."""

_SHARE = 3
"""A batch should take a third of the time that its answer is waited for, which leaves room for a stall."""


class Pace:
    """The most bytes of the next batch: `most` follows the measured rate, doubles at most, and halves after a break."""

    def __init__(self) -> None:
        self.most = FIRST_BYTES

    def arrived(self, size: int, seconds: float, patience: float) -> None:
        """A batch of `size` bytes was answered after `seconds`, where `patience` seconds would have been waited."""
        aim = patience / _SHARE
        fits = int(size * aim / max(seconds, 0.001))
        self._set(fits if seconds > aim else max(self.most, min(2 * self.most, fits)))

    def broke(self) -> None:
        """A batch was not answered, or the connection broke."""
        self._set(self.most // 2)

    def _set(self, most: int) -> None:
        self.most = max(LEAST_BYTES, min(BATCH_BYTES, most))
