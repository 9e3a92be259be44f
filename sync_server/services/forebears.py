"""Forebears: the stored lines that a log goes on from, found by the head that its birth record names."""

from dataclasses import dataclass

from shared.log.birth import decode_birth
from shared.log.chain import Head
from sync_server.services.lineage import Lineage
from sync_server.store.ports import LogBook
from sync_server.store.records import Branch, StoredLog


@dataclass(frozen=True, slots=True)
class Forebear:
    """An ancestor's branch, up to the line after which the next log goes on."""

    log: StoredLog
    branch: Branch
    upto: int


def forebears(book: LogBook, ancestor: Head | None) -> list[Forebear] | None:
    """The ancestors of a log whose birth names this one, oldest first; None while one of them is not here.

    An ancestor counts only with the very line that was named: its hash is looked for on every branch.
    """
    found: list[Forebear] = []
    while ancestor is not None:
        stored = book.find_log(ancestor.log)
        branch = _branch_with(Lineage(book, stored), ancestor) if stored else None
        if stored is None or branch is None or any(one.log.id == stored.id for one in found):
            return None
        found.insert(0, Forebear(stored, branch, ancestor.seq))
        ancestor = decode_birth(branch.birth or stored.birth).ancestor
    return found


def _branch_with(lineage: Lineage, head: Head) -> Branch | None:
    return next((branch for branch in lineage.branches if lineage.hash_at(branch, head.seq) == head.hash), None)
