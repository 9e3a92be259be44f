"""The thread that feeds a black box: it looks twice a second whether lines were recorded, and writes them."""

import errno
import logging
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from field_app.services.laptop import Laptop
from field_app.store.black_box import BoxFile, box_name, kit_name
from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import decode_birth
from shared.log.logfile import write_log
from shared.store.durable import write_whole
from shared.timepiece import tick_ms
from shared.wire.county_log import fold_county
from shared.wire.kit import Kit

LOOK = 0.5
"""Seconds between two looks; what was recorded meanwhile goes in one write, with one head."""
THERE_LOOKS = 4
"""Every so many looks the file itself is looked for, also when nothing was recorded."""
KIT_LOOKS = 60
SLOW_LOOK = 5.0
"""Seconds until a full or failing device is tried again."""
_PATIENCE = 3.0

log = logging.getLogger(__name__)


class BoxState(StrEnum):
    """How a black box stands."""

    NONE = "none"  # nobody has chosen a place
    STOPPED = "stopped"  # chosen, and the program is not feeding it
    FINE = "fine"
    BEHIND = "behind"  # it takes lines slower than they come, or hangs
    MISSING = "missing"  # the stick is out, the folder gone
    FULL = "full"
    READ_ONLY = "read_only"
    FAILED = "failed"
    RELEASED = "released"  # somebody asked to take the stick out


_STATES = {
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO), BoxState.MISSING),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), BoxState.FULL),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), BoxState.READ_ONLY),
}
_QUICK = (BoxState.FINE, BoxState.MISSING, BoxState.RELEASED)


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of a black box, and whether it stood on another disk than the laptop's own when it was chosen.

    An unplugged stick may leave its empty folder behind, on the laptop's own disk: that is no black box.
    """

    folder: Path
    other_disk: bool


class BoxFeed:
    """Feeds one place until it is stopped; whatever waits for the device waits in this thread."""

    def __init__(self, laptop: Laptop, place: Place) -> None:
        self.place = place
        self.state = BoxState.FINE
        self.waiting_since = tick_ms()
        """Since when lines have waited for the box; now, while none do (real ms on the tick)."""
        self.last_look = tick_ms()
        """When the last look ended: a thread that hangs in a device ends none."""
        self._laptop = laptop
        self._box: BoxFile | None = None
        self._looks = 0
        self._release = False
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._rounds = 0
        self._round_ended = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="black-box", daemon=True)

    @property
    def lines(self) -> int:
        """How many lines a head in the box proves, as far as is known."""
        return self._box.lines if self._box is not None else 0

    @property
    def file(self) -> str:
        """The file's name."""
        return self._box.path.name if self._box is not None else ""

    def start(self) -> None:
        """Go on in a thread of its own; returns after its first look, or when that takes longer than people wait."""
        self._thread.start()
        self._wait_for_rounds(1)

    def stop(self) -> None:
        """End after a last look; a device that does not answer is left to itself."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(_PATIENCE)

    def release(self) -> bool:
        """Write what is left, then leave the place alone until it has been away; False when it takes too long."""
        self._release = True
        self._wait_for_rounds(2)
        return self.state is BoxState.RELEASED

    def resume(self) -> None:
        """Write on."""
        self._release = False
        self._wait_for_rounds(2)

    def _wait_for_rounds(self, rounds: int) -> None:
        """Wake the thread and wait for so many ends of a look; of two, the second look began after the call."""
        with self._round_ended:
            wanted = self._rounds + rounds
            self._wake.set()
            self._round_ended.wait_for(lambda: self._rounds >= wanted, _PATIENCE)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._look()
            with self._round_ended:
                self.last_look = tick_ms()
                self._rounds += 1
                self._round_ended.notify_all()
            self._wake.wait(LOOK if self.state in _QUICK else SLOW_LOOK)
            self._wake.clear()
        self._look()

    def _look(self) -> None:
        """One look: find out what is owed, and write it."""
        try:
            if self._laptop.is_enrolled:
                self._write()
        except OSError as problem:
            self._stumble(_STATES.get(problem.errno or 0, BoxState.FAILED))
        except DomainError as problem:  # our own store cannot be read, or the kit cannot be written
            self._stumble(BoxState.FULL if problem.code is ErrorCode.DISK_FULL else BoxState.FAILED)
        except Exception:  # whatever it is, the box of the rest of the day goes on
            log.exception("black box")
            self._stumble(BoxState.FAILED)

    def _stumble(self, state: BoxState) -> None:
        self.state = state
        self._looks = 0
        if state is BoxState.MISSING:  # a stick that was taken out is written again as soon as it is back
            self._release = False

    def _write(self) -> None:
        journal = self._laptop.journal
        head = journal.head
        box = self._box_of(journal.birth.log)
        if box.lines >= head.seq:
            self.waiting_since = tick_ms()
        released = self._release and self.state is BoxState.RELEASED
        if self._looks % THERE_LOOKS == 0 or box.lines < head.seq:
            self._check_there()
            if not released:
                box.bring_up_to(head)
                self.waiting_since = tick_ms()
        if self._looks % KIT_LOOKS == 0 and not released:
            write_ancestors(self._laptop, self.place.folder)
            write_kit(self._laptop, self.place.folder)
        self._looks += 1
        self.state = BoxState.RELEASED if self._release else BoxState.FINE

    def _box_of(self, name: str) -> BoxFile:
        if self._box is None or self._box.log != name:
            store = self._laptop.store
            birth = store.birth()
            if birth is None:
                raise DomainError(ErrorCode.NOT_ENROLLED)
            self._box = BoxFile(self.place.folder, birth, self._laptop.keys.log, store.lines)
        return self._box

    def _check_there(self) -> None:
        """Raise ENOENT when the folder is gone, or is what an unplugged stick left on the laptop's own disk."""
        device = self.place.folder.stat().st_dev
        if self.place.other_disk and device == self._laptop.folder.stat().st_dev:
            raise FileNotFoundError(errno.ENOENT, "nothing is plugged in here")


def write_ancestors(laptop: Laptop, folder: Path) -> None:
    """Put beside the box the logs that ours goes on from, unless files of theirs are there; raises as `write_kit`."""
    for log in laptop.store.ancestors():
        birth = decode_birth(log.birth or b"")
        path = folder / box_name(birth.school, birth.log)
        if not path.exists():
            write_whole(path, write_log(log.birth or b"", log.lines, log.heads))


def write_kit(laptop: Laptop, folder: Path) -> None:
    """Put beside the box what a spare laptop needs, unless it is there; raises OSError, DISK_FULL or NOT_RECORDED."""
    if laptop.enrolment is None:
        return
    wanted = {laptop.enrolment.plan, laptop.journal.birth.plan, laptop.journal.day.readiness.plan}
    wanted.add(fold_county(laptop.contents.county_lines()).plan)
    found = (laptop.contents.find_content(sha256) for sha256 in sorted(wanted - {None, ""}, key=str) if sha256)
    kit = Kit(laptop.enrolment, tuple(plan for plan in found if plan is not None), laptop.contents.county_file())
    path, data = folder / kit_name(laptop.enrolment.school), kit.encode()
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data)
