"""Verification: whether a log is whole, by a short procedure that anyone can repeat (docs/verify.md)."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.errors import DomainError, ErrorCode
from shared.log.base32 import tidy
from shared.log.birth import Birth, birth_hash, decode_birth
from shared.log.chain import Head, next_hash
from shared.log.head_text import find_head, find_seal_code
from shared.log.line import decode_line
from shared.log.signing import SignedHead


@dataclass(frozen=True, slots=True)
class Report:
    """What verification found.

    `sealed` is the last line that a signed head proves, `unsealed` how many lines follow it. `problem` says what is
    wrong, `first_bad` and `last_bad` bound the place; both are None in a whole log.
    """

    birth: Birth
    lines: int
    head: Head
    sealed: int
    unsealed: int
    problem: DomainError | None = None
    first_bad: int | None = None
    last_bad: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


def verify_log(
    birth_record: bytes,
    lines: Sequence[bytes],
    heads: Sequence[SignedHead],
    stored_hashes: Sequence[bytes | None] | None = None,
    expected_head: str | None = None,
) -> Report:
    """Check chain, numbers, signatures and, when given, stored hashes and an outside head (text or seal code).

    A stored hash may be None where none was kept beside the line.
    """
    birth = decode_birth(birth_record)
    hashes = [birth_hash(birth_record)]
    for line in lines:
        hashes.append(next_hash(hashes[-1], line))
    sealed, head_bad = _check_heads(birth, hashes, heads)
    bad = _nearest(_first_bad_line(birth, lines, hashes, stored_hashes), head_bad)
    if bad is None and expected_head is not None:
        bad = _check_expected(birth, hashes, expected_head)
    head = Head(birth.log, len(lines), hashes[-1])
    if bad is None:
        return Report(birth, len(lines), head, sealed, len(lines) - sealed)
    last_bad = bad[1].values.get("until", bad[0])
    return Report(
        birth,
        len(lines),
        head,
        sealed,
        len(lines) - sealed,
        bad[1],
        bad[0],
        last_bad if isinstance(last_bad, int) else None,
    )


def _first_bad_line(
    birth: Birth, lines: Sequence[bytes], hashes: Sequence[bytes], stored: Sequence[bytes | None] | None
) -> tuple[int, DomainError] | None:
    """The first line that is none, or whose stored hash is another; a hash kept for several lines bounds the place."""
    good = 0
    for seq, line in enumerate(lines, start=1):
        kept = stored[seq - 1] if stored is not None else None
        if kept is not None and kept != hashes[seq]:
            return good + 1, DomainError(ErrorCode.CHAIN_BROKEN, seq=good + 1, until=seq)
        problem = _line_problem(birth, seq, line)
        if problem is not None:
            return problem
        good = seq if kept is not None else good
    return None


def _line_problem(birth: Birth, seq: int, line: bytes) -> tuple[int, DomainError] | None:
    try:
        event = decode_line(line)
    except DomainError as problem:
        return seq, DomainError(ErrorCode.NOT_A_LINE, place=str(seq), reason=str(problem.values.get("reason", "")))
    if event.seq != seq or event.log != birth.log:
        return seq, DomainError(ErrorCode.CHAIN_BROKEN, seq=seq)
    return None


def _check_heads(
    birth: Birth, hashes: Sequence[bytes], heads: Sequence[SignedHead]
) -> tuple[int, tuple[int, DomainError] | None]:
    """The last line proven by a good head, and the first place where a head contradicts the lines."""
    sealed = 0
    for signed in sorted(heads, key=lambda s: s.head.seq):
        seq = signed.head.seq
        if signed.head.log != birth.log or not signed.is_signed_by(birth.key):
            return sealed, (seq, DomainError(ErrorCode.HEAD_SIGNATURE_WRONG, seq=seq))
        if seq >= len(hashes):
            return sealed, (len(hashes), DomainError(ErrorCode.HEAD_NOT_FOUND, head=str(signed.head), until=seq))
        if hashes[seq] != signed.head.hash:
            # The lines between the last good head and this one do not hash to what was signed.
            first = min(sealed + 1, seq)  # two heads at one line cannot both be right
            return sealed, (first, DomainError(ErrorCode.CHAIN_BROKEN, seq=first, until=seq))
        sealed = seq
    return sealed, None


def _check_expected(birth: Birth, hashes: Sequence[bytes], text: str) -> tuple[int, DomainError] | None:
    """What is wrong when a head or a seal code, somewhere in a text, is held against the log."""
    carried, code = find_head(text), find_seal_code(text)
    if carried is None:
        wanted = code or tidy(text)
        if any(tidy(Head(birth.log, seq, digest).seal_code) == wanted for seq, digest in enumerate(hashes)):
            return None
        return len(hashes), DomainError(ErrorCode.HEAD_NOT_FOUND, head=(code or text.strip())[:120])
    head, signed = carried.head, carried.signed
    if signed is not None and head.log == birth.log and not signed.is_signed_by(birth.key):
        return head.seq, DomainError(ErrorCode.HEAD_SIGNATURE_WRONG, seq=head.seq)
    if head.log == birth.log and head.seq < len(hashes) and hashes[head.seq] == head.hash:
        return None
    return min(head.seq, len(hashes)), DomainError(ErrorCode.HEAD_NOT_FOUND, head=str(head))


def _nearest(
    line: tuple[int, DomainError] | None, head: tuple[int, DomainError] | None
) -> tuple[int, DomainError] | None:
    """The first problem; where a head only bounds the place, a bad line inside the bounds is the nearer answer."""
    if line is None or head is None:
        return line or head
    until = head[1].values.get("until", head[0])
    return line if isinstance(until, int) and line[0] <= until else head
