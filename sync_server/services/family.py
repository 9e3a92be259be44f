"""Families of logs: which of a school's logs go on, which speak for it, and how far one went on after a takeover."""

from collections.abc import Iterable, Sequence

from sync_server.services.folds import LogFold


def living_branches(folds: Iterable[LogFold]) -> list[LogFold]:
    """Of every log the branch that heard from its laptop last: the one that goes on; the others stay as they are."""
    newest: dict[str, LogFold] = {}
    for fold in folds:
        held = newest.get(fold.log.id)
        if held is None or (fold.branch.received, fold.branch.no) > (held.branch.received, held.branch.no):
            newest[fold.log.id] = fold
    return list(newest.values())


def speaking(living: Sequence[LogFold]) -> list[LogFold]:
    """The logs that a school's day is combined from: not those whose every line another one has in front of its own."""
    continued = {fold.birth.ancestor for fold in living if fold.folded.shifts}
    return [fold for fold in living if fold.branch.head not in continued]


def overlap(fold: LogFold, living: Iterable[LogFold]) -> int:
    """How many lines a log wrote after another had taken over from it."""
    cuts = [
        heir.birth.ancestor.seq
        for heir in living
        if heir.birth.ancestor is not None and heir.birth.ancestor.log == fold.log.id
    ]
    return fold.branch.head.seq - min(cuts) if cuts else 0
