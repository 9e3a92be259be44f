"""Families of logs: which of a school's branches count, which speak for it, and the letters they go by."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shared.domain.contest import facts_since, without
from shared.wire.county_log import LEADS, ONLY
from sync_server.services.folds import LogFold
from sync_server.services.partings import Parting, PartingKind, Tip, tip_of


def living_branches(folds: Iterable[LogFold]) -> list[LogFold]:
    """Of every log the branch that heard from its laptop last: the one that goes on; the others stay as they are."""
    newest: dict[str, LogFold] = {}
    for fold in folds:
        held = newest.get(fold.log.id)
        if held is None or _heard(fold) > _heard(held):
            newest[fold.log.id] = fold
    return list(newest.values())


def counting(folds: Sequence[LogFold], partings: Sequence[Parting]) -> list[LogFold]:
    """The branches that count: as the county chose, and of a fork about which it chose nothing the living one."""
    dropped: set[Tip] = set()
    for parting in partings:
        if parting.choice is not None and parting.choice.rule == ONLY:
            dropped |= {tip for side in parting.others() for tip in side.tips}
    chosen = {p.log for p in partings if p.kind is PartingKind.FORK and p.choice is not None}
    living = {tip_of(fold) for fold in living_branches(folds)}
    counted = [
        fold for fold in folds if tip_of(fold) not in dropped and (fold.log.id in chosen or tip_of(fold) in living)
    ]
    for parting in partings:
        if parting.kind is PartingKind.FORK and parting.choice is None and parting.log in chosen:
            counted = _newest_side(counted, parting)
    return counted


def voices(folds: Sequence[LogFold], partings: Sequence[Parting]) -> list[LogFold]:
    """What a school's day is combined from; of what two records both say, the one that leads keeps it for itself."""
    said = speaking(counting(folds, partings))
    for parting in partings:
        if parting.choice is not None and parting.choice.rule == LEADS and parting.chosen is not None:
            led = [fold for fold in said if tip_of(fold) in parting.chosen.tips]
            subjects = {s for fold in led for s in facts_since(fold.folded, parting.chosen.tips[tip_of(fold)])}
            others = {tip for side in parting.others() for tip in side.tips}
            said = [
                replace(fold, folded=without(fold.folded, subjects)) if tip_of(fold) in others else fold
                for fold in said
            ]
    return said


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


def letters_of(folds: Iterable[LogFold]) -> dict[Tip, str]:
    """A letter for each log in the order in which they came; a later branch of it has a stroke more."""
    letters: dict[str, str] = {}
    found = {}
    for fold in folds:
        letter = letters.setdefault(fold.log.id, chr(ord("A") + len(letters) % 26))
        found[tip_of(fold)] = letter + "′" * fold.branch.no
    return found


def _newest_side(folds: Sequence[LogFold], parting: Parting) -> list[LogFold]:
    """Without the branches of the log that part here from the one that was heard of last."""
    here = [fold for fold in folds if fold.log.id == parting.log and any(tip_of(fold) in s.tips for s in parting.sides)]
    if not here:
        return list(folds)
    newest = tip_of(max(here, key=_heard))
    kept = next(side.tips for side in parting.sides if newest in side.tips)
    return [fold for fold in folds if fold not in here or tip_of(fold) in kept]


def _heard(fold: LogFold) -> tuple[int, int]:
    return fold.branch.received, fold.branch.no
