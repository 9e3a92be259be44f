"""One school of a run: its laptop's process, its road to the office, and the script of its day."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.simulation import checking_in, closing, happenings, opening, sealing, signalling
from bench.simulation.board_check import Witnessed
from bench.simulation.county import School
from bench.simulation.faults import FlakyNetwork
from bench.simulation.laptop_process import LaptopProcess
from bench.simulation.ledger import Ledger
from bench.simulation.people import People
from bench.simulation.road import Road
from bench.simulation.scripted_day import Act, Scene, play
from bench.simulation.shown_clock import ShownClock
from shared.domain.plan import Plan
from shared.log.logfile import Fragment, read_fragment
from shared.timepiece import Rehearsal


@dataclass(slots=True)
class SchoolRun:
    """A school from its first process to its last receipt; `recorded` and `received` are the laptop's own words."""

    school: School
    plan: Plan
    laptop: LaptopProcess
    road: Road
    network: FlakyNetwork
    seed: int
    recorded: int = 0
    received: int = 0
    exported: Fragment | None = None
    scene: Scene = field(init=False)
    acts: list[Act] = field(default_factory=list)

    @classmethod
    def prepare(cls, school: School, plan: Plan, folder: Path, office_port: int, seed: int) -> "SchoolRun":
        """Start the laptop, without waiting for it."""
        laptop = LaptopProcess(folder / school.code)
        laptop.start()
        network = FlakyNetwork(random.Random(f"network {seed} {school.code}"))
        return cls(school, plan, laptop, Road(office_port, network), network, seed)

    def enrol(self, code: str) -> Rehearsal:
        """Enrol over the network; returns the rehearsal's clock."""
        opening.enrol(self.laptop.launch_url, self.road.url, code)
        return Rehearsal(**self.laptop.rehearsal())

    def open_house(self, clock: ShownClock) -> None:
        """The first two people come on duty, and the script of the day is drawn."""
        ledger = Ledger(self.school.code, self.school.name)
        people = People(self.laptop.launch_url, ledger)
        chance = random.Random(f"day {self.seed} {self.school.code}")
        self.scene = Scene(self.school, self.plan, clock, people, chance)
        opening.open_house(self.scene)
        morning = checking_in.draw_morning(self.scene)
        self.acts = [
            *opening.list_acts(self.scene),
            *checking_in.list_acts(self.scene, morning),
            *signalling.list_acts(self.scene),
            *sealing.list_acts(self.scene),
            *happenings.list_acts(self.scene, morning.absent),
            *closing.list_acts(self.scene),
        ]

    @property
    def end(self) -> float:
        """When the school hands in, in minutes after midnight."""
        return closing.end_of_day(self.scene)

    def play(self, done: Callable[[], object]) -> None:
        """The scripted day; raises Stopped, or what went wrong."""
        play(self.acts, self.scene.clock, done)

    def settle(self) -> None:
        """Wait for the receipt of the last line, then take the log out as a file."""
        self.recorded, self.received = closing.wait_for_receipt(self.scene)
        window = self.scene.people.window("principal")
        self.exported = read_fragment(window.get("/log/export").content)

    def witnessed(self) -> Witnessed:
        """This school's own account of its day, to compare the board with."""
        lines = len(self.exported.lines) if self.exported else 0
        began = self.scene.clock.instant(0)
        return Witnessed(self.scene.ledger, self.plan, lines, began)

    def stop(self) -> None:
        """End the laptop and its road."""
        self.road.close()
        self.laptop.stop()
