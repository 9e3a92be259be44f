"""Logs damaged by seed, read by our verification and by the second verifier: both must find the same.

Nothing else tells whether docs/sync-protocol.md says all that a reader must know.
"""

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

from shared.log import verification
from tests.contract import second_verifier
from tests.faults.frame import Account, Campaign, Part
from tests.log_mutations import mutate
from tests.two_readers import Finding, ours, theirs
from tests.vector_log import VectorLog

WHOLE = "whole"


def run(part: Part, _folder: Path) -> Account:
    """So many damaged logs."""
    account, chance, log = Account(), random.Random(str(part)), VectorLog()
    file = log.file()
    for number in range(part.first, part.first + part.count):
        data = mutate(chance, file, log.key)
        mine, other = _read(ours, data), _read(theirs, data)
        account.check(f"{part.seed} {number}", [] if mine == other else [f"ours {mine}, theirs {other} in {data!r}"])
        account.figures[mine.code or WHOLE if isinstance(mine, Finding) else "crashed"] += 1
    return account


def _read(reader: Callable[[bytes], Finding], data: bytes) -> Finding | str:
    """A reader that stumbles has found nothing."""
    try:
        return reader(data)
    except Exception as problem:
        return f"crashed: {problem!r}"


def _run_without(module: ModuleType, name: str, instead: object, part: Part, folder: Path) -> Account:
    """The same while one reader lacks a check, which is there again afterwards."""
    kept = getattr(module, name)
    setattr(module, name, instead)
    try:
        return run(part, folder)
    finally:
        setattr(module, name, kept)


ATTACK = Campaign(
    name="second",
    unit="logs",
    run=run,
    short=600,
    part=1000,
    controls={
        "their check of signatures": partial(_run_without, second_verifier, "signed_by", lambda *_: True),
        "our check of lines": partial(_run_without, verification, "_first_bad_line", lambda *_: None),
    },
    control_count=200,
)
