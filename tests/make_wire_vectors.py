"""Writes the vectors of docs/sync-protocol.md, always the same: `python -m tests.make_wire_vectors [FOLDER]`."""

import gzip
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.log.birth import birth_hash
from shared.log.chain import Head
from shared.log.head_text import write_head
from shared.log.receipt import ACCEPTED, BACKED_UP, Receipt, sign_receipt
from shared.log.signing import SignedHead, log_id
from shared.wire import routes
from tests.damaged_logs import DAMAGES
from tests.two_readers import ours
from tests.vector_log import SCHOOL, SEALED, VectorLog, key_of
from tests.vector_office import EPOCH, NOW
from tests.vector_visits import make_visits

FOLDER = Path(__file__).parent / "data" / "wire" / "v1"


def make_keys() -> dict[str, Any]:
    """Keys, and the ids made from them."""
    keys = {name: key_of(name) for name in ("log", "device", "office")}
    found: dict[str, Any] = {
        name: {"secret": key.raw.hex(), "public": key.public, "id": log_id(key.public)} for name, key in keys.items()
    }
    found["device"]["device"] = log_id(keys["device"].public)[:12]
    return found


def make_births(log: VectorLog) -> list[dict[str, Any]]:
    """Birth records and their hashes."""
    later = VectorLog("heir", ancestor=log.heads[5])
    odd = replace(log.born, mode="rehearsal", rate=60, campaign="“演练”/1", software='0.1 "\\\n\t\x01\x1f\x7f')
    births = (log.birth, later.birth, odd.encode())
    return [{"record": birth.decode(), "hash": birth_hash(birth).hex()} for birth in births]


def make_lines(log: VectorLog) -> dict[str, Any]:
    """Lines with the hash each makes, and bytes that are no line."""
    good = log.lines[6].decode()
    data = good[good.index('"data"') :]
    at = good[good.index('"at"') : good.index(',"data"')]
    bad = {
        "another version": good.replace('"v":1', '"v":2'),
        "a version that is true": good.replace('"v":1', '"v":true'),
        "a float": good.replace('"seat":1', '"seat":1.0'),
        "an exponent": good.replace('"seat":1', '"seat":1e0'),
        "NaN": good.replace('"seat":1', '"seat":NaN'),
        "a doubled key": good.replace('"seat":1', '"seat":1,"seat":1'),
        "half a character": good.replace('"present"', '"\\ud83d"'),
        "a key too many": good.replace('"data"', '"more":1,"data"'),
        "happened is null": good.replace('"data"', '"happened":null,"data"'),
        "no data": good.replace("," + data, "}"),
        "data is a list": good.replace(data, '"data":[]}'),
        "number zero": good.replace('"seq":7', '"seq":0'),
        "a number as text": good.replace('"seq":7', '"seq":"7"'),
        "a true number": good.replace('"tv":1', '"tv":true'),
        "a time too many": good.replace('"error":250', '"error":250,"zone":8'),
        "no time": good.replace(at, '"at":null'),
        "witnesses are an object": good.replace('"witnesses":[]', '"witnesses":{}'),
        "33 deep": good.replace('"seat":1', '"seat":' + "[" * 31 + "]" * 31),
        "a number of 4301 digits": good.replace('"seat":1', '"seat":' + "1" * 4301),
        "an actor with more": good.replace('"role":"proctor"', '"role":"proctor","x":1'),
        "not an object": "[]",
        "nothing": "",
        "too long": good.replace('"present"', f'"{"x" * 16384}"'),
    }
    odd = {
        "blanks between, another order": json.dumps(dict(reversed(json.loads(good).items())), indent="\t").replace(
            "\n", "\r"
        ),
        "32 deep": good.replace('"seat":1', '"seat":' + "[" * 30 + "]" * 30),
        "brackets in a text": good.replace('"present"', f'"{"[" * 40}\\"{"{" * 40}"'),
        "a number of 4300 digits": good.replace('"seat":1', '"seat":-' + "1" * 4300),
        "zero with a sign": good.replace('"offset":-312', '"offset":-0'),
        "empty texts": good.replace(f'"school":"{SCHOOL}"', '"school":""').replace('"run":"a1b2c3"', '"run":""'),
        "a Windows line end": good + "\r",
    }
    return {
        "lines": [
            {"seq": seq, "line": line.decode(), "hash": log.heads[seq].hash.hex()}
            for seq, line in enumerate(log.lines, start=1)
        ],
        "odd_lines": [{"why": why, "line": line} for why, line in odd.items()],
        "not_lines": [{"why": why, "line": line} for why, line in bad.items()]
        + [{"why": "not UTF-8", "hex": log.lines[6].replace(b'"present"', b'"\xff"').hex()}],
    }


