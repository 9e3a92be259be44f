"""Messages from the county to one school or to all, and whether each school's laptop has fetched them."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.errors import DomainError, ErrorCode
from shared.wire.county_log import MESSAGE_SENT, Message, fold_county
from sync_server.services.access import Action, decide, sees
from sync_server.services.county_log import CountyLogs
from sync_server.store.ports import Books, Store
from sync_server.store.records import Account, School

_MOMENT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and the school it went to; `contact` is the last word (ms) from any laptop of that school."""

    school: School
    message: Message
    contact: int | None

    @property
    def fetched(self) -> bool:
        """Whether a laptop of the school has been here since: every contact fetches what is new."""
        return self.contact is not None and self.contact >= self.message.time


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One act of sending, with every school it went to."""

    first: Message
    sent: tuple[Sent, ...]

    @property
    def waiting(self) -> tuple[Sent, ...]:
        """The schools that have not been in touch since."""
        return tuple(one for one in self.sent if not one.fetched)


class Messages:
    """Sends and lists messages within an account's scope."""

    def __init__(self, store: Store, county_logs: CountyLogs) -> None:
        self._store = store
        self._county_logs = county_logs

    def send(self, account: Account, code: str, text: str) -> int:
        """Send to one school, or to all in scope when `code` is empty; returns how many.

        Raises ACTION_REFUSED, SCHOOL_UNKNOWN or FIELD_MISSING.
        """
        decide(account, Action.SEND_MESSAGE, code or None)
        if not text.strip():
            raise DomainError(ErrorCode.FIELD_MISSING, field="内容 / text")
        data = {"text": text.strip()}

        def work(book: Books) -> int:
            schools = [s for s in book.list_schools() if sees(account, s.code) and code in ("", s.code)]
            if not schools and code:
                raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=code)
            for school in schools:
                self._county_logs.append_within(book, school, MESSAGE_SENT.name, data, account.name)
            return len(schools)

        return self._store.write(work)

    def list(self, account: Account) -> list[Broadcast]:
        """What was sent to schools in scope, newest first; raises ACTION_REFUSED."""
        decide(account, Action.VIEW_MESSAGES)

        def work(book: Books) -> list[Sent]:
            found = []
            for school in book.list_schools():
                if not sees(account, school.code):
                    continue
                heard = [device.last_contact or 0 for device in book.list_devices(school.no)]
                contact = max(heard, default=0) or None
                said = fold_county(book.county_lines(school.no)).messages
                found += [Sent(school, message, contact) for message in said]
            return found

        return _broadcasts(self._store.read(work))


def _broadcasts(sent: Sequence[Sent]) -> list[Broadcast]:
    """One act writes a line to each school within a moment: the same words of one sender belong together."""
    acts: dict[tuple[str, str, int], list[Sent]] = {}
    for one in sorted(sent, key=lambda one: (one.message.time, one.school.code)):
        message = one.message
        act = (message.sender, message.text, message.time // _MOMENT_MS)
        acts.setdefault(act, []).append(one)
    return [Broadcast(act[0].message, tuple(act)) for act in reversed(acts.values())]
