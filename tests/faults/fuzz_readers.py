"""Fuzzing what reads logs and receipts: lines, log files and their verification, heads, receipts, receipt files."""

import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench.sample_log import SampleLog, make_log
from field_app.store.office import OfficeStore, office_migrations
from field_app.sync.outgoing import own_log
from field_app.sync.receipts import keep_receipt_file
from shared.log.birth import decode_birth
from shared.log.head_text import find_head, find_seal_code
from shared.log.line import decode_line
from shared.log.logfile import read_fragment
from shared.log.receipt import ACCEPTED, BACKED_UP, Receipt, read_receipt, sign_receipt
from shared.log.signing import SigningKey, read_head_record, sign_head
from shared.log.verification import verify_log
from shared.store.migrations import log_migrations
from shared.store.sqlite import SqliteEventStore
from shared.store.writer import Writer
from shared.wire.enrolment import Enrolment
from shared.wire.receipt_file import ReceiptFile, read_receipt_file
from tests.faults.fuzz_grammar import Pairs, load, twist_bytes, twist_json, twist_value
from tests.faults.fuzz_judge import judge_call
from tests.faults.watch import Case
from tests.log_mutations import mutate
from tests.office_house import CAMPAIGN, FIRST

LINES = 12
PLAN = "a" * 64
DATA = Path(__file__).parents[1] / "data"


def whole_log(seed: int, size: int = LINES) -> SampleLog:
    """A made-up log."""
    return make_log(FIRST, CAMPAIGN, PLAN, size, seed)


def log_file(log: SampleLog) -> bytes:
    """A log as a file, with heads between its lines."""
    records = [log.birth]
    for seq, line in enumerate(log.lines, start=1):
        records.append(line)
        if seq % 5 == 0 or seq == len(log.lines):
            records.append(sign_head(log.key, log.heads[seq]).record())
    return b"".join(record + b"\n" for record in records)


def line_cases(chance: random.Random, _folder: Path) -> Iterator[Case]:
    """Lines, birth records, head records, and whole files as `testday verify` and a push read them."""
    logs = [whole_log(seed) for seed in range(3)]
    lines = [line for log in logs for line in log.lines]
    heads = [sign_head(log.key, head).record() for log in logs for head in log.heads[:4]]
    births = [log.birth for log in logs]
    samples = [*lines, *heads, *births]
    files = [log_file(log) for log in logs]
    texts = [_head_texts(log) for log in logs]

    def record(read: Callable[[bytes], Any], of: list[bytes]) -> tuple[list[str], str]:
        sample = chance.choice(of)
        json_twist = chance.random() < 0.7
        data = twist_json(chance, load(sample)) if json_twist else twist_bytes(chance, sample, samples)
        return judge_call(partial(read, data))

    def file() -> tuple[list[str], str]:
        one = chance.randrange(len(logs))
        data = files[one]
        data = mutate(chance, data, logs[one].key) if chance.random() < 0.6 else twist_bytes(chance, data, samples)
        head = _twisted_text(chance, texts[one]) if chance.random() < 0.5 else None
        return judge_call(partial(_verify, data, chance.random() < 0.7, head))

    while True:
        kind = chance.random()
        if kind < 0.5:
            yield partial(record, decode_line, lines)
        elif kind < 0.6:
            yield partial(record, decode_birth, births)
        elif kind < 0.65:
            yield partial(record, read_head_record, heads)
        else:
            yield file


def _head_texts(log: SampleLog) -> list[str]:
    """Heads and seal codes as they stand on paper or in a chat."""
    signed = [f"凭证 {head}:{sign_head(log.key, head).signature}" for head in log.heads[::4]]
    return [*map(str, log.heads), *(head.seal_code for head in log.heads), *signed]


def _twisted_text(chance: random.Random, texts: list[str]) -> str:
    """One of them as somebody may have typed it."""
    text = chance.choice(texts).encode()
    return twist_bytes(chance, text, [text]).decode("utf-8", "surrogateescape")


def _verify(data: bytes, damaged: bool, head: str | None) -> Any:
    fragment = read_fragment(data, damaged=damaged)
    end = fragment.end
    if fragment.birth is None:
        return end
    report = verify_log(fragment.birth, fragment.lines, fragment.heads, None, head)
    if report.problem is not None:
        raise report.problem
    return report