def make_heads(log: VectorLog) -> list[dict[str, Any]]:
    """Signed heads in every form in which they travel."""
    found = []
    for seq in (0, *SEALED):
        signed, head = log.signed(seq), log.heads[seq]
        found.append(
            {
                "log": head.log,
                "seq": seq,
                "hash": head.hash.hex(),
                "signed": f"testday head 1\n{head.log}\n{seq}\n{head.hash.hex()}\n",
                "sig": signed.signature,
                "record": signed.record().decode(),
                "text": str(head),
                "seal_code": head.seal_code,
            }
        )
    return found


def make_receipts(log: VectorLog) -> list[dict[str, Any]]:
    """Receipts of the office, one good one for each mark, and two that are not to be believed."""
    office = key_of("office")
    good = [sign_receipt(office, Receipt(SCHOOL, log.heads[12], mark, EPOCH, NOW)) for mark in (ACCEPTED, BACKED_UP)]
    changed = {**good[0], "receipt": good[0]["receipt"].replace('"seq":12', '"seq":13')}
    strange = sign_receipt(key_of("device"), Receipt(SCHOOL, log.heads[12], ACCEPTED, EPOCH, NOW))
    return [
        *({**one, "signed": f"testday receipt 1\n{one['receipt']}", "good": True} for one in good),
        *({**one, "good": False} for one in (changed, strange)),
    ]


def make_door(log: VectorLog) -> dict[str, Any]:
    """Hello, session and vouch: what is asked, what is answered, and the exact text under each signature."""
    office, device = key_of("office"), key_of("device")
    ours, theirs = "00112233aabbccdd", "5f3a90d2.1810b5f3a40.0123456789abcdef0123456789abcdef"
    name = log_id(device.public)[:12]
    hello, start = routes.hello_message(ours, theirs, EPOCH), log.heads[0]
    session = routes.session_message(theirs, office.public, name)
    vouch = routes.vouch_message(start.log, start.hash)
    answer = {"server": office.public, "epoch": EPOCH, "protocol": [1], "time": NOW, "nonce": theirs}
    asked = {"device": name, "nonce": theirs, "sig": device.sign(routes.CONTEXT_SESSION, session), "wall": NOW + 312}
    return {
        "hello": {
            "asked": {"protocol": 1, "nonce": ours},
            "answer": {**answer, "sig": office.sign(routes.CONTEXT_HELLO, hello)},
            "signed": f"testday hello 1\n{hello}",
        },
        "session": {"asked": asked, "signed": f"testday session 1\n{session}"},
        "vouch": {"header": device.sign(routes.CONTEXT_VOUCH, vouch), "signed": f"testday vouch 1\n{vouch}"},
    }


def make_damaged(log: VectorLog) -> list[dict[str, Any]]:
    """The log file with one damage each, and the place where it shows."""
    found = []
    for name, damage in DAMAGES.items():
        data = damage(log.file())
        found.append({"name": name, "file": data.decode("utf-8", "surrogateescape"), **ours(data)._asdict()})
    return found


def make_outside(log: VectorLog) -> list[dict[str, Any]]:
    """Texts that somebody holds, against the log file and against one whose last two lines are cut off."""
    head, other = log.heads[12], VectorLog("heir").heads[12]
    texts = {
        "a head": str(head),
        "a head that no signature in the file proves": str(log.heads[11]),
        "a signed head": write_head(log.signed(12)),
        "its seal code": head.seal_code,
        "the seal code of the birth record": log.heads[0].seal_code,
        "a forged signature": write_head(SignedHead(head, log.signed(9).signature)),
        "half a signature": write_head(log.signed(12))[:-64],
        "another hash": str(Head(head.log, 12, log.heads[11].hash)),
        "a line to come": str(Head(head.log, 13, head.hash)),
        "another log": str(other),
        "the seal code of another log": other.seal_code,
        "no head and no code": "明天早上七点到校",
    }
    files = {"whole": log.file(), "cut": b"".join(log.file().splitlines(keepends=True)[:-3])}
    return [
        {"name": name, "text": text, "file": file, **ours(data, text)._asdict()}
        for name, text in texts.items()
        for file, data in files.items()
    ]


def make_files() -> Mapping[str, bytes]:
    """Every vector file by its name."""
    log = VectorLog()
    content: dict[str, Any] = {
        "keys.json": make_keys(),
        "birth.json": make_births(log),
        "lines.json": make_lines(log),
        "heads.json": make_heads(log),
        "receipts.json": make_receipts(log),
        "door.json": make_door(log),
        "damaged.json": make_damaged(log),
        "outside.json": make_outside(log),
        **make_visits(),
    }
    files = {name: (json.dumps(value, ensure_ascii=True, indent=1) + "\n").encode() for name, value in content.items()}
    packed = gzip.compress(log.fragment(0, 5, birth=True), 9, mtime=0)
    return {**files, "log.log": log.file(), "push.gz": packed}


def write_files(folder: Path) -> None:
    """Write the vectors into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in make_files().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    write_files(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
