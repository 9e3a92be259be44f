"""System calls of a process under strace, read as what they do to the files of one folder.

`-xx` prints every string in hex, so that what was written is here byte for byte; `-y` names what a descriptor is.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CALLS = (
    "openat,open,creat,close,dup,dup2,dup3,lseek,write,pwrite64,writev,pwritev,pwritev2,truncate,ftruncate,fallocate,"
    "fsync,fdatasync,sync_file_range,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,mkdir,rmdir,"
    "copy_file_range,sendfile,mmap"
)
_LINE = re.compile(r"(\d+) +(.*)")
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+)(.*)", re.DOTALL)
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)", re.DOTALL)
_DESCRIPTOR = re.compile(r"(\d+)<([^>]*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: to a file known by its number `file`, to names, or said to somebody (`fact`).

    Kinds: `write`, `cut`, `sync`; `name`, `unname`, `rename`, `sync_folder`; `say`.
    """

    kind: str
    file: int = 0
    at: int = 0
    data: bytes = b""
    name: str = ""
    other: str = ""
    fact: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Recording:
    """A folder's files at the start, by name, and what happened to it afterwards; file numbers follow that order."""

    files: dict[str, bytes]
    steps: list[Step]


class Tracer:
    """strace on a running process, from the moment `attach` returns until that process ends."""

    def __init__(self, *options: str) -> None:
        self._options = options

    def attach(self, pid: int) -> None:
        """Begin; raises RuntimeError when strace cannot."""
        command = ["strace", "-f", "-p", str(pid), *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        said = self._process.stderr.readline()
        if "attached" not in said:
            raise RuntimeError(said)

    def wait(self) -> None:
        """Wait until strace has written everything."""
        self._process.communicate(timeout=60)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file beneath a folder by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def read_trace(path: Path, folder: Path, before: dict[str, bytes]) -> Recording:
    """The trace of a process that worked on `folder`, which held `before` when it began."""
    reader = _Reader(folder, list(before))
    for name, arguments, result in _calls(path):
        reader.take(name, arguments, result)
    return Recording(before, reader.steps)


def _calls(path: Path) -> Iterator[tuple[str, str, int]]:
    """Every call that succeeded, when it was over; what is said counts from when it began."""
    begun: dict[str, str] = {}
    with path.open(encoding="ascii", errors="replace") as file:
        for row in file:
            found = _LINE.match(row.rstrip("\n"))
            if found is None:
                continue
            thread, text = found.groups()
            if text.endswith("<unfinished ...>"):
                begun[thread] = text.removesuffix("<unfinished ...>")
                continue
            resumed = _RESUMED.match(text)
            if resumed is not None:
                text = begun.pop(thread, "") + resumed[2]
            call = _CALL.match(text)
            if call is not None and not call[3].startswith("-"):
                yield call[1], call[2] + "\0" + call[4], int(call[3], 0)


class _Reader:
    """Follows descriptors and names through the calls of one process."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._folder = str(folder)
        self._names = {name: number for number, name in enumerate(names)}
        self._next = len(names)
        self._open: dict[int, int] = {}
        self._place: dict[int, int] = {}
        self._size: dict[int, int] = {}
        self.steps: list[Step] = []

    def take(self, name: str, arguments: str, result: int) -> None:
        """One call."""
        method = getattr(self, f"_{name}", None)
        if method is not None:
            method(arguments, result)
        elif self._folder.encode().hex() in arguments.replace("\\x", ""):
            raise ValueError(f"a call that the recorder does not know: {name}({arguments[:300]}")

    def _inside(self, hexed: str) -> str | None:
        path = bytes.fromhex(hexed.replace("\\x", "")).decode()
        if not path.startswith("/"):
            return None
        return path.removeprefix(self._folder).lstrip("/") if path.startswith(self._folder) else None

    def _ignored(self, name: str) -> bool:
        return name.endswith("-shm")  # an index of the WAL in shared memory: never synced, made anew at each opening

    def _openat(self, arguments: str, result: int) -> None:
        flags, _, after = arguments.partition("\0")
        found = _DESCRIPTOR.search(f"{result}{after}")
        name = self._inside(found[2]) if found else None
        self._open.pop(result, None)
        if name is None or self._ignored(name):
            return
        if name == "" or (self._names.get(name) is None and "O_CREAT" not in flags):
            return  # a folder
        if name not in self._names:
            self._names[name] = self._next
            self._next += 1
            self.steps.append(Step("name", self._names[name], name=name))
        number = self._names[name]
        self._open[result], self._place[result] = number, 0
        if "O_APPEND" in flags:
            raise ValueError(f"{name} was opened for appending")
        if "O_TRUNC" in flags:
            self.steps.append(Step("cut", number))

    def _close(self, arguments: str, _result: int) -> None:
        self._open.pop(int(arguments.split("<")[0].split(")")[0].partition("\0")[0]), None)

    def _lseek(self, arguments: str, result: int) -> None:
        self._place[int(arguments.split("<")[0])] = result

    def _write(self, arguments: str, result: int) -> None:
        descriptor = int(arguments.split("<")[0])
        data = self._data(arguments)[:result]
        if descriptor == 1:
            for line in data.decode().splitlines():
                self.steps.append(Step("say", fact=json.loads(line)))
        elif descriptor in self._open:
            place = self._place[descriptor]
            self.steps.append(Step("write", self._open[descriptor], place, data))
            self._place[descriptor] = place + result

    def _pwrite64(self, arguments: str, result: int) -> None:
        number = self._open.get(int(arguments.split("<")[0]))
        if number is not None:
            place = int(arguments.partition("\0")[0].rpartition(", ")[2])
            self.steps.append(Step("write", number, place, self._data(arguments)[:result]))

    def _data(self, arguments: str) -> bytes:
        found = _TEXT.search(arguments)
        return bytes.fromhex(found[1].replace("\\x", "")) if found else b""

    def _ftruncate(self, arguments: str, _result: int) -> None:
        number = self._open.get(int(arguments.split("<")[0]))
        if number is not None:
            self.steps.append(Step("cut", number, int(arguments.partition("\0")[0].rpartition(", ")[2])))

    def _fsync(self, arguments: str, _result: int) -> None:
        found = _DESCRIPTOR.match(arguments)
        if found is None:
            return
        number = self._open.get(int(found[1]))
        if number is not None:
            self.steps.append(Step("sync", number))
            return
        name = self._inside(found[2])
        if name is not None and not self._ignored(name):
            self.steps.append(Step("sync_folder", name=name))

    _fdatasync = _fsync

    def _rename(self, arguments: str, _result: int) -> None:
        old, new = (self._inside(text) for text in _TEXT.findall(arguments)[:2])
        if (old is None) != (new is None):
            raise ValueError("a file moved in or out of the folder")
        if old is not None and new is not None:
            self._names[new] = number = self._names.pop(old)
            self.steps.append(Step("rename", number, name=old, other=new))

    def _unlink(self, arguments: str, _result: int) -> None:
        name = self._inside(_TEXT.findall(arguments)[0])
        if name is not None and not self._ignored(name):
            self.steps.append(Step("unname", self._names.pop(name), name=name))

    def _mkdir(self, _arguments: str, _result: int) -> None:
        """Folders are made again with the files in them."""

    def _mmap(self, arguments: str, _result: int) -> None:
        found = _DESCRIPTOR.search(arguments)
        if found is not None and "MAP_SHARED" in arguments and "PROT_WRITE" in arguments:
            name = self._inside(found[2])
            if name is not None and not self._ignored(name):
                raise ValueError(f"{name} was written through memory")
