"""The simulation: seeded worlds of a county in which everything that may happen to laptops, road and office happens.

A seed is one world. It drives the product's own journal, stores, client, office and bundles in one process; its clocks,
its road and its random bytes are made up (`county_doors`). What happened is done by `county_acts`, and judged at rest
by `county_rest`.
"""

import random
import shutil
from functools import partial
from pathlib import Path

from tests.faults.county import make_template, open_county, settle_in
from tests.faults.county_acts import act
from tests.faults.county_guards import GUARDS
from tests.faults.county_rest import come_to_rest
from tests.faults.frame import Account, Campaign, Part, sum_up
from tests.faults.pool import spread
from tests.faults.stage import where_it_broke

ACTS_A_WORLD = (6, 30)
MANY = 20
"""Schools of every 40th world; the others have one."""
CHUNK = 25


def play(seed: str, templates: Path, place: Path) -> list[str]:
    """One world from its seed to its rest; what does not hold there."""
    chance = random.Random(seed)
    schools = MANY if chance.random() < 1 / 40 else 1
    shutil.copytree(templates / str(schools), place)
    try:
        with open_county(place, seed) as county:
            settle_in(county, schools)
            for _ in range(chance.randint(*ACTS_A_WORLD)):
                act(county, chance)
            return come_to_rest(county)
    except Exception as problem:  # whatever breaks out of the product is a finding, and the next world goes on
        return [where_it_broke(problem)]
    finally:
        shutil.rmtree(place, ignore_errors=True)


def play_some(part: Part, templates: Path, place: Path) -> Account:
    """Some worlds, in this process."""
    account = Account()
    for number in range(part.first, part.first + part.count):
        seed = f"{part.seed} {number}"
        account.check(f"world {seed}", play(seed, templates, place / f"world-{number}"))
    return account


def make_templates(folder: Path) -> Path:
    """The folders that every world begins as a copy of."""
    for schools in (1, MANY):
        make_template(folder / str(schools), schools)
    return folder


def run(part: Part, folder: Path) -> Account:
    """So many worlds, shared out among the cores."""
    templates, end = make_templates(folder / "templates"), part.first + part.count
    chunks = [Part(part.seed, first, min(CHUNK, end - first)) for first in range(part.first, end, CHUNK)]
    return sum_up(spread(play_some, [(chunk, templates, folder) for chunk in chunks]))


def run_without(guard: str, part: Part, folder: Path) -> Account:
    """Worlds in this process, in which the product lacks a guard, until one of them shows it; at most so many."""
    templates, account = make_templates(folder / "templates"), Account()
    with GUARDS[guard]():
        for number in range(part.first, part.first + part.count):
            account.add(play_some(Part(part.seed, number, 1), templates, folder))
            if account.findings:
                break
    return account


ATTACK = Campaign(
    name="simulation",
    unit="seeds",
    run=run,
    short=200,
    part=250,
    controls={guard: partial(run_without, guard) for guard in GUARDS},
    control_count=150,
)
