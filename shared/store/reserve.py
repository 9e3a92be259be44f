"""Space kept for the hour when the disk is full, so that lines can still be recorded."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from shared.domain.errors import DomainError
from shared.store.durable import disk_errors, write_whole

RESERVE_BYTES = 8 * 2**20
"""Several thousand lines: more than two days of a school."""


class Reserve:
    """A file of no use but its size; on a full disk a line takes its place, and nothing else ever does.

    Empty it means: used. It is filled again at the next start for which the disk has room.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self) -> None:
        """Fill the file, unless it is or the disk has no room for it twice; a disk that refuses changes nothing."""
        if self._size() == RESERVE_BYTES or shutil.disk_usage(self._path.parent).free < 2 * RESERVE_BYTES:
            return
        with suppress(DomainError):
            write_whole(self._path, os.urandom(RESERVE_BYTES))  # chance, so that no file system squeezes it

    def give_up(self) -> bool:
        """Free the space; whether there was any."""
        if not self._size():
            return False
        with suppress(DomainError), disk_errors():
            os.truncate(self._path, 0)
            return True
        return False

    @property
    def is_used(self) -> bool:
        """Whether it was there once, and was given up."""
        return self._size() == 0

    def _size(self) -> int | None:
        try:
            return self._path.stat().st_size
        except OSError:
            return None
