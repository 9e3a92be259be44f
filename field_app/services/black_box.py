"""The black box 黑匣子: while the program runs, the same lines go to a stick or a folder, two seconds late at most.

A thread of its own writes; a stick that is slow, full or gone delays nobody, and is told on every page.
"""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from field_app.services.box_feed import BoxFeed, BoxState, Place
from field_app.services.laptop import Laptop
from field_app.store.drives import list_drives
from shared.domain.errors import DomainError, ErrorCode
from shared.store.durable import write_whole
from shared.timepiece import tick_ms

SETTINGS = "black_box.json"
LATE_MS = 5_000
"""Lines that wait longer than this are told; two seconds are usual."""
HANGS_MS = 8_000
"""A look that takes longer than this is told, whatever the box was before."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BoxStatus:
    """How the black box stands: `behind` lines are not in it, the first of them recorded at `since` (corrected ms)."""

    state: BoxState
    place: str
    file: str
    behind: int
    since: int | None
    same_disk: bool

    @property
    def is_fine(self) -> bool:
        """Whether nobody need do anything."""
        return self.state is BoxState.FINE


class BlackBox:
    """The box of this laptop; nothing is written before `start` or `choose`."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        self._place = read_place(laptop.folder)
        self._feed: BoxFeed | None = None

    def start(self) -> None:
        """Go on with the place that was chosen, if any."""
        if self._place is not None and self._feed is None:
            self._begin(self._place)

    def stop(self) -> None:
        """Write what is left, unless the stick keeps us waiting, and end the thread."""
        if self._feed is not None:
            self._feed.stop()

    def choose(self, text: str) -> BoxStatus:
        """Write into this folder from now on; raises BOX_PLACE_MISSING when there is no such folder."""
        folder = Path(text.strip().strip('"')).expanduser()
        try:
            if not text.strip() or not folder.is_absolute() or not folder.is_dir():
                raise DomainError(ErrorCode.BOX_PLACE_MISSING, path=text.strip()[:120])
            other_disk = folder.stat().st_dev != self._laptop.folder.stat().st_dev
        except OSError as problem:
            raise DomainError(ErrorCode.BOX_PLACE_MISSING, path=text.strip()[:120]) from problem
        place = Place(folder, other_disk)
        content = {"place": str(folder), "other_disk": other_disk}
        write_whole(self._laptop.folder / SETTINGS, json.dumps(content, ensure_ascii=False).encode("utf-8"))
        if self._feed is not None:
            self._feed.stop()
        self._begin(place)
        return self.status()

    def release(self) -> BoxStatus:
        """Write what is left and leave the stick alone; raises BOX_NOT_WRITTEN when it keeps us waiting."""
        if self._feed is not None and not self._feed.release():
            raise DomainError(ErrorCode.BOX_NOT_WRITTEN)
        return self.status()

    def resume(self) -> BoxStatus:
        """Write on after a release."""
        if self._feed is not None:
            self._feed.resume()
        return self.status()

    def drives(self) -> list[Path]:
        """The removable drives that the system tells of."""
        return list_drives()

    def status(self) -> BoxStatus:
        """How it stands, from memory: no page ever waits for a stick."""
        laptop, feed = self._laptop, self._feed
        if feed is None:
            place = self._place
            behind = laptop.journal.head.seq if laptop.is_enrolled else 0
            state = BoxState.NONE if place is None else BoxState.STOPPED
            return BoxStatus(state, str(place.folder) if place else "", "", behind, None, False)
        lines = feed.lines  # once: the feed goes on meanwhile
        behind = max(0, laptop.journal.head.seq - lines) if laptop.is_enrolled else 0
        state = feed.state
        is_late = state is BoxState.FINE and behind and tick_ms() - feed.waiting_since > LATE_MS
        if is_late or tick_ms() - feed.last_look > HANGS_MS:
            state = BoxState.BEHIND
        since = laptop.journal.event(lines + 1).time if behind else None
        return BoxStatus(state, str(feed.place.folder), feed.file, behind, since, not feed.place.other_disk)

    def _begin(self, place: Place) -> None:
        self._place = place
        self._feed = BoxFeed(self._laptop, place)
        self._feed.start()


def read_place(folder: Path) -> Place | None:
    """Where this laptop's black box was chosen to be; None when it was not."""
    try:
        content = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        return Place(Path(content["place"]), bool(content["other_disk"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("the place of the black box cannot be read")
        return None
