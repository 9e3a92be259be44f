"""The log file: one format for export, black box, bundle and push.

A birth record (or, in a fragment, the head it starts from), then lines, with signed heads between them and at the end.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import PREFIX as BIRTH_PREFIX
from shared.log.birth import birth_head
from shared.log.chain import Head, next_hash
from shared.log.signing import HEAD_PATTERN, HEAD_PREFIX, SignedHead, read_head_record

FROM_PREFIX = b'{"from":'
_FROM_RECORD = re.compile(rb'\{"from":' + HEAD_PATTERN + rb"\}")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A parsed log file: its first record gave either `birth` or `start`."""

    birth: bytes | None
    start: Head | None
    lines: list[bytes] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)

    @property
    def end(self) -> Head:
        """The head that the lines make; raises NOT_A_LOG without a first record, LOG_KEY_MISMATCH for a bad birth."""
        start = birth_head(self.birth) if self.birth is not None else self.start
        if start is None:
            raise DomainError(ErrorCode.NOT_A_LOG, path="–")
        digest = start.hash
        for line in self.lines:
            digest = next_hash(digest, line)
        return Head(start.log, start.seq + len(self.lines), digest)


def from_record(start: Head) -> bytes:
    """The first record of a fragment: the head after which its lines follow."""
    content = {"log": start.log, "seq": start.seq, "hash": start.hash.hex()}
    return json.dumps({"from": content}, separators=(",", ":")).encode("ascii")


def join_records(records: Iterable[bytes]) -> bytes:
    """Records as the bytes of a file, each with its newline."""
    return b"".join(record + b"\n" for record in records)


def write_log(birth: bytes, lines: Iterable[bytes], heads: Iterable[SignedHead]) -> bytes:
    """A whole log as a file, each signed head after the line that it proves."""
    seals = {signed.head.seq: signed for signed in heads}
    return join_records(
        record
        for seq, line in enumerate([birth, *lines])
        for record in ([line, seals[seq].record()] if seq in seals else [line])
    )


def split_records(data: bytes) -> Iterator[bytes]:
    """The records of a file; a last record without its newline is torn and left out."""
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield data[start:end]
        start = end + 1


def read_fragment(data: bytes, *, damaged: bool = False) -> Fragment:
    """The parts of a log file, unchecked but for their shape; raises NOT_A_LOG or NOT_A_LINE.

    In a file that may be `damaged` a head record that cannot be read counts as a line, and is found at its place.
    """
    birth: bytes | None = None
    start: Head | None = None
    lines: list[bytes] = []
    heads: list[SignedHead] = []
    for place, record in enumerate(split_records(data)):
        if place == 0 and record.startswith(BIRTH_PREFIX):
            birth = record
        elif place == 0 and record.startswith(FROM_PREFIX):
            start = _start(record)
        elif record.startswith(HEAD_PREFIX):
            try:
                heads.append(read_head_record(record))
            except DomainError:
                if not damaged:
                    raise
                lines.append(record)
        else:
            lines.append(record)
    if birth is None and start is None:
        raise DomainError(ErrorCode.NOT_A_LOG, path="–")
    return Fragment(birth, start, lines, heads)


def _start(record: bytes) -> Head:
    found = _FROM_RECORD.fullmatch(record)
    if found is None:
        raise DomainError(ErrorCode.NOT_A_LINE, reason="from")
    log, seq, digest = (part.decode("ascii") for part in found.groups())
    return Head(log, int(seq), bytes.fromhex(digest))
