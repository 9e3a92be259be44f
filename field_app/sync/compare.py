"""Where to send from: the office's heads against our own hashes; nothing is remembered from the last time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.log.chain import Head
from shared.wire.routes import PROBE_POINTS


@dataclass(frozen=True, slots=True)
class Common:
    """The last line both sides share (-1: not even the birth); `forked` when the office also holds something else.

    `ahead` is how many lines the office holds that follow ours. `searched` when only its first branch was asked about:
    another one may hold more of ours.
    """

    seq: int
    forked: bool = False
    ahead: int = 0
    searched: bool = False


AskAt = Callable[[Sequence[int]], dict[int, bytes]]
"""Asks the office for its hashes at some lines of its first branch."""


def find_common(hashes: Sequence[bytes], theirs: Sequence[Head], ask: AskAt) -> Common:
    """Compare our hashes (0 is the birth's) with the office's heads, one a branch; asks for more only when it must."""
    ours = len(hashes) - 1
    shared = [head.seq for head in theirs if head.seq <= ours and hashes[head.seq] == head.hash]
    if shared:
        return Common(max(shared), forked=len(shared) < len(theirs))
    if not theirs:
        return Common(-1)
    return _search(hashes, theirs[0], ask)


def _search(hashes: Sequence[bytes], first: Head, ask: AskAt) -> Common:
    """The common ancestor with the office's first branch, by a search in PROBE_POINTS parts at a time."""
    ours = len(hashes) - 1
    low, high = -1, min(ours, first.seq)
    while low < high:
        points = _spread(low + 1, high)
        found = ask(points)
        same = [point for point in points if found.get(point) == hashes[point]]
        other = [point for point in points if point not in same]
        low = max(same, default=low)
        high = min([point - 1 for point in other if point > low], default=high)
        if not other:
            break
    if low == ours:
        return Common(ours, ahead=first.seq - ours)
    return Common(low, forked=True, searched=True)


def _spread(first: int, last: int) -> list[int]:
    """At most PROBE_POINTS numbers from first to last, both included."""
    count = min(PROBE_POINTS, last - first + 1)
    if count == 1:
        return [last]
    return sorted({first + (last - first) * step // (count - 1) for step in range(count)})
