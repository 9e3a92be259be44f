"""The black box's file: what is there is compared, only a torn end is cut, and all up to the last head is proven."""

from collections.abc import Callable
from pathlib import Path

import pytest

from field_app.store.black_box import BoxFile, list_boxes
from shared.log.signing import SigningKey, sign_head
from shared.verify_cli import verify_path
from tests.field_house import PROCTOR, FieldHouse, make_bare, make_laptop


def box_of(field: FieldHouse, folder: Path) -> BoxFile:
    """A fresh look at the box of this laptop."""
    folder.mkdir(exist_ok=True)
    birth = field.laptop.store.birth()
    assert birth is not None
    return BoxFile(folder, birth, field.laptop.keys.log, field.laptop.store.lines)


def write(field: FieldHouse, folder: Path) -> Path:
    """Bring the box up to date, as a program does that has just started; returns the file."""
    box = box_of(field, folder)
    box.bring_up_to(field.laptop.journal.head)
    assert box.lines == field.laptop.journal.head.seq
    return box.path


def note(field: FieldHouse, text: str) -> int:
    return field.record("note_added", PROCTOR, text=text)


def test_everything_up_to_the_last_head_is_proven(field: FieldHouse, tmp_path: Path) -> None:
    path = write(field, tmp_path / "stick")
    assert path.name == f"testday-530521001-{field.laptop.journal.birth.log[:8]}.log"
    for text in ("一", "二", "三"):
        last = note(field, text)
        write(field, tmp_path / "stick")
    report = verify_path(path)
    assert (report.is_whole, report.sealed, report.unsealed) == (True, last, 0)
    assert "三" in path.read_text(encoding="utf-8")


def test_what_is_there_is_not_written_again(field: FieldHouse, tmp_path: Path) -> None:
    path = write(field, tmp_path / "stick")
    before = path.read_bytes()
    write(field, tmp_path / "stick")
    assert path.read_bytes() == before
    note(field, "再来一条")
    write(field, tmp_path / "stick")
    assert path.read_bytes().startswith(before)


def test_a_box_that_was_cut_goes_on_in_its_file(enrolled_field: FieldHouse, tmp_path: Path) -> None:
    path = write(enrolled_field, tmp_path / "stick")
    whole = path.read_bytes()
    for size in (*range(0, len(whole), 37), *range(len(whole) - 3, len(whole))):
        path.write_bytes(whole[:size])
        assert write(enrolled_field, tmp_path / "stick") == path
        assert verify_path(path).sealed == enrolled_field.laptop.journal.head.seq
    assert list_boxes(tmp_path / "stick") == [path]


def test_blocks_that_a_power_cut_left_empty_are_cut_off(field: FieldHouse, tmp_path: Path) -> None:
    path = write(field, tmp_path / "stick")
    path.write_bytes(path.read_bytes() + b"\0" * 4096)
    note(field, "来电以后")
    assert write(field, tmp_path / "stick") == path
    assert verify_path(path).unsealed == 0


def foreign_line(field: FieldHouse, data: bytes) -> bytes:
    return data + field.laptop.store.lines()[0].replace(b'"seq":1,', b'"seq":99,') + b"\n"


def torn_foreign_line(field: FieldHouse, data: bytes) -> bytes:
    return data + b'{"v":1,"log":"AAAA'


def changed_letter(field: FieldHouse, data: bytes) -> bytes:
    return data.replace("李明".encode(), "李朋".encode(), 1)


def foreign_head(field: FieldHouse, data: bytes) -> bytes:
    return data + sign_head(SigningKey.new(), field.laptop.journal.head).record() + b"\n"


def another_birth(field: FieldHouse, data: bytes) -> bytes:
    return data.replace(b"2022-yunxi", b"2022-yunxj", 1)


@pytest.mark.parametrize("change", [foreign_line, torn_foreign_line, changed_letter, foreign_head, another_birth])
def test_a_file_that_differs_is_left_alone(
    field: FieldHouse, tmp_path: Path, change: Callable[[FieldHouse, bytes], bytes]
) -> None:
    path = write(field, tmp_path / "stick")
    path.write_bytes(change(field, path.read_bytes()))
    before = path.read_bytes()
    second = write(field, tmp_path / "stick")
    assert second.name == path.name.replace(".log", "-2.log")
    assert path.read_bytes() == before
    assert verify_path(second).unsealed == 0
    note(field, "以后都写第二个")
    assert write(field, tmp_path / "stick") == second


def test_a_box_that_knows_more_than_the_log_is_left_alone(tmp_path: Path) -> None:
    field = make_laptop(tmp_path / "field")
    field.close()
    older = (tmp_path / "field" / "log.sqlite").read_bytes()
    field = make_bare(tmp_path / "field")
    field.requests = 100
    note(field, "还原以后没有这一条")
    path = write(field, tmp_path / "stick")
    before = path.read_bytes()
    field.close()
    (tmp_path / "field" / "log.sqlite").write_bytes(older)
    field = make_bare(tmp_path / "field")
    assert write(field, tmp_path / "stick") != path
    assert path.read_bytes() == before
    field.close()


def test_two_laptops_share_a_stick(tmp_path: Path) -> None:
    first, second = make_laptop(tmp_path / "first"), make_laptop(tmp_path / "second")
    paths = {write(first, tmp_path / "stick"), write(second, tmp_path / "stick")}
    assert sorted(paths) == list_boxes(tmp_path / "stick")
    first.close()
    second.close()


def test_a_missing_folder_is_no_beginning(field: FieldHouse, tmp_path: Path) -> None:
    box = box_of(field, tmp_path / "stick")
    (tmp_path / "stick").rename(tmp_path / "pulled")
    with pytest.raises(FileNotFoundError):
        box.bring_up_to(field.laptop.journal.head)
    (tmp_path / "pulled").rename(tmp_path / "stick")
    box.bring_up_to(field.laptop.journal.head)
    assert box.lines == field.laptop.journal.head.seq
