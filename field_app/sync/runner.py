"""One pass of sync: hello, session, probe, compare, push from where both agree, keep receipts, pull the county log."""

import hashlib
import threading
from collections.abc import Sequence
from typing import Any, Protocol

from field_app.sync.client import OfficeClient, SyncFailure, pack
from field_app.sync.compare import Common, find_common
from field_app.sync.county import county_head, keep_county
from field_app.sync.ports import OfficeRecords
from shared.domain.clock import Clock
from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_head
from shared.log.chain import Head
from shared.log.logfile import from_record, join_records
from shared.log.receipt import ACCEPTED, BACKED_UP, read_receipt
from shared.log.signing import SigningKey, sign_head
from shared.store.ports import EventStore
from shared.wire.county_log import fold_county
from shared.wire.enrolment import Enrolment
from shared.wire.routes import BATCH_BYTES, BATCH_LINES, CONTEXT_VOUCH, vouch_message

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
        self._one_pass = threading.Lock()
        self._received: int | None = None

    @property
    def recorded(self) -> int:
        """How many lines the log has."""
        return self._store.head().seq

    @property
    def received(self) -> int:
        """The last line that a receipt of our office proves to be there."""
        if self._received is None:
            self._received = self._proven()
        return self._received

    def run_pass(self) -> DomainError | None:
        """One pass; returns a finding that people must hear of (LOG_FORKED, LOG_BEHIND), or None.

        Raises SyncFailure, or the code of what was wrong in what the office sent.
        """
        with self._one_pass:
            self._store.settle()  # the office must never hold a line that a power cut could take from here
            self._client.open_session(self._enrolment, self._device_key, self._clock.now().wall)
            try:
                finding, county = self._send_log()
            except SyncFailure as failure:
                if failure.refused not in _COMPARE_AGAIN:
                    raise
                finding, county = self._send_log()  # the office changed under us: compare again, once
            self._pull_county(county)
            self._pull_contents()
            self._office.set_last_contact(self._clock.now().wall)
            return finding

    def _send_log(self) -> tuple[DomainError | None, Any]:
        head = self._store.head()
        backed_up = self._office.receipts(head.log, BACKED_UP)
        asked = {"log": head.log, "backed_up": backed_up[0].head.seq if backed_up else 0}
        probed = self._client.probe([asked])
        answer = probed["logs"][0]
        if "backed_up" in answer:
            self._keep_receipt(answer["backed_up"], None)
        theirs = [Head(head.log, point["seq"], bytes.fromhex(point["hash"])) for point in answer["heads"]]
        common = find_common(self._hashes(head), theirs, lambda points: self._ask_at(head.log, points))
        self._push(common.seq, head)
        return _finding(common), probed["county"]

    def _hashes(self, head: Head) -> list[bytes]:
        return [birth_head(self._birth()).hash, *self._store.hashes(limit=head.seq)]

    def _birth(self) -> bytes:
        birth = self._store.birth()
        if birth is None:
            raise DomainError(ErrorCode.NOT_ENROLLED)
        return birth

    def _ask_at(self, log: str, points: Sequence[int]) -> dict[int, bytes]:
        answer = self._client.probe([{"log": log, "at": list(points)}])["logs"][0]
        return {point["seq"]: bytes.fromhex(point["hash"]) for point in answer.get("at", [])}

    def _push(self, after: int, head: Head) -> None:
        """Send everything after line `after` up to `head`; an empty batch when only the receipt is missing."""
        sent = max(after, 0)
        if sent == head.seq and after >= 0 and self.received >= head.seq:
            return
        while True:
            sent = self._push_batch(sent, head, with_birth=after < 0 and sent == 0)
            if sent >= head.seq:
                break
        self._store.add_head(sign_head(self._log_key, head))

    def _push_batch(self, sent: int, head: Head, *, with_birth: bool) -> int:
        limit = min(BATCH_LINES, head.seq - sent)
        birth = self._birth()
        start = birth_head(birth) if sent == 0 else Head(head.log, sent, self._store.hashes(sent - 1, 1)[0])
        first = birth if with_birth else from_record(start)
        vouch = ""
        if with_birth:
            vouch = self._device_key.sign(CONTEXT_VOUCH, vouch_message(start.log, start.hash))
        while True:
            lines = self._store.lines(sent, limit)
            end = Head(head.log, sent + limit, self._store.hashes(sent + limit - 1, 1)[0]) if limit else start
            packed = pack(join_records([first, *lines, sign_head(self._log_key, end).record()]))
            if len(packed) <= BATCH_BYTES or limit <= 1:
                break
            limit //= 2
        answer = self._client.push(packed, vouch)
        self._keep_receipt(answer["receipt"], end)
        return end.seq

    def _keep_receipt(self, travelled: dict[str, str], expected: Head | None) -> None:
        receipt = read_receipt(travelled, self._enrolment.server_key)
        if expected is not None and (receipt.head != expected or receipt.mark != ACCEPTED):
            raise DomainError(ErrorCode.HEAD_SIGNATURE_WRONG, seq=receipt.head.seq)
        self._office.add_receipt(receipt, travelled)
        if expected is not None:
            self._received = max(self.received, expected.seq)

    def _proven(self) -> int:
        log = self._store.head().log
        for receipt in self._office.receipts(log, ACCEPTED):
            seq = receipt.head.seq
            if seq == 0 or self._store.hashes(seq - 1, 1) == [receipt.head.hash]:
                return seq
        return 0

    def _pull_county(self, point: Any) -> None:
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
            self._keep_county(body, own)

    def _keep_county(self, body: bytes, own: Head | None) -> None:
        try:
            keep_county(self._office, self._enrolment, body, own)
        except DomainError as problem:
            if problem.code is not ErrorCode.CHAIN_BROKEN:
                raise
            whole = self._client.county_log(0)  # an office restored from a backup says other things after it
            if whole is not None:
                keep_county(self._office, self._enrolment, whole, None)

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


def _finding(common: Common) -> DomainError | None:
    if common.forked:
        return DomainError(ErrorCode.LOG_FORKED, seq=common.seq + 1)
    if common.ahead:
        return DomainError(ErrorCode.LOG_BEHIND, count=common.ahead)
    return None
