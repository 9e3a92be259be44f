"""A second verifier of logs ("S" are sections of docs/sync-protocol.md, "B" of docs/bundle-format.md).

Written by somebody who saw docs/sync-protocol.md, docs/bundle-format.md and the vectors only; it imports nothing of the
product, and must not. `python -m tests.contract.second_verifier FILE [--head TEXT] [--office-key KEY] [--school CODE]`:
FILE is a log file, a sealed bundle (KEY: the office's server.key, or its secret as hex or an OpenSSH identity) or a
receipt file (KEY: the office's public key, 64 hex digits).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID, SEQ, HASH, SIG = "[0-9A-HJKMNP-TV-Z]{26}", "0|[1-9][0-9]{0,17}", "[0-9a-f]{64}", "[0-9a-f]{128}"
POINT = rf'\{{"log":"({ID})","seq":({SEQ}),"hash":"({HASH})"\}}'
HEAD_RECORD = re.compile(rf'\{{"head":{POINT},"sig":"({SIG})"\}}'.encode())
FROM_RECORD = re.compile(rf'\{{"from":{POINT}\}}'.encode())
_EDGE = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
GAP = r"[\s\-–—]*"
HEAD_TEXT = re.compile(_EDGE.format(rf"({ID}):({SEQ}):({HASH})(?::([0-9a-f]+))?"), re.I | re.A)
SEAL_TEXT = re.compile(_EDGE.format(rf"[0-9A-TV-Z]{{5}}(?:{GAP}[0-9A-TV-Z]{{5}}){{3}}"), re.I | re.A)
Head = tuple[str, int, str]  # log, seq, hash in hex

# ---------------------------------------------------------------- S1: bytes, ids, signatures


class Refused(Exception):
    """Something that the documents refuse; ``code`` is their word, or ours where they have none."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(f"{code}: {why}" if why else code)
        self.code = code


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def base32(data: bytes, n: int) -> str:
    """The first n characters of data, five bits each, most significant first."""
    bits = "".join(f"{byte:08b}" for byte in data)
    return "".join(ALPHABET[int(bits[5 * i : 5 * i + 5], 2)] for i in range(n))


def narrow(text: str) -> str:
    """A text without full-width letters, digits and signs."""
    return unicodedata.normalize("NFKC", text)


def tidy(typed: str) -> str:
    """What a person typed, in Crockford's letters."""
    return re.sub(GAP[:-1], "", narrow(typed)).upper().translate(str.maketrans("OIL", "011"))


def key_id(public: bytes) -> str:
    return base32(sha(public), 26)


def device_id(public: bytes) -> str:
    return key_id(public)[:12]


def signed_by(public: bytes, context: str, message: bytes, sig: str) -> bool:
    """Is sig the signature of message in this context?"""
    if not re.fullmatch(SIG, sig):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            bytes.fromhex(sig), f"testday {context} 1\n".encode() + message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def head_message(head: Head) -> bytes:
    return "{}\n{}\n{}\n".format(*head).encode()


def seal_code(head: Head) -> str:
    code = base32(sha(b"testday seal 1\n" + "{}:{}:{}".format(*head).encode()), 20)
    return "-".join(code[i : i + 5] for i in range(0, 20, 5))


# ---------------------------------------------------------------- S2: JSON and records


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key twice")
    return made


def _no(text: str) -> Any:
    raise ValueError(f"not allowed: {text[:20]}")


def _whole(text: str) -> int:
    return int(text) if len(text.lstrip("-")) <= 4300 else _no(text)


