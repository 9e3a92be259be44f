"""The vectors of docs/bundle-format.md are current; our reader and a second one read each of them alike."""

import gzip
import hashlib
import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.sample_log import make_log
from field_app.store.office import OfficeStore, office_migrations
from field_app.sync.outgoing import Outgoing, inherited_log
from field_app.sync.receipts import keep_receipt_file
from shared.domain.errors import DomainError, ErrorCode
from shared.log.base32 import tidy
from shared.log.head_text import find_head, find_seal_code
from shared.log.logfile import read_fragment, write_log
from shared.log.receipt import read_receipt
from shared.log.signing import sign_head, verify
from shared.log.verification import verify_log
from shared.store.migrations import log_migrations
from shared.store.writer import Writer
from shared.wire import routes
from shared.wire.bundle import UNPACKED_BYTES, Bundle, BundledLog, read_bundle, write_bundle
from shared.wire.enrolment import read_enrolment
from shared.wire.receipt_file import read_receipt_file
from shared.wire.sealing import seal, ssh_key, unseal
from sync_server.services.bundles import Bundles
from tests.contract import second_bundle, second_verifier
from tests.make_bundle_vectors import DEVICE, FOLDER, OFFICE, put_together, sealed, write_files
from tests.vector_log import SCHOOL
from tests.vector_office import VectorOffice

PAGE = Path(__file__).parents[2] / "docs" / "bundle-format.md"
WIRE = FOLDER.parents[1] / "wire" / "v1"
SERVER = bytes.fromhex(OFFICE.public)
SHIPPED = sorted(path.name for path in FOLDER.iterdir())


def vectors(name: str) -> Any:
    """The content of one file."""
    return json.loads((FOLDER / f"{name}.json").read_bytes())


REFUSED, TEXTS, MANIFEST, CHUNKS = (vectors(name) for name in ("refused", "head_texts", "manifest", "chunks"))
GOOD, TWO_CHUNKS = ((FOLDER / f"{name}.bundle").read_bytes() for name in ("good", "chunks"))


def refusal(data: bytes) -> ErrorCode | None:
    """With which code we refuse a bundle, if we do."""
    try:
        read_bundle(data, OFFICE, "x")
    except DomainError as problem:
        return problem.code
    return None


def theirs(data: bytes) -> str | None:
    """With which code the second reader does."""
    try:
        second_bundle.open_bundle(data, OFFICE.raw)
    except second_verifier.Refused as problem:
        return problem.code
    return None


def test_the_vectors_are_current(tmp_path: Path) -> None:
    write_files(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == SHIPPED
    for name in SHIPPED:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_the_page_describes_every_file_and_every_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in SHIPPED if f"| `{name}` |" not in page] == []
    codes = {one["code"] for one in (*REFUSED, *vectors("packing"), *CHUNKS["refused"])}
    assert [code for code in codes if f"`{code}`" not in page] == []


def test_both_readers_open_the_good_bundle() -> None:
    ours, theirs = read_bundle(GOOD, OFFICE, "good.bundle"), second_bundle.open_bundle(GOOD, OFFICE.raw)
    assert theirs[0] == MANIFEST
    assert json.loads(ours.manifest()) == MANIFEST
    assert [log.file for log in ours.logs] == [log.data for log in theirs[1]]
    assert gzip.decompress(unseal(GOOD, OFFICE, "x")) == (FOLDER / "inside.txt").read_bytes()
    assert vectors("keys")["office_ssh_key"] == ssh_key(OFFICE.public)
    assert ours.name == "testday-530521001-{}-12.bundle".format(MANIFEST["logs"][1]["log"][:8])


