"""A verifier by somebody who has docs/sync-protocol.md, Python and an Ed25519 library, and nothing of ours."""

import hashlib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TEXTS = ("log", "school", "campaign", "plan", "type")
KEYS = {"v", "seq", "tv", "actor", "witnesses", "at", "data", *TEXTS}
BIRTH_KEYS = ["birth", "log", "key", "school", "campaign", "mode", "rate", "ancestor", "plan", "software", "born"]
HEAD = re.compile(
    rb'{"(?:head|from)":{"log":"([%b]{26})","seq":(0|[1-9]\d{0,17}),"hash":"([\da-f]{64})"}(?:,"sig":"([\da-f]{128})")?}'
    % ALPHABET.encode()
)


class Strange(Exception):
    """A file that is no log at all; the argument is the code."""


@dataclass(frozen=True)
class Point:
    """A head, with its signature when it had one."""

    log: str
    seq: int
    hash: bytes
    sig: str = ""


@dataclass(frozen=True)
class Finding:
    """What section 3 says of a log file."""

    whole: bool
    sealed: int
    first_bad: int | None = None
    last_bad: int | None = None
    code: str | None = None


def base32(data: bytes, length: int) -> str:
    """Section 1."""
    bits = "".join(f"{byte:08b}" for byte in data)
    return "".join(ALPHABET[int(bits[i * 5 : i * 5 + 5], 2)] for i in range(length))


def key_id(public: str) -> str:
    """The id of a key."""
    return base32(hashlib.sha256(bytes.fromhex(public)).digest(), 26)


def tidy(code: str) -> str:
    """What somebody typed, tidied."""
    return re.sub("[ -]", "", code.upper()).replace("O", "0").replace("I", "1").replace("L", "1")


def is_signed(public: str, context: str, message: str, sig: str) -> bool:
    """Whether the signature covers `testday <context> 1`, a newline and the message."""
    return is_signed_text(public, f"testday {context} 1\n{message}", sig)


def is_signed_text(public: str, text: str, sig: str) -> bool:
    """Whether the signature covers exactly this text."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(sig), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def head_text(point: Point) -> str:
    """A head as text."""
    return f"{point.log}:{point.seq}:{point.hash.hex()}"


def seal_code(point: Point) -> str:
    """The code on paper."""
    code = base32(hashlib.sha256(f"testday seal 1\n{head_text(point)}".encode()).digest(), 20)
    return "-".join(re.findall(".{5}", code))


def read_json(record: bytes) -> Any:
    """The JSON of section 2; raises ValueError."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError("a key twice")
        return dict(pairs)

    def refuse(_text: str) -> Any:
        raise ValueError("no whole number")

    try:
        text = record.decode()
        read = json.loads(text, object_pairs_hook=once, parse_float=refuse, parse_constant=refuse)
        json.dumps(read, ensure_ascii=False).encode()
    except RecursionError as deep:
        raise ValueError("too deep") from deep
    return read


def read_point(record: bytes, kind: str) -> Point | None:
    """A head record (`head`) or from record (`from`); None when it is not exactly one."""
    found = HEAD.fullmatch(record)
    if found is None or not record.startswith(b'{"%b":' % kind.encode()) or (found[4] is None) == (kind == "head"):
        return None
    return Point(found[1].decode(), int(found[2]), bytes.fromhex(found[3].decode()), (found[4] or b"").decode())


def read_birth(record: bytes) -> dict[str, Any]:
    """A birth record; raises Strange."""
    try:
        birth = read_json(record)
    except ValueError as bad:
        raise Strange("not_a_line") from bad
    if type(birth) is not dict or list(birth) != BIRTH_KEYS or not _fits(birth):
        raise Strange("not_a_line")
    if json.dumps(birth, ensure_ascii=False, separators=(",", ":")).encode() != record:
        raise Strange("not_a_line")
    if birth["log"] != key_id(birth["key"]):
        raise Strange("log_key_mismatch")
    rates = {"live": birth["rate"] == 1, "rehearsal": birth["rate"] >= 1}
    if not rates.get(birth["mode"]):
        raise Strange("not_a_line")
    return birth


def _fits(birth: dict[str, Any]) -> bool:
    numbers = ("birth", "rate", "born")
    kinds = all(type(birth[key]) is (int if key in numbers else str) for key in BIRTH_KEYS if key != "ancestor")
    return kinds and birth["birth"] == 1 and bool(re.fullmatch("[0-9a-f]{64}", birth["key"])) and _ancestor(birth)


def _ancestor(birth: dict[str, Any]) -> bool:
    text = json.dumps({"from": birth["ancestor"]}, separators=(",", ":"))
    return birth["ancestor"] is None or read_point(text.encode(), "from") is not None


