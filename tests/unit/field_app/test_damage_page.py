"""The page of a damaged laptop: what it says, what its button does, and what it will not do."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from field_app.app import create_damage_app
from field_app.services.takeover import resume_takeover
from shared.verify_cli import verify_path
from tests.field_house import LAUNCH, PROCTOR, make_bare, make_laptop


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A laptop with a backup of 10 lines, a high-water mark at line 12, and nothing left of its database."""
    made = make_laptop(tmp_path / "field")
    made.house.backups.make()
    for number in (11, 12):
        made.record("note_added", PROCTOR, text=f"第 {number} 条")
    (tmp_path / "stick").mkdir()
    made.house.box.choose(str(tmp_path / "stick"))
    made.house.backups._mark()
    made.close()
    (tmp_path / "field" / "log.sqlite").write_bytes(b"\xf0" * 50_000)
    return tmp_path / "field"


def visit(folder: Path, told: list[str]) -> FlaskClient:
    """A browser that came in by the launch address."""
    client = create_damage_app(folder, LAUNCH, lambda: told.append("mended")).test_client()
    client.get(f"/?launch={LAUNCH}")
    return client


def test_it_says_what_was_found_and_rebuilds_by_one_button(damaged: Path) -> None:
    told: list[str] = []
    client = visit(damaged, told)
    page = client.get("/").text
    assert "记录文件 log.sqlite 坏了" in page
    assert "来自备份" in page
    assert "来自黑匣子" in page
    assert page.count("<form") == 1
    done = client.post("/rebuild").text
    assert "记录已重建" in done
    assert "12 条" in done
    assert told == ["mended"]
    assert verify_path(damaged / "log.sqlite").lines == 12


def test_it_says_the_same_in_english(damaged: Path) -> None:
    client = visit(damaged, [])
    page = client.get("/?lang=en").text
    assert "The log&#39;s file log.sqlite is damaged" in page
    assert "from the black box" in page


def test_without_the_stick_it_asks_for_it_and_offers_what_was_found(damaged: Path) -> None:
    (damaged.parent / "stick").rename(damaged.parent / "pulled")
    told: list[str] = []
    client = visit(damaged, told)
    page = client.get("/").text
    assert "请先插上黑匣子 U 盘" in page
    assert "至少 2 条（第 11 至 12 条）" in page
    assert 'action="/rebuild"' not in page
    refused = client.post("/rebuild", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "log_must_begin_anew")
    assert told == []
    (damaged.parent / "found.log").write_bytes(client.get("/found.log").data)
    assert verify_path(damaged.parent / "found.log").lines == 10


def test_proven_lines_that_no_copy_has_end_the_log(damaged: Path) -> None:
    (damaged.parent / "stick").rename(damaged.parent / "pulled")
    (damaged / "black_box.json").unlink()
    page = visit(damaged, []).get("/").text
    assert "这份日志不能接着写" in page
    assert "用备用电脑接手" in page


def test_without_any_copy_it_says_whom_to_call(damaged: Path) -> None:
    (damaged.parent / "stick").rename(damaged.parent / "pulled")
    (damaged / "backups").rename(damaged.parent / "gone")
    assert "没有找到这份日志的任何副本" in visit(damaged, []).get("/").text


def test_only_the_browser_that_the_program_opened_gets_in(damaged: Path) -> None:
    client = create_damage_app(damaged, LAUNCH, lambda: None).test_client()
    assert client.get("/").status_code == 403
    assert client.post("/rebuild").status_code == 403
    assert visit(damaged, []).get("/check-in/").status_code == 302


def test_what_cannot_be_gone_on_with_becomes_the_ancestor_of_a_new_log(damaged: Path) -> None:
    (damaged.parent / "stick").rename(damaged.parent / "pulled")
    told: list[str] = []
    assert "已另起新日志" in visit(damaged, told).post("/anew").text
    assert told == ["mended"]
    made = make_bare(damaged)
    for _start in range(2):
        resume_takeover(made.laptop)
        journal = made.laptop.journal
        old = journal.birth.ancestor
        assert (old and old.seq) == 10
        own = [event for event in journal.events() if event.seq > 0]
        assert [event.type for event in own] == ["day_taken_over", "laptop_started"]
        assert (own[0].data["source"], own[0].data["reason"]) == ("file", "damaged")
    assert journal.day.readiness.seats
    assert made.laptop.roster.exists
    made.close()
    assert old
    assert sorted(path.name for path in (damaged / "set-aside" / "1").iterdir() if path.suffix != ".json") == [
        "log.key",
        "log.sqlite",
        f"testday-530521001-{old.log[:8]}.log",
        "testday-530521001.kit",
    ]
