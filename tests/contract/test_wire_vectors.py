"""The vectors of docs/sync-protocol.md are current; our code and the second verifier read each of them alike."""

import base64
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_hash, decode_birth
from shared.log.chain import Head, next_hash
from shared.log.head_text import find_head
from shared.log.line import decode_line
from shared.log.logfile import from_record, read_fragment
from shared.log.receipt import ACCEPTED, BACKED_UP, read_receipt
from shared.log.signing import SigningKey, log_id, read_head_record, verify
from shared.wire import routes, schemas
from shared.wire.county_log import fold_county
from shared.wire.enrolment import read_enrolment
from shared.wire.enrolment_files import read_answer, read_request
from shared.wire.packing import unpack
from sync_server.services.batch import prove
from tests import two_readers
from tests.contract import second_bundle
from tests.contract import second_verifier as second
from tests.make_wire_vectors import FOLDER, write_files
from tests.vector_log import SCHOOL, key_of

PAGE = Path(__file__).parents[2] / "docs" / "sync-protocol.md"
SHIPPED = sorted(path.name for path in FOLDER.iterdir())


def vectors(name: str) -> Any:
    """The content of one file."""
    return json.loads((FOLDER / f"{name}.json").read_bytes())


KEYS, LINES, HEADS, DOOR, PUSHES = (vectors(name) for name in ("keys", "lines", "heads", "door", "push"))
REHEARSAL, ANCESTOR, VOUCH, RESTORED = (vectors(name) for name in ("rehearsal", "ancestor", "vouch", "restored"))
OFFICE, DEVICE, LOG = (str(KEYS[name]["public"]) for name in ("office", "device", "log"))
VISITS = {
    "push": PUSHES,
    "rehearsal": REHEARSAL["pushes"],
    "ancestor, first": ANCESTOR["ancestor_first"],
    "ancestor, later": ANCESTOR["heir_first"],
    "vouch": VOUCH["pushes"],
    "vouch, after a file": VOUCH["after_import"],
    "restored": [turn["push"] for turn in RESTORED],
}
RECORD, OWN_LINES = (FOLDER / "log.log").read_bytes().splitlines()[0], [one["line"].encode() for one in LINES["lines"]]
LOG_KEYS = ("log", "heir", "other", "unread", "long", "rehearsal", "filed")
IN_THE_BODY = ("not_a_log", "not_a_line", "log_key_mismatch", "head_missing", "chain_broken", "head_signature_wrong")
HASHES = second.chain(hashlib.sha256(RECORD).digest(), OWN_LINES)


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
    assert log_id(key["public"]) == second.key_id(bytes.fromhex(key["public"])) == key["id"]
    assert key["id"].startswith(key.get("device", ""))


@pytest.mark.parametrize("vector", vectors("birth"), ids=["first", "heir", "odd"])
def test_births(vector: dict[str, str]) -> None:
    record = vector["record"].encode()
    birth = decode_birth(record)
    assert birth.encode() == record
    assert birth_hash(record).hex() == hashlib.sha256(record).hexdigest() == vector["hash"]
    ancestor = birth.ancestor and {"log": birth.ancestor.log, "seq": 5, "hash": HASHES[5].hex()}
    assert second.read_birth(record)["ancestor"] == ancestor


@pytest.mark.parametrize("vector", LINES["lines"], ids=lambda vector: vector["seq"])
def test_lines(vector: dict[str, Any]) -> None:
    line, seq = vector["line"].encode(), vector["seq"]
    read = second.read_line(line)
    assert decode_line(line).seq == read["seq"] == seq
    assert decode_line(line).data == read["data"]
    assert decode_line(line).happened == read.get("happened")
    assert next_hash(HASHES[seq - 1], line).hex() == HASHES[seq].hex() == vector["hash"]


def second_reads(line: bytes) -> bool:
    """Whether the second verifier takes some bytes for a line."""
    try:
        second.read_line(line)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("vector", LINES["not_lines"], ids=lambda vector: vector["why"])
def test_what_is_no_line(vector: dict[str, str]) -> None:
    line = bytes.fromhex(vector["hex"]) if "hex" in vector else vector["line"].encode()
    assert not second_reads(line)
    with pytest.raises(DomainError) as refused:
        decode_line(line)
    assert refused.value.code in (ErrorCode.NOT_A_LINE, ErrorCode.LINE_TOO_LONG)


