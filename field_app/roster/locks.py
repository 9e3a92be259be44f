"""The key of the sealed roster and its wrapping by the site passphrase 开机口令."""

import secrets
import unicodedata
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from shared.domain.errors import DomainError, ErrorCode

PASSPHRASE_LEAST = 8
SCRYPT_COST = 2**15  # about 100 ms and 32 MiB on a two-core machine; each file keeps its own
_BLOCK, _LANES = 8, 1
_COST_MOST = 2**20  # more would let a forged file eat the memory
_WRAP = b"testday roster key 1"
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Lock:
    """A wrapped key as it stands in the file: Scrypt's cost and salt, then nonce and wrapped key in one."""

    cost: int
    salt: bytes
    wrapped: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what no roster of ours has; ROSTER_DAMAGED."""
        power_of_two = self.cost > 1 and self.cost & (self.cost - 1) == 0
        if not power_of_two or self.cost > _COST_MOST or len(self.salt) != 16 or len(self.wrapped) != _NONCE + 48:
            raise DomainError(ErrorCode.ROSTER_DAMAGED)

    def open(self, passphrase: str) -> bytes:
        """The key; PASSPHRASE_WRONG for a wrong passphrase (or a lock that was tampered with)."""
        try:
            return unseal(_derive(passphrase, self.salt, self.cost), self.wrapped, _WRAP)
        except InvalidTag as error:
            raise DomainError(ErrorCode.PASSPHRASE_WRONG) from error


def make_lock(key: bytes, passphrase: str, cost: int = SCRYPT_COST) -> Lock:
    """Wrap `key`; PASSPHRASE_TOO_SHORT below eight characters."""
    if len(_normal(passphrase)) < PASSPHRASE_LEAST:
        raise DomainError(ErrorCode.PASSPHRASE_TOO_SHORT, least=PASSPHRASE_LEAST)
    salt = secrets.token_bytes(16)
    return Lock(cost, salt, seal(_derive(passphrase, salt, cost), key, _WRAP))


def new_key() -> bytes:
    """A random 256-bit key."""
    return ChaCha20Poly1305.generate_key()


def seal(key: bytes, clear: bytes, purpose: bytes) -> bytes:
    """Nonce and ciphertext of `clear`, bound to `purpose`."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, clear, purpose)


def unseal(key: bytes, sealed: bytes, purpose: bytes) -> bytes:
    """The clear bytes; cryptography's InvalidTag when a bit, the key or the purpose is another."""
    return ChaCha20Poly1305(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose)


def _derive(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=_BLOCK, p=_LANES).derive(_normal(passphrase).encode())


def _normal(passphrase: str) -> str:
    """The same passphrase however the input method wrote it: full width as half width, outer spaces gone."""
    return unicodedata.normalize("NFKC", passphrase).strip()
