"""Fills the disk of the folder that the command line names, goes on recording, and prints what was confirmed."""

import json
import sys
from pathlib import Path

from field_app.services.matters import MatterKind, list_matters
from shared.domain.errors import DomainError
from shared.domain.event import Draft
from shared.verify_cli import verify_path
from tests.field_house import PRINCIPAL, make_laptop

LINES = 60


def fill(path: Path) -> None:
    """Write until there is no room for one byte more."""
    with path.open("wb", buffering=0) as file:
        for size in (2**20, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def main() -> None:
    """With the word `reserve` space is kept beforehand, as `testday field run` keeps it."""
    folder, keeps = Path(sys.argv[1]), "reserve" in sys.argv[2:]
    made = make_laptop(folder / "field")
    laptop = made.laptop
    if keeps:
        laptop.reserve.keep()
    fill(folder / "films")
    confirmed, refused = [], []
    for number in range(LINES):
        try:
            draft = Draft("note_added", PRINCIPAL, {"text": "记录" * 100})
            confirmed.append(laptop.journal.record(draft, f"request-{number}").event.seq)
        except DomainError as problem:
            refused.append(problem.code.value)
    (folder / "films").unlink()
    warned = any(matter.kind is MatterKind.DISK_FULL for matter in list_matters(laptop))
    made.close()
    report = verify_path(folder / "field" / "log.sqlite")
    told = {"confirmed": confirmed, "refused": refused, "warned": warned, "whole": report.is_whole}
    sys.stdout.write(json.dumps({**told, "lines": report.lines}) + "\n")


if __name__ == "__main__":
    main()
