"""A receipt file from a stick: checked as a whole, then kept just as after a push and a pull."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from field_app.sync.county import county_head, keep_county
from field_app.sync.outgoing import Outgoing
from field_app.sync.ports import OfficeRecords
from shared.domain.errors import DomainError, ErrorCode
from shared.log.chain import Head
from shared.log.receipt import read_receipt
from shared.wire.county_log import fold_county
from shared.wire.enrolment import Enrolment
from shared.wire.receipt_file import read_receipt_file


@dataclass(frozen=True, slots=True)
class ReceiptsTaken:
    """What a receipt file brought: the last own line it proves, new lines of the county; `finding` is for people."""

    proven: int
    county_lines: int
    finding: DomainError | None


def keep_receipt_file(
    logs: Sequence[Outgoing], office: OfficeRecords, enrolment: Enrolment, data: bytes, name: str
) -> ReceiptsTaken:
    """Check a receipt file and keep what it brings; the last of `logs` is the laptop's own.

    Raises RECEIPT_UNREADABLE, RECEIPT_FOR_ANOTHER, or what a county log is refused with; then nothing is kept.
    """
    file = read_receipt_file(data, name)
    try:
        receipts = [read_receipt(dict(travelled), enrolment.server_key) for travelled in file.receipts]
    except DomainError as problem:
        raise DomainError(ErrorCode.RECEIPT_UNREADABLE, path=name) from problem
    own = [receipt.head for receipt in receipts if receipt.head.log == logs[-1].head.log]
    strange = [school for school in (file.school, *(r.school for r in receipts)) if school != enrolment.school]
    if strange or not own:
        raise DomainError(ErrorCode.RECEIPT_FOR_ANOTHER, found=(strange or [file.school])[0][:40])
    lines = 0
    if file.county_log is not None:
        lines = keep_county(office, enrolment, file.county_log, county_head(office))
    for receipt, travelled in zip(receipts, file.receipts, strict=True):
        office.add_receipt(receipt, dict(travelled))
    wanted = {enrolment.plan, fold_county(office.county_lines()).plan}
    for content in file.contents:
        if hashlib.sha256(content).hexdigest() in wanted:
            office.add_content(content)
    proven = max((head.seq for head in own if logs[-1].holds(head)), default=0)
    return ReceiptsTaken(proven, lines, _finding(logs[-1], own))


def _finding(log: Outgoing, heads: Sequence[Head]) -> DomainError | None:
    """What people must hear of: the office holds other lines under our numbers, or lines that we have not."""
    for head in heads:
        if head.seq <= log.head.seq and not log.holds(head):
            return DomainError(ErrorCode.LOG_FORKED, seq=head.seq)
    ahead = max(head.seq for head in heads) - log.head.seq
    return DomainError(ErrorCode.LOG_BEHIND, count=ahead) if ahead > 0 else None
