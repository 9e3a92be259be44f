"""One pass of sync: hello, session, probe, compare, push from where both agree, keep receipts, pull the county log."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from field_app.sync.client import OfficeClient, SyncFailure
from field_app.sync.compare import Common, find_common
from field_app.sync.county import county_head, keep_county
from field_app.sync.outgoing import Outgoing, inherited_log, own_log
from field_app.sync.pace import Pace
from field_app.sync.ports import OfficeRecords
from field_app.sync.receipts import ReceiptsTaken, keep_receipt_file
from shared.domain.clock import Clock
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.office import Kept
from shared.log.chain import Head
from shared.log.logfile import from_record, join_records
from shared.log.receipt import ACCEPTED, BACKED_UP, read_receipt
from shared.log.signing import SigningKey
from shared.store.ports import EventStore
from shared.timepiece import tick_ms
from shared.wire.county_log import fold_county
from shared.wire.enrolment import Enrolment
from shared.wire.routes import BATCH_LINES, CONTEXT_VOUCH, DUPLICATE, vouch_message

_COMPARE_AGAIN = frozenset({ErrorCode.HEAD_UNKNOWN.value, ErrorCode.LOG_UNKNOWN.value})


class SyncKeys(Protocol):
    """The laptop's two private keys: `device` opens the office's door, `log` signs heads."""

    @property
    def device(self) -> SigningKey:
        """The key that was enrolled."""
        ...

    @property
    def log(self) -> SigningKey:
        """The key that the log was born with."""
        ...


Notice = Callable[[Kept, int, int], None]
"""Told what the office went back in, the line it had signed for, and the one that it still knows."""


class SyncRunner:
    """Runs passes, one at a time; no cursor is kept, and no transaction is open while the network is waited for."""

    def __init__(
        self,
        *,
        client: OfficeClient,
        store: EventStore,
        office: OfficeRecords,
        keys: SyncKeys,
        enrolment: Enrolment,
        clock: Clock,
    ) -> None:
        self._client = client
        self._store = store
        self._office = office
        self._log_key = keys.log
        self._device_key = keys.device
        self._enrolment = enrolment
        self._clock = clock
        self.notice: Notice = lambda _what, _had, _has: None
        self._pace = Pace()
        self._one_pass = threading.Lock()
        self._keeping = threading.Lock()
        """Held while something that the office gave is put away: a pass and a receipt file may bring it at once."""
        self._inherited = [inherited_log(log) for log in store.ancestors()]
        self._told: dict[str, int] = {}
        """How much of an ancestor whose last lines nobody here can prove the office said that it holds."""
        self._count_receipts()

    @property
    def recorded(self) -> int:
        """How many lines are here, those of ancestors included."""
        return self._store.head().seq + sum(log.head.seq for log in self._inherited)

    @property
    def received(self) -> int:
        """How many of them our office has: its receipt says so, or its word where nobody here can prove the lines."""
        return sum(map(self._held_of, self._received))

    @property
    def backed_up(self) -> int:
        """The last line of the laptop's own log that a verified backup of the office holds; 0 before the first."""
        return self._backed_up

    @property
    def inherited_pending(self) -> int:
        """How many lines of ancestors are not `received`."""
        return sum(log.head.seq - self._held_of(log.head.log) for log in self._inherited)

    def run_pass(self) -> DomainError | None:
        """One pass; returns a finding that people must hear of (LOG_FORKED, LOG_BEHIND), or None.

        Raises SyncFailure, or the code of what was wrong in what the office sent.
        """
        with self._one_pass:
            self._store.settle()  # the office must never hold a line that a power cut could take from here
            self._client.open_session(self._enrolment, self._device_key, self._clock.now().wall)
            try:
                finding, county = self._send_logs()
            except SyncFailure as failure:
                if failure.refused not in _COMPARE_AGAIN:
                    raise
                finding, county = self._send_logs()  # the office changed under us: compare again, once
            self._pull_county(county)
            self._pull_contents()
            self._office.set_last_contact(self._clock.now().wall)
            return finding

    def take_receipt_file(self, data: bytes, name: str) -> ReceiptsTaken:
        """Keep what the office wrote on a stick, without waiting for a pass; raises as `keep_receipt_file` does."""
        with self._keeping:
            before = self._office.county_hashes()
            taken = keep_receipt_file(self._logs(), self._office, self._enrolment, data, name)
            self._count_receipts()
        self._compare_county(before, self._office.county_hashes())
        return taken

    def _logs(self) -> list[Outgoing]:
        """Every log of this laptop as it stands, those it took over from first."""
        return [*self._inherited, own_log(self._store, self._log_key)]

    def _send_logs(self) -> tuple[DomainError | None, Any]:
        """Bring every log of this laptop to the office, those it took over from first; the finding is of its own."""
        logs = self._logs()
        own = logs[-1]
        probed = self._client.probe([self._asked(log) for log in logs])
        for travelled in probed.get("backed_up_beside", []):
            self._keep_receipt(travelled, None)
        finding = None
        for log, answer in zip(logs, probed["logs"], strict=True):
            if "backed_up" in answer:
                self._keep_receipt(answer["backed_up"], None)
            name = log.head.log
            common = find_common(log.hashes, _heads(answer), partial(self._ask_at, name))
            had, has = self._received[name], max(common.seq, 0)
            if has < had and not common.forked:
                self.notice(Kept.LINES, had, has)
            held = self._push(log, common.seq)
            if log.proven < log.head.seq:
                self._told[name] = has
            if held < had and common.forked:  # only now: the search looked at the first of several branches
                self.notice(Kept.LINES, had, held)
            if common.searched:
                common = replace(common, ahead=self._lines_beyond(log))
            if log is own:
                self._store.add_head(own.seal(own.head.seq, own.head.seq))
                finding = _finding(common)
        return finding, probed["county"]

    def _held_of(self, log: str) -> int:
        return max(self._received[log], self._told.get(log, 0))

    def _asked(self, log: Outgoing) -> dict[str, Any]:
        return {"log": log.head.log, "backed_up": self._proven(log, BACKED_UP)}

    def _ask_at(self, log: str, points: Sequence[int]) -> dict[int, bytes]:
        answer = self._client.probe([{"log": log, "at": list(points)}])["logs"][0]
        return {point["seq"]: bytes.fromhex(point["hash"]) for point in answer.get("at", [])}

    def _lines_beyond(self, log: Outgoing) -> int:
        """How many lines follow ours where the office holds all of ours within a branch, which no search showed."""
        heads = _heads(self._client.probe([{"log": log.head.log}])["logs"][0])
        return 0 if log.head in heads else max((head.seq - log.head.seq for head in heads), default=0)

    def _push(self, log: Outgoing, after: int) -> int:
        """Send everything after line `after` that can be proven; an empty batch when only the receipt is missing.

        Returns the last line that the office turned out to have held before.
        """
        held = sent = max(after, 0)
        end = log.proven
        if sent > end or (sent == end and after >= 0 and self._received[log.head.log] >= end):
            return held
        while True:
            sent, runs = self._push_batch(log, sent, with_birth=after < 0 and sent == 0)
            for run in runs:
                if run["result"] == DUPLICATE and run["first"] == held + 1:
                    held = run["last"]
            if sent >= end:
                return held

    def _push_batch(self, log: Outgoing, sent: int, *, with_birth: bool) -> tuple[int, list[dict[str, Any]]]:
        start = Head(log.head.log, sent, log.hashes[sent])
        first = log.birth if with_birth else from_record(start)
        vouch = self._device_key.sign(CONTEXT_VOUCH, vouch_message(start.log, start.hash)) if with_birth else ""
        packed, end = _fitting(log, sent, first, self._pace.most, self._client.pack)
        answer = self._timed_push(packed, vouch)
        self._keep_receipt(answer["receipt"], end)
        return end.seq, answer["runs"]

    def _timed_push(self, packed: bytes, vouch: str) -> dict[str, Any]:
        """Push a batch, and let the pace follow the road that it met."""
        began = tick_ms()
        try:
            answer = self._client.push(packed, vouch)
        except SyncFailure:
            self._pace.broke()
            raise
        self._pace.arrived(len(packed), (tick_ms() - began) / 1000, self._client.patience)
        return answer

    def _keep_receipt(self, travelled: dict[str, str], expected: Head | None) -> None:
        receipt = read_receipt(travelled, self._enrolment.server_key)
        if expected is not None and (receipt.head != expected or receipt.mark != ACCEPTED):
            raise DomainError(ErrorCode.HEAD_SIGNATURE_WRONG, seq=receipt.head.seq)
        with self._keeping:
            self._office.add_receipt(receipt, travelled)
            if expected is not None:
                self._received[expected.log] = max(self._received[expected.log], expected.seq)
            else:
                self._backed_up = self._proven(own_log(self._store, self._log_key), BACKED_UP)

    def _count_receipts(self) -> None:
        logs = self._logs()
        self._received = {log.head.log: self._proven(log) for log in logs}
        self._backed_up = self._proven(logs[-1], BACKED_UP)

    def _proven(self, log: Outgoing, mark: str = ACCEPTED) -> int:
        """The last line of a log that a receipt of our office with this mark proves."""
        receipts = self._office.receipts(log.head.log, mark)
        return next((receipt.head.seq for receipt in receipts if log.holds(receipt.head)), 0)

    def _pull_county(self, point: Any) -> None:
        """Bring the county log up to the office's, and notice when it no longer holds what was pulled before."""
        before = self._office.county_hashes()
        self._fetch_county(point)
        self._compare_county(before, self._office.county_hashes()[: point["seq"] if point else 0])

    def _compare_county(self, before: Sequence[bytes], after: Sequence[bytes]) -> None:
        same = next((seq for seq, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
        has = min(len(before), len(after)) if same is None else same
        if has < len(before):
            self.notice(Kept.COUNTY_LOG, len(before), has)

    def _fetch_county(self, point: Any) -> None:
        own = county_head(self._office)
        if point is None or (own is not None and self._holds(own, point)):
            return
        after = own.seq if own is not None and own.seq < point["seq"] else 0
        try:
            body = self._client.county_log(after)
        except SyncFailure as failure:
            if failure.refused != ErrorCode.HEAD_UNKNOWN.value:
                raise
            body = self._client.county_log(0)
        if body is not None:
            self._keep_county(body)

    def _keep_county(self, body: bytes) -> None:
        try:
            self._put_away(body)
        except DomainError as problem:
            if problem.code is not ErrorCode.CHAIN_BROKEN:
                raise
            whole = self._client.county_log(0)  # an office restored from a backup says other things after it
            if whole is not None:
                self._put_away(whole)

    def _put_away(self, body: bytes) -> None:
        with self._keeping:
            keep_county(self._office, self._enrolment, body, county_head(self._office))

    def _holds(self, own: Head, point: Any) -> bool:
        """Whether our county log holds the office's head: the same, or an older one of an office that was restored."""
        seq = point["seq"]
        if seq == 0 or seq > own.seq:
            return bool(seq == 0)
        return bool(self._office.county_hashes()[seq - 1].hex() == point["hash"])

    def _pull_contents(self) -> None:
        wanted = {self._enrolment.plan, fold_county(self._office.county_lines()).plan} - {None, ""}
        for sha256 in sorted(str(item) for item in wanted):
            if self._office.find_content(sha256) is None:
                self._office.add_content(fetch_content(self._client, sha256))


def fetch_content(client: OfficeClient, sha256: str) -> bytes:
    """A file of the office, checked against its hash; raises BODY_DAMAGED."""
    data = client.content(sha256)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DomainError(ErrorCode.BODY_DAMAGED)
    return data


def _heads(answer: Mapping[str, Any]) -> list[Head]:
    """The head of each branch in an answer to a probe."""
    return [Head(answer["log"], point["seq"], bytes.fromhex(point["hash"])) for point in answer["heads"]]


def _fitting(log: Outgoing, sent: int, first: bytes, most: int, pack: Callable[[bytes], bytes]) -> tuple[bytes, Head]:
    """The next batch, packed, and its last head: as many lines as go into `most` bytes, halving until they do."""
    seal = log.seal(sent, min(sent + BATCH_LINES, log.head.seq))
    while True:
        lines = log.lines(sent, seal.head.seq)
        packed = pack(join_records([first, *lines, seal.record()]))
        if len(packed) <= most or len(lines) <= 1:
            return packed, seal.head
        try:
            seal = log.seal(sent, sent + len(lines) // 2)
        except DomainError:  # an ancestor's log, whose laptop signed nothing earlier: the batch cannot be smaller
            return packed, seal.head


def _finding(common: Common) -> DomainError | None:
    if common.ahead > 0:
        return DomainError(ErrorCode.LOG_BEHIND, count=common.ahead)
    if common.forked:
        return DomainError(ErrorCode.LOG_FORKED, seq=common.seq + 1)
    return None
