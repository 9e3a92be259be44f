"""The office's sweeps: a stored log that the disk damaged is found, and a school that fell silent is written down."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.jobs import SilenceSweep
from sync_server.services.board_row import Concern
from sync_server.web.desk import desk_of
from tests.made_up_log import at_clock
from tests.made_up_office import NAN_HU, OfficeHouse, make_office_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[OfficeHouse]:
    made = make_office_house(tmp_path)
    yield made
    made.office.close()


def concerns(house: OfficeHouse) -> tuple[Concern, ...]:
    return next(row.concerns for row in desk_of(house.app).board.all_rows() if row.school.code == NAN_HU)


def test_a_damaged_stored_log_is_found_and_stands_on_the_board(house: OfficeHouse) -> None:
    house.receive(house.log(NAN_HU).open(27))
    house.office.integrity.sweep()
    assert Concern.BROKEN not in concerns(house)
    damage = "UPDATE branch SET hash = zeroblob(32)"
    house.office.store.write(lambda book: book._db.execute(damage))  # type: ignore[attr-defined]
    house.office.integrity.sweep()
    assert Concern.BROKEN in concerns(house)


def test_silence_is_written_down_once_and_so_is_its_end(house: OfficeHouse, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    log = house.log(NAN_HU).open(27)
    house.receive(log, at="09:12")
    sweep = SilenceSweep(desk_of(house.app).board)
    for _ in range(2):
        sweep.run()
    assert [record.getMessage() for record in caplog.records] == [f"school {NAN_HU} fell silent"]
    house.clock.wall = at_clock("10:09")
    house.receive(log.check_in("chinese", 27), at="10:09")
    sweep.run()
    assert caplog.records[-1].getMessage() == f"school {NAN_HU} was heard again"
