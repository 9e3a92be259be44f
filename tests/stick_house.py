"""An office and a school's laptop that know each other by two files only: no network between them."""

from dataclasses import dataclass
from pathlib import Path

from field_app.services.carrying import pack_bundle
from field_app.services.enrolment import request_file
from field_app.services.records import log_file
from field_app.services.syncing import LaptopSync
from shared.wire.enrolment_files import read_answer
from shared.wire.kit import Kit
from shared.wire.plan_file import shipped_plans
from sync_server.services.bundles import Bundles, Taken
from sync_server.store.ports import Books
from tests.field_house import PLAN_2022, PROCTOR, FieldHouse, fill_house, make_bare, make_laptop
from tests.made_up_office import NAN_HU, OfficeHouse, make_office_house


@dataclass
class StickHouse:
    """One county: its office, one laptop in the middle of its morning, and what goes between them by hand."""

    county: OfficeHouse
    school: FieldHouse

    @property
    def bundles(self) -> Bundles:
        """The office's desk for sticks."""
        return Bundles(self.county.office)

    def bring(self) -> Taken:
        """The laptop's bundle, brought to the office and taken there."""
        packed = pack_bundle(self.school.laptop)
        return self.bundles.take(packed.data, packed.name)

    def take_back(self) -> None:
        """The office's receipt file, brought back to the laptop."""
        back = self.bundles.receipt_file(NAN_HU)
        self.school.house.sync.take_receipt_file(back.encode(), back.name)

    def stored(self) -> list[tuple[str, int, list[bytes]]]:
        """Everything the office holds of logs: id, branch, the branch's own lines."""

        def work(book: Books) -> list[tuple[str, int, list[bytes]]]:
            return [
                (log.id, branch.no, book.lines(log, branch.no, 0, 10**9))
                for log in book.list_logs()
                for branch in book.branches(log)
            ]

        return self.county.office.store.read(work)

    def close(self) -> None:
        """Let go of every file."""
        self.school.close()
        self.county.office.close()


def enrol_by_files(county: OfficeHouse, folder: Path, school: str = NAN_HU) -> FieldHouse:
    """A laptop of a school of this office, with nobody on duty; its pages show its real sync, which never runs."""
    made = make_bare(folder)
    laptop = made.laptop
    asked = request_file(laptop, county.office.enrolments.make_code(school))
    _, told = county.office.enrolments.enrol_by_file(asked, "https://county.example")
    enrolment, plan = read_answer(told, laptop.keys.device.public)
    laptop.enrol(enrolment, plan, made.clock)
    sync: LaptopSync = made.house.sync
    sync.start()
    made.app.extensions["sync"] = sync
    return made


def make_stick_house(folder: Path) -> StickHouse:
    """An office with three schools, and the laptop of 南湖小学."""
    county = make_office_house(folder)
    return StickHouse(county, fill_house(enrol_by_files(county, folder / "laptop")))


def leave_on(stick: Path, made: FieldHouse) -> None:
    """What a black box leaves on a stick: a laptop's log, and the kit that a spare needs besides."""
    (stick / "testday-530521001.log").write_bytes(log_file(made.laptop))
    assert made.laptop.enrolment
    kit = Kit(made.laptop.enrolment, (shipped_plans()[PLAN_2022],), b"")
    (stick / "testday-530521001.kit").write_bytes(kit.encode())


def break_laptop(folder: Path) -> Path:
    """The stick that is left of a laptop which broke in the middle of check-in, three pupils present."""
    stick = folder / "stick"
    stick.mkdir()
    broken = make_laptop(folder / "broken")
    broken.sign_in(PROCTOR)
    for seat in (1, 2, 3):
        broken.say("/check-in/mark", block="chinese", seat=seat, status="present")
    leave_on(stick, broken)
    broken.close()
    return stick
