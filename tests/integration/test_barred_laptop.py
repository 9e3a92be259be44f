"""A laptop that was stolen is barred by the county, in its log, and admitted again when it is found."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from shared.domain.errors import ErrorCode
from shared.wire.county_log import tell_county
from tests.made_up_office import form_token
from tests.office_house import FIRST, SECOND, ServedOffice, sign_in
from tests.sync_house import SyncLaptop, enrol_laptop, stored_lines


@pytest.fixture
def stolen(served: ServedOffice, tmp_path: Path) -> Iterator[SyncLaptop]:
    """A laptop with ten lines at the office."""
    made = enrol_laptop(served, tmp_path / "stolen", FIRST, 40).record(10)
    made.runner.run_pass()
    yield made
    made.close()


@pytest.fixture
def spare(served: ServedOffice, tmp_path: Path) -> Iterator[SyncLaptop]:
    """The same school's other laptop."""
    made = enrol_laptop(served, tmp_path / "spare", FIRST, 20)
    yield made
    made.close()


def decide(county: FlaskClient, laptop: SyncLaptop, access: str, reason: str, school: str = FIRST) -> int:
    form = {"access": access, "reason": reason, "form_token": form_token(county.get("/messages").text)}
    return county.post(f"/schools/{school}/laptops/{laptop.enrolment.device}", data=form).status_code


def refusal(laptop: SyncLaptop) -> str | None:
    """The office's code for a pass that it refuses."""
    return getattr(laptop.fails(), "refused", None)


def told(laptop: SyncLaptop) -> list[str]:
    """What people at the school read of the county's log."""
    return [said.words.zh for said in tell_county(laptop.office.county_lines())]


def test_a_stolen_laptop_is_barred_and_admitted_when_it_is_found(
    served: ServedOffice, stolen: SyncLaptop, spare: SyncLaptop
) -> None:
    county = sign_in(served)
    page = county.get(f"/schools/{FIRST}").text
    assert "停用这台电脑" in page
    assert re.search(rf"<code>{stolen.enrolment.device[:8]}</code></th><td>A </td>", page), "which log is its"
    assert decide(county, stolen, "barred", "校门口被盗，校长电话") == 303
    assert "已停用" in county.get(f"/schools/{FIRST}").text
    assert refusal(stolen.record(5)) == ErrorCode.DEVICE_UNKNOWN
    assert len(stored_lines(served, stolen.log)) == 10
    spare.record(3).runner.run_pass()
    device = stolen.enrolment.device
    assert told(spare) == [f"县里决定：电脑 {device} 停用，不再接收它联网上送的记录。理由：校门口被盗，校长电话"]

    assert decide(county, stolen, "admitted", "派出所送回") == 303
    stolen.runner.run_pass()
    assert stored_lines(served, stolen.log) == stolen.log.lines[:15]
    assert told(stolen)[-1] == f"县里决定：电脑 {device} 恢复使用。理由：派出所送回"


def test_the_same_said_twice_is_one_line_and_nonsense_none(served: ServedOffice, stolen: SyncLaptop) -> None:
    county = sign_in(served)
    for _ in range(2):
        assert decide(county, stolen, "barred", "丢了") == 303
    assert decide(county, stolen, "admitted", "  ") == 422
    assert decide(county, stolen, "gone", "丢了") == 404
    assert decide(county, stolen, "admitted", "找到了", school=SECOND) == 404
    assert decide(county, stolen, "admitted", "找到了", school="999999999") == 404
    school = next(one for one in served.office.store.read(lambda book: book.list_schools()) if one.code == FIRST)
    assert len(tell_county(served.office.county_logs.lines(school))) == 1
    assert refusal(stolen.record(1)) == ErrorCode.DEVICE_UNKNOWN
