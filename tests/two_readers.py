"""What two readers find in a log file: ours, and one by somebody who saw only the documents."""

from typing import NamedTuple

from shared.domain.errors import DomainError, ErrorCode
from shared.log.logfile import read_fragment
from shared.log.verification import verify_log
from tests.contract import second_verifier


class Finding(NamedTuple):
    """Whether a log is whole, the last line that a head proves, and where and why it is not whole."""

    whole: bool
    sealed: int
    first_bad: int | None
    last_bad: int | None
    code: str | None


def ours(data: bytes, head: str | None = None) -> Finding:
    """The product's finding, as `testday verify` makes it of a log file."""
    try:
        fragment = read_fragment(data, damaged=True)
    except DomainError:
        return _nothing(ErrorCode.NOT_A_LOG)
    if fragment.birth is None:
        return _nothing(ErrorCode.NOT_A_LOG)
    try:
        report = verify_log(fragment.birth, fragment.lines, fragment.heads, expected_head=head)
    except DomainError as problem:
        return _nothing(problem.code)
    code = report.problem.code.value if report.problem else None
    return Finding(report.is_whole, report.sealed, report.first_bad, report.last_bad, code)


def _nothing(code: ErrorCode) -> Finding:
    """Of a file that is no log there is nothing more to say."""
    return Finding(False, 0, None, None, code.value)


def theirs(data: bytes, head: str | None = None) -> Finding:
    """The second verifier's."""
    found = second_verifier.verify(data, head)
    return Finding(found.ok, found.sealed, found.line, found.last, found.problem)
