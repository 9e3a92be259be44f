"""The sealed roster opens with its passphrase only, survives interruption, and is gone after it was destroyed."""

import errno
import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from field_app.roster import locks
from field_app.roster.pupil import Pupil, seats_only
from field_app.roster.sealed import SealedRoster
from shared.domain.errors import DomainError
from tests.rosters import make_pupils

PASSPHRASE = "云溪三小 0526"
PUPILS = make_pupils(27)
CHEAP = 2**4  # the tests need no slow key


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "roster.enc"


@pytest.fixture
def roster(path: Path) -> SealedRoster:
    roster = SealedRoster(path, CHEAP)
    roster.set_passphrase(PASSPHRASE)
    roster.save(PUPILS)
    return roster


def change(path: Path, part: str, flip) -> None:
    """Rewrite one part of the file."""
    record = json.loads(path.read_bytes())
    holder = record if part in record else record["lock"]
    holder[part] = flip(holder[part])
    path.write_bytes(json.dumps(record).encode())


def flip_bit(text: str, place: int = -1) -> str:
    data = bytearray.fromhex(text)
    data[place] ^= 1
    return data.hex()


def test_saved_pupils_come_back_after_a_restart(roster: SealedRoster, path: Path) -> None:
    again = SealedRoster(path)
    assert again.exists
    assert not again.is_unlocked
    again.unlock(PASSPHRASE)
    assert again.load() == PUPILS


def test_passphrase_before_any_pupil(path: Path) -> None:
    assert not SealedRoster(path).exists
    roster = SealedRoster(path, CHEAP)
    roster.set_passphrase(PASSPHRASE)
    assert roster.exists
    assert roster.is_unlocked
    assert roster.load() == ()


def test_seats_only_roster(roster: SealedRoster) -> None:
    roster.save(seats_only(25))
    assert len(roster.load()) == 25


@pytest.mark.parametrize("typed", ["云溪三小 ０５２６", "  云溪三小 0526 "])
def test_passphrase_typed_with_another_input_method(roster: SealedRoster, path: Path, typed: str) -> None:
    SealedRoster(path).unlock(typed)


@pytest.mark.parametrize("short", ["", "1234567", "   1234567   "])
def test_passphrase_too_short(path: Path, short: str) -> None:
    with pytest.raises(DomainError, match="passphrase_too_short"):
        SealedRoster(path, CHEAP).set_passphrase(short)
    assert not path.exists()


def test_wrong_passphrase(roster: SealedRoster, path: Path) -> None:
    again = SealedRoster(path)
    with pytest.raises(DomainError, match="passphrase_wrong"):
        again.unlock("云溪三小 0527")
    assert not again.is_unlocked


def test_locked_roster_gives_and_takes_nothing(roster: SealedRoster) -> None:
    roster.lock()
    with pytest.raises(DomainError, match="roster_locked"):
        roster.load()
    with pytest.raises(DomainError, match="roster_locked"):
        roster.save(PUPILS)


def test_no_roster_yet(path: Path) -> None:
    roster = SealedRoster(path)
    for act in (roster.load, roster.destroy, lambda: roster.unlock(PASSPHRASE), lambda: roster.save(PUPILS)):
        with pytest.raises(DomainError, match="roster_missing"):
            act()


def test_passphrase_is_not_set_over_a_roster(roster: SealedRoster, path: Path) -> None:
    with pytest.raises(DomainError, match="roster_exists"):
        SealedRoster(path, CHEAP).set_passphrase("another passphrase")
    assert roster.load() == PUPILS


def test_change_passphrase(roster: SealedRoster, path: Path) -> None:
    roster.change_passphrase(PASSPHRASE, "a new passphrase")
    again = SealedRoster(path)
    with pytest.raises(DomainError, match="passphrase_wrong"):
        again.unlock(PASSPHRASE)
    again.unlock("a new passphrase")
    assert again.load() == PUPILS


def test_change_passphrase_needs_the_old_one(roster: SealedRoster) -> None:
    with pytest.raises(DomainError, match="passphrase_wrong"):
        roster.change_passphrase("not the old one", "a new passphrase")
    with pytest.raises(DomainError, match="passphrase_too_short"):
        roster.change_passphrase(PASSPHRASE, "short")
    assert roster.load() == PUPILS


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16-le", "utf-16-be", "unicode_escape"])
def test_no_name_or_code_is_in_clear_in_the_folder(roster: SealedRoster, path: Path, encoding: str) -> None:
    bytes_kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    secrets = [secret for pupil in PUPILS for secret in (pupil.name, pupil.code, PASSPHRASE)]
    assert [secret for secret in secrets if secret.encode(encoding) in bytes_kept] == []


def test_same_pupils_sealed_twice_look_different(roster: SealedRoster) -> None:
    before = roster.fingerprint
    roster.save(PUPILS)
    assert roster.fingerprint != before


@pytest.mark.parametrize("place", [0, 11, 12, 500, -16, -1])
def test_changed_ciphertext_is_noticed(roster: SealedRoster, path: Path, place: int) -> None:
    change(path, "sealed", lambda text: flip_bit(text, place))
    with pytest.raises(DomainError, match="roster_damaged"):
        roster.load()


