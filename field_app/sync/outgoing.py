"""The logs that a laptop sends: its own, signed as it goes, and those of others that it took over from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_head
from shared.log.chain import Head, next_hash
from shared.log.logfile import Fragment
from shared.log.signing import SignedHead, SigningKey, sign_head
from shared.store.ports import EventStore


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One log as it stood when a pass began; `hashes` are those at every line, 0 being the birth's.

    `lines` gives the lines after one number up to another; `seal` the signed head of the last line, up to a number,
    that a batch after a number may end with, and raises HEAD_MISSING when there is none. `proven` is the last line that
    a signed head proves, −1 without any.
    """

    birth: bytes
    hashes: Sequence[bytes]
    lines: Callable[[int, int], Sequence[bytes]]
    seal: Callable[[int, int], SignedHead]
    proven: int

    @property
    def head(self) -> Head:
        """The newest line."""
        return Head(birth_head(self.birth).log, len(self.hashes) - 1, self.hashes[-1])

    def holds(self, head: Head) -> bool:
        """Whether a head of this log is one of its own."""
        return self.hashes[head.seq : head.seq + 1] == [head.hash]


def own_log(store: EventStore, key: SigningKey) -> Outgoing:
    """The laptop's own log: any line may be signed; raises NOT_ENROLLED."""
    birth = store.birth()
    if birth is None:
        raise DomainError(ErrorCode.NOT_ENROLLED)
    start = birth_head(birth)
    hashes = [start.hash, *store.hashes()]
    return Outgoing(
        birth,
        hashes,
        lambda after, until: store.lines(after, until - after),
        lambda _after, until: sign_head(key, Head(start.log, until, hashes[until])),
        len(hashes) - 1,
    )


def inherited_log(log: Fragment) -> Outgoing:
    """An ancestor's log: its key is not here, so a batch ends where that laptop signed."""
    birth = log.birth or b""
    hashes = [birth_head(birth).hash]
    for line in log.lines:
        hashes.append(next_hash(hashes[-1], line))
    seals = {signed.head.seq: signed for signed in log.heads}

    def seal(after: int, until: int) -> SignedHead:
        ends = [seq for seq in seals if after < seq <= until or after == seq == until]
        if not ends:
            raise DomainError(ErrorCode.HEAD_MISSING)
        return seals[max(ends)]

    return Outgoing(birth, hashes, lambda after, until: log.lines[after:until], seal, max(seals, default=-1))
