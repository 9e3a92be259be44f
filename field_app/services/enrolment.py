"""Enrolling the laptop: with a one-time code over the network, or by two files on a USB stick."""

import hashlib

from field_app.services.laptop import Laptop
from field_app.sync.client import OfficeClient
from field_app.sync.runner import fetch_content
from field_app.timekeeping.steady_clock import SteadyClock
from shared.domain.clock import WatchedClock
from shared.domain.errors import DomainError, ErrorCode
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
    laptop.enrol(enrolment, plan, clock_for(enrolment))
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
    laptop.enrol(enrolment, plan, clock_for(enrolment))
    return enrolment


def _check_fresh(laptop: Laptop) -> None:
    if laptop.is_enrolled:
        raise DomainError(ErrorCode.ALREADY_ENROLLED, school=laptop.enrolment.school_name if laptop.enrolment else "?")


def _tidy(url: str) -> str:
    """An address as people type it, with the scheme that fits: TLS anywhere but on this machine."""
    url = url.strip().rstrip("/")
    if "://" in url:
        return url
    return f"{'http' if url.startswith(('127.0.0.1', 'localhost')) else 'https'}://{url}"
