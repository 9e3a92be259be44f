"""The black box as people meet it: chosen, fed, out, back, released; the strip says what to do."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from field_app.services.black_box import SETTINGS
from field_app.services.box_feed import BoxState, write_kit
from field_app.store.black_box import list_boxes
from shared.timepiece import pause, tick_ms
from shared.verify_cli import verify_path
from shared.wire.kit import read_kit
from tests.field_house import PASSPHRASE, PINS, PROCTOR, PUPILS, FieldHouse, make_bare


def wait_for(true: Callable[[], bool], seconds: float = 10) -> None:
    """Until something that another thread does is done."""
    end = tick_ms() + int(seconds * 1000)
    while not true():
        assert tick_ms() < end, "it did not happen"
        pause(0.01)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def held(stick: Path) -> int:
    """How many lines the box proves, as a stranger sees it."""
    (box,) = list_boxes(stick)
    return verify_path(box).sealed


def test_without_a_box_every_page_asks_for_one(field: FieldHouse) -> None:
    assert field.client.get("/status.json").get_json()["box"] == "还没有黑匣子，去选 U 盘"
    for page in ("/", "/check-in/", "/log/"):
        assert "还没有黑匣子，去选 U 盘" in field.read(page)


def test_a_record_is_in_the_box_within_two_seconds(field: FieldHouse, stick: Path) -> None:
    assert field.say("/box", typed=str(stick))["said"] == f"黑匣子在 {stick}"
    assert held(stick) == field.laptop.journal.head.seq
    seq = field.record("note_added", PROCTOR, text="两秒以内")
    wait_for(lambda: held(stick) == seq, seconds=2)
    assert field.client.get("/status.json").get_json()["box"] == ""
    assert str(stick) in field.read("/readiness/")


def test_nothing_secret_lies_on_the_stick(field: FieldHouse, stick: Path) -> None:
    field.say("/box", typed=str(stick))
    data = b"".join(path.read_bytes() for path in stick.iterdir())
    secrets = [pupil.name.encode() for pupil in PUPILS] + [pin.encode() for pin in PINS.values()]
    secrets += [PASSPHRASE.encode(), field.laptop.keys.log.raw, field.laptop.keys.log.raw.hex().encode()]
    assert [secret for secret in secrets if secret in data] == []


def test_the_kit_is_what_a_spare_laptop_needs(field: FieldHouse, stick: Path) -> None:
    field.say("/box", typed=str(stick))
    kit = read_kit((stick / "testday-530521001.kit").read_bytes())
    assert kit.enrolment == field.laptop.enrolment
    assert [plan for plan in kit.plans if field.laptop.contents.find_content(field.laptop.plan.sha256) == plan]
    before = (stick / "testday-530521001.kit").stat()
    write_kit(field.laptop, stick)
    assert (stick / "testday-530521001.kit").stat() == before


def test_a_place_is_kept_for_the_next_start(field: FieldHouse, stick: Path, tmp_path: Path) -> None:
    field.say("/box", typed=str(stick))
    field.close()
    again = make_bare(tmp_path / "field")
    again.requests = 100
    assert again.house.box.status().state is BoxState.STOPPED
    seq = again.record("note_added", PROCTOR, text="没有写黑匣子时登记的")
    again.house.box.start()
    assert held(stick) == seq
    again.close()


def test_what_is_no_folder_is_refused(field: FieldHouse, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x", encoding="utf-8")
    for wrong in ("", "stick", str(tmp_path / "nowhere"), str(tmp_path / "letter.txt")):
        assert field.say("/box", typed=wrong)["code"] == "box_place_missing"
    assert not (tmp_path / "field" / SETTINGS).exists()


def test_the_same_disk_is_said_to_be_the_same(field: FieldHouse, stick: Path) -> None:
    field.say("/box", typed=str(stick))
    assert "在同一块磁盘上" in field.read("/readiness/")


def test_a_stick_that_is_pulled_out_is_told_and_caught_up_when_back(field: FieldHouse, stick: Path) -> None:
    field.say("/box", typed=str(stick))
    stick.rename(stick.with_name("pulled"))
    wait_for(lambda: field.house.box.status().state is BoxState.MISSING)
    seq = field.record("note_added", PROCTOR, text="U 盘不在时登记的")
    told = field.client.get("/status.json").get_json()["box"]
    assert told == "黑匣子 U 盘不在，请插回 · 差 1 条（从 08:15 起）"
    assert told in field.read("/check-in/")
    assert "登记照常进行" in field.read("/readiness/")
    stick.with_name("pulled").rename(stick)
    wait_for(lambda: field.house.box.status().is_fine)
    assert held(stick) == seq


def test_a_released_stick_is_left_alone_until_it_was_out(field: FieldHouse, stick: Path) -> None:
    field.say("/box", typed=str(stick))
    seq = field.record("note_added", PROCTOR, text="最后一条")
    assert "可以安全拔出" in field.say("/box/release")["said"]
    assert held(stick) == seq
    field.record("note_added", PROCTOR, text="停写以后")
    assert "可以拔出" in field.client.get("/status.json").get_json()["box"]
    stick.rename(stick.with_name("pulled"))
    wait_for(lambda: field.house.box.status().state is BoxState.MISSING)
    assert held(stick.with_name("pulled")) == seq
    stick.with_name("pulled").rename(stick)
    wait_for(lambda: held(stick) == seq + 1)


def test_a_released_stick_goes_on_by_a_button(field: FieldHouse, stick: Path) -> None:
    field.say("/box", typed=str(stick))
    field.say("/box/release")
    seq = field.record("note_added", PROCTOR, text="停写以后")
    field.say("/box/resume")
    assert field.house.box.status().is_fine
    assert held(stick) == seq


def test_a_stick_that_hangs_delays_no_record(field: FieldHouse, stick: Path) -> None:
    """A named pipe where the kit is written: whoever opens it waits for ever, as with a stick that died."""
    field.say("/box", typed=str(stick))
    stick.rename(stick.with_name("pulled"))
    wait_for(lambda: field.house.box.status().state is BoxState.MISSING)
    pipe = stick.with_name("pulled") / "testday-530521001.kit.new"
    os.mkfifo(pipe)
    (stick.with_name("pulled") / "testday-530521001.kit").unlink()
    stick.with_name("pulled").rename(stick)
    pause(1.5)  # the thread has found the stick, and hangs in the pipe
    before = tick_ms()
    for number in range(5):
        field.record("note_added", PROCTOR, text=f"照常 {number}")
    assert tick_ms() - before < 2_000
    wait_for(lambda: field.house.box.status().state is BoxState.BEHIND)
    assert "黑匣子写得太慢 · 差 5 条" in field.client.get("/status.json").get_json()["box"]
    assert field.say("/box/release")["code"] == "box_not_written"
    other = stick.with_name("other")
    other.mkdir()
    field.say("/box", typed=str(other))
    assert held(other) == field.laptop.journal.head.seq
    os.close(os.open(stick / pipe.name, os.O_RDONLY | os.O_NONBLOCK))
