"""Partings: where two records of a school leave each other, and what the county log says about them.

A log is forked when two branches of it go on from one line; two laptops overlap when a log is written on after another
has taken over from it. Both are one thing: several continuations of one line, each known by its own first head.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from shared.log.birth import birth_hash
from shared.log.chain import Head
from shared.wire.county_log import Choice, fold_county
from sync_server.services.folds import LogFold
from sync_server.services.forebears import Forebear, forebears
from sync_server.services.lineage import Lineage
from sync_server.store.ports import Books
from sync_server.store.records import Branch, School

Tip = tuple[str, int]
"""A branch, by its log's id and its number in this office."""


class PartingKind(StrEnum):
    """How records left each other."""

    FORK = "fork"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class Side:
    """One continuation: its first head (line 0: the birth of another log), and the tips with the place of that line."""

    head: Head
    tips: Mapping[Tip, int]


@dataclass(frozen=True, slots=True)
class Parting:
    """After line `line` of a log (-1: from the birth on) there are several sides, and perhaps a choice between them."""

    log: str
    line: int
    sides: tuple[Side, ...]
    choice: Choice | None

    @property
    def kind(self) -> PartingKind:
        """A fork when two sides are the log itself."""
        own = sum(side.head.log == self.log for side in self.sides)
        return PartingKind.FORK if own > 1 else PartingKind.OVERLAP

    @property
    def chosen(self) -> Side | None:
        """The side that the choice names; None without one, or when both count."""
        named = self.choice.chosen if self.choice else ""
        return next((side for side in self.sides if str(side.head) == named), None)

    def others(self) -> Iterator[Side]:
        """The sides that were not chosen."""
        chosen = self.chosen
        return (side for side in self.sides if side is not chosen)


def tip_of(fold: LogFold) -> Tip:
    """The tip that a fold is of."""
    return fold.log.id, fold.branch.no


def partings_of(book: Books, school: School, folds: Sequence[LogFold]) -> tuple[Parting, ...]:
    """A school's partings with what its county log says of them."""
    if all(fold.branch.no == 0 and fold.birth.ancestor is None for fold in folds):
        return ()  # nearly every school: neither a fork nor a takeover
    return find_partings(book, folds, fold_county(book.county_lines(school.no)).choices)


def find_partings(
    book: Books, folds: Sequence[LogFold], choices: Mapping[tuple[str, int], Choice]
) -> tuple[Parting, ...]:
    """Every parting among the branches of a school's logs, oldest line first within each log."""
    chains = [(fold, chain) for fold in folds if (chain := _chain(book, fold))]
    found: dict[tuple[str, int], dict[Head, dict[Tip, int]]] = {}
    for (one, chain), (other, another) in combinations(chains, 2):
        for log, line, mine, theirs in _part(book, chain, another):
            sides = found.setdefault((log, line), {})
            for fold, head in ((one, mine), (other, theirs)):
                sides.setdefault(head, {})[tip_of(fold)] = _place(fold, head)
    return tuple(
        Parting(log, line, tuple(Side(head, tips) for head, tips in sides.items()), _fitting(choices, log, line, sides))
        for (log, line), sides in sorted(found.items())
    )


def _fitting(choices: Mapping[tuple[str, int], Choice], log: str, line: int, sides: Iterable[Head]) -> Choice | None:
    """The choice made here, once the side that it names has arrived."""
    choice = choices.get((log, line))
    return choice if choice and choice.chosen in ("", *map(str, sides)) else None


def _chain(book: Books, fold: LogFold) -> list[Forebear]:
    """The branches that a fold's lines stand in, oldest first; those of an unknown ancestor are left out."""
    before = forebears(book, fold.birth.ancestor) or []
    return [*before, Forebear(fold.log, fold.branch, fold.branch.head.seq)]


def _part(book: Books, chain: Sequence[Forebear], other: Sequence[Forebear]) -> Iterator[tuple[str, int, Head, Head]]:
    """Where two chains leave each other: log, last common line, and the first head of each side; nothing when never."""
    for index, (mine, theirs) in enumerate(zip(chain, other, strict=False)):
        if mine.log.id != theirs.log.id:
            if index:
                before = chain[index - 1]
                yield before.log.id, before.upto, _birth(mine), _birth(theirs)
            return
        common = min(_shared(book.branches(mine.log), mine.branch, theirs.branch), mine.upto, theirs.upto)
        if common < mine.upto or common < theirs.upto:
            heads = [_next(book, part, common, rest[index + 1 :]) for part, rest in ((mine, chain), (theirs, other))]
            if heads[0] is not None and heads[1] is not None:
                yield mine.log.id, common, heads[0], heads[1]
            return


def _next(book: Books, part: Forebear, common: int, rest: Sequence[Forebear]) -> Head | None:
    """The first head after the common line: the next of the same log, else the birth of the log that goes on."""
    if part.upto > common:
        seq = common + 1
        digest = Lineage(book, part.log).hash_at(part.branch, seq)
        return Head(part.log.id, seq, digest) if digest is not None else None
    return _birth(rest[0]) if rest else None


def _birth(part: Forebear) -> Head:
    return Head(part.log.id, 0, birth_hash(part.branch.birth or part.log.birth))


def _shared(branches: Sequence[Branch], one: Branch, other: Branch) -> int:
    """The last line that two branches of a log both hold; -1 when not even the birth."""
    limits = dict(_limits(branches, one))
    return next((min(limit, limits[no]) for no, limit in _limits(branches, other) if no in limits), -1)


def _limits(branches: Sequence[Branch], branch: Branch) -> Iterator[tuple[int, int]]:
    """Each branch that holds lines of this one, with the last of them."""
    limit = branch.head.seq
    yield branch.no, limit
    while branch.fork >= 0:
        limit = min(limit, branch.fork)
        branch = branches[branch.parent]
        yield branch.no, limit


def _place(fold: LogFold, head: Head) -> int:
    """The place of a side's first line in a log that goes on from it."""
    return max(head.seq, 1) + fold.folded.shifts.get(head.log, 0)