@pytest.mark.parametrize("vector", LINES["odd_lines"], ids=lambda vector: vector["why"])
def test_what_is_a_line_though_it_looks_odd(vector: dict[str, str]) -> None:
    line = vector["line"].encode()
    assert decode_line(line).data == second.read_line(line)["data"]


@pytest.mark.parametrize("vector", vectors("outside"), ids=lambda vector: f"{vector['name']}, {vector['file']}")
def test_heads_from_outside(vector: dict[str, Any]) -> None:
    file = (FOLDER / "log.log").read_bytes()
    if vector["file"] == "cut":
        file = b"".join(file.splitlines(keepends=True)[:-3])
    expected = tuple(vector[key] for key in ("whole", "sealed", "first_bad", "last_bad", "code"))
    assert two_readers.ours(file, vector["text"]) == two_readers.theirs(file, vector["text"]) == expected


@pytest.mark.parametrize("vector", HEADS, ids=lambda vector: vector["seq"])
def test_heads(vector: dict[str, Any]) -> None:
    record = vector["record"].encode()
    ours, theirs = read_head_record(record), second.read_head(record)
    head = (ours.head.log, ours.head.seq, ours.head.hash.hex())
    assert theirs == (head, ours.signature)
    assert ours.head.hash == HASHES[vector["seq"]]
    assert ours.is_signed_by(LOG)
    assert b"testday head 1\n" + second.head_message(head) == vector["signed"].encode()
    assert second.signed_by(bytes.fromhex(LOG), "head", second.head_message(head), vector["sig"])
    carried = find_head(vector["text"])
    assert carried is not None
    assert carried.head == ours.head
    assert str(ours.head) == vector["text"]
    assert ours.head.seal_code == second.seal_code(head) == vector["seal_code"]
    assert second.find_head(vector["text"]) == second.HeadText(head)
    assert second.find_head(vector["seal_code"]) == second.HeadText(seal_code=vector["seal_code"].replace("-", ""))
    found = second.FROM_RECORD.fullmatch(from_record(ours.head))
    assert found is not None


def test_receipts() -> None:
    marks = []
    for vector in vectors("receipts"):
        travelled = {"receipt": vector["receipt"], "sig": vector["sig"]}
        if vector["good"]:
            assert vector["signed"] == f"testday receipt 1\n{vector['receipt']}"
            assert second.check_receipt(travelled, bytes.fromhex(OFFICE))["hash"] == HASHES[12].hex()
            marks.append(read_receipt(vector, OFFICE).mark)
        else:
            with pytest.raises(second.Refused, match="bad_signature"):
                second.check_receipt(travelled, bytes.fromhex(OFFICE))
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
    assert second.signed_by(bytes.fromhex(key), context, message.encode(), sig)
    assert verify(key, context, message, sig)


def test_the_bodies_of_the_door_fit_the_schemas() -> None:
    enrol = vectors("enrol")
    schemas.HelloAsked().load(DOOR["hello"]["asked"])
    schemas.HelloAnswer().load(DOOR["hello"]["answer"])
    schemas.SessionAsked().load(DOOR["session"]["asked"])
    schemas.EnrolAsked().load(enrol["asked"])
    told = read_enrolment(schemas.EnrolAnswer().load(enrol["answer"]))
    assert told.device == second.device_id(bytes.fromhex(enrol["asked"]["key"])) == KEYS["device"]["device"]
    assert told.server_key == OFFICE
    assert second.tidy(enrol["asked"]["code"]) == "0123456789"


def theirs(body: bytes, key: str = LOG) -> second.Fragment:
    """A fragment as the second verifier reads it, signed by this key."""
    part = second.read_fragment(body)
    if not second.signed_by(bytes.fromhex(key), "head", second.head_message(part.head), part.sig):
        raise second.Refused("head_signature_wrong")
    return part


def theirs_of_any(body: bytes) -> second.Fragment:
    """The same, signed by the key of its log."""
    log = second.read_fragment(body).start[0]
    return theirs(body, next(key.public for key in map(key_of, LOG_KEYS) if log_id(key.public) == log))


def test_the_packed_push() -> None:
    body = unpack((FOLDER / "push.gz").read_bytes(), routes.UNPACKED_BYTES)
    part = theirs(body)
    assert (part.start[1], part.lines, part.hashes) == (0, OWN_LINES[:5], HASHES[:6])
    assert prove(read_fragment(body), decode_birth(RECORD)).end == Head(part.start[0], 5, HASHES[5])


