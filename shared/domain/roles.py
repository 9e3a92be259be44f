"""The people of a test day: one name for each role, and its words (domain of design §8)."""

from enum import StrEnum

from shared.domain.words import Words


class Role(StrEnum):
    """Who somebody is on the day; `laptop` is the laptop itself, `county_*` and `admin` sit at the office."""

    PRINCIPAL = "principal"
    DEPUTY = "deputy"
    INSPECTOR = "inspector"
    CHIEF_PROCTOR = "chief_proctor"
    PROCTOR = "proctor"
    ORAL_PROCTOR = "oral_proctor"
    PE_PROCTOR = "pe_proctor"
    INFO_OFFICER = "info_officer"
    TIMEKEEPER = "timekeeper"
    SECRECY_OFFICER = "secrecy_officer"
    SECURITY = "security"
    MEDICAL = "medical"
    LAPTOP = "laptop"


ROLE_WORDS: dict[Role, Words] = {
    Role.PRINCIPAL: Words("主监（校长）", "Principal"),
    Role.DEPUTY: Words("副主监", "Deputy"),
    Role.INSPECTOR: Words("责任督学", "Inspector"),
    Role.CHIEF_PROCTOR: Words("主监测员", "Chief proctor"),
    Role.PROCTOR: Words("监测员", "Proctor"),
    Role.ORAL_PROCTOR: Words("演唱（口语）监测员", "Oral proctor"),
    Role.PE_PROCTOR: Words("体育监测员", "PE proctor"),
    Role.INFO_OFFICER: Words("信息员", "Information officer"),
    Role.TIMEKEEPER: Words("司时员", "Timekeeper"),
    Role.SECRECY_OFFICER: Words("保密员", "Secrecy officer"),
    Role.SECURITY: Words("安保人员", "Security"),
    Role.MEDICAL: Words("医务人员", "Medical staff"),
    Role.LAPTOP: Words("本机", "This laptop"),
}

HEADS = frozenset({Role.PRINCIPAL, Role.DEPUTY})
PROCTORS = frozenset({Role.CHIEF_PROCTOR, Role.PROCTOR})
STAFF = frozenset(role for role in Role if role is not Role.LAPTOP)
LAPTOP_ONLY = frozenset({Role.LAPTOP})
