"""Handing back: a school's logs and kit as files, for a spare laptop that goes on with the day from them."""

from functools import partial

from shared.domain.errors import DomainError, ErrorCode
from shared.log.logfile import write_log
from shared.wire.enrolment import Enrolment
from shared.wire.kit import Kit
from sync_server.services.board_row import plan_hash
from sync_server.services.family import counting, living_branches
from sync_server.services.lineage import Lineage
from sync_server.services.office import Office
from sync_server.services.partings import partings_of
from sync_server.store.ports import Books
from sync_server.store.records import Branch, StoredLog


def hand_back(office: Office, school_code: str, server_url: str) -> dict[str, bytes]:
    """Every log of a school and its kit, by file name; raises SCHOOL_UNKNOWN, LOG_UNKNOWN or PLAN_UNKNOWN."""
    school = office.store.read(lambda book: book.find_school(school_code))
    if school is None:
        raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=school_code)
    folds = office.folds.of_school(school.no)
    if not folds:
        raise DomainError(ErrorCode.LOG_UNKNOWN)
    plan = office.store.read(lambda book: book.find_content(plan_hash(school, folds)))
    if plan is None:
        raise DomainError(ErrorCode.PLAN_UNKNOWN, plan=school.stage)
    row = office.row
    enrolment = Enrolment(
        school=school.code,
        school_name=school.name,
        county=row.county,
        campaign=row.campaign,
        mode=row.mode,
        rehearsal=row.rehearsal,
        plan=plan.sha256,
        server_url=server_url,
        server_key=office.key.public,
        epoch=row.epoch,
        device="",
    )
    county = office.county_logs.fragment(school, 0) or b""
    files = {f"testday-{school.code}.kit": Kit(enrolment, (plan.body,), county).encode()}
    partings = office.store.read(lambda book: partings_of(book, school, folds))
    counted = {fold.log.id: fold for fold in living_branches(counting(folds, partings))}
    for living in living_branches(folds):
        fold = counted.get(living.log.id, living)
        name = f"testday-{school.code}-{fold.log.id[:8]}.log"
        files[name] = office.store.read(partial(_log_file, fold.log, fold.branch))
    return files


def _log_file(log: StoredLog, branch: Branch, book: Books) -> bytes:
    """The branch with its signed heads, not the last alone: another laptop may have gone on from an earlier one."""
    lineage = Lineage(book, log)
    heads = [signed for signed in book.heads(log) if lineage.hash_at(branch, signed.head.seq) == signed.head.hash]
    return write_log(branch.birth or log.birth, lineage.lines(branch, 0, branch.head.seq), heads)
