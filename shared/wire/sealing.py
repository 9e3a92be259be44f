"""Sealing to an office: the standard age format, to the key that every laptop of the office holds already.

The office's Ed25519 key is an `ssh-ed25519` recipient of age, so that no key is added to those an office keeps, and any
program that speaks age opens what is sealed, with the same key as an OpenSSH identity.
"""

import base64

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.domain.errors import DomainError, ErrorCode
from shared.log.signing import SigningKey

BEGINS = b"-----BEGIN AGE ENCRYPTED FILE-----"
ENDS = b"-----END AGE ENCRYPTED FILE-----"
_KIND = b"ssh-ed25519"


def seal(data: bytes, office: str) -> bytes:
    """The data in age's armour, for the office with this public key (hex) alone."""
    recipient = pyrage.ssh.Recipient.from_str(ssh_key(office))
    return bytes(pyrage.encrypt(data, [recipient], armored=True))


def unseal(sealed: bytes, office: SigningKey, name: str) -> bytes:
    """What was sealed to this office; `name` is the file's, for the sentence.

    Raises NOT_A_BUNDLE, BUNDLE_CUT, BUNDLE_FOR_ANOTHER or BUNDLE_DAMAGED.
    """
    body = check_sealed(sealed, name)
    try:
        return bytes(pyrage.decrypt(body, [pyrage.ssh.Identity.from_buffer(ssh_identity(office))]))
    except pyrage.DecryptError as problem:
        another = "No matching keys" in str(problem)
        code = ErrorCode.BUNDLE_FOR_ANOTHER if another else ErrorCode.BUNDLE_DAMAGED
        raise DomainError(code, path=name) from problem


def check_sealed(sealed: bytes, name: str) -> bytes:
    """The armour of a file that looks sealed from outside; raises NOT_A_BUNDLE, or BUNDLE_CUT when its end is missing.

    Blanks and zeros around it are left out.
    """
    body = sealed.strip(b"\0 \r\n\t")  # what a stick keeps of a file that was never finished may be zeros
    if BEGINS.startswith(body[: len(BEGINS)]) and not body.endswith(ENDS):
        raise DomainError(ErrorCode.BUNDLE_CUT, path=name)
    if not body.startswith(BEGINS):
        raise DomainError(ErrorCode.NOT_A_BUNDLE, path=name)
    return body


def ssh_key(public: str) -> str:
    """A public key (hex) as OpenSSH writes it."""
    wire = b"".join(len(part).to_bytes(4, "big") + part for part in (_KIND, bytes.fromhex(public)))
    return f"{_KIND.decode()} {base64.b64encode(wire).decode()}"


def ssh_identity(key: SigningKey) -> bytes:
    """A private key as OpenSSH keeps it in a file, without a passphrase."""
    private = Ed25519PrivateKey.from_private_bytes(key.raw)
    return private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
