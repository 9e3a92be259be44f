"""How late the black box is, and what the start-up check and a rebuilding of a long day cost; printed with `-s`."""

import random
import sys
from pathlib import Path
from statistics import median

from field_app.services.damage import find_damage
from field_app.services.rebuilding import rebuild
from field_app.store.black_box import list_boxes
from field_app.store.copies import CopyKind
from shared.domain.event import Draft
from shared.log.chain import Head, next_hash
from shared.log.line import Place, encode_line
from shared.log.signing import SignedHead, sign_head
from shared.store.writer import Writer
from shared.timepiece import pause, tick_ms
from shared.verify_cli import verify_path
from tests.field_house import PROCTOR, FieldHouse, make_bare, make_laptop

LINES = 2000
HEADS_EVERY = 4
RECORDS = 40


def say(words: str) -> None:
    sys.stdout.write(f"\n{words}\n")


def test_lines_are_in_the_box_within_two_seconds(field: FieldHouse, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    field.house.box.choose(str(tmp_path / "stick"))
    chance, late = random.Random(2022), []
    for number in range(RECORDS):
        seq = field.record("note_added", PROCTOR, text=f"第 {number} 条")
        recorded = tick_ms()
        while field.laptop.journal.head.seq - field.house.box.status().behind < seq:
            assert tick_ms() - recorded < 2_000
            pause(0.002)
        late.append(tick_ms() - recorded)
        pause(chance.uniform(0, 0.3))
    (box,) = list_boxes(tmp_path / "stick")
    assert verify_path(box).sealed == seq
    say(f"black box: {RECORDS} records, behind by {median(late)} ms at the median, {max(late)} ms at most")


def test_the_start_up_check_of_a_long_day_is_short(tmp_path: Path) -> None:
    folder, stick = tmp_path / "field", tmp_path / "stick"
    stick.mkdir()
    lengthen(folder)
    started = tick_ms()
    assert find_damage(folder) is None
    alone = tick_ms() - started
    again = make_bare(folder)
    started = tick_ms()
    again.house.backups.make()
    backup = tick_ms() - started
    again.house.box.choose(str(stick))
    again.close()
    started = tick_ms()
    assert find_damage(folder) is None
    with_box = tick_ms() - started
    assert max(alone, with_box) < 10_000
    (folder / "log.sqlite").write_bytes(b"")
    (folder / "backups").rename(tmp_path / "backups")
    started = tick_ms()
    assert rebuild(folder).origins == {CopyKind.BLACK_BOX: LINES}
    say(
        f"{LINES} lines, {LINES // HEADS_EVERY} heads: start-up check {alone} ms, with a black box {with_box} ms, "
        f"a verified backup {backup} ms, a rebuilding from the black box {tick_ms() - started} ms"
    )


def lengthen(folder: Path) -> None:
    """A closed laptop with a day of `LINES` lines, and as many heads as frequent sync leaves."""
    made = make_laptop(folder)
    laptop, rows, heads = made.laptop, list[tuple[int, bytes, bytes, str]](), list[SignedHead]()
    head, plan = laptop.journal.head, laptop.plan.sha256[:16]
    for seq in range(head.seq + 1, LINES + 1):
        place = Place(head.log, seq, laptop.journal.birth.school, laptop.journal.birth.campaign, plan)
        line = encode_line(Draft("note_added", PROCTOR, {"text": f"第 {seq} 条备注"}), place, 1, made.clock.now())
        head = Head(head.log, seq, next_hash(head.hash, line))
        rows.append((seq, line, head.hash, f"request-{seq}"))
        if seq % HEADS_EVERY == 0:
            heads.append(sign_head(laptop.keys.log, head))
    made.close()
    writer = Writer(folder / "log.sqlite", ())
    writer.write(lambda connection: connection.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", rows).rowcount)
    seals = [(one.head.seq, one.head.hash, one.signature) for one in heads]
    writer.write(lambda connection: connection.executemany("INSERT INTO head VALUES (?, ?, ?)", seals).rowcount)
    writer.close()
