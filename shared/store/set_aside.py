"""Files that are used no more and never deleted: each damaged database, with what belongs to it, in a folder."""

from itertools import count
from pathlib import Path

from shared.store.durable import disk_errors, sync_folder

FOLDER = "set-aside"
_ENDINGS = ("", "-wal", "-shm", "-journal")


def set_aside(database: Path, *belongings: Path) -> Path:
    """Move a database with all its files, then what belongs to it, into the next free folder, and return that.

    What is not there is passed over. Raises DISK_FULL or NOT_RECORDED.
    """
    with disk_errors():
        shelf = database.parent / FOLDER
        place = next(folder for number in count(1) if not (folder := shelf / str(number)).exists())
        place.mkdir(parents=True)
        # the database itself last of its files: without it the start-up check comes again
        files = [database.with_name(database.name + ending) for ending in reversed(_ENDINGS)]
        for file in (*files, *belongings):
            if file.exists():
                file.rename(place / file.name)
        sync_folder(place)
        sync_folder(shelf)
        sync_folder(database.parent)
    return place


def list_set_aside(database: Path) -> list[Path]:
    """The databases of this name that were set aside, the newest first."""
    shelf = database.parent / FOLDER
    folders = (
        sorted((path for path in shelf.iterdir() if path.name.isdecimal()), key=lambda path: -int(path.name))
        if shelf.is_dir()
        else []
    )
    return [folder / database.name for folder in folders if (folder / database.name).exists()]
