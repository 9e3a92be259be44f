"""What each guard is there for, taken away in one process: fuzzing one target must then find something."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import ErrorCode
from shared.log import line, receipt
from shared.wire import packing
from shared.wire.problems import PROBLEMS, Problem
from sync_server.api import bodies
from sync_server.api.frame import BodyParser
from sync_server.services.sessions import Sessions
from tests.faults import fuzz_readers
from tests.faults.stage import PATIENCE


@dataclass(frozen=True)
class Control:
    """A guard in words, its target (and which of its cases), how it is taken away, how long a hang may last."""

    name: str
    words: str
    target: str
    patch: Callable[[], None]
    only: str = ""
    patience: float = PATIENCE


def take_away(name: str) -> None:
    """Take a guard away for the rest of this process."""
    CONTROLS[name].patch()


def _let_errors_through() -> None:
    """Bodies are read by the library alone, whose errors nobody catches."""

    def raw(_parser: BodyParser, req: Any) -> Any:
        return line._DECODER.decode(req.get_data(as_text=False).decode("utf-8"))

    setattr(BodyParser, "_raw_load_json", raw)  # noqa: B010 - a method is replaced on purpose


def _unpack_everything() -> None:
    unpack = packing.unpack
    setattr(bodies, "unpack", lambda packed, _most, encoding: unpack(packed, 2**40, encoding))  # noqa: B010


def _write_first() -> None:
    """A session notes the laptop's call, and then looks who calls."""
    open_session = Sessions.open

    def write_first(sessions: Sessions, device: str, nonce: str, signature: str, wall: int) -> tuple[str, int]:
        store = getattr(sessions, "_store")  # noqa: B009
        found = store.read(lambda book: book.find_device(device))
        if found is not None:
            store.write(lambda book: book.touch_device(found.no, wall, 0))
        return open_session(sessions, device, nonce, signature, wall)

    setattr(Sessions, "open", write_first)  # noqa: B010


def _never_end() -> None:
    decode = line.decode_line

    def patient(data: bytes) -> Any:
        while b"\0" in data:
            pass
        return decode(data)

    setattr(fuzz_readers, "decode_line", patient)  # noqa: B010


def _forget_nothing() -> None:
    """Whatever is unpacked leaves its buffer behind."""
    unpack, kept = packing.unpack, []

    def hoard(packed: bytes, most: int, encoding: str) -> bytes:
        kept.append(b"\1" * 2**20)
        return unpack(packed, most, encoding)

    setattr(bodies, "unpack", hoard)  # noqa: B010


def _lose_words() -> None:
    PROBLEMS[ErrorCode.NOT_A_LINE] = Problem(422, "", "This line is not a record.")


def _believe_everybody() -> None:
    setattr(receipt, "verify", lambda *_arguments: True)  # noqa: B010


CONTROLS = {
    control.name: control
    for control in (
        Control("errors", "its answer to errors", "endpoints", _let_errors_through, "probe"),
        Control("bound", "a bound on unpacking", "endpoints", _unpack_everything, "push"),
        Control("order", "the check before the write", "endpoints", _write_first, "session"),
        Control("memory", "forgetting what was unpacked", "endpoints", _forget_nothing, "push"),
        Control("end", "an end to every case", "lines", _never_end, patience=4),
        Control("words", "the words of a code", "lines", _lose_words),
        Control("signature", "the check of a receipt's signature", "receipts", _believe_everybody),
    )
}
