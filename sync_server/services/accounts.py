"""Named accounts of the office: passwords as salted scrypt hashes, with a role and a scope."""

import hashlib
import hmac
import secrets

from shared.domain.errors import DomainError, ErrorCode
from shared.log import base32
from sync_server.store.ports import Books, Store
from sync_server.store.records import Account

ADMIN = "admin"
COUNTY = "county"
SCHOOL = "school"
ROLES = (ADMIN, COUNTY, SCHOOL)
_N, _R, _P = 2**15, 8, 1


def make_password() -> str:
    """A fresh password that can be read out: 12 characters in three groups."""
    text = base32.encode(secrets.token_bytes(8), 12)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def add_account(store: Store, name: str, role: str, scope_kind: str, scope: str) -> str:
    """Add an account; returns its password, which is nowhere else; raises NAME_TAKEN."""
    password = make_password()
    account = Account(0, name, hash_password(password), role, scope_kind, scope)

    def work(book: Books) -> None:
        if book.find_account(name) is not None:
            raise DomainError(ErrorCode.NAME_TAKEN, name=name)
        book.add_account(account)

    store.write(work)
    return password


def check_account(store: Store, name: str, password: str) -> Account:
    """The account of this name and password; raises ACCOUNT_WRONG, after the same work for a name that is not there."""
    account = store.read(lambda book: book.find_account(name))
    stored = account.password if account else _NOBODY
    if not check_password(stored, password) or account is None:
        raise DomainError(ErrorCode.ACCOUNT_WRONG)
    return account


def hash_password(password: str) -> str:
    """The salted hash, in the form that werkzeug reads too."""
    salt = secrets.token_hex(8)
    return f"scrypt:{_N}:{_R}:{_P}${salt}${_scrypt(password, salt, _N, _R, _P)}"


def check_password(stored: str, password: str) -> bool:
    """Whether a password is the one of a stored hash."""
    method, salt, digest = stored.split("$")
    n, r, p = (int(number) for number in method.split(":")[1:])
    return hmac.compare_digest(_scrypt(password, salt, n, r, p), digest)


def _scrypt(password: str, salt: str, n: int, r: int, p: int) -> str:
    digest = hashlib.scrypt(password.encode(), salt=salt.encode(), n=n, r=r, p=p, maxmem=132 * n * r * p)
    return digest.hex()


_NOBODY = f"scrypt:{_N}:{_R}:{_P}$00$00"
