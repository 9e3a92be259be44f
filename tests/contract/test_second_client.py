"""The second client, whose writer saw only the documents, works unchanged with a real office process."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.office_process import Served, make_office, run_server_command
from shared.wire.plan_file import shipped_plans
from tests.contract.second_client import Laptop, NotTheOffice, People
from tests.contract.second_verifier import Refused

PLAN = "2022-primary-day1.yaml"
SCHOOLS = [(f"53052100{number}", f"第{number}小学", "小学") for number in range(1, 8)]
LOG_TYPE = {"content": "application/x-testday-log", "Content_Encoding": "identity"}


@dataclass
class House:
    """An office made by commands and running as a process of its own, with an enrol code for each school."""

    folder: Path
    codes: Iterator[str]
    served: Served

    def restore(self, backup: Path) -> None:
        """Start it again, at the same address, from a backup."""
        self.served.stop()
        for path in self.folder.glob("server.sqlite*"):
            path.unlink()
        shutil.copy(backup, self.folder / "server.sqlite")
        self.served = Served.office(self.folder, port=int(self.served.url.rpartition(":")[2]))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The office of all tests here."""
    folder = tmp_path_factory.mktemp("second") / "office"
    plan = folder.with_name(PLAN)
    plan.write_bytes(shipped_plans()[PLAN])
    codes = make_office(folder, SCHOOLS, [(plan, "小学")])
    made = House(folder, iter(codes.values()), Served.office(folder))
    yield made
    made.served.stop()


@pytest.fixture
def laptop(house: House, tmp_path: Path) -> Laptop:
    """Of a school that no other test has: enrolled, with seven lines that nobody holds."""
    made = Laptop(tmp_path / "laptop", house.served.url)
    made.enrol(next(house.codes).lower())
    note(made, 7)
    return made


def note(laptop: Laptop, lines: int, words: str = "第") -> None:
    """Write so many lines."""
    for number in range(lines):
        laptop.write("note_added", {"text": f"{words} {number} 条"}, ("p1", "principal"))


def copy_of(laptop: Laptop, lines: int, name: str) -> Laptop:
    """The same laptop as it was after some lines, without a receipt."""
    folder = laptop.folder.with_name(name)
    shutil.copytree(laptop.folder, folder)
    (folder / "log.log").write_bytes(b"".join(row + b"\n" for row in laptop.rows[: lines + 1]))
    made = Laptop(folder, laptop.url)
    made.state["receipts"] = []
    return made


def calls_of(laptop: Laptop) -> list[str]:
    """The last part of every address that this laptop asks from now on."""
    seen: list[str] = []
    laptop.http.hooks["response"].append(lambda answer, **_: seen.append(answer.url.rpartition("/")[2]))
    return seen


def heads_of(laptop: Laptop) -> list[int]:
    """The last line of each branch that the office holds."""
    laptop.session()
    return [head["seq"] for head in laptop.probe()[0]["heads"]]


def test_a_whole_visit(laptop: Laptop) -> None:
    note(laptop, 1000)
    calls = calls_of(laptop)
    laptop.one_pass()
    plan = laptop.state["enrolment"]["plan"]
    assert calls == ["hello", "session", "probe", "push", "push", "push", plan]
    assert laptop.received() == 1007
    assert len(laptop.state["receipts"]) == 3
    assert (laptop.folder / plan).read_bytes() == shipped_plans()[PLAN]
    assert hashlib.sha256(shipped_plans()[PLAN]).hexdigest() == plan
    spans = ("1-500", "501-1000", "1001-1007")  # nobody is on duty: kept, and judged
    assert laptop.notices == [f"{span}: stored_with_verdict not_on_duty" for span in spans]
    calls.clear()
    laptop.one_pass()
    assert calls == ["hello", "session", "probe"], "nothing is sent twice"


