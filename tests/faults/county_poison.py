"""Bad clients of a made-up county: they are enrolled, chain and sign as they should, and say what no line may say."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from field_app.store.office import office_migrations
from field_app.sync.client import OfficeClient, SyncFailure
from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.clock import Instant
from shared.domain.errors import ErrorCode
from shared.domain.event import Actor, Draft
from shared.log.birth import Birth, birth_head
from shared.log.chain import Head, next_hash
from shared.log.line import Place, encode_line
from shared.log.logfile import join_records
from shared.log.signing import SigningKey, log_id, sign_head
from shared.store.migrations import log_migrations
from shared.store.sqlite import SqliteEventStore
from shared.store.writer import Writer
from shared.wire.enrolment import Enrolment
from shared.wire.routes import CONTEXT_VOUCH, vouch_message
from tests.faults.county import URL, BadClient, County, Party

_PRINCIPAL, _STRANGER = Actor("p1", "principal"), Actor("p9", "proctor")
_ON_DUTY = {"person": "p1", "name": "李明", "unit": "南湖小学", "role": "principal", "outsider": False}
_NOTE = b'"type":"note_added"'
LATER: tuple[Callable[[bytes], bytes], ...] = (
    lambda line: line.replace(_NOTE, b'"type":"of_a_later_release"'),
    lambda line: line.replace(b'{"text":"', b'{"words":"'),
    lambda line: line.replace(b'"p1"', b'"p9"'),
)
"""Lines that are lines, and break a rule of their type."""
BAD: tuple[Callable[[bytes], bytes], ...] = (
    *LATER,
    lambda line: line.replace(b'"school":"5', b'"school":"6'),
    lambda line: line.replace(b'"campaign":"2', b'"campaign":"3'),
    lambda line: line.replace(b'"seq":', b'"seq":1'),
    lambda line: line.replace(b'"log":"', b'"log":"0'),
    lambda line: line.replace(b'"v":1', b'"v":1.0'),
    lambda line: line.replace(b'"data":{', b'"data":{"data":' + b"[" * 400 + b"]" * 400 + b","),
    lambda line: line + b"x" * 17_000,
    lambda line: line[:-1],
    lambda _line: b"\xff not a line \x00",
    lambda _line: b"",
)


@dataclass
class PoisonClient(BadClient):
    """One bad client, with everything that it ever said; `poisoned` are the numbers of lines that break a rule."""

    county: County
    school: str
    device: SigningKey
    key: SigningKey
    enrolment: Enrolment
    lines: list[bytes] = field(default_factory=list)
    poisoned: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        told, public = self.enrolment, self.key.public
        birth = Birth(log_id(public), public, told.school, told.campaign, "live", 1, None, told.plan, "0", 1)
        self.birth = birth.encode()
        self.heads = [birth_head(self.birth)]
        self._say(self._line("person_put_on_duty", _ON_DUTY))

    def go_on(self, chance: random.Random) -> None:
        """Some more lines, most of them bad."""
        for _ in range(chance.randint(1, 4)):
            line = self._line("note_added", {"text": f"{chance.getrandbits(30)}"})
            if chance.random() < 0.7:
                line = chance.choice(BAD)(line)
                self.poisoned.add(len(self.lines) + 1)
            self._say(line)

    def push(self, body: bytes = b"") -> str:
        """Send everything from the birth on, or any body; returns the code with which the office refuses it."""
        client, start = OfficeClient(URL), self.heads[0]
        whole = join_records([self.birth, *self.lines, sign_head(self.key, self.heads[-1]).record()])
        try:
            client.open_session(self.enrolment, self.device, self.county.clock.wall)
            vouch = self.device.sign(CONTEXT_VOUCH, vouch_message(start.log, start.hash))
            client.push(client.pack(body or whole), vouch)
        except SyncFailure as failure:
            return failure.refused
        finally:
            client.close()
        return ""

    def come_to_rest(self) -> list[str]:
        """Everything is sent; what the office says of it."""
        if self.push() == ErrorCode.DEVICE_UNKNOWN:
            enrol(self.county, self.school, self.device)
        refused = self.push()
        return [f"a bad client's log is refused: {refused}"] if refused else []

    def _line(self, name: str, data: dict[str, object]) -> bytes:
        told = self.enrolment
        place = Place(self.heads[0].log, len(self.lines) + 1, told.school, told.campaign, told.plan[:16])
        at = Instant(self.county.clock.wall, 1, "bad")
        return encode_line(Draft(name, _PRINCIPAL, data), place, CATALOGUE.get(name).version, at)

    def _say(self, line: bytes) -> None:
        last = self.heads[-1]
        self.lines.append(line)
        self.heads.append(Head(last.log, last.seq + 1, next_hash(last.hash, line)))


def enrol(county: County, school: str, device: SigningKey) -> Enrolment:
    """Enrol a device that no laptop of ours stands behind."""
    client = OfficeClient(URL)
    try:
        return client.enrol(county.office.enrolments.make_code(school), device, "bad")
    finally:
        client.close()


def poison(county: County, chance: random.Random) -> None:
    """A bad client, an old one or a new one, sends bad lines, and sometimes what is no log at all."""
    county.open_office()
    if not county.bad or (chance.random() < 0.2 and len(county.bad) < 2):
        school = chance.choice(county.parties).school
        device, key = SigningKey(chance.randbytes(32)), SigningKey(chance.randbytes(32))
        county.bad.append(PoisonClient(county, school, device, key, enrol(county, school, device)))
    client = chance.choice(county.bad)
    assert isinstance(client, PoisonClient)
    client.go_on(chance)
    client.push()
    if chance.random() < 0.4:
        good = join_records([client.birth, *client.lines, sign_head(client.device, client.heads[-1]).record()])
        body = chance.choice((b"no log\n", good, good[: len(good) // 2]))
        if not client.push(body):
            county.findings.append("the office takes what is no log")


def leave_later_lines(party: Party, chance: random.Random) -> None:
    """A line of a later release, or one that breaks a rule, stands in a laptop's own log when it starts."""
    if not party.open().laptop.is_enrolled:
        return
    birth, head = party.open().laptop.journal.birth, party.open().laptop.journal.head
    party.close()
    place = Place(head.log, head.seq + 1, birth.school, birth.campaign, birth.plan[:16])
    draft = Draft("note_added", _PRINCIPAL, {"text": f"{chance.getrandbits(30)}"})
    line = chance.choice(LATER)(encode_line(draft, place, 1, Instant(party.time.wall // 1_000_000, 1, "later-1")))
    writer = Writer(party.folder / "log.sqlite", (log_migrations, office_migrations))
    following = Head(head.log, head.seq + 1, next_hash(head.hash, line))
    SqliteEventStore(writer).append(line, following, f"later-{following.hash.hex()}")
    writer.close()
    party.county.poison.add(line)
    party.county.confirmed.add(line)
