"""A disk whose power fails: what was synced stands, of the rest anything may be there, in whole or in part.

Harsher than any file system: files are independent of each other, and a name that was made, moved or removed is sure
only once its folder has been synced.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.faults.tracing import Recording, Step

SECTOR = 512
_FILE_FATES = ("all", "none", "some", "some", "first", "torn", "torn", "torn", "sectors", "sectors")
_NAME_FATES = ("all", "none", "first", "some")


class Disk:
    """Follows a recording step by step, and says what may be found after a power cut now."""

    def __init__(self, recording: Recording) -> None:
        self._durable = dict(enumerate(recording.files.values()))
        self._pending: dict[int, list[Step]] = {}
        self._names = {name: number for number, name in enumerate(recording.files)}
        self._moves: list[Step] = []
        self.facts: list[Mapping[str, Any]] = []

    def follow(self, step: Step) -> None:
        """One more step happened."""
        match step.kind:
            case "write" | "cut":
                self._pending.setdefault(step.file, []).append(step)
            case "sync":
                self._durable[step.file] = _written(self._durable.get(step.file, b""), self._pending.pop(step.file, []))
            case "name" | "unname" | "rename":
                self._moves.append(step)
            case "sync_folder":
                synced = [move for move in self._moves if _folder(move.name) == step.name]
                self._moves = [move for move in self._moves if move not in synced]
                _rename(self._names, synced)
            case "say":
                self.facts.append(step.fact)

    @property
    def is_unsure(self) -> bool:
        """Whether more than one thing may be found after a power cut now."""
        return bool(self._moves or any(self._pending.values()))

    def after_power_cut(self, chance: random.Random) -> dict[str, bytes]:
        """The files as somebody may find them."""
        names = dict(self._names)
        _rename(names, _some(chance, self._moves, chance.choice(_NAME_FATES)))
        return {
            name: _written(self._durable.get(number, b""), self._left(chance, number)) for name, number in names.items()
        }

    def _left(self, chance: random.Random, number: int) -> list[Step]:
        pending = self._pending.get(number)
        if not pending:
            return []
        fate = chance.choice(_FILE_FATES)
        if fate == "torn":
            kept = pending[: chance.randint(1, len(pending))]
            return [*kept[:-1], _torn(chance, kept[-1])]
        if fate == "sectors":
            return [piece for step in pending for piece in _sectors(step) if chance.random() < 0.5]
        return _some(chance, pending, fate)


def _some(chance: random.Random, steps: Sequence[Step], fate: str) -> list[Step]:
    match fate:
        case "all":
            return list(steps)
        case "none":
            return []
        case "first":
            return list(steps[: chance.randint(0, len(steps))])
        case _:
            return [step for step in steps if chance.random() < 0.5]


def _torn(chance: random.Random, step: Step) -> Step:
    """Part of one write: its first bytes, or its last."""
    if step.kind != "write" or len(step.data) < 2:
        return step
    place = chance.randrange(1, len(step.data))
    if chance.random() < 0.5:
        return Step("write", step.file, step.at, step.data[:place])
    return Step("write", step.file, step.at + place, step.data[place:])


def _sectors(step: Step) -> Iterator[Step]:
    """A write as the disk's sectors get it."""
    if step.kind != "write":
        yield step
        return
    start = 0
    while start < len(step.data):
        end = min(len(step.data), start + SECTOR - (step.at + start) % SECTOR)
        yield Step("write", step.file, step.at + start, step.data[start:end])
        start = end


def _written(content: bytes, steps: Sequence[Step]) -> bytes:
    if not steps:
        return content
    changed = bytearray(content)
    for step in steps:
        end = step.at + len(step.data)
        if step.kind == "cut":
            del changed[step.at :]
        if len(changed) < end:
            changed.extend(bytes(end - len(changed)))
        if step.kind == "write":
            changed[step.at : end] = step.data
    return bytes(changed)


def _rename(names: dict[str, int], moves: Sequence[Step]) -> None:
    for move in moves:
        match move.kind:
            case "name":
                names[move.name] = move.file
            case "unname":
                if names.get(move.name) == move.file:
                    del names[move.name]
            case "rename":
                if names.get(move.name) == move.file:
                    del names[move.name]
                names[move.other] = move.file


def _folder(name: str) -> str:
    return name.rpartition("/")[0]