def test_a_lost_answer_and_a_lost_receipt_cost_nothing(laptop: Laptop) -> None:
    laptop.one_pass()
    laptop.state["receipts"], laptop.notices = [], []
    laptop.one_pass()
    assert (laptop.received(), laptop.notices) == (7, [])
    laptop.push(3)
    assert laptop.notices == ["4-7: duplicate "]


def test_a_fork_far_down_is_found_by_few_questions_and_held(laptop: Laptop) -> None:
    note(laptop, 593)
    laptop.one_pass()
    other = copy_of(laptop, 234, "other")
    note(other, 66, "另")
    calls = calls_of(other)
    other.one_pass()
    assert other.received() == 300
    assert calls.count("probe") <= 4
    assert other.notices[1:] == ["235-300: fork not_on_duty"]
    assert heads_of(laptop) == [600, 300]
    laptop.one_pass()
    assert laptop.received() == 600


def test_an_old_copy_hears_that_the_office_is_ahead(laptop: Laptop) -> None:
    laptop.one_pass()
    with pytest.raises(People):
        copy_of(laptop, 3, "old").one_pass()


def test_an_old_copy_of_a_branch_that_came_second_hears_it_too(laptop: Laptop) -> None:
    second = copy_of(laptop, 5, "second")
    laptop.one_pass()
    note(second, 5, "另")
    old = copy_of(second, 8, "old")
    second.one_pass()
    assert heads_of(second) == [7, 10]
    with pytest.raises(People):
        old.one_pass()
    assert old.notices[1:] == ["6-8: duplicate "]
    assert heads_of(second) == [7, 10]


def test_refusals_are_as_the_page_says(laptop: Laptop) -> None:
    laptop.session()
    body = laptop.fragment(None, 7)
    shape = {"receipt": lambda _: True}
    with pytest.raises(Refused, match="log_not_vouched"):
        laptop.ask("push", body, shape, **LOG_TYPE)
    with pytest.raises(Refused, match="log_unknown"):
        laptop.ask("push", laptop.fragment(3, 7), shape, **LOG_TYPE)
    laptop.push(None)
    note(laptop, 2)
    for cause, code in (
        (laptop.fragment(8, 9), "head_unknown"),
        (body.replace(b'"birth":1', b'"birth":2'), "not_a_line"),
        (body[body.index(b"\n") + 1 :], "not_a_log"),
        (body[: body.rindex(b'{"head')], "head_missing"),
        (body.replace("第 3 条".encode(), "第 4 条".encode()), "chain_broken"),
    ):
        with pytest.raises(Refused, match=code):
            laptop.ask("push", cause, shape, **LOG_TYPE)
    with pytest.raises(Refused, match="body_invalid"):
        laptop.ask("probe", b'{"logs":[],"colour":"red"}', {})
    with pytest.raises(Refused, match="content_unknown"):
        laptop.call("GET", f"content/{'0' * 64}", wanted="application/octet-stream")
    laptop.token = "x"
    with pytest.raises(Refused, match="session_expired"):
        laptop.probe()
    laptop.state["enrolment"]["server_key"] = "0" * 64
    with pytest.raises(NotTheOffice):
        laptop.session()


def test_the_county_log_is_pulled_proven_and_replaced_after_a_restoration(
    laptop: Laptop, house: House, tmp_path: Path
) -> None:
    school = laptop.state["enrolment"]["school"]["code"]

    def heard(text: str) -> list[str]:
        run_server_command(house.folder, "message", text, "--school", school)
        laptop.one_pass()
        return [str(line["data"]["text"]) for line in laptop.messages()]

    laptop.one_pass()
    assert laptop.messages() == []
    assert heard("有雾") == ["有雾"]
    run_server_command(house.folder, "backup", str(tmp_path / "backup.sqlite"))
    assert heard("已散") == ["有雾", "已散"]
    house.restore(tmp_path / "backup.sqlite")
    assert heard("领卷") == ["有雾", "领卷"]
    assert len(list(laptop.folder.glob("county-*.log"))) == 1
