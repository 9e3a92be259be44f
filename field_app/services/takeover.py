"""Taking over 接手: this laptop goes on with a day that another one began, from whatever that one left behind."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from field_app.services.enrolment import clock_for
from field_app.services.laptop import Laptop
from field_app.store.drives import list_drives
from field_app.sync.county import keep_county
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import LAPTOP, Draft
from shared.domain.takeover import DAY_TAKEN_OVER
from shared.log.birth import Birth, decode_birth
from shared.log.chain import Head
from shared.log.line import decode_line
from shared.log.logfile import Fragment
from shared.log.signing import log_id
from shared.log.verification import verify_log
from shared.store.durable import disk_errors, sync_folder, write_whole
from shared.store.reading import is_database, read_logs
from shared.wire.kit import Kit, read_kit

_WORD = "takeover.json"
_KIT = ".kit"
_FILES = ("*.log", "*.sqlite", "*.db")


@dataclass(frozen=True, slots=True)
class Estate:
    """What one file holds of a day: its log up to the last signed head, behind the logs that this one goes on from.

    `left_out` lines stand after that head, proven by nothing. `complete` is false when an older log is not at hand.
    """

    path: Path
    source: str
    logs: tuple[Fragment, ...]
    left_out: int
    complete: bool
    kit: Kit | None

    @property
    def birth(self) -> Birth:
        """The birth of the newest log."""
        return _birth(self.logs[-1])

    @property
    def head(self) -> Head:
        """The line after which a new log goes on."""
        return self.logs[-1].end

    @property
    def last_time(self) -> int:
        """When the last line was recorded, in corrected ms."""
        return decode_line(self.logs[-1].lines[-1]).at.corrected


@dataclass(frozen=True, slots=True)
class Promise:
    """A takeover that a laptop has set out to do; `aside` while its own empty log must be laid aside first."""

    path: str
    reason: str
    source: str = "file"
    aside: bool = False


def survey(place: Path) -> list[Estate]:
    """What can be taken over from a file, or from the files of a folder; the newest first.

    Raises NOT_A_LOG for a single file that is none, and nothing for a folder, which may hold other files too.
    """
    with suppress(OSError):
        if place.is_file():
            return [_estate(place)]
    found = []
    for path in _look_in(place, *_FILES):
        with suppress(DomainError, OSError):
            found.append(_estate(path))
    continued = {_birth(log).log for estate in found for log in estate.logs[:-1]}
    standing = [estate for estate in found if estate.birth.log not in continued]
    return sorted(standing, key=lambda estate: -estate.last_time)


def find_newest(place: Path) -> Estate:
    """The newest that can be taken over there; raises STICK_MISSING, or NOT_A_LOG when nothing is there to be read."""
    found = survey(place)
    if found:
        return found[0]
    with suppress(OSError):
        if place.exists():
            raise DomainError(ErrorCode.NOT_A_LOG, path=place.name)
    raise DomainError(ErrorCode.STICK_MISSING, path=str(place))


def find_estates() -> list[Estate]:
    """What stands on the removable drives that the system tells of."""
    return [estate for drive in list_drives() for estate in survey(drive)]


def take_over(laptop: Laptop, estate: Estate, reason: str) -> None:
    """Begin a new log on this laptop, which is not enrolled yet, behind those of the estate.

    Raises ALREADY_ENROLLED, KIT_MISSING when the enrolment and the plan are not beside the log, or PLAN_NOT_LOADED.
    """
    if laptop.is_enrolled:
        raise DomainError(ErrorCode.ALREADY_ENROLLED, school=laptop.enrolment.school_name if laptop.enrolment else "?")
    kit = estate.kit
    if kit is None:
        raise DomainError(ErrorCode.KIT_MISSING, path=estate.path.name)
    enrolment = replace(kit.enrolment, device=log_id(laptop.keys.device.public)[:12])
    promise_takeover(laptop.folder, Promise(str(estate.path), reason, estate.source))
    laptop.begin(enrolment, kit.plans, clock_for(enrolment), estate.logs)
    if kit.county:
        keep_county(laptop.contents, enrolment, kit.county, None)
    note_takeover(laptop)
    laptop.note_start()


def promise_takeover(folder: Path, promise: Promise) -> None:
    """Write down that the laptop in this folder takes over; `resume_takeover` sees to it."""
    word = {"from": promise.path, "source": promise.source, "reason": promise.reason, "aside": promise.aside}
    write_whole(folder / _WORD, json.dumps(word).encode("ascii"))


def withdraw_promise(folder: Path) -> None:
    """Promise nothing any more; raises NOT_RECORDED."""
    with disk_errors():
        (folder / _WORD).unlink(missing_ok=True)
        sync_folder(folder)


def read_promise(folder: Path) -> Promise:
    """What was promised; nothing when no promise can be read."""
    try:
        word = json.loads((folder / _WORD).read_text(encoding="ascii"))
        return Promise(word["from"], word["reason"], word["source"], word.get("aside", False))
    except (OSError, ValueError, KeyError):
        return Promise("", "other")


def resume_takeover(laptop: Laptop) -> None:
    """At a start: do a takeover that was promised, and record one that was done; each once, also after a crash."""
    promise = read_promise(laptop.folder)
    if not laptop.is_enrolled and promise.path:
        estates = survey(Path(promise.path))
        if not estates:  # the stick is out: as long as it is, this laptop is one that nobody enrolled
            return
        take_over(laptop, replace(estates[0], source=promise.source), promise.reason)
    note_takeover(laptop)


def note_takeover(laptop: Laptop) -> None:
    """Record, as the first line of a log that goes on from another, that it does; once."""
    after = laptop.journal.birth.ancestor if laptop.is_enrolled else None
    if after is None or laptop.store.find_request(_WORD) is not None:
        return
    promise = read_promise(laptop.folder)
    data = {"log": after.log, "line": after.seq, "source": promise.source, "reason": promise.reason}
    laptop.journal.record(Draft(DAY_TAKEN_OVER.name, LAPTOP, data), _WORD)


def _estate(path: Path) -> Estate:
    """The estate of a file; older logs that are not in it are looked for beside it. Raises NOT_A_LOG without a seal."""
    logs = read_logs(path)
    newest = _sealed(logs[-1])
    if not newest.lines:
        raise DomainError(ErrorCode.NOT_A_LOG, path=path.name)
    older, complete = older_logs(path, newest, [*logs[:-1]])
    left_out = len(logs[-1].lines) - len(newest.lines)
    kit = _kit_beside(path, newest)
    source = "backup" if is_database(path) else "black_box" if kit else "file"
    return Estate(path, source, (*older, newest), left_out, complete, kit)


def _sealed(log: Fragment) -> Fragment:
    """A log up to the last line that a good signed head proves."""
    report = verify_log(log.birth or b"", log.lines, log.heads)
    until = report.sealed if report.first_bad is None else min(report.sealed, report.first_bad - 1)
    heads = [signed for signed in log.heads if signed.head.seq <= until]
    end = max((signed.head.seq for signed in heads), default=0)
    return Fragment(log.birth, None, log.lines[:end], [signed for signed in heads if signed.head.seq > 0])


def older_logs(path: Path, newest: Fragment, held: list[Fragment]) -> tuple[list[Fragment], bool]:
    """The logs before the newest, oldest first, each up to the line that the next one names, and whether all are here.

    They are looked for among those `held`, and beside the file at `path`.
    """
    found: list[Fragment] = []
    after = _birth(newest).ancestor
    while after is not None:
        reaching = [log for log in [*held, *_beside(path)] if _reaches(log, after)]
        if not reaching:
            return found, False
        # of several copies one in which that laptop signed this very line: only so can it be sent to the office again
        log = next((log for log in reaching if any(signed.head == after for signed in log.heads)), reaching[0])
        heads = [signed for signed in log.heads if signed.head.seq <= after.seq]
        found.insert(0, Fragment(log.birth, None, log.lines[: after.seq], heads))
        after = _birth(log).ancestor
    return found, True


def _reaches(log: Fragment, head: Head) -> bool:
    """Whether a log holds exactly this line."""
    if _birth(log).log != head.log or len(log.lines) < head.seq:
        return False
    return Fragment(log.birth, None, log.lines[: head.seq]).end == head


def _look_in(folder: Path, *patterns: str) -> list[Path]:
    """The files of these names; none in a folder that cannot be read, as on a stick that was pulled out."""
    try:
        return sorted({path for pattern in patterns for path in folder.glob(pattern)})
    except OSError:
        return []


def _beside(path: Path) -> list[Fragment]:
    found: list[Fragment] = []
    for other in _look_in(path.parent, "*.log"):
        try:
            found += read_logs(other) if other != path else []
        except DomainError:
            continue
    return found


def _kit_beside(path: Path, log: Fragment) -> Kit | None:
    """The kit in the same folder that is of the log's school and campaign."""
    birth = _birth(log)
    for other in _look_in(path.parent, f"*{_KIT}"):
        try:
            kit = read_kit(other.read_bytes())
        except (DomainError, OSError):
            continue
        told = kit.enrolment
        if (told.school, told.campaign, told.mode) == (birth.school, birth.campaign, birth.mode):
            return kit
    return None


def _birth(log: Fragment) -> Birth:
    return decode_birth(log.birth or b"")
