"""Branches of a log: where a batch belongs, found by comparing hashes from its start on."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.log.birth import birth_hash
from shared.log.chain import Head, next_hash
from sync_server.store.ports import CHECKPOINT, LogBook
from sync_server.store.records import Branch, SignedReceipt, StoredLog


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch goes: `matched` lines are on `branch` already; the rest follows there or begins a new one."""

    branch: Branch
    matched: int
    appends: bool


class Lineage:
    """A log's branches with the lines that each inherits."""

    def __init__(self, book: LogBook, log: StoredLog) -> None:
        self._book = book
        self._log = log
        self.branches = book.branches(log)

    def next_number(self) -> int:
        """The number of a branch to come."""
        return len(self.branches)

    def hashes(self, branch: Branch, after: int, upto: int) -> list[bytes]:
        """The hashes of a branch's lines after `after` up to `upto`, inherited ones included; made from the lines."""
        digest = self.hash_at(branch, after)
        found: list[bytes] = []
        if digest is not None:
            for line in self.lines(branch, after, upto):
                digest = next_hash(digest, line)
                found.append(digest)
        return found

    def lines(self, branch: Branch, after: int, upto: int) -> list[bytes]:
        """The lines of the same span."""
        return [line for no, a, u in self._parts(branch, after, upto) for line in self._book.lines(self._log, no, a, u)]

    def hash_at(self, branch: Branch, seq: int) -> bytes | None:
        """The hash of a branch at one line, 0 being the birth; None beyond its head."""
        if seq >= branch.head.seq:
            return branch.head.hash if seq == branch.head.seq else None
        if 0 <= seq <= branch.fork:
            return self.hash_at(self.branches[branch.parent], seq)
        if seq == 0:
            return birth_hash(branch.birth or self._log.birth)
        near = seq - seq % CHECKPOINT
        digest = self._book.find_hash(self._log, branch.no, near) if near > max(branch.fork, 0) else None
        if digest is None:
            near = max(branch.fork, 0)
            digest = self.hash_at(branch, 0) if near == 0 else self.hash_at(self.branches[branch.parent], near)
        for line in self._book.lines(self._log, branch.no, near, seq):
            digest = next_hash(digest or b"", line)
        return digest

    def newest_receipts(self, mark: str) -> dict[int, SignedReceipt]:
        """Of each branch, by its number, the newest receipt with this mark for one of its lines; most lines first."""
        found: dict[int, SignedReceipt] = {}
        for receipt in self._book.receipts(self._log, mark):
            for branch in self.branches:
                if branch.no not in found and self.hash_at(branch, receipt.head.seq) == receipt.head.hash:
                    found[branch.no] = receipt
            if len(found) == len(self.branches):
                break
        return found

    def place(self, start: Head, heads: list[Head]) -> Place | None:
        """The branch that shares most of a batch; None when no branch holds its start."""
        best: Place | None = None
        for branch in self.branches:
            if start.seq > branch.head.seq or self.hash_at(branch, start.seq) != start.hash:
                continue
            matched = self._matched(branch, start, heads)
            end = start.seq + matched
            place = Place(branch, matched, end == branch.head.seq or matched == len(heads))
            if best is None or (place.matched, place.appends) > (best.matched, best.appends):
                best = place
        return best

    def _matched(self, branch: Branch, start: Head, heads: list[Head]) -> int:
        upto = min(start.seq + len(heads), branch.head.seq)
        if upto == start.seq:
            return 0
        stored = self.hashes(branch, start.seq, upto)
        same = 0
        for digest, head in zip(stored, heads, strict=False):
            if digest != head.hash:
                break
            same += 1
        return same

    def _parts(self, branch: Branch, after: int, upto: int) -> Iterator[tuple[int, int, int]]:
        """The spans (branch, after, upto) that hold these lines, oldest first."""
        if branch.fork > after:
            yield from self._parts(self.branches[branch.parent], after, min(upto, branch.fork))
        own = max(after, branch.fork)
        if upto > own:
            yield branch.no, own, upto
