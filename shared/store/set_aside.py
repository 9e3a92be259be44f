"""Files that are used no more and never deleted: each damaged database, with what belongs to it, in a folder."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from shared.store.durable import disk_errors, sync_folder

FOLDER = "set-aside"
_ENDINGS = ("", "-wal", "-shm", "-journal")


def set_aside(database: Path, *belongings: Path) -> Path:
    """Move a database with all its files, then what belongs to it, into the next free folder, and return that.

    What is not there is passed over. Raises DISK_FULL or NOT_RECORDED; then all stands where it stood, unless the disk
    refuses that too.
    """
    shelf, moved = database.parent / FOLDER, list[Path]()
    # the database itself last of its files: without it the start-up check comes again
    files = [database.with_name(database.name + ending) for ending in reversed(_ENDINGS)]
    with disk_errors():
        place = next(folder for number in count(1) if not (folder := shelf / str(number)).exists())
        try:
            place.mkdir(parents=True)
            for file in (*files, *belongings):
                if file.exists():
                    file.rename(place / file.name)
                    moved.append(file)
            sync_folder(place)
            sync_folder(shelf)
            sync_folder(database.parent)
        except OSError:
            _take_back(moved, place)
            raise
    return place


def _take_back(moved: Sequence[Path], place: Path) -> None:
    """Give files that were moved their names again; in the same order: a database never stands without its WAL."""
    with suppress(OSError):
        for file in moved:
            (place / file.name).rename(file)
        place.rmdir()


def list_set_aside(database: Path) -> list[Path]:
    """The databases of this name that were set aside, the newest first."""
    shelf = database.parent / FOLDER
    folders = (
        sorted((path for path in shelf.iterdir() if path.name.isdecimal()), key=lambda path: -int(path.name))
        if shelf.is_dir()
        else []
    )
    return [folder / database.name for folder in folders if (folder / database.name).exists()]
