"""Laptops barred 停用 and admitted again: the county's word about one that was stolen, lost, or broke for good."""

from shared.domain.errors import DomainError, ErrorCode
from shared.wire.county_log import ADMITTED, BARRED, LAPTOP_ACCESS_DECIDED
from sync_server.services.access import Action, decide
from sync_server.services.county_log import CountyLogs
from sync_server.store.ports import Books, Store
from sync_server.store.records import Account


class Laptops:
    """Decides who may send, with a line in the school's county log (docs/adr/0014)."""

    def __init__(self, store: Store, county_logs: CountyLogs) -> None:
        self._store = store
        self._county_logs = county_logs

    def decide_access(self, account: Account, code: str, device_id: str, access: str, reason: str) -> None:
        """Bar a school's laptop from now on, or admit it again; what is so already is not said twice.

        Raises ACTION_REFUSED, SCHOOL_UNKNOWN, PAGE_NOT_FOUND (no such laptop there, or nothing of the two), or
        FIELD_MISSING.
        """
        decide(account, Action.BAR_LAPTOP, code)
        if access not in (BARRED, ADMITTED):
            raise DomainError(ErrorCode.PAGE_NOT_FOUND)
        if not reason.strip():
            raise DomainError(ErrorCode.FIELD_MISSING, field="理由 / reason")

        def work(book: Books) -> None:
            school, device = book.find_school(code), book.find_device(device_id)
            if school is None:
                raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=code)
            if device is None or device.school_no != school.no:
                raise DomainError(ErrorCode.PAGE_NOT_FOUND)
            if device.barred == (access == BARRED):
                return
            book.set_barred(device.no, access == BARRED)
            data = {"device": device.id, "access": access, "reason": reason.strip()}
            self._county_logs.append_within(book, school, LAPTOP_ACCESS_DECIDED.name, data, account.name)

        self._store.write(work)