@pytest.mark.parametrize("bundle", [GOOD, TWO_CHUNKS], ids=["good", "chunks"])
def test_its_logs_are_whole_and_its_vouches_good(bundle: bytes) -> None:
    for log, theirs in zip(
        read_bundle(bundle, OFFICE, "x").logs, second_bundle.open_bundle(bundle, OFFICE.raw)[1], strict=True
    ):
        assert (theirs.verdict.ok, theirs.vouched) == (True, True if log.vouch else None)
        part = read_fragment(log.file)
        report = verify_log(part.birth or b"", part.lines, part.heads)
        assert (report.head, report.unsealed) == (log.head, 0)
        message = routes.vouch_message(log.head.log, hashlib.sha256(part.birth or b"").digest())
        assert not log.vouch or verify(DEVICE.public, routes.CONTEXT_VOUCH, message, log.vouch)


def test_both_readers_open_the_bundle_of_two_chunks() -> None:
    ours, theirs = read_bundle(TWO_CHUNKS, OFFICE, "x"), second_bundle.open_bundle(TWO_CHUNKS, OFFICE.raw)
    assert json.loads(ours.manifest()) == theirs[0] == CHUNKS["manifest"]
    assert [log.file for log in ours.logs] == [log.data for log in theirs[1]]
    (begin, border), (_, end) = CHUNKS["chunks"]
    assert len(second_bundle.unarmour(TWO_CHUNKS)) == end
    assert border - begin == 65536 + 16
    assert 16 < end - border < border - begin


@pytest.mark.parametrize("bundle", [GOOD, TWO_CHUNKS], ids=["good", "chunks"])
def test_the_office_takes_every_line_of_them(bundle: bytes, tmp_path: Path) -> None:
    office = VectorOffice(tmp_path)
    office.enrol("device", office.make_code())
    taken = Bundles(office.office).take(bundle, "x")
    office.close()
    assert [log.new_lines for log in taken.logs] == [log.head.seq for log in taken.bundle.logs]
    assert [log.device for log in taken.logs] == [
        taken.bundle.device if log.vouch else None for log in taken.bundle.logs
    ]


@pytest.mark.parametrize("one", CHUNKS["refused"], ids=lambda one: str(one["name"]))
def test_chunks_taken_apart_are_refused(one: dict[str, Any]) -> None:
    data = put_together(second_bundle.unarmour(TWO_CHUNKS), one["parts"])
    assert hashlib.sha256(data).hexdigest() == one["sha256"]
    assert refusal(data) == theirs(data) == one["code"]


@pytest.mark.parametrize("one", CHUNKS["sealed"], ids=lambda one: str(one["zeros"]))
def test_every_edge_of_a_chunk_has_its_bytes(one: dict[str, Any]) -> None:
    data = second_bundle.seal(bytes(one["zeros"]), SERVER, "zeros")
    assert hashlib.sha256(data).hexdigest() == one["sha256"]
    assert unseal(data, OFFICE, "x") == second_bundle.unseal(data, OFFICE.raw) == bytes(one["zeros"])


@pytest.mark.parametrize("one", [*REFUSED, *vectors("packing")], ids=lambda one: str(one["name"]))
def test_refused_for_the_reason_given(one: dict[str, Any]) -> None:
    with pytest.raises(DomainError) as problem:
        read_bundle(one["file"].encode(), OFFICE, "x.bundle")
    assert problem.value.code == one["code"]
    with pytest.raises(second_verifier.Refused) as theirs:
        second_bundle.open_bundle(one["file"].encode(), OFFICE.raw)
    assert theirs.value.code == one["code"]


def test_what_we_write_the_second_reader_reads() -> None:
    ours = read_bundle(GOOD, OFFICE, "x")
    again = write_bundle(ours, DEVICE, OFFICE.public)
    assert again != GOOD
    assert second_bundle.open_bundle(again, OFFICE.raw) == second_bundle.open_bundle(GOOD, OFFICE.raw)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 3 * 65536])
