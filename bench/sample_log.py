"""Made-up logs of test days for measuring: every line valid, in the mix that a day has."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.clock import Instant
from shared.domain.event import LAPTOP, Actor, Draft
from shared.log.birth import Birth, birth_hash
from shared.log.chain import Head, next_hash
from shared.log.line import Place, encode_line
from shared.log.signing import SigningKey, log_id

_BLOCKS = ("chinese", "math", "questionnaire-1", "science", "pe")
_MORNING = 1_653_433_200_000
PRINCIPAL = Actor("p1", "principal")
CHIEF = Actor("p2", "chief_proctor")
PROCTOR = Actor("p3", "proctor")
TIMEKEEPER = Actor("p4", "timekeeper")


@dataclass(frozen=True, slots=True)
class SampleLog:
    """One log in memory: its key, birth record, lines and the head after each (0 is the birth)."""

    key: SigningKey
    birth: bytes
    lines: list[bytes]
    heads: list[Head]


def make_log(school: str, campaign: str, plan: str, size: int, seed: int) -> SampleLog:
    """A log of `size` lines of a live campaign; the same arguments give the same lines under another key."""
    key = SigningKey.new()
    name = log_id(key.public)
    birth = Birth(name, key.public, school, campaign, "live", 1, None, plan, "0.1.0", _MORNING).encode()
    heads = [Head(name, 0, birth_hash(birth))]
    lines: list[bytes] = []
    moment = _MORNING
    chance = random.Random(seed)
    for seq, draft in zip(range(1, size + 1), _day(chance), strict=False):
        moment += chance.randint(400, 20_000)
        at = Instant(
            moment, moment - _MORNING + 812_345, "a1b2c3", -312 if seq > 10 else None, 250 if seq > 10 else None
        )
        version = CATALOGUE.get(draft.type).version
        line = encode_line(draft, Place(name, seq, school, campaign, plan[:16]), version, at)
        lines.append(line)
        heads.append(Head(name, seq, next_hash(heads[-1].hash, line)))
    return SampleLog(key, birth, lines, heads)


def _day(chance: random.Random) -> Iterator[Draft]:
    yield Draft("laptop_started", LAPTOP, {"software": "0.1.0"})
    yield _duty(PRINCIPAL, "张校长", "principal", outsider=False)
    yield Draft("day_opened", PRINCIPAL, {"day": "day1", "anchor": f"{chance.getrandbits(128):032x}"})
    yield _duty(CHIEF, "李主监测员", "chief_proctor", outsider=True)
    yield _duty(PROCTOR, "王监测员", "proctor", outsider=True, witness=CHIEF)
    yield _duty(TIMEKEEPER, "赵司时员", "timekeeper", outsider=False, witness=CHIEF)
    roster = {"pupils": 30, "seats": list(range(1, 31)), "source": "file", "sha256": f"{chance.getrandbits(256):064x}"}
    yield Draft("roster_imported", CHIEF, roster, (PROCTOR,))
    while True:
        for block in _BLOCKS:
            yield from _block(chance, block)


def _block(chance: random.Random, block: str) -> Iterator[Draft]:
    for seat in chance.sample(range(1, 31), 30):
        status, note = chance.choices([("present", ""), ("absent", "请假"), ("late", "家长送达")], [28, 1, 1])[0]
        data = {"block": block, "seat": seat, "status": status}
        yield Draft("attendance_marked", PROCTOR, data | ({"note": note} if note else {}))
    counts = {"expected": 30, "present": 29, "absent": 1, "unrecorded": 0}
    yield Draft("check_in_closed", CHIEF, {"block": block, **counts})
    for phase in ("prepare", "answer", "end"):
        planned = _MORNING + chance.randint(0, 36_000) * 1000
        signal = f"{block}-{phase}"
        given = {"signal": signal, "planned": planned, "due": planned, "channel": "voice"}
        yield Draft("signal_given", TIMEKEEPER, given)
        yield Draft("signal_confirmed", CHIEF, {"signal": signal})
    yield Draft("readiness_checked", CHIEF, {"item": f"room-{chance.randint(1, 9)}", "result": "ready"})
    yield Draft("note_added", CHIEF, {"text": f"{block} 正常，第 {chance.randint(1, 9)} 考室灯管已换。"})
    bag = {"block": block, "bag": f"B{chance.randint(1000, 9999)}", "seal": f"S{chance.randint(10**6, 10**7)}"}
    yield Draft("bag_sealed", CHIEF, {**bag, "sheets": 30}, (PROCTOR,))


def _duty(actor: Actor, name: str, role: str, *, outsider: bool, witness: Actor | None = None) -> Draft:
    data = {"person": actor.person, "name": name, "unit": "云溪县某学校", "role": role, "outsider": outsider}
    return Draft("person_put_on_duty", PRINCIPAL, data, (witness,) if witness else ())
