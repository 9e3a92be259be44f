"""The road by stick: the log as a bundle for the county, and the county's receipt file."""

from dataclasses import dataclass
from pathlib import Path

from field_app.services.black_box import BoxStatus
from field_app.services.box_feed import BoxState
from field_app.services.laptop import Laptop
from field_app.services.records import sealed_log
from field_app.store.drives import list_drives
from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_head
from shared.log.chain import Head
from shared.log.logfile import write_log
from shared.store.sticks import is_same_disk, put_on_stick
from shared.wire.bundle import Bundle, BundledLog, write_bundle
from shared.wire.routes import CONTEXT_VOUCH, vouch_message


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle ready to go: its file name, its bytes, and the last line that is in it."""

    name: str
    data: bytes
    head: Head


@dataclass(frozen=True, slots=True)
class Carried:
    """A bundle that was written and read back; `same_disk` when it lies beside the log and not on a stick.

    `with_box` when the black box is being written on the same stick, which then must not be pulled out just so.
    """

    path: Path
    head: Head
    same_disk: bool
    with_box: bool


def pack_bundle(laptop: Laptop) -> Packed:
    """Everything recorded so far, signed by this laptop and sealed to its office; raises NOT_ENROLLED."""
    enrolment = laptop.enrolment
    if enrolment is None:
        raise DomainError(ErrorCode.NOT_ENROLLED)
    logs = tuple(_vouched(laptop, head, file) for head, file in _logs(laptop))
    bundle = Bundle(enrolment.school, enrolment.campaign, laptop.keys.device.public, laptop.clock.now().wall, logs)
    return Packed(bundle.name, write_bundle(bundle, laptop.keys.device, enrolment.server_key), logs[-1].head)


def carry(laptop: Laptop, folder: str, box: BoxStatus | None = None) -> Carried:
    """Write the bundle into a folder, usually a stick's, and read it back; raises STICK_MISSING, STICK_FULL, …"""
    target = _folder(folder)
    packed = pack_bundle(laptop)
    path = put_on_stick(target, packed.name, packed.data)
    writing = box is not None and box.state in (BoxState.FINE, BoxState.BEHIND)
    with_box = box is not None and writing and is_same_disk(path, Path(box.place))
    return Carried(path, packed.head, is_same_disk(path, laptop.folder), with_box)


def list_sticks() -> list[Path]:
    """The drives that can be pulled out, where the system tells."""
    return list_drives()


def _logs(laptop: Laptop) -> list[tuple[Head, bytes]]:
    """Every log of this laptop as a file, those it took over from first, each up to its last signed head."""
    taken_over = []
    for log in laptop.store.ancestors():
        last = max((signed.head for signed in log.heads), key=lambda head: head.seq, default=None)
        if last is not None:
            taken_over.append((last, write_log(log.birth or b"", log.lines[: last.seq], log.heads)))
    return [*taken_over, sealed_log(laptop)]


def _vouched(laptop: Laptop, head: Head, file: bytes) -> BundledLog:
    """A log with this laptop's word for it, as it gives it over the network too."""
    start = birth_head(file.partition(b"\n")[0])
    return BundledLog(head, laptop.keys.device.sign(CONTEXT_VOUCH, vouch_message(start.log, start.hash)), file)


def _folder(text: str) -> Path:
    """A folder as people type or copy it: without quotes, and a drive's letter means its top."""
    tidy = text.strip().strip("\"'“”").strip()
    return Path(f"{tidy}\\" if len(tidy) == 2 and tidy[1] == ":" else tidy).expanduser()
