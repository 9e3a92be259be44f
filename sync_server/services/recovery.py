"""Recovery: after the office was put back, which laptops of before it has heard of again, and which it waits for."""

from dataclasses import dataclass

from sync_server.services.access import sees
from sync_server.store.ports import Books
from sync_server.store.records import Account, Device, Restoration, School


@dataclass(frozen=True, slots=True)
class Recovery:
    """The newest restoration, and the laptops that were heard of before it: `again` heard since, or `waiting`.

    What a waiting laptop sent after `restoration.upto` may be missing here.
    """

    restoration: Restoration
    again: int
    waiting: tuple[tuple[School, Device], ...]

    @property
    def schools(self) -> int:
        """How many schools the waiting laptops are of."""
        return len({school.code for school, _laptop in self.waiting})


def find_recovery(book: Books, account: Account) -> Recovery | None:
    """How far the office has come, in the account's scope; None when it was never put back."""
    restoration = book.find_restoration()
    if restoration is None:
        return None
    laptops = [
        (school, device)
        for school in book.list_schools()
        if sees(account, school.code)
        for device in book.list_devices(school.no)
    ]
    waiting = tuple((school, device) for school, device in laptops if device.is_awaited)
    return Recovery(restoration, sum(bool(device.heard_again) for _school, device in laptops), waiting)