def read_line(record: bytes) -> dict[str, Any] | None:
    """The event of a line; None when it is no line."""
    try:
        line = read_json(record)
    except ValueError:
        return None
    if len(record) > 16384 or type(line) is not dict or not KEYS <= line.keys() <= KEYS | {"happened"}:
        return None
    actors = [line["actor"], *line["witnesses"]] if type(line["witnesses"]) is list else [None]
    numbers = [line["v"], line["seq"], line["tv"], line.get("happened", 0)]
    good = [type(number) is int for number in numbers] + [type(line[key]) is str for key in TEXTS]
    good += [_is_actor(actor) for actor in actors] + [_is_at(line["at"]), type(line["data"]) is dict]
    return line if all(good) and line["v"] == 1 and line["seq"] >= 1 else None


def _is_actor(actor: Any) -> bool:
    return type(actor) is dict and actor.keys() == {"person", "role"} and all(type(v) is str for v in actor.values())


def _is_at(at: Any) -> bool:
    if type(at) is not dict or at.keys() != {"wall", "tick", "run", "offset", "error"}:
        return False
    sure = type(at["wall"]) is int and type(at["tick"]) is int and type(at["run"]) is str
    return sure and all(at[key] is None or type(at[key]) is int for key in ("offset", "error"))


def chain(start: bytes, lines: list[bytes]) -> list[bytes]:
    """The hashes from the start's on."""
    hashes = [start]
    for line in lines:
        hashes.append(hashlib.sha256(hashes[-1] + line).digest())
    return hashes


def verify(data: bytes) -> Finding:
    """Section 3, steps 1 to 5; raises Strange."""
    first, *others = data.split(b"\n")[:-1] or [b""]
    if not first.startswith(b'{"birth":'):
        raise Strange("not_a_log")
    birth = read_birth(first)
    heads = [point for record in others if (point := read_point(record, "head"))]
    lines = [record for record in others if read_point(record, "head") is None]
    line_bad = _bad_line(birth, lines)
    sealed, head_bad = _bad_head(birth, chain(hashlib.sha256(first).digest(), lines), heads)
    bad = head_bad
    if line_bad and (head_bad is None or line_bad[0] <= head_bad[1]):
        bad = line_bad
    return Finding(False, sealed, *bad) if bad else Finding(True, sealed)


def _bad_line(birth: dict[str, Any], lines: list[bytes]) -> tuple[int, int, str] | None:
    for seq, record in enumerate(lines, start=1):
        line = read_line(record)
        if line is None:
            return seq, seq, "not_a_line"
        if line["seq"] != seq or line["log"] != birth["log"]:
            return seq, seq, "chain_broken"
    return None


def _bad_head(
    birth: dict[str, Any], hashes: list[bytes], heads: list[Point]
) -> tuple[int, tuple[int, int, str] | None]:
    sealed = 0
    for head in sorted(heads, key=lambda point: point.seq):
        message = f"{head.log}\n{head.seq}\n{head.hash.hex()}\n"
        if head.log != birth["log"] or not is_signed(birth["key"], "head", message, head.sig):
            return sealed, (head.seq, head.seq, "head_signature_wrong")
        if head.seq >= len(hashes):
            return sealed, (len(hashes), head.seq, "head_not_found")
        if hashes[head.seq] != head.hash:
            return sealed, (sealed + 1, head.seq, "chain_broken")
        sealed = head.seq
    return sealed, None


def prove(body: bytes, birth: dict[str, Any]) -> tuple[Point, list[bytes], Point]:
    """The start, the lines and the proven end of a fragment; raises Strange with the office's code."""
    first, *others = body.split(b"\n")[:-1] or [b""]
    start = read_point(first, "from")
    if first.startswith(b'{"birth":'):
        start = Point(read_birth(first)["log"], 0, hashlib.sha256(first).digest())
    if start is None:
        raise Strange("not_a_line" if first.startswith(b'{"from":') else "not_a_log")
    heads = [read_point(record, "head") for record in others if record.startswith(b'{"head":')]
    lines = [record for record in others if not record.startswith(b'{"head":')]
    if None in heads:
        raise Strange("not_a_line")
    end = heads[-1] if heads else None
    if end is None or (end.log, end.seq) != (start.log, start.seq + len(lines)):
        raise Strange("head_missing")
    if end.hash != chain(start.hash, lines)[-1]:
        raise Strange("chain_broken")
    if not is_signed(birth["key"], "head", f"{end.log}\n{end.seq}\n{end.hash.hex()}\n", end.sig):
        raise Strange("head_signature_wrong")
    return start, lines, end


def believes(receipt: dict[str, str], office: str) -> bool:
    """Whether the office signed this receipt."""
    return is_signed(office, "receipt", receipt["receipt"], receipt["sig"])


if __name__ == "__main__":
    sys.stdout.write(f"{verify(Path(sys.argv[1]).read_bytes())}\n")
