"""Enrolling the laptop: with a one-time code over the network, or by two files on a USB stick."""

import hashlib

from field_app.services.laptop import Laptop
from field_app.sync.client import OfficeClient, SyncFailure
from field_app.sync.runner import fetch_content
from field_app.sync.status import SyncStatus
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
    """Enrol at the office behind `url`; raises what the office refuses, OFFICE_UNREACHABLE or ALREADY_ENROLLED.

    A laptop that is enrolled may be enrolled again, for its school and at its office: one that was restored from an old
    backup has forgotten it.
    """
    client = OfficeClient(_tidy(url))
    try:
        if laptop.is_enrolled and laptop.enrolment is not None:
            client.hello(laptop.enrolment.server_key)  # before another office gives a code away
        enrolment = client.enrol(code.strip(), laptop.keys.device, laptop.software)
        _refuse_another(laptop, enrolment)
        client.open_session(enrolment, laptop.keys.device, laptop.clock.now().wall)
        plan = fetch_content(client, enrolment.plan)
    finally:
        client.close()
    _take_up(laptop, enrolment, plan)
    return enrolment


def request_file(laptop: Laptop, code: str) -> bytes:
    """The file that asks the county to enrol this laptop; raises ENROL_CODE_WRONG for an empty code."""
    if not code.strip():
        raise DomainError(ErrorCode.ENROL_CODE_WRONG)
    return EnrolRequest(code.strip(), laptop.keys.device.public, laptop.software).encode()


def enrol_by_file(laptop: Laptop, data: bytes) -> Enrolment:
    """Enrol, or enrol again, with the county's answer file.

    Raises ENROLMENT_UNREADABLE, ENROLMENT_FOR_ANOTHER, OFFICE_KEY_WRONG or ALREADY_ENROLLED.
    """
    enrolment, plan = read_answer(data, laptop.keys.device.public)
    if hashlib.sha256(plan).hexdigest() != enrolment.plan:
        raise DomainError(ErrorCode.ENROLMENT_UNREADABLE)
    _refuse_another(laptop, enrolment)
    _take_up(laptop, enrolment, plan)
    return enrolment


def awaits_enrolment(laptop: Laptop) -> bool:
    """Whether this laptop took over from another one and the office has not answered it yet: it may not know it."""
    if not laptop.is_enrolled or laptop.journal.birth.ancestor is None:
        return False
    return not laptop.contents.receipts(laptop.journal.birth.log, ACCEPTED)


def is_forgotten(status: SyncStatus) -> bool:
    """Whether the office says that it does not know this laptop: it was restored from an old backup, or barred it."""
    return isinstance(status.problem, SyncFailure) and status.problem.refused == ErrorCode.DEVICE_UNKNOWN


def _refuse_another(laptop: Laptop, enrolment: Enrolment) -> None:
    """A laptop that has a log stays with its office and its school."""
    if not laptop.is_enrolled or laptop.enrolment is None:
        return
    birth = laptop.journal.birth
    if enrolment.server_key != laptop.enrolment.server_key:
        raise DomainError(ErrorCode.OFFICE_KEY_WRONG)
    if (enrolment.school, enrolment.campaign, enrolment.mode) != (birth.school, birth.campaign, birth.mode):
        raise DomainError(ErrorCode.ALREADY_ENROLLED, school=laptop.enrolment.school_name)


def _take_up(laptop: Laptop, enrolment: Enrolment, plan: bytes) -> None:
    """Enrol a fresh laptop; one that has a log keeps it, and only the office's word is new."""
    if not laptop.is_enrolled or laptop.enrolment is None:
        laptop.enrol(enrolment, plan, clock_for(enrolment))
        return
    laptop.renew(enrolment, plan)


def _tidy(url: str) -> str:
    """An address as people type it, with the scheme that fits: TLS anywhere but on this machine."""
    url = url.strip().rstrip("/")
    if "://" in url:
        return url
    return f"{'http' if url.startswith(('127.0.0.1', 'localhost')) else 'https'}://{url}"
