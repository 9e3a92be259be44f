"""A second client, written from docs/sync-protocol.md alone, syncs with a real office over HTTP."""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.app import open_office
from tests.contract import stranger, stranger_client
from tests.contract.stranger_client import Client, Refused
from tests.office_house import FIRST, PLAN, ServedOffice, make_folder


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedOffice]:
    made = ServedOffice(open_office(make_folder(tmp_path / "office")))
    yield made
    made.close()


@pytest.fixture
def client(served: ServedOffice) -> Client:
    """Enrolled, in a session, with seven lines that nobody has."""
    made = Client(served.url)
    made.enrol(served.office.enrolments.make_code(FIRST).lower())
    made.open_session()
    for number in range(7):
        made.write(f"第 {number} 条")
    return made


def copy_of(client: Client, lines: int) -> Client:
    """The same laptop as it was some lines ago."""
    made = Client(client.url)
    made.__dict__.update(client.__dict__)
    made.lines, made.receipts, made.asked = client.lines[:lines], [], 0
    return made


def test_the_client_has_nothing_of_ours() -> None:
    tree = ast.parse(Path(stranger_client.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {
        name for name in modules if name and name.partition(".")[0] in ("shared", "sync_server", "field_app")
    } == set()
    assert {name for name in modules if name and name.startswith("tests")} == {"tests.contract"}


def test_a_whole_visit(client: Client) -> None:
    assert client.common() == (-1, False)
    assert set(client.send(-1, size=3)) == {"stored_with_verdict"}  # nobody is on duty: kept, and judged
    assert client.common() == (7, False)
    assert [receipt["seq"] for receipt in client.receipts] == [3, 6, 7]
    assert client.send(4) == ["duplicate"]
    assert client.send(7) == []
    plan = client.ask("GET", f"content/{client.told['plan']}")
    assert plan == PLAN
    assert hashlib.sha256(plan).hexdigest() == client.told["plan"]


def test_a_fork_is_found_and_held(client: Client) -> None:
    client.send(-1)
    other = copy_of(client, 4)
    for number in range(200):
        other.write(f"另 {number}")
    assert other.common() == (4, False)
    assert set(other.send(4)) == {"fork"}
    assert [head["seq"] for head in other.probe()["heads"]] == [7, 204]
    assert other.common() == (204, False)
    assert client.common() == (7, False)


def test_a_long_search_takes_few_questions(client: Client) -> None:
    for number in range(3000):
        client.write(f"{number}")
    client.send(-1)
    other = copy_of(client, 1234)
    other.write("另")
    other.lines += client.lines[1235:2000]
    assert other.common() == (1234, False)
    assert other.asked <= 4


def test_an_old_copy_sees_that_the_office_is_ahead(client: Client) -> None:
    client.send(-1)
    assert copy_of(client, 3).common() == (3, True)


def test_refusals_are_as_the_page_says(client: Client) -> None:
    body = client.fragment(0, 7, birth=True)
    with pytest.raises(Refused, match="log_not_vouched"):
        client.push(body)
    with pytest.raises(Refused, match="log_unknown"):
        client.push(client.fragment(3, 7, birth=False))
    client.send(-1)
    with pytest.raises(Refused, match="body_invalid"):
        client.probe(colour="red")
    client.write("第 8 条")
    client.write("第 9 条")
    with pytest.raises(Refused, match="head_unknown"):
        client.push(client.fragment(8, 9, birth=False))
    client.token = "x"
    with pytest.raises(Refused, match="session_expired"):
        client.probe()


def test_the_county_log_is_pulled_and_proven(served: ServedOffice, client: Client) -> None:
    assert client.ask("GET", "county-log?after=0") == b""
    school = served.office.store.read(lambda book: book.find_school(FIRST))
    assert school is not None
    for text in ("有雾", "已散"):
        served.office.county_logs.append(school, "message_sent", {"text": text}, "李娜")
    whole = client.ask("GET", "county-log")
    birth = stranger.read_birth(whole.partition(b"\n")[0])
    assert (birth["key"], birth["school"]) == (client.server, FIRST)
    start, lines, end = stranger.prove(whole, birth)
    assert [(stranger.read_line(line) or {})["data"]["text"] for line in lines] == ["有雾", "已散"]
    rest = stranger.prove(client.ask("GET", "county-log?after=1"), birth)
    assert rest[0].hash == stranger.chain(start.hash, lines)[1]
    assert (rest[1], rest[2]) == (lines[1:], end)
    with pytest.raises(Refused, match="head_unknown"):
        client.ask("GET", "county-log?after=3")
