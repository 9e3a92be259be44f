"""What stands apart, record by record: as it came, and in words where it can be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.duties import Duties
from shared.domain.errors import DomainError
from shared.domain.event import Event
from shared.domain.naming import names_of
from shared.domain.plan import Plan
from shared.domain.roles import ROLE_WORDS, Role
from shared.domain.words import Words
from shared.log.birth import PREFIX as BIRTH_PREFIX
from shared.log.birth import decode_birth
from shared.log.line import decode_line
from shared.log.logfile import FROM_PREFIX
from shared.log.signing import HEAD_PREFIX
from sync_server.services.school_log import describe_line


class RecordKind(StrEnum):
    """What a record is."""

    BIRTH = "birth"
    FROM = "from"
    HEAD = "head"
    LINE = "line"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """One record: its text whole; of a line also its number, time (corrected ms), sentence and who."""

    kind: RecordKind
    raw: str
    seq: int | None = None
    time: int | None = None
    words: Words | None = None
    who: Words | None = None


def read_records(body: bytes, plan: Plan | None) -> Iterator[HeldRecord]:
    """The records in order; bytes that are no UTF-8 are shown by their hex."""
    names = names_of(plan, Duties())
    for record in body.removesuffix(b"\n").split(b"\n"):
        yield _read(record, names)


def _read(record: bytes, names: dict[str, Words]) -> HeldRecord:
    raw = record.decode("utf-8", errors="backslashreplace")
    try:
        if record.startswith(BIRTH_PREFIX):
            birth = decode_birth(record)
            said = Words(
                f"日志的出生记录：学校 {birth.school}，批次 {birth.campaign}",
                f"Birth record of the log: school {birth.school}, campaign {birth.campaign}",
            )
            return HeldRecord(RecordKind.BIRTH, raw, time=birth.born, words=said)
        for prefix, kind in ((FROM_PREFIX, RecordKind.FROM), (HEAD_PREFIX, RecordKind.HEAD)):
            if record.startswith(prefix):
                return HeldRecord(kind, raw)
        event = decode_line(record)
    except DomainError:
        return HeldRecord(RecordKind.UNREADABLE, raw)
    words = describe_line(event, names)
    return HeldRecord(RecordKind.LINE, raw, event.seq, event.at.corrected, words, _actor(event))


def _actor(event: Event) -> Words:
    role = ROLE_WORDS.get(Role(event.actor.role)) if event.actor.role in set(Role) else None
    if event.actor.role == Role.LAPTOP or role is None:
        return role or Words(event.actor.role, event.actor.role)
    return Words(f"{role.zh} {event.actor.person}", f"{role.en} {event.actor.person}")
