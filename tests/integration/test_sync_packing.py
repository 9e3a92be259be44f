"""Four pairs of laptop and office, with and without zstd: the lines arrive, packed as small as both can."""

from pathlib import Path

import pytest

from field_app.sync.client import SyncFailure
from shared.domain.errors import ErrorCode
from shared.wire.packing import GZIP, ZSTD, pack
from shared.wire.routes import PUSH
from tests.office_house import fragment
from tests.road import Crossing, Road, pass_on
from tests.sync_house import enrol_laptop, serve, stored_lines

LAPTOP = "field_app.sync.client.list_encodings"
OFFICE = ("sync_server.services.sessions.list_encodings", "sync_server.api.bodies.list_encodings")


def take_zstd_from(monkeypatch: pytest.MonkeyPatch, *places: str) -> None:
    """One side has no zstd."""
    for place in places:
        monkeypatch.setattr(place, lambda: (GZIP,))


@pytest.mark.parametrize("laptop_has", [True, False], ids=["laptop with", "laptop without"])
@pytest.mark.parametrize("office_has", [True, False], ids=["office with", "office without"])
def test_the_smallest_packing_that_both_have_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, laptop_has: bool, office_has: bool
) -> None:
    take_zstd_from(monkeypatch, *([] if laptop_has else [LAPTOP]), *([] if office_has else OFFICE))
    served = serve(tmp_path / "office")
    road = Road(served.url)
    laptop = enrol_laptop(served, tmp_path / "laptop", size=40, url=road.url).record(40)
    heads: list[bytes] = []

    def look(crossing: Crossing) -> None:
        heads.append(crossing.head.lower())
        pass_on(crossing)

    road.add(PUSH, look)
    try:
        assert laptop.runner.run_pass() is None
        used = ZSTD if laptop_has and office_has else GZIP
        assert f"content-encoding: {used}\r\n".encode() in heads[0]
        assert stored_lines(served, laptop.log) == laptop.log.lines
    finally:
        laptop.close()
        road.close()
        served.close()


def test_an_office_without_zstd_refuses_it_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = serve(tmp_path / "office")
    laptop = enrol_laptop(served, tmp_path / "laptop").record(5)
    try:
        laptop.client.open_session(laptop.enrolment, laptop.keys.device, 0)
        take_zstd_from(monkeypatch, *OFFICE)
        with pytest.raises(SyncFailure) as failure:
            laptop.client.push(laptop.client.pack(fragment(laptop.log, upto=5)))
        assert failure.value.refused == ErrorCode.BODY_INVALID
        assert laptop.runner.run_pass() is None, "a new hello says what the office has now"
        assert laptop.runner.received == 5
    finally:
        laptop.close()
        served.close()


def test_a_day_packs_a_quarter_smaller_than_with_gzip(tmp_path: Path) -> None:
    served = serve(tmp_path / "office")
    laptop = enrol_laptop(served, tmp_path / "laptop", size=400)
    try:
        day = fragment(laptop.log)
        assert len(pack(day, ZSTD)) < len(pack(day, GZIP)) * 0.8
    finally:
        laptop.close()
        served.close()
