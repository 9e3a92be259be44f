"""The logs of the test vectors: keys that anyone can make again, and lines with everything that a line may hold."""

import hashlib
from collections.abc import Sequence

from shared.domain.clock import Instant
from shared.domain.event import LAPTOP, Actor, Draft
from shared.log.birth import Birth, birth_head
from shared.log.chain import Head, next_hash
from shared.log.line import Place, encode_line
from shared.log.logfile import from_record, join_records
from shared.log.signing import SignedHead, SigningKey, log_id, sign_head
from shared.wire import routes

SCHOOL, CAMPAIGN = "530521001", "2022-yunxi"
PLAN = b"a plan"
PRINCIPAL, CHIEF, PROCTOR = Actor("p1", "principal"), Actor("p2", "chief_proctor"), Actor("p3", "proctor")
MORNING = 1_653_433_200_000
SEALED = (4, 9, 12)
PRINCIPALS_DUTY = {"person": "p1", "name": "周敏", "unit": "南湖小学", "role": "principal", "outsider": False}
PROCTORS_DUTY = {**PRINCIPALS_DUTY, "person": "p3", "name": "王芳", "role": "proctor"}


def key_of(name: str) -> SigningKey:
    """A key that anyone can make again: its secret is SHA-256 of `testday vector NAME`."""
    return SigningKey(hashlib.sha256(f"testday vector {name}".encode()).digest())


class VectorLog:
    """A log of a morning; a rehearsal's when it has a rate."""

    def __init__(
        self,
        name: str = "log",
        school: str = SCHOOL,
        ancestor: Head | None = None,
        *,
        rate: int | None = None,
        drafts: Sequence[Draft] = (),
    ) -> None:
        self.key = key_of(name)
        public = self.key.public
        plan, mode = hashlib.sha256(PLAN).hexdigest(), "rehearsal" if rate else "live"
        self.born = Birth(log_id(public), public, school, CAMPAIGN, mode, rate or 1, ancestor, plan, "0.1.0", MORNING)
        self.birth = self.born.encode()
        self.heads = [birth_head(self.birth)]
        self.lines: list[bytes] = []
        for draft in drafts or _morning():
            self.add(draft)

    def add(self, draft: Draft) -> None:
        """Record a line."""
        seq = len(self.lines) + 1
        known = (-312, 250) if seq > 3 else (None, None)
        at = Instant(MORNING + seq * 1500, 812_345 + seq * 1500, "a1b2c3", *known)
        place = Place(self.born.log, seq, self.born.school, CAMPAIGN, self.born.plan[:16])
        self.add_raw(encode_line(draft, place, 1, at))

    def add_raw(self, line: bytes) -> None:
        """Record any bytes."""
        self.lines.append(line)
        self.heads.append(Head(self.born.log, len(self.lines), next_hash(self.heads[-1].hash, line)))

    def cut(self, seq: int) -> "VectorLog":
        """This log as it was after a line."""
        self.lines, self.heads = self.lines[:seq], self.heads[: seq + 1]
        return self

    def signed(self, seq: int) -> SignedHead:
        """The signed head of a line."""
        return sign_head(self.key, self.heads[seq])

    def file(self) -> bytes:
        """The log as a file with heads between its lines and at its end."""
        records = [self.birth]
        for seq, line in enumerate(self.lines, start=1):
            sealed = seq in SEALED or seq == len(self.lines)
            records += [line, self.signed(seq).record()] if sealed else [line]
        return join_records(records)

    def fragment(self, after: int, upto: int, *, birth: bool = False) -> bytes:
        """A push body, unpacked."""
        first = self.birth if birth else from_record(self.heads[after])
        return join_records([first, *self.lines[after:upto], self.signed(upto).record()])

    def vouch(self, device: str = "device") -> str:
        """The signature with which a laptop vouches for this log."""
        start = self.heads[0]
        return key_of(device).sign(routes.CONTEXT_VOUCH, routes.vouch_message(start.log, start.hash))


def make_heir(log: VectorLog, after: int) -> VectorLog:
    """The log of a laptop that took over after a line of another one, with a line that corrects one of that other."""
    name = log.born.log
    taken = {"log": name, "line": after, "source": "black_box", "reason": "broken"}
    corrected = {
        "line": 7,
        "log": name,
        "reason": "看错座号",
        "data": {"block": "chinese", "seat": 3, "status": "present"},
    }
    drafts = [
        Draft("day_taken_over", LAPTOP, taken),
        Draft("person_put_on_duty", PRINCIPAL, PRINCIPALS_DUTY),
        Draft("person_put_on_duty", PRINCIPAL, PROCTORS_DUTY),
        Draft("record_corrected", PROCTOR, corrected),
    ]
    return VectorLog("heir", ancestor=log.heads[after], drafts=drafts)


def make_long(size: int) -> VectorLog:
    """A log of so many lines: a morning, then notes."""
    log = VectorLog("long")
    for number in range(len(log.lines) + 1, size + 1):
        log.add(Draft("note_added", CHIEF, {"text": f"第 {number} 条"}))
    return log


def _morning() -> list[Draft]:
    return [
        Draft("laptop_started", LAPTOP, {"software": "0.1.0"}),
        Draft("person_put_on_duty", PRINCIPAL, PRINCIPALS_DUTY),
        Draft("day_opened", PRINCIPAL, {"day": "day1"}),
        Draft(
            "person_put_on_duty",
            PRINCIPAL,
            {**PRINCIPALS_DUTY, "person": "p2", "name": "郑华", "role": "chief_proctor"},
        ),
        Draft("person_put_on_duty", PRINCIPAL, PROCTORS_DUTY, (CHIEF,)),
        Draft(
            "roster_imported",
            CHIEF,
            {"pupils": 3, "seats": [1, 2, 3], "source": "file", "sha256": "b" * 64},
            (PRINCIPAL,),
        ),
        Draft("attendance_marked", PROCTOR, {"block": "chinese", "seat": 1, "status": "present"}),
        Draft(
            "attendance_marked", PROCTOR, {"block": "chinese", "seat": 2, "status": "late", "note": "家长“送达”\n08:41"}
        ),
        Draft("note_added", CHIEF, {"text": "第 1 室灯管已换 😀 \\ / \u007f"}, (), MORNING - 60_000),
        Draft("of_a_later_release", CHIEF, {"anything": [1, {"deep": None}]}),
        Draft("attendance_marked", PROCTOR, {"block": "chinese", "seat": 99, "status": "present"}),
        Draft("attendance_marked", PROCTOR, {"block": "chinese", "seat": 3, "status": "absent", "reason": "sick"}),
    ]
