"""The laptop's and the office's commands as real processes: enrol over both roads, run, copy, look over."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from shared.wire.plan_file import shipped_plans
from tests.field_house import PLAN_2022
from tests.processes import end, run, start


@dataclass(frozen=True)
class Office:
    """A running office and the folder for what the test makes."""

    folder: Path
    url: str

    def code(self, school: str = "530521001") -> str:
        """A fresh enrolment code."""
        return run("server", "--data", self.folder, "enrol-code", "--school", school).split()[-1]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = tmp_path_factory.mktemp("county")
    folder = made / "office"
    schools, plan = made / "schools.csv", made / "plan.yaml"
    schools.write_text("学校代码,学校名称,学段\n530521001,南湖小学,小学\n530521002,江口小学,小学\n", encoding="utf-8")
    plan.write_bytes(shipped_plans()[PLAN_2022])
    run("server", "--data", folder, "init", "--county", "云溪县", "--campaign", "2022-yunxi")
    run("server", "--data", folder, "import-schools", schools)
    run("server", "--data", folder, "add-plan", plan)
    process, address = start("server", "--data", folder, "run", "--port", 0)
    yield Office(folder, address.rstrip("/"))
    end(process)


def test_enrolled_over_the_network(office: Office, tmp_path: Path) -> None:
    assert "530521001 南湖小学" in run("field", "--data", tmp_path, "enrol", office.url, office.code())
    assert "530521001 南湖小学" in run("field", "--data", tmp_path, "enrol", office.url, office.code()), "once more"
    code = office.code("530521002")
    assert "已登记到 南湖小学" in run("field", "--data", tmp_path, "enrol", office.url, code, status=1)


def test_enrolled_by_two_files(office: Office, tmp_path: Path) -> None:
    asked, told, laptop = tmp_path / "asked.json", tmp_path / "told.json", tmp_path / "laptop"
    run("field", "--data", laptop, "enrol-request", office.code(), asked)
    run("server", "--data", office.folder, "enrol-file", asked, told, "--url", office.url)
    assert "另一台笔记本" in run("field", "--data", tmp_path / "other", "enrol-file", told, status=1)
    assert "530521001 南湖小学" in run("field", "--data", laptop, "enrol-file", told)


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b"\xff\xfe", b'{"enrolment": 1}'])
def test_a_damaged_enrolment_file_changes_nothing(office: Office, tmp_path: Path, damage: bytes) -> None:
    told = tmp_path / "told.json"
    told.write_bytes(damage)
    assert "登记文件读不出来" in run("field", "--data", tmp_path / "laptop", "enrol-file", told, status=1)
    run("field", "--data", tmp_path / "laptop", "enrol", office.url, office.code())


def test_a_plan_that_was_changed_on_the_stick_is_refused(office: Office, tmp_path: Path) -> None:
    asked, told = tmp_path / "asked.json", tmp_path / "told.json"
    run("field", "--data", tmp_path / "laptop", "enrol-request", office.code(), asked)
    run("server", "--data", office.folder, "enrol-file", asked, told, "--url", office.url)
    content = json.loads(told.read_text(encoding="utf-8"))
    content["plan_file"] = content["plan_file"].replace("08:40", "08:45")
    told.write_text(json.dumps(content), encoding="utf-8")
    assert "登记文件读不出来" in run("field", "--data", tmp_path / "laptop", "enrol-file", told, status=1)


def test_an_office_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    said = run("field", "--data", tmp_path, "enrol", "http://127.0.0.1:9", "AAAAA-AAAAA", status=1)
    assert "AAAAA" not in said
    assert len(said.strip().splitlines()) == 2


def test_a_day_of_commands(office: Office, tmp_path: Path) -> None:
    laptop = tmp_path / "laptop"
    assert "✕ enrolment" in run("field", "--data", laptop, "doctor", status=1)
    run("field", "--data", laptop, "enrol", office.url, office.code())
    process, address = start("field", "--data", laptop, "run", "--port", "0", "--no-browser", "--no-sync")
    try:
        with requests.Session() as browser:
            assert browser.get(address, timeout=10).status_code == 200
        assert requests.get(address.split("?")[0], timeout=10).status_code == 403
        again = run("field", "--data", laptop, "run", "--port", "0", "--no-browser")
        assert address in again
        assert "正在使用" in again
        port = address.split(":")[2].split("/")[0]
        assert "--port 0" in run("field", "--data", tmp_path / "other", "run", "--port", port, status=1)
    finally:
        end(process)
    assert not (laptop / "launch.json").exists()
    assert "● log" in run("field", "--data", laptop, "doctor", status=1)
    run("field", "--data", laptop, "export", tmp_path / "day.log")
    run("field", "--data", laptop, "backup", tmp_path / "day.sqlite")
    assert "完整" in run("verify", tmp_path / "day.log")
    assert "完整" in run("verify", tmp_path / "day.sqlite")
    assert "已经存在" in run("field", "--data", laptop, "backup", tmp_path / "day.sqlite", status=1)


def test_a_database_that_is_not_one_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_bytes(b"a letter to the county, by mistake named log.sqlite" * 100)
    before = (tmp_path / "log.sqlite").read_bytes()
    assert "log.sqlite" in run("field", "--data", tmp_path, "run", "--port", "0", "--no-browser", status=1)
    assert (tmp_path / "log.sqlite").read_bytes() == before


def test_a_file_that_the_disk_does_not_give_is_named(office: Office, tmp_path: Path) -> None:
    unreadable = "/proc/self/mem"  # whose first byte no process can read: an I/O error, as of a stick that is failing
    for command in (
        ("verify", unreadable),
        ("field", "--data", tmp_path, "enrol-file", unreadable),
        ("field", "--data", tmp_path, "takeover", unreadable),
        ("server", "--data", office.folder, "import-bundle", unreadable),
        ("server", "--data", office.folder, "import-log", unreadable),
    ):
        said = run(*command, status=1)
        assert "mem" in said
        assert "Traceback" not in said
