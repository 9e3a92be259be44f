"""Enrolling the laptop: with a one-time code over the network, or by two files on a USB stick."""

import hashlib

from field_app.services.laptop import Laptop
from field_app.sync.client import OfficeClient
from field_app.sync.runner import fetch_content
from field_app.timekeeping.steady_clock import SteadyClock
from shared.domain.clock import WatchedClock
from shared.domain.errors import DomainError, ErrorCode
from shared.log.receipt import ACCEPTED
from shared.timepiece import Machine
from shared.wire.enrolment import Enrolment
from shared.wire.enrolment_files import EnrolRequest, read_answer


def clock_for(enrolment: Enrolment | None) -> WatchedClock:
    """The machine's clock, or the scaled one of a rehearsal."""
    rehearsed = enrolment is not None and enrolment.mode == "rehearsal"
    return SteadyClock(Machine(), enrolment.rehearsal if enrolment and rehearsed else None)


def enrol_online(laptop: Laptop, url: str, code: str) -> Enrolment:
    """Enrol at the office behind `url`; raises what the office refuses, OFFICE_UNREACHABLE or ALREADY_ENROLLED."""
    _check_fresh(laptop)
    client = OfficeClient(_tidy(url))
    try:
        enrolment = client.enrol(code.strip(), laptop.keys.device, laptop.software)
        client.open_session(enrolment, laptop.keys.device, laptop.clock.now().wall)
        plan = fetch_content(client, enrolment.plan)
    finally:
        client.close()
    _take_up(laptop, enrolment, plan)
    return enrolment


def request_file(laptop: Laptop, code: str) -> bytes:
    """The file that asks the county to enrol this laptop; raises ENROL_CODE_WRONG for an empty code."""
    _check_fresh(laptop)
    if not code.strip():
        raise DomainError(ErrorCode.ENROL_CODE_WRONG)
    return EnrolRequest(code.strip(), laptop.keys.device.public, laptop.software).encode()


def enrol_by_file(laptop: Laptop, data: bytes) -> Enrolment:
    """Enrol with the county's answer file; raises ENROLMENT_UNREADABLE, ENROLMENT_FOR_ANOTHER, ALREADY_ENROLLED."""
    _check_fresh(laptop)
    enrolment, plan = read_answer(data, laptop.keys.device.public)
    if hashlib.sha256(plan).hexdigest() != enrolment.plan:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE)
    _take_up(laptop, enrolment, plan)
    return enrolment


def awaits_enrolment(laptop: Laptop) -> bool:
    """Whether this laptop took over from another one and the office has not answered it yet: it may not know it."""
    if not laptop.is_enrolled or laptop.journal.birth.ancestor is None:
        return False
    return not laptop.contents.receipts(laptop.journal.birth.log, ACCEPTED)


def _take_up(laptop: Laptop, enrolment: Enrolment, plan: bytes) -> None:
    """Enrol a fresh laptop; one that took over a day keeps its log, and only the office's word is new."""
    if not laptop.is_enrolled:
        laptop.enrol(enrolment, plan, clock_for(enrolment))
        return
    birth = laptop.journal.birth
    if (enrolment.school, enrolment.campaign, enrolment.mode) != (birth.school, birth.campaign, birth.mode):
        raise DomainError(ErrorCode.SCHOOL_WRONG, found=enrolment.school, expected=birth.school)
    laptop.renew(enrolment, plan)


def _check_fresh(laptop: Laptop) -> None:
    if laptop.is_enrolled and not awaits_enrolment(laptop):
        raise DomainError(ErrorCode.ALREADY_ENROLLED, school=laptop.enrolment.school_name if laptop.enrolment else "?")


def _tidy(url: str) -> str:
    """An address as people type it, with the scheme that fits: TLS anywhere but on this machine."""
    url = url.strip().rstrip("/")
    if "://" in url:
        return url
    return f"{'http' if url.startswith(('127.0.0.1', 'localhost')) else 'https'}://{url}"
