"""Files for a stick: written beside, made durable, named, and read back before anybody says that they are there."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from shared.domain.errors import DomainError, ErrorCode
from shared.store.durable import fresh_path, write_whole


def put_on_stick(folder: Path, name: str, data: bytes) -> Path:
    """Put a file into a folder and compare what can be read back, byte for byte; returns where it is.

    Raises STICK_MISSING, STICK_FULL or STICK_FAILED, and what the folder held before is as it was; or STICK_DIFFERS,
    and the copy that reads back differently is gone.
    """
    if not folder.is_absolute() or not folder.is_dir():
        raise DomainError(ErrorCode.STICK_MISSING, path=str(folder))
    path = folder / name
    try:
        write_whole(path, data)
        same = _read_back(path) == data
    except (DomainError, OSError) as problem:
        with suppress(OSError):
            fresh_path(path).unlink(missing_ok=True)
        raise _refusal(problem, folder) from problem
    if not same:
        with suppress(OSError):
            path.unlink()
        raise DomainError(ErrorCode.STICK_DIFFERS, path=str(folder))
    return path


def is_same_disk(one: Path, other: Path) -> bool:
    """Whether two places are on one file system: a copy there would be lost together with the first."""
    with suppress(OSError):
        return one.stat().st_dev == other.stat().st_dev
    return False


def _read_back(path: Path) -> bytes:
    """The file as the stick holds it, where the system lets us forget what it keeps in memory."""
    with path.open("rb") as file:
        if sys.platform == "linux":
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read()


def _refusal(problem: Exception, folder: Path) -> DomainError:
    if isinstance(problem, DomainError) and problem.code is ErrorCode.DISK_FULL:
        return DomainError(ErrorCode.STICK_FULL, path=str(folder))
    cause = problem.__cause__ if isinstance(problem, DomainError) else problem
    number = cause.errno if isinstance(cause, OSError) else None
    return DomainError(ErrorCode.STICK_FAILED, path=str(folder), reason=os.strerror(number) if number else "?")
