"""A head that somebody brings on paper or in a QR code, held against the logs of the office."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.log.base32 import tidy
from shared.log.birth import decode_birth
from shared.log.chain import Head
from shared.log.head_text import CarriedHead, find_head, find_seal_code
from sync_server.services.access import Action, decide, may
from sync_server.services.lineage import Lineage
from sync_server.store.ports import Books, Store
from sync_server.store.records import Account, School, StoredLog


class Standing(StrEnum):
    """How a head stands to the office's log."""

    HELD = "held"
    BEHIND = "behind"
    DIFFERS = "differs"
    FORGED = "forged"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class HeadAnswer:
    """The answer: the head that was meant, its school, and the last line the office holds of that log.

    `DIFFERS` means other lines under the same numbers; `FORGED` a signature that is not the log's.
    """

    standing: Standing
    head: Head | None = None
    school: School | None = None
    held: int = 0
    signed: bool = False


class HeadCheck:
    """Answers within an account's scope: a log outside it is unknown."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def check(self, account: Account, text: str) -> HeadAnswer:
        """How the head or seal code in a text stands; raises ACTION_REFUSED."""
        decide(account, Action.VIEW_LOG)
        carried = find_head(text)
        if carried is not None:
            return self._store.read(lambda book: _held_against(book, account, carried))
        code = find_seal_code(text) or tidy(text.strip())
        if len(code) != len(tidy(Head("", 0, b"").seal_code)):
            return HeadAnswer(Standing.UNREADABLE)
        return self._store.read(lambda book: _search(book, account, code))


def _held_against(book: Books, account: Account, carried: CarriedHead) -> HeadAnswer:
    head = carried.head
    log = book.find_log(head.log)
    school = book.get_school(log.school_no) if log else None
    if log is None or school is None or not may(account, Action.VIEW_LOG, school.code):
        return HeadAnswer(Standing.UNKNOWN, head)
    lineage = Lineage(book, log)
    held = max(branch.head.seq for branch in lineage.branches)
    signed = carried.signed
    if signed is not None and not signed.is_signed_by(decode_birth(log.birth).key):
        return HeadAnswer(Standing.FORGED, head, school, held)
    if any(lineage.hash_at(branch, head.seq) == head.hash for branch in lineage.branches):
        standing = Standing.HELD
    else:
        standing = Standing.BEHIND if head.seq > held else Standing.DIFFERS
    return HeadAnswer(standing, head, school, held, signed is not None)


def _search(book: Books, account: Account, code: str) -> HeadAnswer:
    """The head behind a seal code: every line of every log in scope gives one."""
    for school in book.list_schools():
        if not may(account, Action.VIEW_LOG, school.code):
            continue
        for log in book.list_logs(school.no):
            for head in _heads(book, log):
                if tidy(head.seal_code) == code:
                    held = max(branch.head.seq for branch in book.branches(log))
                    return HeadAnswer(Standing.HELD, head, school, held)
    return HeadAnswer(Standing.UNKNOWN)


def _heads(book: Books, log: StoredLog) -> Iterator[Head]:
    lineage = Lineage(book, log)
    for branch in lineage.branches:
        first = max(branch.fork, 0)
        digest = lineage.hash_at(branch, first)
        if digest is not None:
            yield Head(log.id, first, digest)
        for seq, following in enumerate(lineage.hashes(branch, first, branch.head.seq), start=first + 1):
            yield Head(log.id, seq, following)
