"""A bundle's reader and writer by somebody who has only docs/bundle-format.md and docs/sync-protocol.md.

Nothing of the product is imported, and no age library: the sealing is written out from its description.
"""

import base64
import gzip
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

BEGIN, END = "-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----"
LABEL = b"age-encryption.org/v1/ssh-ed25519"
CHUNK = 64 * 1024
PRIME = 2**255 - 19


class Refused(Exception):
    """Why a bundle is not taken."""


@dataclass(frozen=True)
class Opened:
    """The manifest and the log files."""

    manifest: dict[str, Any]
    files: list[bytes]


@dataclass(frozen=True)
class Chance:
    """What a writer would take from the system's randomness; fixed in vectors."""

    file_key: bytes
    share: bytes
    nonce: bytes


def write(manifest: dict[str, Any], files: list[bytes], device: bytes, office: bytes, chance: Chance) -> bytes:
    """A bundle, signed with the device's secret, sealed to the office's public key."""
    text = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"))
    signature = Ed25519PrivateKey.from_private_bytes(device).sign(f"testday bundle 1\n{text}".encode())
    record = f'{{"bundle":{text},"sig":"{signature.hex()}"}}\n'.encode()
    return seal(gzip.compress(record + b"".join(files), mtime=0), office, chance)


def read(data: bytes, office: bytes) -> Opened:
    """The manifest and files of a bundle, opened with the office's secret."""
    content = gzip.decompress(unseal(data, office))
    record, _, rest = content.partition(b"\n")
    found = re.fullmatch(rb'\{"bundle":(\{.*\}),"sig":"([0-9a-f]{128})"\}', record)
    if found is None:
        raise Refused("manifest")
    manifest = json.loads(found.group(1))
    if json.dumps(manifest, ensure_ascii=False, separators=(",", ":")).encode() != found.group(1):
        raise Refused("manifest written otherwise")
    if manifest["version"] != 1:
        raise Refused("version")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest["key"]))
        key.verify(bytes.fromhex(found.group(2).decode()), b"testday bundle 1\n" + found.group(1))
    except InvalidSignature as problem:
        raise Refused("signature") from problem
    files, start = [], 0
    for entry in manifest["logs"]:
        files.append(rest[start : start + entry["bytes"]])
        start += entry["bytes"]
    if start != len(rest):
        raise Refused("sizes")
    return Opened(manifest, files)


def seal(plain: bytes, office: bytes, chance: Chance) -> bytes:
    """Age with one ssh-ed25519 recipient, in armour."""
    wire, point = ssh_wire(office), montgomery(office)
    share = X25519PrivateKey.from_private_bytes(chance.share)
    public = share.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    secret = tweaked(wire, share.exchange(X25519PublicKey.from_public_bytes(point)))
    wrapped = ChaCha20Poly1305(derive(secret, public + point, LABEL)).encrypt(bytes(12), chance.file_key, None)
    tag = hashlib.sha256(wire).digest()[:4]
    header = f"age-encryption.org/v1\n-> ssh-ed25519 {b64(tag)} {b64(public)}\n{b64(wrapped)}\n---".encode()
    mac = hmac.digest(derive(chance.file_key, b"", b"header"), header, "sha256")
    binary = header + f" {b64(mac)}\n".encode() + chance.nonce + stream(plain, chance)
    text = base64.b64encode(binary).decode()
    rows = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([BEGIN, *rows, END, ""]).encode()


def stream(plain: bytes, chance: Chance) -> bytes:
    """The payload in chunks of 64 KiB, the last one marked."""
    cipher = ChaCha20Poly1305(derive(chance.file_key, chance.nonce, b"payload"))
    chunks = [plain[start : start + CHUNK] for start in range(0, len(plain), CHUNK)] or [b""]
    last = len(chunks) - 1
    return b"".join(
        cipher.encrypt(number.to_bytes(11, "big") + bytes([number == last]), chunk, None)
        for number, chunk in enumerate(chunks)
    )


def unseal(data: bytes, office: bytes) -> bytes:
    """What is inside an armoured age file, with the office's 32 secret bytes."""
    rows = data.decode().split()
    text = data.decode().strip()
    if not text.startswith(BEGIN) or not text.endswith(END):
        raise Refused("armour")
    del rows
    binary = base64.b64decode("".join(text.splitlines()[1:-1]))
    header, mark, rest = binary.partition(b"\n--- ")
    mac, _, body = rest.partition(b"\n")
    file_key = find_file_key(header.decode().splitlines(), office)
    if not hmac.compare_digest(
        hmac.digest(derive(file_key, b"", b"header"), header + mark[:-1], "sha256"), unb64(mac.decode())
    ):
        raise Refused("header")
    cipher = ChaCha20Poly1305(derive(file_key, body[:16], b"payload"))
    sealed = body[16:]
    sizes = range(0, len(sealed), CHUNK + 16)
    try:
        return b"".join(
            cipher.decrypt(
                number.to_bytes(11, "big") + bytes([start == sizes[-1]]), sealed[start : start + CHUNK + 16], None
            )
            for number, start in enumerate(sizes)
        )
    except InvalidTag as problem:
        raise Refused("payload") from problem


def find_file_key(lines: list[str], office: bytes) -> bytes:
    """The file key in the stanza that is for this key; other stanzas are passed over."""
    if lines[0] != "age-encryption.org/v1":
        raise Refused("version of age")
    public = Ed25519PrivateKey.from_private_bytes(office).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    wire, point = ssh_wire(public), montgomery(public)
    tag = b64(hashlib.sha256(wire).digest()[:4])
    for number, line in enumerate(lines):
        if not line.startswith(f"-> ssh-ed25519 {tag} "):
            continue
        share = unb64(line.split(" ")[3])
        scalar = X25519PrivateKey.from_private_bytes(hashlib.sha512(office).digest()[:32])
        secret = tweaked(wire, scalar.exchange(X25519PublicKey.from_public_bytes(share)))
        cipher = ChaCha20Poly1305(derive(secret, share + point, LABEL))
        return cipher.decrypt(bytes(12), unb64(lines[number + 1]), None)
    raise Refused("another office")


def ssh_wire(public: bytes) -> bytes:
    """A public key as OpenSSH encodes it."""
    return b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + public


def montgomery(public: bytes) -> bytes:
    """An Ed25519 public key as the X25519 one: u = (1 + y) / (1 - y)."""
    y = int.from_bytes(public, "little") & (2**255 - 1)
    return ((1 + y) * pow(1 - y, -1, PRIME) % PRIME).to_bytes(32, "little")


def tweaked(wire: bytes, secret: bytes) -> bytes:
    """The shared secret, bound to the SSH key."""
    tweak = X25519PrivateKey.from_private_bytes(derive(b"", wire, LABEL))
    return tweak.exchange(X25519PublicKey.from_public_bytes(secret))


def derive(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF with SHA-256, 32 bytes."""
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def b64(data: bytes) -> str:
    """Base64 without padding."""
    return base64.b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """The bytes of base64 without padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4))
