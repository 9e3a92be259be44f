"""The vectors of docs/sync-protocol.md are current; our code and a stranger's read each of them alike."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_hash, decode_birth
from shared.log.chain import Head, next_hash, parse_head
from shared.log.line import decode_line
from shared.log.logfile import from_record, read_fragment
from shared.log.receipt import ACCEPTED, BACKED_UP, read_receipt
from shared.log.signing import SigningKey, log_id, read_head_record, verify
from shared.wire import routes, schemas
from shared.wire.county_log import fold_county
from shared.wire.enrolment import read_enrolment
from shared.wire.packing import unpack
from sync_server.services.batch import prove
from tests.contract import stranger
from tests.make_wire_vectors import FOLDER, write_files

PAGE = Path(__file__).parents[2] / "docs" / "sync-protocol.md"
SHIPPED = sorted(path.name for path in FOLDER.iterdir())


def vectors(name: str) -> Any:
    """The content of one file."""
    return json.loads((FOLDER / f"{name}.json").read_bytes())


KEYS, LINES, HEADS, DOOR, PUSHES = (vectors(name) for name in ("keys", "lines", "heads", "door", "push"))
OFFICE, DEVICE, LOG = (str(KEYS[name]["public"]) for name in ("office", "device", "log"))
RECORD, OWN_LINES = (FOLDER / "log.log").read_bytes().splitlines()[0], [one["line"].encode() for one in LINES["lines"]]
HASHES = stranger.chain(hashlib.sha256(RECORD).digest(), OWN_LINES)


def test_the_vectors_are_current(tmp_path: Path) -> None:
    write_files(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == SHIPPED
    for name in SHIPPED:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_the_page_describes_every_file() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in SHIPPED if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize("name", KEYS)
def test_keys_and_ids(name: str) -> None:
    key = KEYS[name]
    assert hashlib.sha256(f"testday vector {name}".encode()).hexdigest() == key["secret"]
    assert SigningKey(bytes.fromhex(key["secret"])).public == key["public"]
    assert log_id(key["public"]) == stranger.key_id(key["public"]) == key["id"]
    assert key["id"].startswith(key.get("device", ""))


@pytest.mark.parametrize("vector", vectors("birth"), ids=["first", "heir"])
def test_births(vector: dict[str, str]) -> None:
    record = vector["record"].encode()
    birth = decode_birth(record)
    assert birth.encode() == record
    assert birth_hash(record).hex() == hashlib.sha256(record).hexdigest() == vector["hash"]
    ancestor = birth.ancestor and {"log": birth.ancestor.log, "seq": 5, "hash": HASHES[5].hex()}
    assert stranger.read_birth(record)["ancestor"] == ancestor


@pytest.mark.parametrize("vector", LINES["lines"], ids=lambda vector: vector["seq"])
def test_lines(vector: dict[str, Any]) -> None:
    line, seq = vector["line"].encode(), vector["seq"]
    read = stranger.read_line(line)
    assert read is not None
    assert decode_line(line).seq == read["seq"] == seq
    assert decode_line(line).data == read["data"]
    assert decode_line(line).happened == read.get("happened")
    assert next_hash(HASHES[seq - 1], line).hex() == HASHES[seq].hex() == vector["hash"]


@pytest.mark.parametrize("vector", LINES["not_lines"], ids=lambda vector: vector["why"])
def test_what_is_no_line(vector: dict[str, str]) -> None:
    line = bytes.fromhex(vector["hex"]) if "hex" in vector else vector["line"].encode()
    assert stranger.read_line(line) is None
    with pytest.raises(DomainError) as refused:
        decode_line(line)
    assert refused.value.code in (ErrorCode.NOT_A_LINE, ErrorCode.LINE_TOO_LONG)


@pytest.mark.parametrize("vector", HEADS, ids=lambda vector: vector["seq"])
def test_heads(vector: dict[str, Any]) -> None:
    record = vector["record"].encode()
    ours, theirs = read_head_record(record), stranger.read_point(record, "head")
    assert theirs is not None
    assert (theirs.log, theirs.seq, theirs.hash, theirs.sig) == (
        *(ours.head.log, ours.head.seq, ours.head.hash),
        ours.signature,
    )
    assert theirs.hash == HASHES[vector["seq"]]
    assert ours.is_signed_by(LOG)
    assert stranger.is_signed_text(LOG, vector["signed"], vector["sig"])
    assert ours.head == parse_head(vector["text"])
    assert str(ours.head) == stranger.head_text(theirs) == vector["text"]
    assert ours.head.seal_code == stranger.seal_code(theirs) == vector["seal_code"]
    assert stranger.read_point(from_record(ours.head), "from") == stranger.Point(ours.head.log, theirs.seq, theirs.hash)


def test_receipts() -> None:
    marks = []
    for vector in vectors("receipts"):
        assert stranger.believes(vector, OFFICE) == vector["good"]
        if vector["good"]:
            assert stranger.is_signed_text(OFFICE, vector["signed"], vector["sig"])
            marks.append(read_receipt(vector, OFFICE).mark)
        else:
            with pytest.raises(DomainError):
                read_receipt(vector, OFFICE)
    assert marks == [ACCEPTED, BACKED_UP]


@pytest.mark.parametrize(
    ("context", "key", "sig"),
    [
        ("hello", OFFICE, DOOR["hello"]["answer"]["sig"]),
        ("session", DEVICE, DOOR["session"]["asked"]["sig"]),
        ("vouch", DEVICE, DOOR["vouch"]["header"]),
    ],
)
def test_the_door(context: str, key: str, sig: str) -> None:
    hello, session = DOOR["hello"], DOOR["session"]["asked"]
    start = HEADS[0]
    message = {
        "hello": f"{hello['asked']['nonce']}\n{hello['answer']['nonce']}\n{hello['answer']['epoch']}\n",
        "session": f"{session['nonce']}\n{OFFICE}\n{session['device']}\n",
        "vouch": f"{start['log']}\n{start['hash']}\n",
    }[context]
    assert DOOR[context]["signed"] == f"testday {context} 1\n{message}"
    assert stranger.is_signed(key, context, message, sig)
    assert verify(key, context, message, sig)


def test_the_bodies_of_the_door_fit_the_schemas() -> None:
    enrol = vectors("enrol")
    schemas.HelloAsked().load(DOOR["hello"]["asked"])
    schemas.HelloAnswer().load(DOOR["hello"]["answer"])
    schemas.SessionAsked().load(DOOR["session"]["asked"])
    schemas.EnrolAsked().load(enrol["asked"])
    told = read_enrolment(schemas.EnrolAnswer().load(enrol["answer"]))
    assert told.device == stranger.key_id(enrol["asked"]["key"])[:12] == KEYS["device"]["device"]
    assert told.server_key == OFFICE
    assert stranger.tidy(enrol["asked"]["code"]) == "0123456789"


def test_the_packed_push() -> None:
    body = unpack((FOLDER / "push.gz").read_bytes(), routes.UNPACKED_BYTES)
    start, lines, end = stranger.prove(body, stranger.read_birth(RECORD))
    assert (start.seq, lines, end.hash) == (0, OWN_LINES[:5], HASHES[5])
    assert prove(read_fragment(body), decode_birth(RECORD)).end == Head(end.log, 5, HASHES[5])


@pytest.mark.parametrize("vector", PUSHES, ids=lambda vector: vector["name"].partition(":")[0])
def test_pushes(vector: dict[str, Any]) -> None:
    """The office answers by the state it was in; what the body alone shows, the stranger must find too."""
    body, birth = vector["body"].encode(), stranger.read_birth(RECORD)
    if vector.get("code") in ("head_missing", "chain_broken", "head_signature_wrong", "not_a_log"):
        with pytest.raises(stranger.Strange, match=vector["code"]):
            stranger.prove(body, birth)
        return
    first = body.partition(b"\n")[0]
    start, lines, end = stranger.prove(body, stranger.read_birth(first) if first.startswith(b'{"birth":') else birth)
    if vector["status"] == 200:
        answer = schemas.PushAnswer().load(vector["answer"])
        assert stranger.believes(answer["receipt"], OFFICE)
        held = json.loads(answer["receipt"]["receipt"])
        assert (held["log"], held["seq"], held["hash"], held["mark"]) == (end.log, end.seq, end.hash.hex(), ACCEPTED)
        covered = [seq for run in answer["runs"] for seq in range(run["first"], run["last"] + 1)]
        assert covered == list(range(start.seq + 1, start.seq + 1 + len(lines)))


def test_vouched_pushes_carry_the_signature_of_the_door() -> None:
    assert {one["headers"].get(routes.VOUCH_HEADER, "") for one in PUSHES} == {"", DOOR["vouch"]["header"]}


def test_probes() -> None:
    forked = next(one for one in PUSHES if one["name"].startswith("fork"))
    fork = stranger.prove(forked["body"].encode(), stranger.read_birth(RECORD))[2]
    for vector in vectors("probe"):
        schemas.ProbeAsked().load(vector["asked"])
        answer = schemas.ProbeAnswer().load(vector["answer"])
        first = answer["logs"][0]
        assert first["heads"] == [
            {"seq": seq, "hash": digest.hex()} for seq, digest in ((12, HASHES[12]), (9, fork.hash))
        ]
        asked = vector["asked"]["logs"][0].get("at", [])
        expected = [{"seq": seq, "hash": HASHES[seq].hex()} for seq in asked if seq <= 12]
        assert first.get("at", []) == expected


def test_the_county_log() -> None:
    bodies = {int(after): body.encode() for after, body in vectors("county")["after"].items()}
    birth = stranger.read_birth(bodies[0].partition(b"\n")[0])
    assert (birth["key"], birth["log"]) == (OFFICE, KEYS["office"]["id"])
    whole = stranger.prove(bodies[0], birth)
    for after, body in bodies.items():
        start, lines, end = stranger.prove(body, birth)
        assert (start.seq, lines, end) == (after, whole[1][after:], whole[2])
        assert prove(read_fragment(body), decode_birth(bodies[0].partition(b"\n")[0])).end.hash == end.hash
    county = fold_county(whole[1])
    assert [message.sender for message in county.messages] == ["李娜", "李娜"]
    assert (county.plan, county.revision) == ("c" * 64, 2)
