"""The office's plans by their hash, read once."""

from functools import lru_cache

from shared.domain.plan import Plan
from shared.wire.plan_file import read_plan
from sync_server.store.ports import Store


class PlanShelf:
    """Finds plans by hash; the same bytes are parsed once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read = lru_cache(maxsize=64)(read_plan)

    def find(self, sha256: str) -> Plan | None:
        """The plan of this hash; None when the office does not hold it."""
        content = self._store.read(lambda book: book.find_content(sha256)) if sha256 else None
        return self._read(content.body, content.name) if content else None
