"""A second reader and writer of bundles and receipt files ("B" are sections of docs/bundle-format.md).

Written by somebody who saw docs/sync-protocol.md, docs/bundle-format.md and the vectors only; it imports nothing of the
product and no age library, and must not.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import hmac
import re
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from tests.contract import second_verifier
from tests.contract.second_verifier import (
    HASH,
    POINT_SHAPE,
    SIG,
    Fragment,
    Refused,
    Verdict,
    check_county,
    check_receipt,
    device_id,
    last_head,
    one,
    read_birth,
    read_json,
    records,
    sha,
    shaped,
    signed_by,
    verify,
    whole,
    write_json,
)

# ---------------------------------------------------------------- B2: the seal

BEGIN, END = b"-----BEGIN AGE ENCRYPTED FILE-----", b"-----END AGE ENCRYPTED FILE-----"
LABEL = b"age-encryption.org/v1/ssh-ed25519"
LIMIT, UNPACKED, BLANK = 16 << 20, 64 << 20, b" \t\r\n\0"


def hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(secret)


def b64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def un64(text: bytes, padded: bool = False) -> bytes:
    """Base64, written in its one way only."""
    try:
        raw = base64.b64decode(text if padded else text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise Refused("bundle_damaged", "base64") from None
    if (base64.b64encode(raw) if padded else b64(raw)) != text:
        raise Refused("bundle_damaged", "base64")
    return raw


def unarmour(data: bytes) -> bytes:
    body = data.strip(BLANK)
    if not body or BEGIN.startswith(body):
        raise Refused("bundle_cut")
    if not body.startswith(BEGIN):
        raise Refused("not_a_bundle")
    if not body.endswith(END):
        raise Refused("bundle_cut")
    rows = [row.removesuffix(b"\r") for row in body.split(b"\n")]
    if (
        rows[0] != BEGIN
        or rows[-1] != END
        or len(rows) < 3
        or any(len(row) != 64 for row in rows[1:-2])
        or not 0 < len(rows[-2]) <= 64
    ):
        raise Refused("bundle_damaged", "armour")
    return un64(b"".join(rows[1:-1]), padded=True)


def unseal(data: bytes, secret: bytes) -> bytes:
    """What an armoured age file holds for the office whose Ed25519 secret (32 bytes) this is."""
    raw = unarmour(data)
    rows: list[bytes] = []
    rest = raw
    while not rows or not rows[-1].startswith(b"---"):
        row, feed, rest = rest.partition(b"\n")
        if not feed:
            raise Refused("bundle_damaged", "header")
        rows.append(row)
    if rows[0] != b"age-encryption.org/v1" or len(rows) < 3 or not rows[1].startswith(b"-> "):
        raise Refused("bundle_damaged", "header")
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    wire = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + public
    private = X25519PrivateKey.from_private_bytes(hashlib.sha512(secret).digest()[:32])
    mine = b"-> ssh-ed25519 " + b64(sha(wire)[:4]) + b" "
    at = [i for i, row in enumerate(rows) if row.startswith(mine)]
    if not at:
        raise Refused("bundle_for_another")
    for i in at:
        share = un64(rows[i][len(mine) :])
        end = next(j for j in range(i + 1, len(rows)) if rows[j].startswith((b"-> ", b"---")))
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(share))
            shared = X25519PrivateKey.from_private_bytes(hkdf(b"", wire, LABEL)).exchange(
                X25519PublicKey.from_public_bytes(shared)
            )
            wrap = hkdf(shared, share + private.public_key().public_bytes_raw(), LABEL)
            file_key = ChaCha20Poly1305(wrap).decrypt(bytes(12), un64(b"".join(rows[i + 1 : end])), None)
            break
        except (ValueError, InvalidTag):
            continue
    else:
        raise Refused("bundle_damaged", "stanza")
    head = b"\n".join(rows[:-1]) + b"\n---"
    mac = hmac.digest(hkdf(file_key, b"", b"header"), head, "sha256")
    if len(file_key) != 16 or rows[-1] != b"--- " + b64(mac):
        raise Refused("bundle_damaged", "header")
    return _open_payload(file_key, rest[:16], rest[16:])


def _open_payload(file_key: bytes, nonce: bytes, body: bytes) -> bytes:
    """The chunks behind the header."""
    aead, out = ChaCha20Poly1305(hkdf(file_key, nonce, b"payload")), []
    sealed = [body[i : i + 65552] for i in range(0, len(body), 65552)]
    if not sealed or (len(sealed) > 1 and len(sealed[-1]) <= 16):
        raise Refused("bundle_damaged", "no last chunk")
    for i, chunk in enumerate(sealed):
        try:
            out.append(aead.decrypt(i.to_bytes(11, "big") + bytes([i == len(sealed) - 1]), chunk, None))
        except InvalidTag:
            raise Refused("bundle_damaged", f"chunk {i}") from None
    return b"".join(out)


def seal(content: bytes, office: bytes, name: str) -> bytes:
    """Seal content to an office as the vectors do, with what is random made from a name (B9)."""
    file_key, share, nonce = (
        sha(f"testday vector {name} {what}".encode())[:n] for what, n in (("file", 16), ("share", 32), ("nonce", 16))
    )
    wire, p = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + office, 2**255 - 19
    y = int.from_bytes(office, "little") % 2**255
    to = ((1 + y) * pow(1 - y, -1, p) % p).to_bytes(32, "little")
    pair = X25519PrivateKey.from_private_bytes(share)
    out = pair.public_key().public_bytes_raw()
    shared = X25519PrivateKey.from_private_bytes(hkdf(b"", wire, LABEL)).exchange(
        X25519PublicKey.from_public_bytes(pair.exchange(X25519PublicKey.from_public_bytes(to)))
    )
    wrapped = ChaCha20Poly1305(hkdf(shared, out + to, LABEL)).encrypt(bytes(12), file_key, None)
    head = b"\n".join(
        [b"age-encryption.org/v1", b"-> ssh-ed25519 " + b64(sha(wire)[:4]) + b" " + b64(out), b64(wrapped), b"---"]
    )
    mac = b" " + b64(hmac.digest(hkdf(file_key, b"", b"header"), head, "sha256")) + b"\n"
    aead = ChaCha20Poly1305(hkdf(file_key, nonce, b"payload"))
    chunks = [content[i : i + 65536] for i in range(0, len(content), 65536)] or [b""]
    body = b"".join(
        aead.encrypt(i.to_bytes(11, "big") + bytes([i == len(chunks) - 1]), c, None) for i, c in enumerate(chunks)
    )
    text = base64.b64encode(head + mac + nonce + body)
    return b"\n".join([BEGIN, *(text[i : i + 64] for i in range(0, len(text), 64)), END]) + b"\n"


def unpack(packed: bytes, limit: int = UNPACKED) -> bytes:
    """Exactly one gzip member."""
    box = zlib.decompressobj(31)
    try:
        data = box.decompress(packed, limit + 1)
    except zlib.error as e:
        raise Refused("bundle_unreadable", str(e)) from None
    if len(data) > limit or not box.eof or box.unused_data:
        raise Refused("bundle_unreadable", "gzip")
    return data


# ---------------------------------------------------------------- B3, B5: the manifest and what follows

ENTRY_SHAPE: dict[str, Any] = {**POINT_SHAPE, "bytes": lambda x: whole(x) and x > 0, "vouch": rf"(?:{SIG})?"}
MANIFEST_SHAPE: dict[str, Any] = {
    "version": one,
    "school": ".*",
    "campaign": ".*",
    "device": "[0-9A-HJKMNP-TV-Z]{12}",
    "key": HASH,
    "made": whole,
    "logs": lambda x: isinstance(x, list) and all(shaped(e, ENTRY_SHAPE) and list(e) == list(ENTRY_SHAPE) for e in x),
}


@dataclass(frozen=True)
class Log:
    """One log of a bundle: its verdict, and whether the vouch is good (None: there is none)."""

    entry: dict[str, Any]
    data: bytes
    verdict: Verdict
    vouched: bool | None


def read_manifest(record: bytes) -> dict[str, Any]:
    try:
        outer = read_json(record)
    except ValueError as e:
        raise Refused("bundle_unreadable", str(e)) from None
    inner = outer.get("bundle") if isinstance(outer, dict) else None
    if isinstance(inner, dict) and whole(inner.get("version")) and inner["version"] != 1:
        raise Refused("protocol_unknown")
    if (
        not shaped(outer, {"bundle": lambda x: shaped(x, MANIFEST_SHAPE), "sig": SIG})
        or write_json(outer) != record
        or list(outer) != ["bundle", "sig"]
        or list(outer["bundle"]) != list(MANIFEST_SHAPE)
    ):
        raise Refused("bundle_unreadable", "manifest")
    m: dict[str, Any] = outer["bundle"]
    if m["device"] != device_id(bytes.fromhex(m["key"])) or not 1 <= len(m["logs"]) <= 32:
        raise Refused("bundle_unreadable", "device or logs")
    if not signed_by(bytes.fromhex(m["key"]), "bundle", write_json(m), outer["sig"]):
        raise Refused("bundle_signature_wrong")
    return m


def open_bundle(data: bytes, secret: bytes) -> tuple[dict[str, Any], list[Log]]:
    """The manifest and each log, checked; Refused with a code of B5 when all is refused."""
    if len(data) > LIMIT:
        raise Refused("bundle_unreadable", "too large")
    row, feed, rest = unpack(unseal(data, secret)).partition(b"\n")
    m = read_manifest(row) if feed else read_manifest(b"")
    if sum(e["bytes"] for e in m["logs"]) != len(rest):
        raise Refused("bundle_unreadable", "sizes")
    logs = []
    for e in m["logs"]:
        part, rest = rest[: e["bytes"]], rest[e["bytes"] :]
        rows = records(part)
        try:
            last = last_head(rows)
            birth = read_birth(rows[0] if rows else b"")
        except Refused as why:
            raise Refused("bundle_unreadable", str(why)) from None
        if (
            birth["school"] != m["school"]
            or last is None
            or last[0] != (e["log"], e["seq"], e["hash"])
            or birth["log"] != e["log"]
        ):
            raise Refused("bundle_unreadable", "a log is not as the manifest says")
        vouch = f"{e['log']}\n{sha(rows[0]).hex()}\n".encode()
        logs.append(
            Log(
                e,
                part,
                verify(part),
                signed_by(bytes.fromhex(m["key"]), "vouch", vouch, e["vouch"]) if e["vouch"] else None,
            )
        )
    return m, logs


def read_secret(text: bytes) -> bytes:
    """The office's secret: 32 bytes as in server.key, 64 hex digits, or an OpenSSH identity without a passphrase."""
    if len(text) == 32:
        return text
    if re.fullmatch(rb"[0-9a-f]{64}", text.strip()):
        return bytes.fromhex(text.strip().decode())
    key = load_ssh_private_key(text, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused("not_an_ed25519_key")
    return key.private_bytes_raw()


# ---------------------------------------------------------------- B6: the receipt file


FILE_SHAPE: dict[str, Any] = {
    "receipt_file": one,
    "school": lambda x: isinstance(x, dict) and all(isinstance(x.get(k), str) for k in ("code", "name")),
    "receipts": lambda x: isinstance(x, list),
    "county_log": lambda x: x is None or isinstance(x, str),
    "contents": lambda x: isinstance(x, list) and all(isinstance(y, str) for y in x),
}


def read_receipt_file(
    data: bytes,
    office: bytes,
    school: str,
    own: Mapping[str, list[str]] | None = None,
    county: list[bytes] | None = None,
) -> tuple[list[tuple[dict[str, Any], str]], Fragment | None]:
    """B6: each receipt with own | fork | beyond | other, and the county log. own: hashes of the laptop's logs."""
    try:
        f = read_json(data)
    except ValueError as e:
        raise Refused("receipt_unreadable", str(e)) from None
    if not isinstance(f, dict) or not shaped({k: f[k] for k in FILE_SHAPE if k in f}, FILE_SHAPE):
        raise Refused("receipt_unreadable")
    found: list[tuple[dict[str, Any], str]] = []
    for r in f["receipts"]:
        try:
            said = check_receipt({k: r.get(k) for k in ("receipt", "sig")} if isinstance(r, dict) else r, office)
        except Refused as e:
            raise Refused("receipt_unreadable", e.code) from None
        hashes = (own or {}).get(said["log"])
        if hashes is None:
            how = "other"
        elif said["seq"] >= len(hashes):
            how = "beyond"
        else:
            how = "own" if hashes[said["seq"]] == said["hash"] else "fork"
        found.append((said, how))
    if (
        f["school"]["code"] != school
        or any(said["school"] != school for said, _ in found)
        or (own is not None and all(how == "other" for _, how in found))
    ):
        raise Refused("receipt_for_another")
    said_by_county = f["county_log"]
    return found, None if said_by_county is None else check_county(
        said_by_county.encode(), office, school, county or []
    )


def main() -> int:
    ask = argparse.ArgumentParser(
        description=second_verifier.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("file", type=Path)
    for option in ("--head", "--office-key", "--school"):
        ask.add_argument(option)
    args = ask.parse_args()
    data = args.file.read_bytes()
    key = args.office_key and (
        Path(args.office_key).read_bytes() if Path(args.office_key).exists() else args.office_key.encode()
    )
    try:
        if data.startswith(b'{"birth":') or not key:
            verdicts = [verify(data, args.head)]
        elif data.lstrip().startswith(b"{"):
            for said, how in read_receipt_file(data, bytes.fromhex(key.decode()), args.school)[0]:
                sys.stdout.write(f"{how} {said}\n")
            return 0
        else:
            verdicts = [log.verdict for log in open_bundle(data, read_secret(key))[1]]
    except Refused as e:
        sys.stdout.write(f"{e}\n")
        return 1
    sys.stdout.writelines(f"{verdict}\n" for verdict in verdicts)
    return 0 if all(v.ok for v in verdicts) else 1
