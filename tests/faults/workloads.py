"""What the product is doing when a fault meets it. One more workload is one more entry in `WORKLOADS`.

`prepare` makes a folder as it is before; `act` works on it through the product's own parts and says what they
confirmed; `examine` opens what is left with the product, as a restart does, and then asks the oracle.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults import keeping_work as keeping
from tests.faults import laptop_work as laptop
from tests.faults import office_work as office
from tests.faults.oracle import Fact, held
from tests.faults.stage import Say, where_it_broke
from tests.faults.tracing import snapshot


@dataclass(frozen=True)
class Workload:
    """See the module; `examine` is told what was said and whether to start everything, not the log alone.

    `weight` is its share among the others: an image of an office costs three of a laptop's.
    """

    name: str
    prepare: Callable[[Path], None]
    act: Callable[[Path, random.Random, Say], None]
    examine: Callable[[Path, Sequence[Fact], bool], list[str]]
    weight: int = 4

    def make(self, root: Path) -> "Scene":
        """Make the folder, and keep what is in it."""
        self.prepare(root)
        files = snapshot(root)
        return Scene(files, [*held(root), *held(root / "laptop")])

    def judge(self, root: Path, facts: Sequence[Fact], whole: bool) -> list[str]:
        """What `examine` finds; an error that it does not expect is a finding too."""
        try:
            return self.examine(root, facts, whole)
        except Exception as problem:
            return [f"crashed: {where_it_broke(problem)}"]


@dataclass(frozen=True)
class Scene:
    """A workload's folder as it is before, and what it holds that must stay."""

    files: dict[str, bytes]
    facts: Sequence[Fact]


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("append", laptop.prepare_laptop, laptop.record_lines, laptop.examine_laptop),
        Workload("checkpoint", laptop.prepare_laptop, laptop.start_again, laptop.examine_laptop),
        Workload("backup", laptop.prepare_laptop, laptop.back_up, laptop.examine_laptop),
        Workload("rotate", keeping.prepare_backups, keeping.rotate, laptop.examine_laptop, weight=2),
        Workload("migrate", keeping.prepare_old, keeping.migrate, laptop.examine_laptop),
        Workload("first_open", laptop.prepare_nothing, laptop.open_first, laptop.examine_laptop),
        Workload("roster", laptop.prepare_laptop, laptop.bring_roster, laptop.examine_laptop),
        Workload("box", keeping.prepare_box, keeping.feed_box, keeping.examine_box),
        Workload("takeover", keeping.prepare_estate, keeping.go_on_elsewhere, keeping.examine_estate),
        Workload("sync", office.prepare_office, office.sync_day, office.examine_office, weight=1),
        Workload("import", office.prepare_office, office.import_files, office.examine_office, weight=1),
        Workload("migrate_office", office.prepare_old_office, office.import_files, office.examine_office, weight=1),
        Workload("bundle", office.prepare_road, office.carry_day, office.examine_road, weight=1),
    )
}

OFFICE_ALONE = Workload("office alone", office.prepare_office, office.serve_until_killed, office.examine_office)
LAPTOP_ALONE = Workload("laptop alone", office.prepare_office, office.sync_with_office, office.examine_office)
"""The two halves of `sync`, each in a process of its own, so that one can be killed without the other."""

PLAYED = {**WORKLOADS, OFFICE_ALONE.name: OFFICE_ALONE, LAPTOP_ALONE.name: LAPTOP_ALONE}