def read_json(raw: bytes | str) -> Any:
    """JSON as section 2 allows it, or ValueError."""
    text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", re.sub(r'"(?:[^"\\]|\\.)*"', "", text, flags=re.S)):
        depth += 1 if bracket in "[{" else -1
        if depth > 32:
            raise ValueError("too deep")
    value = json.loads(text, object_pairs_hook=_pairs, parse_float=_no, parse_constant=_no, parse_int=_whole)
    write_json(value)  # half characters do not encode
    return value


def write_json(value: Any) -> bytes:
    """The one way of writing: no spaces, characters as themselves, the shortest escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def whole(x: Any) -> bool:
    return isinstance(x, int) and not isinstance(x, bool)


def shaped(x: Any, shape: Mapping[str, Any]) -> bool:
    """An object with exactly these keys; a text is a pattern, anything else a test."""
    return (
        isinstance(x, dict)
        and x.keys() == shape.keys()
        and all(
            (isinstance(x[k], str) and re.fullmatch(t, x[k], re.S) is not None) if isinstance(t, str) else bool(t(x[k]))
            for k, t in shape.items()
        )
    )


def one(x: Any) -> bool:
    return whole(x) and x == 1


def small(x: Any) -> bool:
    return whole(x) and 0 <= x < 10**18


POINT_SHAPE: dict[str, Any] = {"log": ID, "seq": small, "hash": HASH}
BIRTH_SHAPE: dict[str, Any] = {
    "birth": one,
    "log": ID,
    "key": HASH,
    "school": ".*",
    "campaign": ".*",
    "mode": "live|rehearsal",
    "rate": lambda x: whole(x) and x >= 1,
    "ancestor": lambda x: x is None or shaped(x, POINT_SHAPE),
    "plan": HASH,
    "software": ".*",
    "born": whole,
}


def _actor(x: Any) -> bool:
    return shaped(x, {"person": ".*", "role": ".*"})


def _or_null(x: Any) -> bool:
    return x is None or whole(x)


LINE_SHAPE: dict[str, Any] = {
    "v": one,
    "log": ".*",
    "seq": lambda x: whole(x) and x >= 1,
    "school": ".*",
    "campaign": ".*",
    "plan": ".*",
    "type": ".*",
    "tv": whole,
    "actor": _actor,
    "witnesses": lambda x: isinstance(x, list) and all(map(_actor, x)),
    "at": lambda x: shaped(x, {"wall": whole, "tick": whole, "run": ".*", "offset": _or_null, "error": _or_null}),
    "data": lambda x: isinstance(x, dict),
}
LATE_SHAPE = LINE_SHAPE | {"happened": whole}


def read_birth(record: bytes) -> dict[str, Any]:
    """A birth record, or Refused: not_a_log, not_a_line, log_key_mismatch."""
    if not record.startswith(b'{"birth":'):
        raise Refused("not_a_log")
    try:
        birth: dict[str, Any] = read_json(record)
    except ValueError as e:
        raise Refused("not_a_line", str(e)) from None
    if (
        not shaped(birth, BIRTH_SHAPE)
        or list(birth) != list(BIRTH_SHAPE)
        or write_json(birth) != record
        or (birth["ancestor"] and list(birth["ancestor"]) != list(POINT_SHAPE))
        or (birth["mode"] == "live" and birth["rate"] != 1)
    ):
        raise Refused("not_a_line", "birth record")
    if key_id(bytes.fromhex(birth["key"])) != birth["log"]:
        raise Refused("log_key_mismatch")
    return birth


def read_line(record: bytes) -> dict[str, Any]:
    """A line, or ValueError."""
    if len(record) > 16384:
        raise ValueError("too long")
    value: Any = read_json(record)
    if not shaped(value, LATE_SHAPE if isinstance(value, dict) and "happened" in value else LINE_SHAPE):
        raise ValueError("not a line")
    return dict(value)


def read_head(record: bytes) -> tuple[Head, str] | None:
    """Head and signature, when the record is exactly a head record."""
    m = HEAD_RECORD.fullmatch(record)
    return ((m[1].decode(), int(m[2]), m[3].decode()), m[4].decode()) if m else None


def records(data: bytes) -> list[bytes]:
    """What follows the last line feed is torn and does not count."""
    return data.split(b"\n")[:-1]


def chain(start: bytes, lines: Iterable[bytes]) -> list[bytes]:
    """[start, hash of the first line, …]."""
    hashes = [start]
    for line in lines:
        hashes.append(sha(hashes[-1] + line))
    return hashes


# ---------------------------------------------------------------- S3: verification


@dataclass(frozen=True)
class Verdict:
    """What was found; line and last are the span, None when there is none."""

    ok: bool
    sealed: int = 0
    lines: int = 0
    problem: str | None = None
    line: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class HeadText:
    """A head (perhaps signed) or a seal code (tidied) that a text holds."""

    head: Head | None = None
    signature: str | None = None
    seal_code: str | None = None


def find_head(text: str) -> HeadText | None:
    """The first head in a text, else the first seal code (B7)."""
    text = narrow(text)
    if m := HEAD_TEXT.search(text):
        return HeadText((m[1].upper(), int(m[2]), m[3].lower()), m[4] and m[4].lower())
    m = SEAL_TEXT.search(text)
    return HeadText(seal_code=tidy(m[0])) if m else None


def _first_bad_line(lines: list[bytes], log: str) -> tuple[str, int] | None:
    for n, raw in enumerate(lines, 1):
        try:
            line = read_line(raw)
        except ValueError:
            return "not_a_line", n
        if line["seq"] != n or line["log"] != log:
            return "chain_broken", n
    return None


def verify(data: bytes, head: str | None = None) -> Verdict:
    """A whole log file, and whether it still holds the head (or seal code) of a text from outside."""
    rows = records(data)
    try:
        birth = read_birth(rows[0] if rows else b"")
    except Refused as e:
        return Verdict(False, problem=e.code)
    log, key = birth["log"], bytes.fromhex(birth["key"])
    heads = [h for r in rows[1:] if (h := read_head(r))]
    lines = [r for r in rows[1:] if not read_head(r)]
    hashes = [h.hex() for h in chain(sha(rows[0]), lines)]
    sealed, wrong = 0, None
    for point, sig in sorted(heads, key=lambda h: h[0][1]):
        seq = point[1]
        if point[0] != log or not signed_by(key, "head", head_message(point), sig):
            wrong = ("head_signature_wrong", seq, seq)
        elif seq > len(lines):
            wrong = ("head_not_found", len(lines) + 1, seq)
        elif point[2] != hashes[seq]:
            wrong = ("chain_broken", min(sealed + 1, seq), seq)
        if wrong:
            break
        sealed = seq
    bad = _first_bad_line(lines, log)
    if bad and (wrong is None or bad[1] <= wrong[2]):
        return Verdict(False, sealed, len(lines), bad[0], bad[1], bad[1])
    if wrong:
        return Verdict(False, sealed, len(lines), *wrong)
    if head is not None and (found := _outside(head, log, key, hashes)):
        return Verdict(False, sealed, len(lines), *found)
    return Verdict(True, sealed, len(lines))


def _outside(text: str, log: str, key: bytes, hashes: list[str]) -> tuple[Any, ...] | None:
    """What is wrong with a log for which somebody holds this head (S3.6)."""
    found, end = find_head(text) or HeadText(seal_code=tidy(text)), len(hashes)
    if found.head is None:
        codes: Iterable[str | None] = (seal_code((log, i, h)).replace("-", "") for i, h in enumerate(hashes))
        return None if found.seal_code in codes else ("head_not_found", end, end)
    other, seq, wanted = found.head
    if other == log and found.signature and not signed_by(key, "head", head_message(found.head), found.signature):
        return "head_signature_wrong", seq, seq
    held = other == log and seq < end and hashes[seq] == wanted
    return None if held else ("head_not_found", min(seq, end), min(seq, end))


# ---------------------------------------------------------------- S2, S4: receipts and the county's log

RECEIPT_SHAPE: dict[str, Any] = {
    "school": ".*",
    "log": ID,
    "seq": small,
    "hash": HASH,
    "mark": "accepted|backed_up",
    "epoch": ".*",
    "at": whole,
}


def check_receipt(receipt: Any, office: bytes) -> dict[str, Any]:
    """The text of a receipt, read; Refused unless the office signed it."""
    if not shaped(receipt, {"receipt": ".*", "sig": SIG}):
        raise Refused("receipt_unreadable")
    if not signed_by(office, "receipt", receipt["receipt"].encode("utf-8", "replace"), receipt["sig"]):
        raise Refused("bad_signature")
    try:
        said: Any = read_json(receipt["receipt"])
    except ValueError as e:
        raise Refused("receipt_unreadable", str(e)) from None
    if not isinstance(said, dict) or not shaped({k: said[k] for k in RECEIPT_SHAPE if k in said}, RECEIPT_SHAPE):
        raise Refused("receipt_unreadable", "keys")
    return dict(said)


@dataclass(frozen=True)
class Fragment:
    """What a push or a pull carries: birth record or from record, lines, the last head."""

    birth: dict[str, Any] | None
    start: Head
    lines: list[bytes]
    hashes: list[bytes]
    head: Head
    sig: str


def last_head(rows: list[bytes]) -> tuple[Head, str] | None:
    """The last head record, when there is one; each must be exactly one."""
    last = None
    for row in rows:
        if row.startswith(b'{"head":') and (last := read_head(row)) is None:
            raise Refused("not_a_line", "head record")
    return last


def read_fragment(data: bytes) -> Fragment:
    """A fragment whose chain leads to its last head; the signature is for the caller, who knows the key."""
    rows = records(data) or [b""]
    first, birth, start = rows[0], None, None
    if m := FROM_RECORD.fullmatch(first):
        start = (m[1].decode(), int(m[2]), m[3].decode())
    elif first.startswith(b'{"from":'):
        raise Refused("not_a_line", "from record")
    last = last_head(rows)
    if start is None:
        birth = read_birth(first)
        start = (birth["log"], 0, sha(first).hex())
    lines = [r for r in rows[1:] if not r.startswith(b'{"head":')]
    hashes = chain(bytes.fromhex(start[2]), lines)
    if last is None or last[0][:2] != (start[0], start[1] + len(lines)):
        raise Refused("head_missing")
    if last[0][2] != hashes[-1].hex():
        raise Refused("chain_broken")
    return Fragment(birth, start, lines, hashes, *last)


def check_county(data: bytes, office: bytes, school: str, own: list[bytes]) -> Fragment:
    """A pull of the county's log, for a laptop whose copy of it has these hashes."""
    part = read_fragment(data)
    if part.birth is None:
        n = len(own) - 1
        if n < 0 or part.start != (key_id(office), n, own[n].hex()):
            raise Refused("chain_broken", "does not continue the own county log")
    elif part.birth["key"] != office.hex():
        raise Refused("log_key_mismatch")
    elif part.birth["school"] != school:
        raise Refused("school_wrong")
    if not signed_by(office, "head", head_message(part.head), part.sig):
        raise Refused("head_signature_wrong")
    return part


if __name__ == "__main__":
    from tests.contract.second_bundle import main

    raise SystemExit(main())
