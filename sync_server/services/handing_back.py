"""Handing back: a school's logs and kit as files, for a spare laptop that goes on with the day from them."""

from shared.domain.errors import DomainError, ErrorCode
from shared.log.logfile import join_records
from shared.log.signing import SignedHead
from shared.wire.enrolment import Enrolment
from shared.wire.kit import Kit
from sync_server.services.board_row import plan_hash
from sync_server.services.family import counting, living_branches
from sync_server.services.folds import LogFold
from sync_server.services.lineage import Lineage
from sync_server.services.office import Office
from sync_server.services.partings import partings_of
from sync_server.store.ports import Store


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
        files[f"testday-{school.code}-{fold.log.id[:8]}.log"] = _log_file(office.store, fold)
    return files


def _log_file(store: Store, fold: LogFold) -> bytes:
    branch = fold.branch
    lines = store.read(lambda book: Lineage(book, fold.log).lines(branch, 0, branch.head.seq))
    signed = SignedHead(branch.head, branch.signature)
    return join_records([branch.birth or fold.log.birth, *lines, signed.record()])
