"""SIGKILL at any instant, of the laptop, the office, or both, while they record, back up, sync and import.

`make kills` does the same to the laptop's pages, from outside through HTTP (tests/e2e/killing.py).
"""

import random
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.faults.frame import Account, Campaign, Part, sum_up
from tests.faults.pool import WORKERS
from tests.faults.power import write_image
from tests.faults.stage import Play
from tests.faults.workloads import LAPTOP_ALONE, OFFICE_ALONE, WORKLOADS, Scene

LONGEST = 0.02
SYNC_BUSY = 0.15
PAIR = "sync of two processes"
SCENES = (*WORKLOADS, PAIR)


def kill_one(workload: str, scene: Scene, root: Path, chance: random.Random, control: str) -> list[str]:
    """Play it, kill it some milliseconds after it said something, start it again to its end, look both times."""
    write_image(root, scene.files)
    seed = chance.random()
    play = Play(workload, root, seed, control)
    play.go()
    if play.wait_for(chance.randint(0, 12)):
        time.sleep(chance.uniform(0, LONGEST))
        play.kill()
    facts = [*scene.facts, *play.end()]
    judge = WORKLOADS[workload].judge
    findings = judge(root, facts, True)
    again = Play(workload, root, seed)
    again.go()
    return findings + judge(root, [*facts, *again.end()], True)


def kill_of_two(scene: Scene, root: Path, chance: random.Random, control: str) -> list[str]:
    """The same with laptop and office apart: one dies, or both; then they meet again and hold the same lines."""
    write_image(root, scene.files)
    office, laptop = Play(OFFICE_ALONE.name, root, 0, control), Play(LAPTOP_ALONE.name, root, 1, control)
    office.go()
    office.wait_for(1)
    laptop.go()
    laptop.wait_for(chance.randint(0, 20))
    time.sleep(chance.uniform(0, SYNC_BUSY))
    first = chance.choice(((office,), (laptop,), (office, laptop), (laptop, office)))
    for play in first:
        play.kill()
    facts = [*scene.facts, *laptop.end()]
    if office not in first:
        office.kill()
    office.end()
    findings = LAPTOP_ALONE.judge(root, facts, True)
    again = Play("sync", root, 1)
    again.go()
    told = again.end()
    findings += [] if any(fact["fact"] == "received" for fact in told) else ["they do not come together again"]
    return findings + LAPTOP_ALONE.judge(root, [*facts, *told], True)


def run(part: Part, folder: Path, scenes: Sequence[str] = SCENES, control: str = "") -> Account:
    """So many kills, the scenes in turn."""
    made: dict[str, Scene] = {}
    for scene in scenes:
        made[scene] = (LAPTOP_ALONE if scene == PAIR else WORKLOADS[scene]).make(folder / f"scene-{len(made)}")

    def one(number: int) -> Account:
        scene, account = scenes[number % len(scenes)], Account()
        chance, root = random.Random(f"{part} {number}"), folder / f"try-{number}"
        kill: Callable[..., list[str]] = kill_of_two if scene == PAIR else partial(kill_one, scene)
        account.check(f"{scene} {part} {number}", kill(made[scene], root, chance, control))
        account.figures[f"kills in {scene}"] += 1
        shutil.rmtree(root)
        return account

    with ThreadPoolExecutor(WORKERS) as pool:
        return sum_up(pool.map(one, range(part.count)))


ATTACK = Campaign(
    name="kill",
    unit="kills",
    run=run,
    short=120,
    part=500,
    controls={
        "confirming after the commit": partial(run, scenes=("append",), control="confirming before commit"),
    },
    control_count=16,
)
