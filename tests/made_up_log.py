"""Logs of made-up schools for tests of the office: real keys, real chains, files that the office imports."""

from collections.abc import Mapping
from typing import Any

from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.clock import Instant
from shared.domain.event import LAPTOP, Actor, Draft
from shared.domain.plan import Plan, instant_of
from shared.log.birth import Birth, birth_head
from shared.log.chain import Head, next_hash
from shared.log.line import Place, decode_line, encode_line
from shared.log.logfile import join_records
from shared.log.signing import SigningKey, log_id, sign_head

DATE = "2022-05-25"
PRINCIPAL = Actor("p1", "principal")
DEPUTY = Actor("p2", "deputy")
CHIEF = Actor("p3", "chief_proctor")
PROCTOR = Actor("p4", "proctor")
TIMEKEEPER = Actor("p5", "timekeeper")
STAFF = {PRINCIPAL: "周敏", DEPUTY: "吴强", CHIEF: "郑华", PROCTOR: "王芳", TIMEKEEPER: "冯涛"}


def at_clock(text: str) -> int:
    """`HH:MM` or `HH:MM:SS` of the made-up day in ms."""
    hour, minute, second = [*(int(part) for part in text.split(":")), 0][:3]
    return instant_of(DATE, hour * 60 + minute) + second * 1000


class MadeUpLog:
    """One log, written line by line; the time goes on by itself unless a line says when."""

    def __init__(
        self,
        school: str,
        plan: Plan,
        campaign: str = "2022-yunxi",
        mode: str = "live",
        ancestor: "MadeUpLog | None" = None,
        key: SigningKey | None = None,
    ) -> None:
        self.key = key or SigningKey.new()
        self.school = school
        self.plan = plan
        self.now: int = ancestor.now if ancestor else at_clock("06:40")
        self.ancestor: Head | None = ancestor.head if ancestor else None
        public = self.key.public
        birth = Birth(log_id(public), public, school, campaign, mode, 1, self.ancestor, plan.sha256, "0.1.0", self.now)
        self.birth = birth.encode()
        self.campaign = campaign
        self.lines: list[bytes] = []
        self.head: Head = birth_head(self.birth)

    def add(self, name: str, actor: Actor, data: Mapping[str, Any], *witnesses: Actor, at: str | None = None) -> int:
        """Record a line; returns its sequence number."""
        self.now = at_clock(at) if at else self.now + 1500
        draft = Draft(name, actor, data, witnesses)
        place = Place(self.head.log, self.head.seq + 1, self.school, self.campaign, self.plan.short)
        version = CATALOGUE.get(name).version
        line = encode_line(draft, place, version, Instant(self.now, self.now, "r1", 0, 500))
        decode_line(line)
        self.head = Head(self.head.log, self.head.seq + 1, next_hash(self.head.hash, line))
        self.lines.append(line)
        return self.head.seq

    def take_over(self) -> "MadeUpLog":
        """A log on another laptop that goes on from this one's last line; nobody is on duty there yet."""
        heir = MadeUpLog(self.school, self.plan, self.campaign, ancestor=self)
        data = {"log": self.head.log, "line": self.head.seq, "source": "black_box", "reason": "broken"}
        heir.add("day_taken_over", LAPTOP, data)
        return heir

    def file(self) -> bytes:
        """The log as a file with a signed head at its end."""
        return join_records([self.birth, *self.lines, sign_head(self.key, self.head).record()])

    # ------------------------------------------------------------------ a day, step by step

    def come_on_duty(self) -> "MadeUpLog":
        """Everybody on duty, the principal first."""
        for number, (who, name) in enumerate(STAFF.items()):
            data = {"person": who.person, "name": name, "unit": "南湖小学", "role": who.role, "outsider": who is CHIEF}
            self.add("person_put_on_duty", PRINCIPAL, data, *([DEPUTY] if number > 1 else []))
        return self

    def open(self, pupils: int) -> "MadeUpLog":
        """People on duty, the day opened, the roster imported."""
        self.come_on_duty()
        self.add("day_opened", PRINCIPAL, {"day": self.plan.days[0].id}, at="07:40")
        seats = list(range(1, pupils + 1))
        data = {"pupils": pupils, "seats": seats, "source": "file", "sha256": "a" * 64}
        self.add("roster_imported", PRINCIPAL, data, DEPUTY, at="07:55")
        return self

    def check_in(
        self, block: str, pupils: int, absent: tuple[int, ...] = (), late: tuple[int, ...] = ()
    ) -> "MadeUpLog":
        """Every seat marked, and check-in closed."""
        self.now = at_clock("08:21")
        for seat in range(1, pupils + 1):
            data: dict[str, Any] = {"block": block, "seat": seat, "status": "present"}
            if seat in absent:
                data |= {"status": "absent", "reason": "sick"}
            elif seat in late:
                data |= {"status": "late", "reason": "traffic"}
            self.now += 20_000
            self.add("attendance_marked", PROCTOR, data)
        counts = {"expected": pupils, "present": pupils - len(absent), "absent": len(absent), "unrecorded": 0}
        self.add("check_in_closed", PROCTOR, {"block": block, **counts}, at="08:40")
        return self

    def signal(self, name: str, late_s: int = 0) -> "MadeUpLog":
        """A signal given `late_s` seconds after its planned time, and confirmed."""
        signal = self.plan.signal(name)
        assert signal.at is not None
        planned = instant_of(DATE, signal.at)
        self.now = planned + late_s * 1000 - 1500
        data = {"signal": name, "planned": planned, "due": planned, "channel": "bell"}
        self.add("signal_given", TIMEKEEPER, data)
        self.add("signal_confirmed", CHIEF, {"signal": name})
        return self

    def count(self, block: str, sheets: int, missing: int = 0) -> "MadeUpLog":
        """One material counted: `sheets` handed out, all but `missing` collected."""
        row = {"material": self.plan.block(block).materials[0].id, "received": sheets + 2, "handed_out": sheets}
        row |= {"unused": 2, "damaged": 0, "collected": sheets - missing, "void": 0, "missing": 0}
        self.add("materials_counted", CHIEF, {"block": block, "counts": [row]}, PROCTOR)
        return self

    def seal(self, block: str, sheets: int) -> "MadeUpLog":
        """One bag, and the block's sealing complete."""
        data = {"block": block, "bag": f"{block}-1", "seal": f"S{self.head.seq:05}", "sheets": sheets}
        self.add("bag_sealed", CHIEF, data, PROCTOR)
        self.add("block_sealed", CHIEF, {"block": block, "bags": 1}, PROCTOR)
        return self

    def incident(self, level: int, what: str, type_: str = "other") -> int:
        """An incident; returns its number."""
        data = {"family": "administration", "type": type_, "level": level, "what": what, "told": "县级联络员"}
        return self.add("incident_opened", CHIEF, {**data, "channel": "phone"})

    def hand_in(self) -> "MadeUpLog":
        """The day handed in."""
        self.add("day_handed_in", PRINCIPAL, {"day": self.plan.days[0].id, "open": 0}, DEPUTY)
        return self
