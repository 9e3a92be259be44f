"""Ten threads post the same batch at once, again and again: it is stored once, and everybody gets the same answer."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from bench.sample_log import SampleLog, make_log
from field_app.sync.client import OfficeClient
from shared.domain.errors import DomainError
from shared.log.signing import SigningKey
from shared.timepiece import wall_ms
from shared.wire.enrolment import Enrolment
from shared.wire.routes import CONTEXT_VOUCH, vouch_message
from sync_server.services.office import Office
from sync_server.store.ports import Books
from tests.faults.frame import Account, Campaign, Part
from tests.faults.oracle import Fact, check_office
from tests.office_house import CAMPAIGN, FIRST, ServedOffice, fragment
from tests.sync_house import serve

THREADS = 10
LINES = 6
BATCHES = 4
"""A log comes in so many batches: the first brings its birth."""


class Crowd:
    """Ten laptops' worth of connections that post at the same moment."""

    def __init__(self, served: ServedOffice) -> None:
        self._device = SigningKey.new()
        client = OfficeClient(served.url)
        self._enrolment: Enrolment = client.enrol(served.office.enrolments.make_code(FIRST), self._device, "test")
        client.close()
        self._clients = [OfficeClient(served.url) for _ in range(THREADS)]
        for client in self._clients:
            client.open_session(self._enrolment, self._device, wall_ms())
        self._start = threading.Barrier(THREADS)

    def make_log(self, number: int) -> SampleLog:
        """A log of the crowd's school."""
        return make_log(FIRST, CAMPAIGN, self._enrolment.plan, LINES * BATCHES, number)

    def post(self, log: SampleLog, batch: int) -> list[str]:
        """All post one batch of a log; what was wrong with the answers."""
        after = batch * LINES
        packed = self._clients[0].pack(fragment(log, after, after + LINES, birth=after == 0))
        start = log.heads[0]
        vouch = self._device.sign(CONTEXT_VOUCH, vouch_message(start.log, start.hash)) if after == 0 else ""
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(partial(self._post, packed, vouch), self._clients))
        results = sorted(run["result"] for answer in answers for run in answer.get("runs", []))
        refused = sorted({str(answer["refused"]) for answer in answers if "refused" in answer})
        wrong = [f"refused: {', '.join(refused)}"] if refused else []
        first = [result for result in results if result != "duplicate"]
        return wrong + ([f"stored {len(first)} times"] if len(first) != 1 and not refused else [])

    def close(self) -> None:
        """Let go of the connections."""
        for client in self._clients:
            client.close()

    def _post(self, packed: bytes, vouch: str, client: OfficeClient) -> dict[str, Any]:
        self._start.wait(30)
        try:
            return client.push(packed, vouch)
        except DomainError as problem:
            return {"refused": problem.code.value}


def run(part: Part, folder: Path, *, guarded: bool = True) -> Account:
    """So many batches, each posted by all threads at once."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # more ask than it has threads: that is the point
    served = serve(folder / "office")
    if not guarded:
        _take_guards_away(served.office)
    account, facts = Account(), list[Fact]()
    crowd = Crowd(served)
    try:
        for number in range(part.count):
            if number % BATCHES == 0:
                log = crowd.make_log(number)
            batch = number % BATCHES
            account.check(f"batch {batch + 1} of log {number // BATCHES}", crowd.post(log, batch))
            head = log.heads[(batch + 1) * LINES]
            facts.append({"fact": "received", "log": head.log, "seq": head.seq, "hash": head.hash.hex()})
    finally:
        crowd.close()
        served.close()
    account.findings += check_office(folder / "office", facts)
    account.figures["posts"] += part.count * THREADS
    return account


def _take_guards_away(office: Office) -> None:
    """An office that looks whether it has the lines, then inserts: no lock for a log, no unique key for a line."""
    setattr(office.ingest, "_locks", (nullcontext(),))  # noqa: B010

    def work(books: Books) -> None:
        database = getattr(books, "_db")  # noqa: B009
        database.execute("DROP TABLE line")
        database.execute(
            "CREATE TABLE line (school_no INTEGER, log_no INTEGER, branch INTEGER, seq INTEGER, raw BLOB, hash BLOB)"
        )
        database.execute("DROP TABLE log")
        database.execute("CREATE TABLE log (no INTEGER PRIMARY KEY, school_no, id TEXT, birth BLOB, device_no INTEGER)")

    office.store.write(work)


ATTACK = Campaign(
    name="threads",
    unit="batches",
    run=run,
    short=200,
    part=200,
    controls={"unique keys (check, then insert)": partial(run, guarded=False)},
    control_count=12,
)