@pytest.mark.parametrize("part", ["salt", "wrapped"])
def test_changed_lock_does_not_open(roster: SealedRoster, path: Path, part: str) -> None:
    change(path, part, flip_bit)
    with pytest.raises(DomainError, match="passphrase_wrong"):
        SealedRoster(path).unlock(PASSPHRASE)


@pytest.mark.parametrize("cost", [0, 1, 3, -16, 2**21, 2**40, "x", None])
def test_cost_nobody_chose_is_refused_before_it_costs_anything(roster: SealedRoster, path: Path, cost: Any) -> None:
    change(path, "n", lambda _: cost)
    with pytest.raises(DomainError, match="roster_damaged"):
        SealedRoster(path).unlock(PASSPHRASE)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"1", b'"x"', b"\xff\xfe", b'{"roster":1}', b'{"roster":2}', b'{"roster":1,"lock":[]}']
)
def test_damaged_file_is_put_aside_not_replaced(roster: SealedRoster, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    again = SealedRoster(path, CHEAP)
    assert again.exists
    with pytest.raises(DomainError, match="roster_damaged"):
        again.unlock(PASSPHRASE)
    again.set_passphrase(PASSPHRASE)
    again.save(PUPILS)
    assert again.load() == PUPILS
    assert path.with_name("roster.enc.damaged").read_bytes() == data
    again.destroy()
    assert [file.name for file in path.parent.iterdir()] == ["roster.enc"]


def test_destroyed_roster_leaves_only_its_proof(roster: SealedRoster, path: Path) -> None:
    record = json.loads(path.read_bytes())
    ciphertext = bytes.fromhex(record["sealed"])
    proof = SealedRoster(path).destroy()
    assert proof == sha256(ciphertext).hexdigest()
    left = path.read_bytes()
    assert record["lock"]["wrapped"].encode() not in left
    assert record["sealed"][:64].encode() not in left
    assert [file.name for file in path.parent.iterdir()] == ["roster.enc"]


def test_destroyed_roster_is_gone_and_its_proof_stays(roster: SealedRoster, path: Path) -> None:
    proof = roster.destroy()
    assert not roster.exists
    assert not roster.is_unlocked
    assert roster.destroy() == proof == roster.fingerprint == SealedRoster(path).fingerprint
    with pytest.raises(DomainError, match="roster_missing"):
        roster.load()
    with pytest.raises(DomainError, match="roster_missing"):
        roster.unlock(PASSPHRASE)


def test_after_destruction_a_new_day_can_begin(roster: SealedRoster) -> None:
    proof = roster.destroy()
    roster.set_passphrase("another day's phrase")
    roster.save(PUPILS[:3])
    assert roster.load() == PUPILS[:3]
    assert roster.destroy() != proof


@pytest.mark.parametrize("state", ["renamed", "tombstone written"])
def test_destruction_interrupted_is_finished_with_the_same_proof(roster: SealedRoster, path: Path, state: str) -> None:
    before = path.read_bytes()
    proof = roster.fingerprint
    if state == "tombstone written":
        roster.destroy()
    else:
        path.unlink()
    path.with_name("roster.enc.gone").write_bytes(before)
    assert SealedRoster(path).destroy() == proof
    assert [file.name for file in path.parent.iterdir()] == ["roster.enc"]


def test_overwriting_happens_in_place(roster: SealedRoster, path: Path) -> None:
    with path.open("rb") as same_blocks:
        before = same_blocks.read()
        roster.destroy()
        same_blocks.seek(0)
        after = same_blocks.read()
    assert len(after) == len(before)
    assert after[:100] != before[:100]


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "disk_full"), (errno.EIO, "not_recorded")])
def test_disk_that_refuses_leaves_the_old_roster(
    roster: SealedRoster, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(number, "no")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(DomainError, match=code):
            roster.save(PUPILS[:1])
    assert roster.load() == PUPILS


KILLED = """
import sys
from pathlib import Path
from field_app.roster.pupil import seats_only
from field_app.roster.sealed import SealedRoster
roster = SealedRoster(Path(sys.argv[1])); roster.unlock(sys.argv[2]); n = 0
while True:
    n += 1; roster.save(seats_only(1 + n % 900)); sys.stdout.write("saved\\n"); sys.stdout.flush()
"""


def test_killed_while_saving_leaves_a_whole_roster(roster: SealedRoster, path: Path) -> None:
    for saves in (1, 7, 23):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(path), PASSPHRASE], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(saves):
                process.stdout.readline()
            process.kill()
        again = SealedRoster(path)
        again.unlock(PASSPHRASE)
        assert len(again.load()) >= saves


def test_file_is_for_this_user_only(roster: SealedRoster, path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0


def test_shipped_cost_is_strong(path: Path) -> None:
    roster = SealedRoster(path)
    roster.set_passphrase(PASSPHRASE)
    assert json.loads(path.read_bytes())["lock"]["n"] == locks.SCRYPT_COST >= 2**15
    SealedRoster(path).unlock(PASSPHRASE)


def test_repr_of_a_lock_tells_no_key() -> None:
    lock = locks.make_lock(locks.new_key(), PASSPHRASE, CHEAP)
    assert lock.wrapped.hex() not in repr(lock)
    assert str(lock.wrapped) not in repr(lock)


def test_pupils_come_in_seat_order(roster: SealedRoster) -> None:
    roster.save([Pupil(9, "王五"), Pupil(2, "李四")])
    assert [pupil.seat for pupil in roster.load()] == [2, 9]
