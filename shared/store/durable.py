"""A file that is always either the old one or the new one, whole, whatever happens to the power."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.domain.errors import DomainError, ErrorCode


def write_whole(path: Path, data: bytes) -> None:
    """Replace `path` with `data` for this user only; DISK_FULL or NOT_RECORDED, and then the old file still stands."""
    fresh = fresh_path(path)
    with disk_errors():
        _write(fresh, data)
        _take_name(fresh, path)


def publish(fresh: Path, path: Path) -> None:
    """Make a file that another writer finished durable, and give it its name; DISK_FULL or NOT_RECORDED."""
    with disk_errors():
        with fresh.open("r+b") as file:
            os.fsync(file.fileno())
        _take_name(fresh, path)


@contextmanager
def disk_errors() -> Iterator[None]:
    """What the disk refuses inside, as DISK_FULL or NOT_RECORDED."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DomainError(ErrorCode.DISK_FULL) from error
        raise DomainError(ErrorCode.NOT_RECORDED, reason=type(error).__name__) from error


def read_file(path: Path) -> bytes:
    """The bytes of a file that is there; raises FILE_UNREADABLE when the disk does not give them."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DomainError(ErrorCode.FILE_UNREADABLE, path=path.name) from error


def list_folder(folder: Path) -> list[Path]:
    """What stands in a folder that is there, in no order; raises FILE_UNREADABLE when the disk does not say."""
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise DomainError(ErrorCode.FILE_UNREADABLE, path=folder.name) from error


def fresh_path(path: Path) -> Path:
    """Where the new file stands until it takes its name; always the same, so that no copies pile up."""
    return path.with_name(path.name + ".new")


def erase(path: Path) -> None:
    """Overwrite a file with random bytes and remove it; nothing happens when there is none."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename durable where the system has a way to (Windows has none, and needs none)."""
    flag = getattr(os, "O_DIRECTORY", None)
    if flag is None:
        return
    descriptor = os.open(folder, os.O_RDONLY | flag)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take_name(fresh: Path, path: Path) -> None:
    fresh.replace(path)
    sync_folder(path.parent)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
