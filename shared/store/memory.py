"""An event store in memory, for tests and for folding a log that came from elsewhere."""

from collections.abc import Sequence

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_head
from shared.log.chain import Head
from shared.log.logfile import Fragment
from shared.log.signing import SignedHead


class MemoryEventStore:
    """Keeps one log in lists; durable for as long as the process."""

    def __init__(self) -> None:
        self._birth: bytes | None = None
        self._ancestors: tuple[Fragment, ...] = ()
        self._lines: list[bytes] = []
        self._hashes: list[bytes] = []
        self._requests: dict[str, int] = {}
        self._heads: dict[int, SignedHead] = {}

    def birth(self) -> bytes | None:
        """See `EventStore.birth`."""
        return self._birth

    def begin(self, birth: bytes, ancestors: Sequence[Fragment] = ()) -> None:
        """See `EventStore.begin`."""
        if self._birth is not None:
            raise DomainError(ErrorCode.ALREADY_OPEN)
        self._birth, self._ancestors = birth, tuple(ancestors)

    def ancestors(self) -> list[Fragment]:
        """See `EventStore.ancestors`."""
        return list(self._ancestors)

    def head(self) -> Head:
        """See `EventStore.head`."""
        if self._birth is None:
            raise DomainError(ErrorCode.NOT_ENROLLED)
        start = birth_head(self._birth)
        return Head(start.log, len(self._lines), self._hashes[-1]) if self._hashes else start

    def append(self, line: bytes, head: Head, request: str, signed: SignedHead | None = None) -> None:
        """See `EventStore.append`."""
        if head.seq != len(self._lines) + 1 or request in self._requests:
            raise DomainError(ErrorCode.CHAIN_BROKEN, seq=head.seq)
        self._lines.append(line)
        self._hashes.append(head.hash)
        self._requests[request] = head.seq
        if signed is not None:
            self.add_head(signed)

    def find_request(self, request: str) -> int | None:
        """See `EventStore.find_request`."""
        return self._requests.get(request)

    def settle(self) -> None:
        """See `EventStore.settle`; memory is as durable as it gets."""

    def lines(self, after: int = 0, limit: int | None = None) -> list[bytes]:
        """See `EventStore.lines`."""
        return self._lines[after : None if limit is None else after + limit]

    def hashes(self, after: int = 0, limit: int | None = None) -> list[bytes]:
        """See `EventStore.hashes`."""
        return self._hashes[after : None if limit is None else after + limit]

    def add_head(self, signed: SignedHead) -> None:
        """See `EventStore.add_head`."""
        self._heads.setdefault(signed.head.seq, signed)

    def heads(self) -> list[SignedHead]:
        """See `EventStore.heads`."""
        return [self._heads[seq] for seq in sorted(self._heads)]

    def close(self) -> None:
        """See `EventStore.close`."""
