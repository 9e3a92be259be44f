"""A pushed batch: a log-file fragment, parsed, hashed and proven by the signed head at its end."""

from dataclasses import dataclass

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import Birth, birth_head
from shared.log.chain import Head, next_hash
from shared.log.logfile import Fragment
from shared.log.signing import SignedHead


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines after `start`, the head each one makes, and the signed head of the last."""

    start: Head
    lines: list[bytes]
    heads: list[Head]
    signed: SignedHead

    @property
    def end(self) -> Head:
        """The head after the last line."""
        return self.heads[-1] if self.heads else self.start


def log_of(fragment: Fragment) -> str:
    """The id of the log that a fragment says it belongs to; raises NOT_A_LINE or LOG_KEY_MISMATCH for a bad birth."""
    return start_of(fragment).log


def prove(fragment: Fragment, birth: Birth) -> Batch:
    """The batch, when its last record is a head that fits its lines, signed by the log's own key.

    Raises HEAD_MISSING, CHAIN_BROKEN or HEAD_SIGNATURE_WRONG. Heads between the lines are left aside.
    """
    start = start_of(fragment)
    heads: list[Head] = []
    digest = start.hash
    for seq, line in enumerate(fragment.lines, start=start.seq + 1):
        digest = next_hash(digest, line)
        heads.append(Head(start.log, seq, digest))
    end = heads[-1] if heads else start
    signed = fragment.heads[-1] if fragment.heads else None
    if signed is None or (signed.head.log, signed.head.seq) != (end.log, end.seq):
        raise DomainError(ErrorCode.HEAD_MISSING)
    if signed.head.hash != end.hash:
        raise DomainError(ErrorCode.CHAIN_BROKEN, seq=end.seq)
    if not signed.is_signed_by(birth.key):
        raise DomainError(ErrorCode.HEAD_SIGNATURE_WRONG, seq=end.seq)
    return Batch(start, fragment.lines, heads, signed)


def sealed_part(fragment: Fragment) -> tuple[Fragment, list[bytes]]:
    """A fragment up to its last head, and the lines after it that nothing proves."""
    first = 1 + (fragment.start.seq if fragment.start else 0)
    last = fragment.heads[-1].head.seq if fragment.heads else first - 1
    keep = max(0, last - first + 1)
    return Fragment(fragment.birth, fragment.start, fragment.lines[:keep], fragment.heads), fragment.lines[keep:]


def start_of(fragment: Fragment) -> Head:
    """The head that a fragment's lines follow; raises NOT_A_LINE or LOG_KEY_MISMATCH for a bad birth."""
    if fragment.birth is not None:
        return birth_head(fragment.birth)
    if fragment.start is None:
        raise DomainError(ErrorCode.NOT_A_LOG, path="–")
    return fragment.start