@pytest.mark.parametrize(
    "vector",
    [pytest.param(one, id=f"{visit} {one['name']}") for visit, pushes in VISITS.items() for one in pushes],
)
def test_pushes(vector: dict[str, Any]) -> None:
    """The office answers by the state it was in; what the body alone shows, the second reader must find too."""
    body = vector["body"].encode()
    if vector.get("code") in IN_THE_BODY:
        with pytest.raises(second.Refused, match=vector["code"]):
            theirs(body)
        return
    part = theirs_of_any(body)
    if vector["status"] == 200:
        answer = schemas.PushAnswer().load(vector["answer"])
        held = second.check_receipt(answer["receipt"], bytes.fromhex(OFFICE))
        assert (held["log"], held["seq"], held["hash"], held["mark"]) == (*part.head, ACCEPTED)
        covered = [seq for run in answer["runs"] for seq in range(run["first"], run["last"] + 1)]
        assert covered == list(range(part.start[1] + 1, part.head[1] + 1))


@pytest.mark.parametrize("visit", [visit for visit in VISITS if visit != "restored"])
def test_a_new_log_is_taken_when_the_laptop_that_brings_it_vouches_for_it(visit: str) -> None:
    vouched = set[str]()
    for one in VISITS[visit]:
        body, code = one["body"].encode(), one.get("code")
        if not body.startswith(b'{"birth":') or code not in (None, "log_not_vouched"):
            continue
        log, _, start = theirs_of_any(body).start
        device = bytes.fromhex(key_of(one.get("by", "device")).public)
        sig = one["headers"].get(routes.VOUCH_HEADER, "")
        if log not in vouched:
            good = second.signed_by(device, "vouch", f"{log}\n{start}\n".encode(), sig)
            assert good == (code is None), one["name"]
        vouched |= {log} if code is None else set()
    assert vouched


def test_the_file_that_came_before_its_vouch() -> None:
    file = VOUCH["import"]["file"].encode()
    held = second.check_receipt(VOUCH["import"]["receipt"], bytes.fromhex(OFFICE))
    assert second.verify(file).ok
    assert (held["log"], held["seq"]) == (log_id(key_of("filed").public), 12)
    assert second.verify(file, f"{held['log']}:{held['seq']}:{held['hash']}").ok


@pytest.mark.parametrize("vector", vectors("bodies"), ids=lambda vector: vector["name"])
def test_bodies_as_they_travel(vector: dict[str, Any]) -> None:
    packed, code = base64.b64decode(vector["packed"]), vector.get("code")
    if code == "body_damaged":
        with pytest.raises(second.Refused):
            second_bundle.unpack(packed, routes.UNPACKED_BYTES)
        with pytest.raises(DomainError) as refused:
            unpack(packed, routes.UNPACKED_BYTES)
        assert refused.value.code == code
        return
    body = second_bundle.unpack(packed, routes.UNPACKED_BYTES)
    assert body == unpack(packed, routes.UNPACKED_BYTES)
    assert (len(second.records(body)) > 502) == (code == "body_too_large")
    part = theirs_of_any(body)
    if vector["status"] == 200:
        held = second.check_receipt(vector["answer"]["receipt"], bytes.fromhex(OFFICE))
        assert (held["log"], held["seq"], held["hash"]) == part.head


def test_the_rehearsals_enrolment() -> None:
    asked, answer = REHEARSAL["enrol"]["asked"], schemas.EnrolAnswer().load(REHEARSAL["enrol"]["answer"])
    told = read_enrolment(answer)
    assert told.rehearsal is not None
    for moment in REHEARSAL["clock"]:
        passed = moment["wall"] - told.rehearsal.real_start
        shown = told.rehearsal.shown_start + passed * (told.rate if passed > 0 else 1)
        assert told.rehearsal.shown(moment["wall"]) == shown == moment["shown"]
    request, (by_file, plan) = (
        read_request(REHEARSAL["stick"]["request"].encode()),
        read_answer(REHEARSAL["stick"]["answer"].encode(), asked["key"]),
    )
    assert (request.code, request.key, request.software) == tuple(asked.values())
    assert replace(by_file, server_url="") == told
    assert hashlib.sha256(plan).hexdigest() == told.plan
    births = [REHEARSAL["pushes"][-1]["body"], REHEARSAL["county"]]
    for birth in (second.read_birth(body.encode().partition(b"\n")[0]) for body in births):
        assert (birth["mode"], birth["rate"], birth["plan"]) == (told.mode, told.rate, told.plan)
    assert second.check_county(births[1].encode(), bytes.fromhex(OFFICE), SCHOOL, []).head[1] == 1


