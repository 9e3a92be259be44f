"""One school's script: acts with the time at which people begin them, done one after another."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.simulation.county import School
from bench.simulation.ledger import Ledger
from bench.simulation.people import People
from bench.simulation.shown_clock import ShownClock
from shared.domain.plan import Block, Phase, PhaseKind, Plan


@dataclass(frozen=True, slots=True)
class Act:
    """Something that people do at `at` (minutes after midnight), or as soon afterwards as they come to it."""

    at: float
    do: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Scene:
    """What every act of one school needs; `chance` is seeded, so a run can be repeated."""

    school: School
    plan: Plan
    clock: ShownClock
    people: People
    chance: random.Random

    @property
    def ledger(self) -> Ledger:
        """What this school's script knows that it did."""
        return self.people.ledger

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks that pupils answer by signals, in the order of the day."""
        return tuple(block for block in self.plan.check_in_blocks() if block.signalled)

    def up_to(self, block: str) -> tuple[str, ...]:
        """The blocks of the same pupils up to and with this one; a block of a chosen few stands alone."""
        names = [item.id for item in self.blocks]
        return tuple(names[: names.index(block) + 1]) if block in names else (block,)

    def phase(self, block: Block, kind: PhaseKind) -> Phase:
        """A phase that the block must have."""
        found = block.phase(kind)
        if found is None:
            raise ValueError(f"{block.id} has no {kind}")
        return found


def play(acts: Iterable[Act], clock: ShownClock, done: Callable[[], object]) -> None:
    """Do the acts in the order of their times, none before its time; `done` is called after each. Raises Stopped."""
    for act in sorted(acts, key=lambda act: act.at):
        clock.wait_until(act.at)
        act.do()
        done()
