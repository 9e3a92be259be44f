"""An office restored from an old backup has forgotten a laptop: it is enrolled again, and its log goes on."""

import shutil
from pathlib import Path

import pytest

from field_app.services.enrolment import enrol_by_file, enrol_online, is_forgotten, request_file
from field_app.sync.client import SyncFailure
from field_app.sync.status import SyncState, SyncStatus
from shared.domain.errors import DomainError, ErrorCode
from tests.faults.office_work import make_runner
from tests.field_house import make_bare
from tests.office_house import FIRST, SECOND, make_folder
from tests.sync_house import serve


def test_a_forgotten_laptop_is_enrolled_again_and_goes_on(tmp_path: Path) -> None:
    make_folder(tmp_path / "office")
    shutil.copytree(tmp_path / "office", tmp_path / "backup")
    served, made = serve(tmp_path / "office"), make_bare(tmp_path / "laptop")
    laptop = made.laptop
    enrol_online(laptop, served.url, served.office.enrolments.make_code(FIRST))
    birth = laptop.journal.birth
    assert make_runner(made.house, served.url).run_pass() is None
    served.close()
    shutil.rmtree(tmp_path / "office")
    shutil.move(tmp_path / "backup", tmp_path / "office")
    served = serve(tmp_path / "office")
    with pytest.raises(SyncFailure) as refused:
        make_runner(made.house, served.url).run_pass()
    assert is_forgotten(SyncStatus(SyncState.WAITING, 1, 1, None, 1.0, refused.value))
    enrol_online(laptop, served.url, served.office.enrolments.make_code(FIRST))
    runner = make_runner(made.house, served.url)
    assert runner.run_pass() is None
    assert (runner.received, laptop.journal.birth) == (runner.recorded, birth)
    made.close()
    served.close()


def test_nobody_enrols_it_for_another_school_or_at_another_office(tmp_path: Path) -> None:
    offices = [serve(tmp_path / name) for name in ("office", "other")]
    made = make_bare(tmp_path / "laptop")
    laptop = made.laptop
    enrol_online(laptop, offices[0].url, offices[0].office.enrolments.make_code(FIRST))
    code = offices[1].office.enrolments.make_code(FIRST)
    with pytest.raises(DomainError) as refused:
        enrol_online(laptop, offices[1].url, code)
    assert refused.value.code is ErrorCode.OFFICE_KEY_WRONG
    asked = request_file(laptop, offices[1].office.enrolments.make_code(FIRST))
    _, told = offices[1].office.enrolments.enrol_by_file(asked, "https://county.example")
    with pytest.raises(DomainError) as refused:
        enrol_by_file(laptop, told)
    assert refused.value.code is ErrorCode.OFFICE_KEY_WRONG
    with pytest.raises(SyncFailure) as turned_away:
        enrol_online(laptop, offices[0].url, offices[0].office.enrolments.make_code(SECOND))
    assert turned_away.value.refused == ErrorCode.ALREADY_ENROLLED
    made.close()
    for served in offices:
        served.close()
