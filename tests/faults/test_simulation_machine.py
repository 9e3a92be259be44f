"""The made-up county as a Hypothesis state machine: what fails is shrunk to the fewest acts; and the kept seeds."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.faults.county import make_template, open_county, settle_in
from tests.faults.county_acts import ACTS, Act, let_pass
from tests.faults.county_rest import come_to_rest
from tests.faults.kept_seeds import KEPT_SEEDS
from tests.faults.simulation import make_templates, play
from tests.faults.stage import scratch

CHANCES = st.integers(0, 2**16)


class CountyMachine(RuleBasedStateMachine):
    """Any acts in any order, each with chances of its own; at the end the county comes to rest."""

    template = Path()

    def __init__(self) -> None:
        super().__init__()
        self._held = ExitStack()
        self._place = Path(tempfile.mkdtemp(dir=self.template.parent))

    @initialize(seed=CHANCES)
    def settle(self, seed: int) -> None:
        """A county of one school."""
        shutil.copytree(self.template, self._place, dirs_exist_ok=True)
        self.county = self._held.enter_context(open_county(self._place, f"machine {seed}"))
        settle_in(self.county, 1)

    @rule(act=st.sampled_from(list(ACTS)), seed=CHANCES)
    def act(self, act: Act, seed: int) -> None:
        """One act."""
        chance = random.Random(seed)
        act(self.county, chance)
        let_pass(self.county, chance)

    def teardown(self) -> None:
        """Let the faults stop, and look."""
        try:
            if hasattr(self, "county"):
                assert come_to_rest(self.county) == []
        finally:
            self._held.close()
            shutil.rmtree(self._place)


def test_any_acts_in_any_order() -> None:
    with scratch() as folder:
        make_template(folder / "template", 1)
        CountyMachine.template = folder / "template"
        CountyMachine.TestCase.settings = settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        CountyMachine.TestCase("runTest").debug()


@pytest.fixture(scope="module")
def templates() -> Iterator[Path]:
    """The folders that worlds begin as copies of."""
    with scratch() as folder:
        yield make_templates(folder)


@pytest.mark.parametrize("seed", KEPT_SEEDS)
def test_what_a_seed_found_once(seed: str, templates: Path) -> None:
    assert play(seed, templates, templates / "world") == []


def test_a_seed_is_one_world(templates: Path) -> None:
    seen = []
    for _ in range(2):
        with open_county(templates / "twice", "seed") as county:
            shutil.copytree(templates / "1", templates / "twice")
            settle_in(county, 1)
            for act in list(ACTS)[:14]:
                act(county, county.chance)
            seen.append((sorted(county.confirmed), sorted(county.office_lines())))
        shutil.rmtree(templates / "twice")
    assert seen[0] == seen[1] != ([], [])
