"""Accounts as their owners and the administrator handle them: list, add, change one's own password."""

from shared.domain.errors import DomainError, ErrorCode
from sync_server.services.access import AccountRole, Action, ScopeKind, decide
from sync_server.services.accounts import add_account, check_account, hash_password
from sync_server.store.ports import Store
from sync_server.store.records import Account

SHORTEST = 10
"""Least characters of a password that a person chooses."""


class AccountDesk:
    """What the account pages ask for; every act is decided here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, name: str) -> Account | None:
        """The account of this name."""
        return self._store.read(lambda book: book.find_account(name))

    def enter(self, name: str, password: str) -> Account:
        """The account of this name and password; raises ACCOUNT_WRONG."""
        return check_account(self._store, name, password)

    def list(self, account: Account) -> list[Account]:
        """All accounts; raises ACTION_REFUSED."""
        decide(account, Action.MANAGE_ACCOUNTS)
        return self._store.read(lambda book: book.list_accounts())

    def add(self, account: Account, name: str, role: str, scope_kind: str, scope: str) -> str:
        """Add an account and return its first password, which is kept nowhere.

        Raises ACTION_REFUSED, FIELD_MISSING, FIELD_INVALID, SCHOOL_UNKNOWN or NAME_TAKEN.
        """
        decide(account, Action.MANAGE_ACCOUNTS)
        self._check(name, role, scope_kind, scope)
        return add_account(self._store, name, role, scope_kind, scope)

    def change_password(self, account: Account, old: str, new: str) -> Account:
        """Give the account another password; raises ACCOUNT_WRONG or PASSWORD_TOO_SHORT."""
        decide(account, Action.CHANGE_OWN_PASSWORD)
        check_account(self._store, account.name, old)
        if len(new) < SHORTEST:
            raise DomainError(ErrorCode.PASSWORD_TOO_SHORT, least=SHORTEST)
        hashed = hash_password(new)
        self._store.write(lambda book: book.set_password(account.name, hashed))
        return check_account(self._store, account.name, new)

    def _check(self, name: str, role: str, scope_kind: str, scope: str) -> None:
        if not name or not scope:
            raise DomainError(ErrorCode.FIELD_MISSING, field="用户名、范围 / name, scope")
        if role not in set(AccountRole) or scope_kind not in set(ScopeKind):
            raise DomainError(ErrorCode.FIELD_INVALID, field="role, scope", value=role, expected=", ".join(AccountRole))
        if (role == AccountRole.SCHOOL) != (scope_kind == ScopeKind.SCHOOL):
            raise DomainError(ErrorCode.FIELD_INVALID, field="scope", value=scope_kind, expected="school ↔ school")
        if scope_kind == ScopeKind.SCHOOL and self._store.read(lambda book: book.find_school(scope)) is None:
            raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=scope)
