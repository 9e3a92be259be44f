"""Uniting copies of one log: the longest beginning whose every line the chain and a signed head, or its hash, prove."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from field_app.store.copies import Copy
from shared.domain.errors import DomainError
from shared.log.birth import birth_hash, decode_birth
from shared.log.chain import Head, next_hash
from shared.log.line import decode_line
from shared.log.signing import SignedHead

Heads = Mapping[int, Mapping[bytes, SignedHead]]


@dataclass(slots=True)
class United:
    """The lines that copies prove together, and the copy that gave each (`origins`); `hashes` begin with hash(0)."""

    birth: bytes
    log: str
    lines: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    origins: list[Copy] = field(default_factory=list)
    heads: dict[int, SignedHead] = field(default_factory=dict)

    def holds(self, head: Head) -> bool:
        """Whether a head is one of these lines."""
        return head.seq < len(self.hashes) and self.hashes[head.seq] == head.hash


def unite(birth: bytes, copies: Sequence[Copy]) -> United:
    """Lines of the copies, in their order of trust, until none has a next line that is proven.

    A head that the log's key signed is never contradicted: lines that would are left out.
    """
    heads = signed_heads(birth, copies)
    united = United(birth, decode_birth(birth).log, hashes=[birth_hash(birth)])
    while any(_extend(united, copy, heads) for copy in copies):
        continue
    united.heads = {
        seq: found[united.hashes[seq]]
        for seq, found in heads.items()
        if seq < len(united.hashes) and united.hashes[seq] in found
    }
    return united


def signed_heads(birth: bytes, copies: Iterable[Copy]) -> Heads:
    """Every head of the log that its key signed, by number and hash."""
    born = decode_birth(birth)
    found: dict[int, dict[bytes, SignedHead]] = {}
    for signed in (signed for copy in copies for signed in copy.heads):
        head = signed.head
        if head.log == born.log and head.hash not in found.get(head.seq, {}) and signed.is_signed_by(born.key):
            found.setdefault(head.seq, {})[head.hash] = signed
    return found


def contradicts(united: United, copy: Copy, heads: Heads) -> bool:
    """Whether a copy that its own signed heads prove goes another way than the united lines."""
    hashes, sealed = [united.hashes[0]], 0
    while (line := copy.lines.get(len(hashes))) is not None:
        hashes.append(next_hash(hashes[-1], line))
        if hashes[-1] in heads.get(len(hashes) - 1, {}):
            sealed = len(hashes) - 1
    common = min(sealed, len(united.lines))
    return hashes[common] != united.hashes[common]


def _extend(united: United, copy: Copy, heads: Heads) -> bool:
    """Take what this copy has next; False when there is nothing that is proven."""
    digest, seq = united.hashes[-1], len(united.lines)
    taken: list[tuple[bytes, bytes]] = []
    sealed = proven = 0
    while (line := copy.lines.get(seq + 1)) is not None and _is_line(line, united, seq + 1):
        seq, digest = seq + 1, next_hash(digest, line)
        if seq in heads and digest not in heads[seq]:
            proven = sealed
            break
        taken.append((line, digest))
        if seq in heads:
            sealed = proven = len(taken)
        elif copy.hashes.get(seq) == digest:
            proven = len(taken)
    for line, digest in taken[:proven]:
        united.lines.append(line)
        united.hashes.append(digest)
        united.origins.append(copy)
    return proven > 0


def _is_line(line: bytes, united: United, seq: int) -> bool:
    try:
        event = decode_line(line)
    except DomainError:
        return False
    return event.seq == seq and event.log == united.log
