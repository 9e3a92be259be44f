"""Keeping the laptop awake while signals are pending, by whatever way its system has."""

from enum import StrEnum

from wakepy import Mode, keep


class Wakefulness(StrEnum):
    """Whether the laptop may fall asleep by itself."""

    FREE = "free"  # nobody asked it to stay awake
    HELD = "held"
    CANNOT = "cannot"  # asked, and the system has no way that works


class Awake:
    """Holds the laptop awake from `hold` to `let_go`; closing the lid, or an empty battery, it cannot prevent.

    One thread, the signal engine's, holds and lets go.
    """

    def __init__(self) -> None:
        self._mode: Mode | None = None

    @property
    def state(self) -> Wakefulness:
        """How it stands."""
        if self._mode is None:
            return Wakefulness.FREE
        return Wakefulness.HELD if self._mode.active else Wakefulness.CANNOT

    def hold(self) -> None:
        """Stay awake from now on; asked again, nothing changes."""
        if self._mode is None:
            self._mode = keep.running(on_fail="pass")
            self._mode.__enter__()

    def let_go(self) -> None:
        """Sleep when the system wants to."""
        if self._mode is not None:
            mode, self._mode = self._mode, None
            mode.__exit__(None, None, None)
