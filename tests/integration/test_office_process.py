"""The office as people run it: real commands, a real process, real files; what is wrong is said in both languages."""

import resource
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.office_process import TESTDAY, Served, make_office, run_server_command
from field_app.sync.client import OfficeClient, SyncFailure
from shared.domain.errors import ErrorCode
from shared.log.birth import birth_head
from shared.log.signing import SigningKey
from shared.timepiece import wall_ms
from shared.wire.enrolment import Enrolment
from shared.wire.plan_file import read_plan, shipped_plans
from shared.wire.routes import CONTEXT_VOUCH, vouch_message
from tests.made_up_log import MadeUpLog

FIRST, SECOND = "530521001", "530521002"
PLAN = "2022-primary-day1.yaml"


@dataclass
class Visiting:
    """A laptop's client with an open session, and the log it sends."""

    client: OfficeClient
    enrolment: Enrolment
    key: SigningKey
    log: MadeUpLog

    def greet(self) -> None:
        """Open a session."""
        self.client.open_session(self.enrolment, self.key, wall_ms())

    def push(self) -> list[dict[str, object]]:
        """Send the whole log; returns the runs of results."""
        start = birth_head(self.log.birth)
        vouch = self.key.sign(CONTEXT_VOUCH, vouch_message(start.log, start.hash))
        runs: list[dict[str, object]] = self.client.push(self.client.pack(self.log.file()), vouch)["runs"]
        return runs

    def held(self) -> list[dict[str, object]]:
        """The heads that the office holds of the log."""
        probed = self.client.probe([{"log": self.log.head.log}])
        heads: list[dict[str, object]] = probed["logs"][0]["heads"]
        return heads


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An office of two schools, made by commands; its enrol code for the first school is in `code.txt`."""
    plan = tmp_path / PLAN
    plan.write_bytes(shipped_plans()[PLAN])
    made = tmp_path / "office"
    schools = [(FIRST, "南湖小学", "小学"), (SECOND, "石桥小学", "小学")]
    codes = make_office(made, schools, [(plan, "小学")])
    (tmp_path / "code.txt").write_text(codes[FIRST], encoding="utf-8")
    return made


def visit(served: Served, folder: Path, size: int = 27) -> Visiting:
    """A laptop of the first school, enrolled, with a morning of `size` pupils recorded."""
    key = SigningKey.new()
    client = OfficeClient(served.url)
    enrolment = client.enrol((folder.parent / "code.txt").read_text(encoding="utf-8"), key, "test")
    plan = read_plan(shipped_plans()[PLAN], PLAN)
    made = Visiting(client, enrolment, key, MadeUpLog(FIRST, plan).open(size).check_in("chinese", size))
    made.greet()
    return made


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    """The office, running."""
    made = Served.office(folder)
    yield made
    made.stop()


def refused(folder: Path, *words: str) -> tuple[str, str]:
    """What a command that refuses says: Chinese and English."""
    command = [str(TESTDAY), "server", "--data", str(folder), *words]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    half = len(lines) // 2
    return "\n".join(lines[:half]), "\n".join(lines[half:])


def test_a_day_by_commands_and_sockets(served: Served, folder: Path, tmp_path: Path) -> None:
    laptop = visit(served, folder)
    lines = len(laptop.log.lines)
    assert laptop.push() == [{"first": 1, "last": lines, "result": "stored"}]
    assert laptop.push() == [{"first": 1, "last": lines, "result": "duplicate"}]
    other = MadeUpLog(SECOND, laptop.log.plan).open(3)
    (tmp_path / "shiqiao.log").write_bytes(other.file())
    (tmp_path / "note.log").write_bytes(b"no log\n")
    said = "\n".join(refused(folder, "import-log", str(tmp_path / "note.log"), str(tmp_path / "shiqiao.log")))
    assert "note.log 不是测试日日志" in said
    assert "note.log is not a test-day log" in said
    run_server_command(folder, "message", "请核对", "--all")
    assert laptop.client.county_log(0) is not None
    run_server_command(folder, "backup", str(tmp_path / "backup.sqlite"))
    assert run_server_command(folder, "rebuild").startswith("2 ")
    assert "backup.sqlite 已经存在" in refused(folder, "backup", str(tmp_path / "backup.sqlite"))[0]
    laptop.client.close()


def test_what_was_answered_survives_a_kill(served: Served, folder: Path) -> None:
    laptop = visit(served, folder)
    laptop.push()
    served.kill()
    laptop.client.close()
    again = Served.office(folder)
    try:
        laptop.client = OfficeClient(again.url)
        laptop.greet()
        head = laptop.log.head
        assert laptop.held() == [{"seq": head.seq, "hash": head.hash.hex()}]
        laptop.client.close()
    finally:
        again.stop()


def test_a_full_disk_refuses_the_batch_and_loses_nothing(served: Served, folder: Path) -> None:
    laptop = visit(served, folder)
    laptop.push()
    before = laptop.held()
    wal = folder / "server.sqlite-wal"
    limit = wal.stat().st_size + 4096 if wal.exists() else 8192
    _, hard = resource.prlimit(served._process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(served._process.pid, resource.RLIMIT_FSIZE, (limit, hard))
    laptop.log.check_in("math", 27)
    for _ in range(2):
        with pytest.raises(SyncFailure) as failure:
            laptop.push()
        assert failure.value.code is ErrorCode.OFFICE_FAILED
        assert failure.value.refused in (ErrorCode.NOT_RECORDED, ErrorCode.DISK_FULL)
    resource.prlimit(served._process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert laptop.held() == before
    assert [run["result"] for run in laptop.push()] == ["duplicate", "stored"]
    laptop.client.close()


def test_a_server_file_that_is_no_database_is_left_alone(folder: Path) -> None:
    note = b"not a database, but a note that somebody keeps"
    database = folder / "server.sqlite"
    database.write_bytes(note)
    for words in (("run", "--port", "8019"), ("enrol-code", "--all"), ("backup", str(folder / "copy"))):
        zh, en = refused(folder, *words)
        assert zh.startswith("server.sqlite 不是数据库文件或已损坏")
        assert en.startswith("server.sqlite is not a database or is damaged")
    assert database.read_bytes() == note


def test_a_damaged_key_is_said_so(folder: Path) -> None:
    key = folder / "server.key"
    key.write_bytes(key.read_bytes()[:20])
    zh, en = refused(folder, "enrol-code", "--all")
    assert "server.key 读不出来" in zh
    assert "server.key cannot be read" in en


def test_an_empty_folder_says_how_to_begin(tmp_path: Path) -> None:
    zh, en = refused(tmp_path, "run")
    assert "请先运行 testday server init" in zh
    assert "run testday server init first" in en


def test_a_second_office_in_one_folder_is_refused(folder: Path) -> None:
    zh, _ = refused(folder, "init", "--county", "云溪县", "--campaign", "x")
    assert "已经有一个县级服务器" in zh


def test_a_plan_whose_phases_overlap_names_file_path_and_cure(folder: Path, tmp_path: Path) -> None:
    text = shipped_plans()[PLAN].decode("utf-8")
    wrong = text.replace("{phase: prepare, start: 08:40, end: 09:00}", "{phase: prepare, start: 08:30, end: 09:00}", 1)
    assert wrong != text
    file = tmp_path / "改过的方案.yaml"
    file.write_text(wrong, encoding="utf-8")
    zh, en = refused(folder, "add-plan", str(file))
    for said in (zh, en):
        assert "改过的方案.yaml" in said
        assert "blocks[chinese].phases[prepare].start" in said
        assert "08:40" in said
    assert "请" in zh
    assert run_server_command(folder, "enrol-code", "--school", FIRST).startswith(FIRST)


@pytest.mark.parametrize(
    ("name", "content", "zh", "en"),
    [
        ("学校.xlsx", b"hello", "不是能读的表格", "not a readable spreadsheet"),
        ("空.csv", b"", "没有找到“学校代码”", "no column “学校代码”"),
        ("列.csv", "学校代码,名字\n1,2\n".encode(), "没有找到“学校名称”", "no column “学校名称”"),
        ("格.csv", "学校代码,学校名称,学段\n1,甲,大学\n".encode("gb18030"), "第 2 行", "第 2 行 row 2"),
        ("重.csv", "学校代码,学校名称,学段\n1,甲,小学\n1,乙,小学\n".encode(), "第 3 行", "cannot be “1”"),
    ],
)
def test_a_wrong_list_of_schools_changes_nothing(
    folder: Path, tmp_path: Path, name: str, content: bytes, zh: str, en: str
) -> None:
    (tmp_path / name).write_bytes(content)
    said_zh, said_en = refused(folder, "import-schools", str(tmp_path / name))
    assert zh in said_zh
    assert en in said_en
    assert len(run_server_command(folder, "enrol-code", "--all").splitlines()) == 2
