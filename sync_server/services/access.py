"""Who may do what at the office: one table of actions and account roles, one function that decides, with scope."""

from enum import StrEnum

from shared.domain.errors import DomainError, ErrorCode
from shared.domain.words import Words
from sync_server.store.records import Account


class AccountRole(StrEnum):
    """What an account is for; where it may look is its scope."""

    ADMIN = "admin"
    COUNTY = "county"
    INSPECTOR = "inspector"
    VIEWER = "viewer"
    SCHOOL = "school"


ROLE_WORDS = {
    AccountRole.ADMIN: Words("系统管理员", "Administrator"),
    AccountRole.COUNTY: Words("县级人员（联络员、信息员）", "County staff"),
    AccountRole.INSPECTOR: Words("视导员（只看不改）", "Visitor (reads only)"),
    AccountRole.VIEWER: Words("只看汇总", "Board only"),
    AccountRole.SCHOOL: Words("学校负责人", "Head of a school"),
}


class ScopeKind(StrEnum):
    """How far an account sees, widest first."""

    NATION = "nation"
    PROVINCE = "province"
    COUNTY = "county"
    SCHOOL = "school"


SCOPE_WORDS = {
    ScopeKind.NATION: Words("全国", "Nation"),
    ScopeKind.PROVINCE: Words("省", "Province"),
    ScopeKind.COUNTY: Words("县", "County"),
    ScopeKind.SCHOOL: Words("学校", "School"),
}


class Action(StrEnum):
    """What somebody at the office can do."""

    VIEW_BOARD = "board.view"
    EXPORT_BOARD = "board.export"
    VIEW_SCHOOL = "school.view"
    VIEW_LOG = "log.view"
    IMPORT_BUNDLE = "bundle.import"
    SEND_MESSAGE = "message.send"
    VIEW_MESSAGES = "message.view"
    VIEW_BACKUPS = "backup.view"
    VIEW_QUARANTINE = "quarantine.view"
    SETTLE_QUARANTINE = "quarantine.settle"
    CHOOSE_RECORDS = "records.choose"
    BAR_LAPTOP = "laptop.bar"
    MANAGE_ACCOUNTS = "account.manage"
    CHANGE_OWN_PASSWORD = "account.own_password"  # noqa: S105 - an action's name


_ADMIN, _COUNTY, _INSPECTOR, _VIEWER, _SCHOOL = AccountRole
ACTIONS: dict[Action, frozenset[AccountRole]] = {
    Action.VIEW_BOARD: frozenset(AccountRole),
    Action.EXPORT_BOARD: frozenset({_COUNTY, _INSPECTOR}),
    Action.VIEW_SCHOOL: frozenset({_COUNTY, _INSPECTOR, _SCHOOL}),
    Action.VIEW_LOG: frozenset({_COUNTY, _INSPECTOR, _SCHOOL}),
    Action.IMPORT_BUNDLE: frozenset({_COUNTY}),
    Action.VIEW_MESSAGES: frozenset({_COUNTY, _INSPECTOR, _SCHOOL}),
    Action.SEND_MESSAGE: frozenset({_COUNTY}),
    Action.VIEW_QUARANTINE: frozenset({_COUNTY, _INSPECTOR}),
    Action.VIEW_BACKUPS: frozenset({_ADMIN, _COUNTY, _INSPECTOR}),
    Action.SETTLE_QUARANTINE: frozenset({_COUNTY}),
    Action.CHOOSE_RECORDS: frozenset({_COUNTY}),
    Action.BAR_LAPTOP: frozenset({_COUNTY}),
    Action.MANAGE_ACCOUNTS: frozenset({_ADMIN}),
    Action.CHANGE_OWN_PASSWORD: frozenset(AccountRole),
}
"""The whole rule; a pair that is not here is refused."""


def decide(account: Account, action: Action, school: str | None = None) -> None:
    """Promise that the account may do this (to this school, by its code); raises ACTION_REFUSED or SCHOOL_UNKNOWN.

    A school outside the scope is answered as one that does not exist: nobody learns what else there is.
    """
    if account.role not in ACTIONS[action]:
        raise DomainError(ErrorCode.ACTION_REFUSED, account=account.name)
    if school is not None and not sees(account, school):
        raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=school)


def may(account: Account, action: Action, school: str | None = None) -> bool:
    """Whether `decide` would let it pass; pages hide what it would not."""
    try:
        decide(account, action, school)
    except DomainError:
        return False
    return True


def sees(account: Account, school: str) -> bool:
    """Whether a school lies in the account's scope; an office holds one county, so wider scopes see all of it."""
    if account.scope_kind == ScopeKind.SCHOOL:
        return account.scope == school
    return account.scope_kind in set(ScopeKind)
