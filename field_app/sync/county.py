"""Pulling the county log: its chain and the office's signature are checked before a line is kept."""

from field_app.sync.ports import OfficeRecords
from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_head, decode_birth
from shared.log.chain import Head, next_hash
from shared.log.logfile import Fragment, read_fragment
from shared.log.signing import SignedHead
from shared.wire.enrolment import Enrolment


def county_head(office: OfficeRecords) -> Head | None:
    """The newest position of the county log in force, or None before the first pull."""
    birth = office.county_birth()
    if birth is None:
        return None
    start = birth_head(birth)
    hashes = office.county_hashes()
    return Head(start.log, len(hashes), hashes[-1]) if hashes else start


def keep_county(office: OfficeRecords, enrolment: Enrolment, body: bytes, own: Head | None) -> int:
    """Check a pulled fragment, or a whole log, and keep what is new of it; returns how many lines that is.

    A whole log that holds ours continues it, one that ours holds brings nothing, any other is in force from now on.
    Raises CHAIN_BROKEN, HEAD_MISSING, HEAD_SIGNATURE_WRONG or SCHOOL_WRONG; then nothing is kept.
    """
    fragment = read_fragment(body)
    start = _start(fragment, enrolment, own)
    heads = []
    digest = start.hash
    for seq, line in enumerate(fragment.lines, start=start.seq + 1):
        digest = next_hash(digest, line)
        heads.append(Head(start.log, seq, digest))
    signed = _check_end(fragment, heads[-1] if heads else start, enrolment.server_key)
    if fragment.birth is not None and own is not None:
        if own in (start, *heads):
            office.add_county(None, fragment.lines[own.seq :], heads[own.seq :], signed)
            return len(fragment.lines) - own.seq
        if _holds(office, signed.head):
            return 0
    office.add_county(fragment.birth, fragment.lines, heads, signed)
    return len(fragment.lines)


def _holds(office: OfficeRecords, head: Head) -> bool:
    """Whether the county log in force holds this head."""
    birth = office.county_birth()
    if head.seq == 0:
        return birth is not None and birth_head(birth) == head
    return office.county_hashes()[head.seq - 1 : head.seq] == [head.hash]


def _start(fragment: Fragment, enrolment: Enrolment, own: Head | None) -> Head:
    if fragment.birth is not None:
        birth = decode_birth(fragment.birth)
        if birth.school != enrolment.school or birth.key != enrolment.server_key:
            raise DomainError(ErrorCode.SCHOOL_WRONG, found=birth.school, expected=enrolment.school)
        return birth_head(fragment.birth)
    if own is None or fragment.start != own:
        raise DomainError(ErrorCode.CHAIN_BROKEN, seq=own.seq + 1 if own else 0)
    return own


def _check_end(fragment: Fragment, end: Head, server_key: str) -> SignedHead:
    signed = fragment.heads[-1] if fragment.heads else None
    if signed is None or signed.head != end:
        raise DomainError(ErrorCode.HEAD_MISSING)
    if not signed.is_signed_by(server_key):
        raise DomainError(ErrorCode.HEAD_SIGNATURE_WRONG, seq=end.seq)
    return signed
