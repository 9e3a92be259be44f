"""The county log of a school: plan revisions, messages and acknowledgements, chained and signed by the office."""

from collections.abc import Mapping
from typing import Any

from shared.domain.clock import Clock
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft
from shared.log.birth import Birth, birth_head
from shared.log.chain import Head, next_hash
from shared.log.line import Place, encode_line
from shared.log.logfile import from_record, join_records
from shared.log.signing import SigningKey, log_id, sign_head
from shared.wire.county_log import COUNTY_ROLE, check_county
from sync_server.store.ports import Books, CountyBook, Store
from sync_server.store.records import OfficeRow, School


class CountyLogs:
    """Writes and hands out county logs; they share one id, and the school in the birth record tells them apart."""

    def __init__(self, store: Store, office: OfficeRow, key: SigningKey, clock: Clock, software: str) -> None:
        self._store = store
        self._office = office
        self._key = key
        self._clock = clock
        self._software = software

    def append(self, school: School, name: str, data: Mapping[str, Any], person: str) -> Head:
        """Add a line said by `person`; raises UNKNOWN_EVENT_TYPE or a field's code."""
        return self._store.write(lambda book: self.append_within(book, school, name, data, person))

    def append_within(self, book: Books, school: School, name: str, data: Mapping[str, Any], person: str) -> Head:
        """The same inside a running unit of work."""
        event_type = check_county(name, data)
        previous = self._ensured(book, school)
        place = Place(previous.log, previous.seq + 1, school.code, self._office.campaign, school.plan[:16])
        place = Place(previous.log, previous.seq + 1, school.code, self._office.campaign, school.plan[:16])
        line = encode_line(Draft(name, Actor(person, COUNTY_ROLE), data), place, event_type.version, self._clock.now())
        head = Head(previous.log, previous.seq + 1, next_hash(previous.hash, line))
        book.add_county_line(school.no, line, head)
        return head

    def head(self, school: School) -> Head | None:
        """The newest head, or None while nothing was said to this school."""
        return self._store.read(lambda book: book.county_head(school.no))

    def lines(self, school: School) -> list[bytes]:
        """Everything said to this school."""
        return self._store.read(lambda book: book.county_lines(school.no))

    def fragment(self, school: School, after: int) -> bytes | None:
        """The log after line `after` with a signed head at its end; None when there is nothing; raises HEAD_UNKNOWN."""

        def work(book: Books) -> tuple[Head | None, bytes | None, bytes | None, list[bytes]]:
            birth = book.county_birth(school.no)
            start = book.county_hash(school.no, after) if after else None
            return book.county_head(school.no), birth, start, book.county_lines(school.no, after)

        head, birth, start, lines = self._store.read(work)
        if head is None or birth is None:
            return None
        if after and start is None:
            raise DomainError(ErrorCode.HEAD_UNKNOWN, seq=after)
        first = from_record(Head(head.log, after, start)) if start else birth
        return join_records([first, *lines, sign_head(self._key, head).record()])

    def _ensured(self, book: CountyBook, school: School) -> Head:
        head = book.county_head(school.no)
        if head is None:
            birth = self._birth(school).encode()
            book.begin_county(school.no, birth)
            return birth_head(birth)
        return head

    def _birth(self, school: School) -> Birth:
        office = self._office
        return Birth(
            log=log_id(self._key.public),
            key=self._key.public,
            school=school.code,
            campaign=office.campaign,
            mode=office.mode,
            rate=office.rehearsal.rate if office.rehearsal else 1,
            ancestor=None,
            plan=school.plan,
            software=self._software,
            born=self._clock.now().wall,
        )
