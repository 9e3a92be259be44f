"""What each guard is there for, taken away in one process: the campaigns must then find something.

`PATCHES` holds them by name; `take_away` is called before the product is opened.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from field_app.store import black_box
from shared.domain.errors import DomainError
from shared.store import durable, writer
from shared.store.sqlite import SqliteEventStore

LATER = 0.01


def take_away(name: str) -> None:
    """Take a guard away for the rest of this process."""
    PATCHES[name]()


def _with_setting(setting: str) -> Callable[[], None]:
    """Every connection that a writer makes gets one more setting."""

    def patch() -> None:
        connect = writer.connect

        def weaker(path: Path, migrations: Iterable[Any], settings: Iterable[str] = writer.EXCLUSIVE) -> Any:
            return connect(path, migrations, (*settings, setting))

        setattr(writer, "connect", weaker)  # noqa: B010 - a module's function is replaced on purpose

    return patch


def _confirm_before_commit() -> None:
    """A line is given to a thread that comes round later, and counts as recorded at once."""
    append, settle = SqliteEventStore.append, SqliteEventStore.settle
    waiting: queue.Queue[tuple[Any, ...]] = queue.Queue()

    def work() -> None:
        while True:
            store, arguments = waiting.get()
            time.sleep(LATER)
            try:
                append(store, *arguments)
            except DomainError:  # nobody is there to be told
                continue
            finally:
                waiting.task_done()

    def later(store: SqliteEventStore, *arguments: Any) -> None:
        waiting.put((store, arguments))

    def wait_and_settle(store: SqliteEventStore) -> None:
        waiting.join()
        settle(store)

    threading.Thread(target=work, daemon=True).start()
    setattr(SqliteEventStore, "append", later)  # noqa: B010
    setattr(SqliteEventStore, "settle", wait_and_settle)  # noqa: B010


def _believe_failed_commits() -> None:
    """A line counts as recorded whatever the disk said."""
    append = SqliteEventStore.append

    def deaf(store: SqliteEventStore, *arguments: Any) -> None:
        with suppress(DomainError):
            append(store, *arguments)

    setattr(SqliteEventStore, "append", deaf)  # noqa: B010


class _WithoutSync:
    """The module `os` as a program sees it that trusts the system's cache."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fsync(self, descriptor: int) -> None:
        """Say at once that it is on disk."""


def _trust_cache(module: ModuleType) -> Callable[[], None]:
    """What this module writes counts as durable once it is written."""
    return lambda: setattr(module, "os", _WithoutSync())


PATCHES: dict[str, Callable[[], None]] = {
    "synchronous=NORMAL": _with_setting("PRAGMA synchronous=NORMAL"),
    "synchronous=OFF": _with_setting("PRAGMA synchronous=OFF"),
    "confirming before commit": _confirm_before_commit,
    "a commit that failed is believed": _believe_failed_commits,
    "a box that is not synced": _trust_cache(black_box),
    "files that are not synced": _trust_cache(durable),
}
