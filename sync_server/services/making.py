"""Making an office: its identity, its key and its first account, once."""

import os
import secrets
from pathlib import Path

from shared.domain.errors import DomainError, ErrorCode
from shared.log.signing import SigningKey
from shared.timepiece import Rehearsal
from sync_server.config import ServerConfig
from sync_server.services.accounts import ADMIN, add_account
from sync_server.store.ports import Store
from sync_server.store.records import OfficeRow

FIRST_ACCOUNT = "admin"


def make_key(config: ServerConfig) -> None:
    """Make the folder and the office's key file; raises OFFICE_ALREADY_MADE."""
    if config.database.exists() or config.key_file.exists():
        raise DomainError(ErrorCode.OFFICE_ALREADY_MADE, path=str(config.folder))
    config.folder.mkdir(parents=True, exist_ok=True)
    _write_secret(config.key_file, SigningKey.new().raw)


def make_office(store: Store, county: str, campaign: str, mode: str, rehearsal: Rehearsal | None) -> str:
    """Fix the office's identity and add the first account; returns its password."""
    row = OfficeRow(secrets.token_hex(6), county, campaign, mode, rehearsal)
    store.write(lambda book: book.make_office(row))
    return add_account(store, FIRST_ACCOUNT, ADMIN, "county", county)


def _write_secret(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
