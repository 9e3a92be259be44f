"""Rebuilding: every fold, verdict and board row derived again from lines, and chains verified from stored bytes."""

from collections.abc import Iterator

from shared.log.birth import birth_hash
from shared.log.chain import next_hash
from sync_server.services.folds import Folds
from sync_server.services.lineage import Lineage
from sync_server.store.ports import CHECKPOINT, Books, Store
from sync_server.store.records import Branch, StoredLog, Verdict


def rebuild_logs(store: Store, folds: Folds) -> Iterator[StoredLog]:
    """Derive the verdicts of every log again, one log at a time as the caller goes on."""
    folds.forget()
    for stored in store.read(lambda book: book.list_logs()):
        judge_again(store, folds, stored)
        yield stored


def find_broken_line(store: Store, stored: StoredLog, branch: Branch) -> int | None:
    """The first line at or before which a branch's bytes no longer make the stored hashes; None when it is whole."""

    def work(book: Books) -> int | None:
        digest = birth_hash(root_birth(book.branches(stored), branch, stored))
        lines = Lineage(book, stored).lines(branch, 0, branch.head.seq)
        for seq, line in enumerate(lines, start=1):
            digest = next_hash(digest, line)
            expected = book.find_hash(stored, branch.no, seq) if seq % CHECKPOINT == 0 and seq > branch.fork else None
            if expected not in (None, digest):
                return seq
        return None if (len(lines), digest) == (branch.head.seq, branch.head.hash) else len(lines)

    return store.read(work)


def root_birth(branches: list[Branch], branch: Branch, stored: StoredLog) -> bytes:
    """The birth record that a branch goes back to."""
    while branch.fork >= 0:
        branch = branches[branch.parent]
    return branch.birth or stored.birth


def judge_again(store: Store, folds: Folds, stored: StoredLog) -> None:
    """Derive the verdicts of one log again from what it says now."""
    branches = store.read(lambda book: book.branches(stored))
    folded = {branch.no: folds.fold(stored, branch) for branch in branches}

    def work(book: Books) -> None:
        book.clear_verdicts(stored)
        for branch in branches:
            verdicts = folded[branch.no].verdicts
            own = [Verdict(seq, code.value) for seq, code in sorted(verdicts.items()) if seq > max(branch.fork, 0)]
            book.add_verdicts(stored, branch.no, own)

    store.write(work)