def test_the_heir_names_a_line_of_its_ancestor() -> None:
    ancestor, own = (one["body"].encode() for one in ANCESTOR["ancestor_first"][:2])
    birth = theirs_of_any(own).birth
    assert birth is not None
    assert birth["ancestor"] == dict(zip(("log", "seq", "hash"), theirs_of_any(ancestor).head, strict=True))
    assert [second.read_line(line)["type"] for line in theirs_of_any(own).lines[:1]] == ["day_taken_over"]


def test_the_county_log_of_an_office_that_went_back() -> None:
    """What a laptop that was there at the first turn may add, and what it must fetch whole, by their check and ours."""
    server, whole = bytes.fromhex(OFFICE), {}
    for turn in RESTORED:
        answer, pulls = schemas.ProbeAnswer().load(turn["probe"]["answer"]), turn["pulls"]
        held = json.loads(turn["push"]["answer"]["receipt"]["receipt"])
        assert held["epoch"] == turn["epoch"]
        assert answer["logs"][0]["heads"][0]["hash"] in (HASHES[5].hex(), HASHES[9].hex())
        if answer["county"] is None:
            assert {pull["status"] for pull in pulls.values()} == {204}
            continue
        part = whole[turn["name"]] = second.check_county(pulls["0"]["body"].encode(), server, SCHOOL, [])
        assert answer["county"] == {"seq": part.head[1], "hash": part.head[2]}
        own = whole["before"].hashes
        for after, pull in pulls.items():
            known = second.chain(own[0], whole["before"].lines[: int(after)])
            if pull["status"] == 409:
                assert (pull["code"], int(after) > part.head[1]) == ("head_unknown", True)
            elif int(after) and part.hashes[int(after)] != known[-1]:
                with pytest.raises(second.Refused, match="chain_broken"):
                    second.check_county(pull["body"].encode(), server, SCHOOL, known)
            else:
                assert second.check_county(pull["body"].encode(), server, SCHOOL, known).head == part.head


def test_probes() -> None:
    forked = next(one for one in PUSHES if one["name"].startswith("fork"))
    fork = theirs(forked["body"].encode()).hashes[-1]
    for vector in vectors("probe"):
        schemas.ProbeAsked().load(vector["asked"])
        answer = schemas.ProbeAnswer().load(vector["answer"])
        if not vector["asked"]["logs"]:
            county = vectors("county")["after"]["3"].encode()
            assert answer == {"logs": [], "county": {"seq": 3, "hash": second.read_fragment(county).head[2]}}
            continue
        first = answer["logs"][0]
        assert first["heads"] == [{"seq": seq, "hash": digest.hex()} for seq, digest in ((12, HASHES[12]), (9, fork))]
        asked = vector["asked"]["logs"][0].get("at", [])
        expected = [{"seq": seq, "hash": HASHES[seq].hex()} for seq in asked if seq <= 12]
        assert first.get("at", []) == expected


def test_the_county_log() -> None:
    bodies = {int(after): body.encode() for after, body in vectors("county")["after"].items()}
    whole = second.check_county(bodies[0], bytes.fromhex(OFFICE), SCHOOL, [])
    assert (whole.start[0], whole.birth and whole.birth["key"]) == (KEYS["office"]["id"], OFFICE)
    for after, body in bodies.items():
        part = second.check_county(body, bytes.fromhex(OFFICE), SCHOOL, whole.hashes[: after + 1])
        assert (part.start[1], part.lines, part.head) == (after, whole.lines[after:], whole.head)
        ours = prove(read_fragment(body), decode_birth(bodies[0].partition(b"\n")[0]))
        assert ours.end.hash == whole.hashes[-1]
    county = fold_county(whole.lines)
    assert [message.sender for message in county.messages] == ["李娜", "李娜"]
    assert (county.plan, county.revision) == ("c" * 64, 2)