class ReceiptBench:
    """A laptop's own file and office key, and receipts that this office signed."""

    def __init__(self, chance: random.Random, folder: Path) -> None:
        self.chance, self.key, self.log = chance, SigningKey.new(), whole_log(1)
        self.writer = Writer(folder / "log.sqlite", (log_migrations, office_migrations))
        self.store, self.office = SqliteEventStore(self.writer), OfficeStore(self.writer)
        self.store.begin(self.log.birth)
        for head, line in zip(self.log.heads[1:], self.log.lines, strict=True):
            self.store.append(line, head, f"request-{head.seq}")
        self.enrolment = Enrolment(
            *(FIRST, "南湖小学", "云溪县", CAMPAIGN, "live", None, PLAN, "http://office", self.key.public, "e", "d")
        )
        self.signed = [
            sign_receipt(self.key, Receipt(FIRST, head, mark, "0123456789ab", 1_653_440_400_000))
            for head in self.log.heads[::4]
            for mark in (ACCEPTED, BACKED_UP)
        ]
        self.heads = _head_texts(self.log)
        self.texts = {receipt["receipt"] for receipt in self.signed}
        county = json.loads((DATA / "bundle/v1/good.receipt").read_bytes())["county_log"]
        self.file = ReceiptFile(FIRST, "南湖小学", tuple(self.signed), county.encode(), (b"plan",))

    def receipt(self) -> tuple[list[str], str]:
        """One receipt in the answer to a push."""
        travelled = self._twisted()
        findings, outcome = judge_call(lambda: read_receipt(travelled, self.key.public))
        if outcome == "read" and travelled["receipt"] not in self.texts:
            findings.append("believed a receipt that nobody signed")
        return findings, outcome

    def receipt_file(self) -> tuple[list[str], str]:
        """A receipt file as a stick brings it, kept by the laptop or refused."""
        content, chance = load(self.file.encode()), self.chance
        if chance.random() < 0.4:
            receipts = [
                Pairs(self._twisted().items()) if chance.random() < 0.5 else Pairs(r.items()) for r in self.signed
            ]
            content = Pairs([(key, receipts if key == "receipts" else value) for key, value in content])
            data = json.dumps({key: _plain(value) for key, value in content}).encode()
        elif chance.random() < 0.8:
            data = twist_json(chance, content)
        else:
            data = twist_bytes(chance, self.file.encode(), [self.file.encode(), *self.log.lines])
        before = self._state()
        findings, outcome = judge_call(lambda: read_receipt_file(data, "x.receipt"))
        if outcome == "read":
            findings, outcome = judge_call(
                lambda: keep_receipt_file([own_log(self.store, self.log.key)], self.office, self.enrolment, data, "x")
            )
        if outcome != "read" and self._state() != before:
            findings.append(f"{outcome}, and yet something was kept")
        return findings, outcome

    def head_text(self) -> tuple[list[str], str]:
        """A text with a head in it, from paper, a QR code or a chat."""
        text = _twisted_text(self.chance, self.heads)

        def read() -> Any:
            carried = find_head(text)
            if carried is None:
                find_seal_code(text)
                return None
            carried.head.seal_code.encode("ascii")
            if carried.signed is not None:
                carried.signed.is_signed_by(self.log.key.public)
            return carried

        return judge_call(read)

    def _twisted(self) -> dict[str, str]:
        """A receipt whose text or signature is another; what passes the schema of an answer is text."""
        chance, receipt = self.chance, dict(self.chance.choice(self.signed))
        if chance.random() < 0.7:
            receipt["receipt"] = twist_json(chance, load(receipt["receipt"])).decode("utf-8", "surrogateescape")
        else:
            name = chance.choice(("receipt", "sig"))
            value = twist_value(chance, receipt[name])
            receipt[name] = value if isinstance(value, str) else "x"
        if chance.random() < 0.2:
            try:
                receipt["sig"] = self.key.sign("receipt", receipt["receipt"])
                self.texts.add(receipt["receipt"])
            except UnicodeEncodeError:  # nobody can sign half a character
                pass
        return receipt

    def _state(self) -> int:
        return self.writer.read(lambda connection: connection.total_changes)

    def close(self) -> None:
        """Let go of the file."""
        self.writer.close()


def _plain(value: Any) -> Any:
    if isinstance(value, Pairs):
        return {key: _plain(item) for key, item in value}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def receipt_cases(chance: random.Random, folder: Path) -> Iterator[Case]:
    """Receipts, receipt files and head texts at a laptop."""
    bench = ReceiptBench(chance, folder)
    try:
        while True:
            yield chance.choices((bench.receipt, bench.receipt_file, bench.head_text), (5, 3, 2))[0]
    finally:
        bench.close()