def test_sealing_agrees_at_every_edge_of_a_chunk(size: int) -> None:
    plain = os.urandom(size)
    assert unseal(second_bundle.seal(plain, bytes.fromhex(OFFICE.public), str(size)), OFFICE, "x") == plain
    assert second_bundle.unseal(seal(plain, OFFICE.public), OFFICE.raw) == plain


def test_a_small_file_cannot_fill_the_memory() -> None:
    bomb = seal(gzip.compress(bytes(UNPACKED_BYTES + 1), 9, mtime=0), OFFICE.public)
    with pytest.raises(DomainError) as problem:
        read_bundle(bomb, OFFICE, "x")
    assert (problem.value.code, len(bomb) < 300_000) == (ErrorCode.BUNDLE_UNREADABLE, True)


def test_a_long_day_is_small() -> None:
    log = make_log("530521001", "2022-yunxi", "a" * 64, 2000, seed=1)
    heads = [sign_head(log.key, log.heads[seq]) for seq in range(20, 2001, 20)]
    file = write_log(log.birth, log.lines, heads)
    bundle = Bundle("530521001", "2022-yunxi", DEVICE.public, 1, (BundledLog(log.heads[-1], "", file),))
    assert len(write_bundle(bundle, DEVICE, OFFICE.public)) < 100_000


def test_all_chance_is_in_the_seal() -> None:
    log = read_bundle(GOOD, OFFICE, "x").logs[0]
    bundle = Bundle("530521001", "2022-yunxi", DEVICE.public, 1, (BundledLog(log.head, "", log.file),))
    first, second = (second_bundle.unseal(write_bundle(bundle, DEVICE, OFFICE.public), OFFICE.raw) for _ in range(2))
    assert first == second


def damaged(chance: random.Random, data: bytes) -> bytes:
    """A sealed file as a bad stick, a mail program or an editor leaves it."""
    place, rows = chance.randrange(len(data)), data.splitlines(keepends=True)
    row = chance.randrange(len(rows))
    match chance.randrange(7):
        case 0:
            return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
        case 1:
            return data[:place] + chance.choice((b"", bytes(64), b" \n"))
        case 2:
            return data.replace(b"\n", b"\r\n")
        case 3:
            rows[row] = rows[row].strip() + chance.choice((b" \n", b"\r\n", b"\n\n", b"", b"=\n"))
        case 4:
            rows.insert(chance.randrange(len(rows)), rows.pop(row))
        case 5:
            return data + chance.choice((b"x", bytes(9), b"\n\n", b" \t", b"\v", b"\xff"))
        case 6:
            return chance.choice((b" ", b"\n", bytes(9), b"\xef\xbb\xbf", b"x", b"\v")) + data
    return b"".join(rows)


def test_both_readers_say_the_same_of_damaged_bundles() -> None:
    chance, header = random.Random(7), {ErrorCode.BUNDLE_DAMAGED, ErrorCode.BUNDLE_FOR_ANOTHER}
    seen = Counter[object]()
    for turn in range(400):
        data = damaged(chance, GOOD)
        code = refusal(data)
        assert theirs(data) == code or {code, theirs(data)} == header, (turn, code, theirs(data))
        seen[code] += 1
    assert {None, ErrorCode.BUNDLE_DAMAGED, ErrorCode.BUNDLE_CUT, ErrorCode.NOT_A_BUNDLE} <= seen.keys()


@pytest.mark.parametrize("one", TEXTS, ids=lambda one: str(one["text"])[:12])
def test_heads_in_texts(one: dict[str, Any]) -> None:
    found = find_head(one["text"])
    assert (str(found.head) if found else None) == one.get("head")
    assert (found.signed.signature if found and found.signed else None) == one.get("signature")
    second = second_verifier.find_head(one["text"]) or second_verifier.HeadText()
    head = ":".join(map(str, second.head)) if second.head else None
    assert (head, second.signature) == (one.get("head"), one.get("signature"))
    assert second.seal_code == one.get("seal_code")
    if "seal_code" in one:
        assert find_seal_code(one["text"]) == one["seal_code"] == tidy(one["seal_code"])


