"""Keys and signatures: Ed25519 over heads and receipts, each with a prefix of its own."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from shared.domain.errors import DomainError, ErrorCode
from shared.log import base32
from shared.log.chain import Head

HEAD_PREFIX = b'{"head":'
RECEIPT_CONTEXT = "receipt"
LOG_PATTERN = "[0-9A-HJKMNP-TV-Z]{26}"
HEAD_PATTERN = rb'\{"log":"([0-9A-HJKMNP-TV-Z]{26})","seq":(0|[1-9][0-9]{0,17}),"hash":"([0-9a-f]{64})"\}'
"""A head inside a record: it is written in one way only, so that no byte of it can change unseen."""

_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_HEAD_RECORD = re.compile(rb'\{"head":' + HEAD_PATTERN + rb',"sig":"([0-9a-f]{128})"\}')


class SigningKey:
    """An Ed25519 private key; `public` is its raw public key in hex."""

    def __init__(self, raw: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(raw)
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @classmethod
    def new(cls) -> "SigningKey":
        """A fresh key from the system's randomness."""
        key = Ed25519PrivateKey.generate()
        return cls(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))

    @property
    def raw(self) -> bytes:
        """The 32 secret bytes, for the key file."""
        return self._key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())

    def sign(self, context: str, message: str) -> str:
        """The signature in hex of `message` said in `context`."""
        return self._key.sign(_framed(context, message)).hex()


def verify(public: str, context: str, message: str, signature: str) -> bool:
    """Whether `signature` (hex) is that key's over `message` in `context`."""
    if not _SIGNATURE.fullmatch(signature):  # `fromhex` would take capitals and blanks too
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), _framed(context, message))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def log_id(public: str) -> str:
    """A log's id: 26 characters of the hash of its public key."""
    return base32.encode(hashlib.sha256(bytes.fromhex(public)).digest(), 26)


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with its log's signature."""

    head: Head
    signature: str

    def record(self) -> bytes:
        """The head as a record of a log file."""
        body = {"log": self.head.log, "seq": self.head.seq, "hash": self.head.hash.hex()}
        return json.dumps({"head": body, "sig": self.signature}, separators=(",", ":")).encode("ascii")

    def is_signed_by(self, public: str) -> bool:
        """Whether the signature is the one of this public key."""
        return verify(public, "head", _head_message(self.head), self.signature)


def sign_head(key: SigningKey, head: Head) -> SignedHead:
    """The head signed with the log's key."""
    return SignedHead(head, key.sign("head", _head_message(head)))


def read_head_record(record: bytes) -> SignedHead:
    """The signed head of a head record, which is written in one way only; raises NOT_A_LINE."""
    found = _HEAD_RECORD.fullmatch(record)
    if found is None:
        raise DomainError(ErrorCode.NOT_A_LINE, reason="head")
    log, seq, digest, signature = (part.decode("ascii") for part in found.groups())
    return SignedHead(Head(log, int(seq), bytes.fromhex(digest)), signature)


def head_of(content: Mapping[str, Any]) -> Head:
    """The head of a `{log, seq, hash}` object; raises KeyError, TypeError or ValueError."""
    return Head(str(content["log"]), int(content["seq"]), bytes.fromhex(content["hash"]))


def _head_message(head: Head) -> str:
    return f"{head.log}\n{head.seq}\n{head.hash.hex()}\n"


def _framed(context: str, message: str) -> bytes:
    return f"testday {context} 1\n{message}".encode()
