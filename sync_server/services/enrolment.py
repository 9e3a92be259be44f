"""Enrolment: one-time codes, and the laptops that used them."""

import hashlib
import secrets
from collections.abc import Callable

from shared.domain.errors import DomainError, ErrorCode
from shared.log import base32
from shared.log.signing import SigningKey, log_id
from shared.wire.enrolment_files import encode_answer, read_request
from sync_server.store.ports import Books, Store
from sync_server.store.records import Device, EnrolCode, OfficeRow, School

CODE_LENGTH = 10
CODE_MS = 30 * 86_400_000
"""A code is good for thirty days."""


class Enrolments:
    """Makes codes and takes laptops in; asking again with the same code and key gets the same answer."""

    def __init__(self, store: Store, office: OfficeRow, key: SigningKey, wall: Callable[[], int]) -> None:
        self._store = store
        self._office = office
        self._key = key
        self._wall = wall

    def make_code(self, school_code: str) -> str:
        """A fresh code for a school, as XXXXX-XXXXX; only its hash is kept; raises SCHOOL_UNKNOWN."""
        text = base32.encode(secrets.token_bytes(7), CODE_LENGTH)

        def work(book: Books) -> None:
            school = book.find_school(school_code)
            if school is None:
                raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=school_code)
            book.add_code(_digest(text), EnrolCode(school.no, self._wall() + CODE_MS, None))

        self._store.write(work)
        return f"{text[:5]}-{text[5:]}"

    def enrol(self, code: str, key: str, software: str) -> dict[str, object]:
        """Take a laptop in; a code that is refused stays good.

        Raises ENROL_CODE_WRONG, ENROL_CODE_USED, PLAN_UNKNOWN, DEVICE_UNKNOWN or ALREADY_ENROLLED.
        """
        digest = _digest(base32.tidy(code))

        def work(book: Books) -> tuple[School, Device]:
            found = book.find_code(digest)
            if found is None or found.expires < self._wall():
                raise DomainError(ErrorCode.ENROL_CODE_WRONG)
            school = book.get_school(found.school_no)
            if not school.plan:
                raise DomainError(ErrorCode.PLAN_UNKNOWN, plan=school.stage)
            device = Device(0, log_id(key)[:12], school.no, key, software, self._wall(), False, None, None)
            no = book.add_device(device)
            if found.device_no not in (None, no):
                raise DomainError(ErrorCode.ENROL_CODE_USED)
            book.use_code(digest, no)
            known = book.find_device(device.id)
            if known is None or known.barred:
                raise DomainError(ErrorCode.DEVICE_UNKNOWN)
            if known.school_no != school.no:
                raise DomainError(ErrorCode.ALREADY_ENROLLED, school=book.get_school(known.school_no).name)
            return school, known

        school, device = self._store.write(work)
        return self._answer(school, device)

    def enrol_by_file(self, request: bytes, server_url: str) -> tuple[str, bytes]:
        """Take a laptop in by its request file; returns the device's id and the answer file for the laptop.

        Raises ENROLMENT_UNREADABLE and what `enrol` raises.
        """
        asked = read_request(request)
        told = self.enrol(asked.code, asked.key, asked.software)
        plan = self._store.read(lambda book: book.find_content(str(told["plan"])))
        if plan is None:
            raise DomainError(ErrorCode.PLAN_UNKNOWN, plan=told["plan"])
        return str(told["device"]), encode_answer(told, plan.body, server_url)

    def _answer(self, school: School, device: Device) -> dict[str, object]:
        office = self._office
        rehearsal = office.rehearsal and {
            "rate": office.rehearsal.rate,
            "real_start": office.rehearsal.real_start,
            "shown_start": office.rehearsal.shown_start,
        }
        return {
            "school": {"code": school.code, "name": school.name},
            "county": office.county,
            "campaign": office.campaign,
            "mode": office.mode,
            "rehearsal": rehearsal,
            "plan": school.plan,
            "server_key": self._key.public,
            "epoch": office.epoch,
            "device": device.id,
        }


def _digest(code: str) -> bytes:
    return hashlib.sha256(f"testday enrol 1\n{code}".encode()).digest()