def test_the_receipt_file() -> None:
    file = read_receipt_file((FOLDER / "good.receipt").read_bytes(), "x")
    marks = [read_receipt(dict(travelled), OFFICE.public).mark for travelled in file.receipts]
    assert marks == ["accepted", "backed_up"]
    assert file.county_log is not None
    assert second_verifier.verify(file.county_log).ok
    found, county = second_bundle.read_receipt_file(
        (FOLDER / "good.receipt").read_bytes(), bytes.fromhex(OFFICE.public), SCHOOL
    )
    assert [receipt["mark"] for receipt, _ in found] == marks
    assert county is not None
    assert county.head[1] == 3
    assert file.name == "testday-530521001.receipt"


@pytest.mark.parametrize("one", vectors("receipt_files"), ids=lambda one: str(one["name"]))
def test_receipt_files(one: dict[str, Any], tmp_path: Path) -> None:
    data, log = one["file"].encode(), inherited_log(read_fragment((WIRE / "log.log").read_bytes()))
    assert code_of_ours(data, log, tmp_path / "log.sqlite") == one["code"]
    hashes = {log.head.log: [digest.hex() for digest in log.hashes]}
    if one["code"] is None:
        assert {how for _, how in second_bundle.read_receipt_file(data, SERVER, SCHOOL, hashes)[0]} == {"own"}
    else:
        with pytest.raises(second_verifier.Refused, match=f"^{one['code']}"):
            second_bundle.read_receipt_file(data, SERVER, SCHOOL, hashes)


def code_of_ours(data: bytes, log: Outgoing, path: Path) -> str | None:
    """With which code a laptop with this log refuses a receipt file; one that it takes must prove the whole log."""
    enrolled = json.loads((WIRE / "enrol.json").read_bytes())["answer"]
    writer = Writer(path, (log_migrations, office_migrations))
    try:
        taken = keep_receipt_file([log], OfficeStore(writer), read_enrolment(enrolled), data, "x")
    except DomainError as problem:
        return problem.code.value
    finally:
        writer.close()
    assert (taken.proven, taken.county_lines, taken.finding) == (log.head.seq, 3, None)
    return None


@pytest.mark.parametrize(
    "change",
    [
        {"receipt_file": 2},
        {"receipt_file": True},
        {"school": "530521001"},
        {"school": {"code": 1, "name": ""}},
        {"receipts": [[]]},
        {"receipts": [{"receipt": "\ud83d", "sig": ""}]},
        {"county_log": 7},
        {"contents": ["\udfff"]},
        {"contents": {"a": 1}},
    ],
    ids=str,
)
def test_what_is_no_receipt_file_is_refused(change: dict[str, Any]) -> None:
    content = json.loads((FOLDER / "good.receipt").read_bytes())
    with pytest.raises(DomainError) as problem:
        read_receipt_file(json.dumps(content | change).encode(), "x")
    assert problem.value.code is ErrorCode.RECEIPT_UNREADABLE


@given(st.data())
def test_only_words_that_nothing_hangs_on_may_differ_in_a_signed_manifest(data: st.DataObject) -> None:
    told = json.loads(json.dumps(MANIFEST))
    place, key = told, data.draw(st.sampled_from(sorted(told)))
    if key == "logs" and data.draw(st.booleans()):
        place = data.draw(st.sampled_from(told["logs"]))
        key = data.draw(st.sampled_from(sorted(place)))
    odd = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers(), max_size=2))
    place[key] = data.draw(odd)
    bundle = sealed(told, [log.file for log in read_bundle(GOOD, OFFICE, "x").logs])
    code = refusal(bundle)
    assert theirs(bundle) == code
    assert f"`{code}`" in PAGE.read_text(encoding="utf-8") if code else key in ("campaign", "made", "vouch")
