"""What guards a county against its faults, each taken away for a while: the simulation must then find something."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from field_app.services import syncing
from shared.log.chain import Head
from shared.store.sqlite import SqliteEventStore
from sync_server.services.ingest import Ingest
from sync_server.services.lineage import Lineage, Place
from tests.faults.county_doors import replaced
from tests.faults.proxy import StoredCursor, Unsuspecting

Guard = Callable[[], AbstractContextManager[None]]


def _by_number(lineage: Lineage, start: Head, heads: list[Head]) -> Place | None:
    """A line is a duplicate when its number is there already."""
    first = lineage.branches[0]
    if start.seq > first.head.seq:
        return None
    matched = min(len(heads), first.head.seq - start.seq)
    return Place(first, matched, True)


def _keep_only_first(ingest: Ingest, stored: Any, batch: Any, place: Place, lineage: Lineage) -> Any:
    """Lines that differ from those held are not kept beside them."""
    kept = Place(place.branch, place.matched if place.appends else len(batch.heads), True)
    return _AT(ingest, stored, batch, kept, lineage)


_AT = vars(Ingest)["_at"]


@contextmanager
def _confirming_before_commit() -> Iterator[None]:
    """A line is confirmed when the one before it is on disk."""
    append = SqliteEventStore.append

    def later(store: SqliteEventStore, *arguments: Any) -> None:
        waiting: Sequence[Any] = vars(store).get("waiting", ())
        vars(store)["waiting"] = arguments
        if waiting:
            append(store, *waiting)

    with replaced(SqliteEventStore, "append", later):
        yield


GUARDS: dict[str, Guard] = {
    "a computed cursor (stored)": partial(replaced, syncing, "SyncRunner", StoredCursor),
    "the comparison of heads": partial(replaced, syncing, "SyncRunner", Unsuspecting),
    "the comparison of lines (numbers alone)": partial(replaced, Lineage, "place", _by_number),
    "the second branch of a fork": partial(replaced, Ingest, "_at", _keep_only_first),
    "commit before confirming": _confirming_before_commit,
}
"""Each guard by its name, and how it is taken away."""
