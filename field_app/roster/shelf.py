"""The previews that people are still looking at: in this process's memory only, a few, each gone once it is saved."""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from field_app.roster.preview import RosterPreview
from shared.domain.errors import DomainError, ErrorCode

KEPT = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """One preview; `numbered` is the same list with seats 1, 2, 3 … when it has none, `text` what was pasted."""

    id: str
    preview: RosterPreview
    source: str
    numbered: RosterPreview | None = None
    text: str = field(default="", repr=False)


class Shelf:
    """Keeps the newest few previews by a random id; never writes them anywhere. Safe to use from several threads."""

    def __init__(self) -> None:
        self._shown: OrderedDict[str, Shown] = OrderedDict()
        self._lock = threading.Lock()
        self.saving = threading.Lock()
        """Held while a roster is saved: what is sealed and the line that says so belong together."""

    def put(self, preview: RosterPreview, source: str, numbered: RosterPreview | None = None, text: str = "") -> Shown:
        """Keep a preview; the oldest leaves when there are too many."""
        shown = Shown(secrets.token_urlsafe(12), preview, source, numbered, text)
        with self._lock:
            self._shown[shown.id] = shown
            while len(self._shown) > KEPT:
                self._shown.popitem(last=False)
        return shown

    def get(self, preview_id: str) -> Shown:
        """The preview of this id; raises ROSTER_PREVIEW_GONE."""
        with self._lock:
            found = self._shown.get(preview_id)
        if found is None:
            raise DomainError(ErrorCode.ROSTER_PREVIEW_GONE)
        return found

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._shown.clear()
