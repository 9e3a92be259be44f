"""A log that goes on from another: its box, its backups and its rebuilding carry the older log too."""

from pathlib import Path

import pytest

from field_app.services.damage import DamageKind, find_damage
from field_app.services.rebuilding import plan_rebuilding, rebuild
from field_app.services.takeover import survey, take_over
from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import decode_birth
from shared.verify_cli import verify_ancestors, verify_path
from tests.field_house import FieldHouse, make_bare, make_laptop


@pytest.fixture
def spare(tmp_path: Path) -> FieldHouse:
    """A spare laptop that took the day over from a black box, with a black box of its own on another stick."""
    first = make_laptop(tmp_path / "first")
    for name in ("stick", "second-stick"):
        (tmp_path / name).mkdir()
    first.house.box.choose(str(tmp_path / "stick"))
    first.close()
    made = make_bare(tmp_path / "field")
    (estate,) = survey(tmp_path / "stick")
    take_over(made.laptop, estate, "broken")
    made.house.box.choose(str(tmp_path / "second-stick"))
    return made


def test_the_box_of_a_spare_laptop_is_enough_for_the_next_one(spare: FieldHouse, tmp_path: Path) -> None:
    head = spare.laptop.journal.head
    spare.close()
    (estate,) = survey(tmp_path / "second-stick")
    assert estate.complete
    assert estate.kit is not None
    assert estate.head == head
    assert len(estate.logs) == 2


def test_a_rebuilt_log_keeps_the_log_in_front(spare: FieldHouse, tmp_path: Path) -> None:
    spare.house.backups.make()
    lines, ancestors = spare.laptop.store.lines(), spare.laptop.store.ancestors()
    spare.close()
    database = tmp_path / "field" / "log.sqlite"
    database.write_bytes(database.read_bytes()[:20_000])
    account = rebuild(tmp_path / "field")
    assert account.lines == len(lines)
    again = make_bare(tmp_path / "field")
    assert again.laptop.store.lines() == lines
    assert again.laptop.store.ancestors() == ancestors
    assert again.laptop.journal.day.duties.on_duty() == spare.laptop.journal.day.duties.on_duty()
    again.close()
    assert verify_path(database).is_whole
    assert [report.is_whole for report in verify_ancestors(database)] == [True]


def test_without_the_log_in_front_it_does_not_go_on(spare: FieldHouse, tmp_path: Path) -> None:
    spare.close()
    (tmp_path / "field" / "log.sqlite").unlink()
    (ancestor,) = (log for log in survey(tmp_path / "second-stick")[0].logs[:1])
    older = decode_birth(ancestor.birth or b"").log
    account = plan_rebuilding(tmp_path / "field").account
    assert (account.lost, account.has_ancestors) == (0, True)
    (tmp_path / "second-stick" / f"testday-530521001-{older[:8]}.log").unlink()
    with pytest.raises(DomainError) as refused:
        rebuild(tmp_path / "field")
    assert refused.value.code is ErrorCode.LOG_MUST_BEGIN_ANEW


def test_a_damage_in_the_log_in_front_is_found(spare: FieldHouse, tmp_path: Path) -> None:
    spare.house.backups.make()
    spare.close()
    database = tmp_path / "field" / "log.sqlite"
    data = database.read_bytes()
    assert "张强".encode() in data
    database.write_bytes(data.replace("张强".encode(), "张弱".encode()))
    damage = find_damage(tmp_path / "field")
    assert damage is not None
    assert damage.kind is DamageKind.DAMAGED
    rebuild(tmp_path / "field")
    assert find_damage(tmp_path / "field") is None
