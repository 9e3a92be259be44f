"""Fuzzing what comes by stick: bundles at the office, enrolment requests there, answers and kits at a laptop."""

import gzip
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from shared.log.birth import birth_head
from shared.log.signing import SigningKey
from shared.wire import routes
from shared.wire.bundle import CONTEXT, Bundle, BundledLog
from shared.wire.enrolment import read_enrolment
from shared.wire.enrolment_files import EnrolRequest, encode_answer, read_answer
from shared.wire.kit import Kit, read_kit
from shared.wire.sealing import seal
from sync_server.services.bundles import Bundles
from tests.faults.fuzz_grammar import load, twist_bytes, twist_gzip, twist_json
from tests.faults.fuzz_judge import judge_call, judge_refusal
from tests.faults.fuzz_office import Attacked
from tests.faults.watch import MIB, Case
from tests.log_mutations import mutate
from tests.office_house import CAMPAIGN, PLAN, fragment

BOMB = 80 * MIB
"""What a small bundle unpacks to: more than the 64 MiB that one may hold."""


class Sticks:
    """Files that were good before something was changed in them, and the places that read them."""

    def __init__(self, attacked: Attacked) -> None:
        self.at, self.chance, self.office = attacked, attacked.chance, attacked.house.office
        self.bundles = Bundles(self.office)
        self.stranger = SigningKey.new()
        laptop = attacked.laptops[0]
        told = self.office.enrolments.enrol(attacked.codes[0], laptop.key.public, "0.1.0")
        self.answer = load(encode_answer(told, PLAN, "http://office"))
        self.kit = load(Kit(read_enrolment(dict(told), "http://office"), (PLAN,), b"").encode())
        self.sealed = self._sealed(gzip.compress(self._inside(), 1, mtime=0))

    def bundle(self) -> tuple[list[str], str]:
        """A bundle that is wrong at one of its layers: armour, gzip, manifest, log files."""
        chance = self.chance
        roll = chance.random()
        if roll < 0.25:
            data = twist_bytes(chance, self.sealed, [self.sealed, b"-> X25519 " + b"A" * 43, b"-> scrypt AAAA 60"])
        elif roll < 0.4:
            bomb = chance.choice((MIB, MIB, BOMB))
            data = self._sealed(twist_gzip(chance, self._inside(), bomb))
        else:
            data = self._sealed(gzip.compress(self._inside(twisted=True), 1, mtime=0))
        findings, outcome = self._take(data)
        return findings + self.at.observer.judge("" if outcome == "read" else outcome), f"bundle {outcome}"

    def request(self) -> tuple[list[str], str]:
        """An enrolment request with a code that is good."""
        key = self.chance.choice((SigningKey.new().public, self.at.laptops[0].key.public))
        request = EnrolRequest(self.chance.choice(self.at.codes), key, "0.1.0").encode()
        data = self._twisted(request)
        findings, outcome = judge_call(lambda: self.office.enrolments.enrol_by_file(data, "http://office"))
        return findings + self.at.observer.judge("" if outcome == "read" else outcome), f"request {outcome}"

    def answer_file(self) -> tuple[list[str], str]:
        """The office's answer as a laptop reads it."""
        data, key = twist_json(self.chance, self.answer), self.at.laptops[0].key.public
        findings, outcome = judge_call(lambda: read_answer(data, key)[0])
        return findings, f"answer {outcome}"

    def kit_file(self) -> tuple[list[str], str]:
        """The kit beside a black box."""
        data = twist_json(self.chance, self.kit)
        findings, outcome = judge_call(lambda: read_kit(data))
        return findings, f"kit {outcome}"

    def _take(self, data: bytes) -> tuple[list[str], str]:
        apart: list[str] = []

        def read() -> None:
            taken = self.bundles.take(data, "x.bundle")
            problems = [log.problem for log in taken.logs if log.problem is not None]
            apart.extend(finding for problem in problems for finding in judge_refusal(problem))

        findings, outcome = judge_call(read)
        return findings + apart, outcome

    def _sealed(self, packed: bytes) -> bytes:
        return seal(packed, self.office.key.public)

    def _inside(self, *, twisted: bool = False) -> bytes:
        """Manifest and log files; signed by the laptop, whatever was changed before that."""
        chance, logs = self.chance, []
        device = self.at.laptops[0]
        for _ in range(chance.randint(1, 3)):
            laptop, log = self.at.fresh_log()
            start, file = birth_head(log.birth), fragment(log)
            if twisted and chance.random() < 0.4:
                file = mutate(chance, file, log.key)
            elif twisted and chance.random() < 0.1:
                file = twist_bytes(chance, file, [file])
            vouch = laptop.key.sign(routes.CONTEXT_VOUCH, routes.vouch_message(start.log, start.hash))
            logs.append(BundledLog(log.heads[-1], chance.choice((vouch, "")), file))
        bundle = Bundle(device.school, CAMPAIGN, device.key.public, 1_653_440_400_000, tuple(logs))
        text = bundle.manifest()
        if twisted and chance.random() < 0.5:
            text = twist_json(chance, load(text))
        signer = self.stranger if twisted and chance.random() < 0.05 else device.key
        try:
            sig = signer.sign(CONTEXT, text.decode("utf-8"))
        except UnicodeDecodeError:  # then nobody could sign it
            sig = "0" * 128
        return b'{"bundle":' + text + b',"sig":"' + sig.encode() + b'"}\n' + b"".join(log.file for log in logs)

    def _twisted(self, sample: bytes) -> bytes:
        chance = self.chance
        return twist_json(chance, load(sample)) if chance.random() < 0.8 else twist_bytes(chance, sample, [sample])


def stick_cases(chance: random.Random, folder: Path) -> Iterator[Case]:
    """Files from sticks, at an office whose file is watched, and at a laptop."""
    attacked = Attacked(chance, folder)
    sticks = Sticks(attacked)
    attacked.observer.judge("")
    kinds = (sticks.bundle, sticks.request, sticks.answer_file, sticks.kit_file)
    try:
        while True:
            yield partial(chance.choices(kinds, (5, 3, 3, 1))[0])
    finally:
        attacked.close()
