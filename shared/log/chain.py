"""The hash chain and heads: what makes a log checkable by a stranger."""

import hashlib
from typing import NamedTuple

from shared.log import base32


class Head(NamedTuple):
    """A position in a log: the hash of everything up to line `seq` (0 is the birth record)."""

    log: str
    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.log}:{self.seq}:{self.hash.hex()}"

    @property
    def seal_code(self) -> str:
        """Twenty characters that stand for this head on a paper slip."""
        digest = hashlib.sha256(f"testday seal 1\n{self}".encode("ascii")).digest()
        code = base32.encode(digest, 20)
        return "-".join(code[i : i + 5] for i in range(0, 20, 5))


def next_hash(previous: bytes, line: bytes) -> bytes:
    """The hash after one more line (without its newline)."""
    return hashlib.sha256(previous + line).digest()
