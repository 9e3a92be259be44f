"""The black box's file: our log as plain records in a second place, appended in whole batches that a head proves.

Every call may wait as long as the device under the folder does; OSError says what it refused.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from shared.domain.errors import DomainError
from shared.log.birth import birth_head, decode_birth
from shared.log.chain import Head, next_hash
from shared.log.logfile import join_records
from shared.log.signing import HEAD_PREFIX, SignedHead, SigningKey, read_head_record, sign_head
from shared.store.durable import sync_folder

Lines = Callable[[int, int], Sequence[bytes]]
"""The log's own lines: after this number, at most so many."""


def box_name(school: str, log: str) -> str:
    """What a log's box file is called; a second one of the same log has a number before its ending."""
    return f"testday-{_plain(school)}-{log[:8]}.log"


def kit_name(school: str) -> str:
    """What the kit beside it is called."""
    return f"testday-{_plain(school)}.kit"


def list_boxes(folder: Path) -> list[Path]:
    """Every box file in a folder, of any log; raises OSError when the folder cannot be read."""
    return sorted(path for path in folder.iterdir() if re.fullmatch(r"testday-.+\.log", path.name) and path.is_file())


@dataclass(frozen=True, slots=True)
class _Known:
    """A file as it was left: so many lines, its size, and what it is to the system (device, inode, time of change)."""

    path: Path
    lines: int
    size: int
    sealed: bool
    mark: tuple[int, ...] | None


class BoxFile:
    """One log's box file in one folder. It is opened for each batch only, so that a stick may go and come at any time.

    What stands in a file is compared with the log before anything is added: a file that differs is left as it is, and
    another name is taken.
    """

    def __init__(self, folder: Path, birth: bytes, key: SigningKey, lines: Lines) -> None:
        self._folder = folder
        self._birth = birth
        self._key = key
        self._read_lines = lines
        self._known: _Known | None = None
        self.lines = 0
        """How many lines a head in the file proves, as far as is known; 0 before the first look."""
        born = decode_birth(birth)
        self.log = born.log
        self._name = box_name(born.school, born.log)

    @property
    def path(self) -> Path:
        """The file's place; the name that it would take before the first look."""
        return self._known.path if self._known is not None else self._folder / self._name

    def bring_up_to(self, head: Head) -> None:
        """Append every line up to `head` that is not there yet, and the signed head after them, and sync; once."""
        try:
            known = self._look(head)
            if known.sealed and known.lines >= head.seq:
                return
            records = [] if known.size else [self._birth]
            records += self._read_lines(known.lines, head.seq - known.lines)
            records.append(sign_head(self._key, head).record())
            mark, size = _append(known, join_records(records))
            self._known = _Known(known.path, head.seq, size, True, mark)
            self.lines = head.seq
        except BaseException:
            self._known = None  # what a refused write left behind is seen at the next look
            raise

    def _look(self, head: Head) -> _Known:
        known = self._known
        if known is not None and _mark(known.path) == known.mark:
            return known
        lines = self._read_lines(0, head.seq)
        for number in count(1):
            stem, ending = self._name.rsplit(".", 1)
            path = self._folder / (self._name if number == 1 else f"{stem}-{number}.{ending}")
            found = _compare(path, self._birth, lines)
            if found is not None:
                break
        self._known = found
        assert found is not None  # noqa: S101 - some name is always free
        self.lines = found.lines if found.sealed else 0
        return found


def _append(known: _Known, data: bytes) -> tuple[tuple[int, ...], int]:
    """Write behind what is known to be whole, in one go, and make it durable."""
    descriptor = os.open(known.path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        os.ftruncate(descriptor, known.size)
        os.lseek(descriptor, known.size, os.SEEK_SET)
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
        state = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if known.mark is None:
        sync_folder(known.path.parent)
    return _mark_of(state), state.st_size


def _compare(path: Path, birth: bytes, lines: Sequence[bytes]) -> _Known | None:
    """How much of a file is the beginning of our log; None when it says anything else, which is never cut off."""
    mark = _mark(path)
    if mark is None:
        path.parent.stat()  # a missing file is a beginning, a missing folder is not
        return _Known(path, 0, 0, False, None)
    if not path.is_file():
        return None
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    records = data[:end].split(b"\n")[:-1]
    if records and records[0] != birth:
        return None
    found = _follow(birth, lines, records[1:]) if records else (0, False)
    if found is None:
        return None
    seq, sealed = found
    wanted = birth if not records else lines[seq] if seq < len(lines) else b""
    if not _is_torn(data[end:], wanted, beside_head=bool(records)):
        return None
    return _Known(path, seq, end, sealed and end == len(data), mark)


def _follow(birth: bytes, lines: Sequence[bytes], records: Sequence[bytes]) -> tuple[int, bool] | None:
    """So many lines in these records, and whether a head ends them; None at the first record that is not ours."""
    head, sealed = birth_head(birth), False
    key = decode_birth(birth).key
    for record in records:
        if record.startswith(HEAD_PREFIX):
            signed = _read_head(record)
            if signed is None or signed.head != head or not signed.is_signed_by(key):
                return None
            sealed = True
        elif head.seq < len(lines) and record == lines[head.seq]:
            head, sealed = Head(head.log, head.seq + 1, next_hash(head.hash, record)), False
        else:
            return None
    return head.seq, sealed


def _is_torn(rest: bytes, wanted: bytes, *, beside_head: bool) -> bool:
    """Whether an end without newline is what a cut left of a record that we write again; zeros are unfilled blocks."""
    rest = rest.rstrip(b"\0")
    starts_head = beside_head and (HEAD_PREFIX.startswith(rest[: len(HEAD_PREFIX)]) or rest.startswith(HEAD_PREFIX))
    return not rest or wanted.startswith(rest) or starts_head


def _read_head(record: bytes) -> SignedHead | None:
    try:
        return read_head_record(record)
    except DomainError:
        return None


def _mark(path: Path) -> tuple[int, ...] | None:
    try:
        return _mark_of(path.stat())
    except FileNotFoundError:
        return None


def _mark_of(state: os.stat_result) -> tuple[int, ...]:
    return (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)


def _plain(school: str) -> str:
    return re.sub(r"[^0-9A-Za-z-]", "_", school)
