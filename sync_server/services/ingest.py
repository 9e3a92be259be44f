"""Ingest: the one way lines enter the office, whatever road they came by."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from shared.domain.clock import Clock
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.fold import Folded
from shared.log.birth import Birth, birth_hash, decode_birth
from shared.log.logfile import Fragment, from_record, join_records, read_fragment
from shared.log.receipt import ACCEPTED
from shared.log.signing import verify
from shared.wire.routes import CONTEXT_VOUCH, DUPLICATE, vouch_message
from sync_server.services.batch import Batch, log_of, prove, sealed_part
from sync_server.services.folds import Folds
from sync_server.services.lineage import Lineage, Place
from sync_server.services.rebuilding import judge_again
from sync_server.services.receipts import Receipts
from sync_server.store.ports import Books, Store
from sync_server.store.records import Branch, Device, OfficeRow, Quarantined, School, SignedReceipt, StoredLog, Verdict

log = logging.getLogger(__name__)

STORED = "stored"
FORK = "fork"
STORED_WITH_VERDICT = "stored_with_verdict"
NOT_A_LINE = "not_a_line"


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring lines of a batch with the same result."""

    first: int
    last: int
    result: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Voucher:
    """The enrolled laptop behind a batch and its word for a new log; `in_touch` unless it came as a file."""

    device: Device
    signature: str
    in_touch: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a batch; `unsealed` lines of a file had no head after them and stand apart."""

    log: StoredLog
    runs: list[Run]
    receipt: SignedReceipt
    unsealed: int = 0


@dataclass(frozen=True, slots=True)
class _Planned:
    """A batch with its place: where its new lines go, and the fold and verdicts they make."""

    log: StoredLog
    is_new: bool
    batch: Batch
    branch: Branch
    matched: int
    folded: Folded
    verdicts: list[Verdict]
    vouched: bool = False


class Ingest:
    """Takes batches: checks the chain, finds duplicates and forks, stores, folds, signs; all of a batch or nothing."""

    def __init__(self, store: Store, office: OfficeRow, clock: Clock, folds: Folds, receipts: Receipts) -> None:
        self._store = store
        self._office = office
        self._clock = clock
        self._folds = folds
        self._receipts = receipts
        self._locks = tuple(threading.Lock() for _ in range(64))
        self._listeners: list[Callable[[School, StoredLog], None]] = []

    def listen(self, listener: Callable[[School, StoredLog], None]) -> None:
        """Call `listener` after every batch that brought new lines."""
        self._listeners.append(listener)

    def push(self, school: School, device: Device, body: bytes, vouch: str) -> Accepted:
        """Take a batch that an enrolled laptop sent for its school."""
        return self._take(school, Voucher(device, vouch, True), body, whole=False)

    def import_file(self, body: bytes, name: str = "–", voucher: Voucher | None = None) -> Accepted:
        """Take a whole log file for the school that its birth names; without a voucher, people vouch for it.

        Raises NOT_A_LOG (a fragment is none), SCHOOL_UNKNOWN (then it stands apart), or as a push.
        """
        try:
            birth = read_fragment(body).birth
        except DomainError as problem:
            raise DomainError(ErrorCode.NOT_A_LOG, path=name) from problem
        if birth is None:
            raise DomainError(ErrorCode.NOT_A_LOG, path=name)
        code = decode_birth(birth).school
        school = self._store.read(lambda book: book.find_school(code))
        if school is None:
            self._quarantine(None, voucher, decode_birth(birth).log, ErrorCode.SCHOOL_UNKNOWN, body)
            raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=code)
        return self._take(school, voucher, body, whole=True)

    def foresee(self, school: School, body: bytes) -> list[Run]:
        """What would become of the lines if `release` took them now; raises what it would raise."""
        fragment, _ = sealed_part(read_fragment(body))
        return list(_merged(_runs(self._prepare(school, None, fragment, log_of(fragment)))))

    def release(self, school: School, body: bytes, note: Callable[[Books, list[Run]], None]) -> Accepted:
        """Take what stood apart, as people vouch for it; `note` writes down that they do, in the same unit of work.

        Lines after the last head stand apart again. Raises as a push does; then nothing is taken, noted or kept apart.
        """
        fragment, unsealed = sealed_part(read_fragment(body))
        name = log_of(fragment)
        with self._lock(name):
            accepted = self._commit(school, None, self._prepare(school, None, fragment, name), note)
        return self._set_rest_apart(school, None, fragment, unsealed, accepted)

    def _take(self, school: School, voucher: Voucher | None, body: bytes, *, whole: bool) -> Accepted:
        name = "–"
        try:
            fragment = read_fragment(body)
            name = log_of(fragment)
            unsealed: list[bytes] = []
            if whole:
                fragment, unsealed = sealed_part(fragment)
            with self._lock(name):
                accepted = self._commit(school, voucher, self._prepare(school, voucher, fragment, name))
        except DomainError as refusal:
            if refusal.code in _KEPT_APART:
                self._quarantine(school, voucher, name, refusal.code, body)
            raise
        return self._set_rest_apart(school, voucher, fragment, unsealed, accepted)

    def _set_rest_apart(
        self, school: School, voucher: Voucher | None, sealed: Fragment, unsealed: list[bytes], accepted: Accepted
    ) -> Accepted:
        """Keep the lines that no head proves as a fragment of their own."""
        if unsealed:
            rest = join_records([from_record(sealed.end), *unsealed])
            self._quarantine(school, voucher, accepted.log.id, ErrorCode.HEAD_MISSING, rest)
        return replace(accepted, unsealed=len(unsealed))

    def _lock(self, name: str) -> threading.Lock:
        """One batch at a time for each log."""
        return self._locks[hash(name) % len(self._locks)]

    def _prepare(self, school: School, voucher: Voucher | None, fragment: Fragment, name: str) -> _Planned:
        stored = self._store.read(lambda book: book.find_log(name))
        record = fragment.birth or (stored.birth if stored else None)
        if record is None:
            raise DomainError(ErrorCode.LOG_UNKNOWN)
        birth = decode_birth(record)
        self._check_home(birth, school, stored)
        vouched = voucher is not None and fragment.birth is not None and (stored is None or stored.device_no is None)
        if voucher is not None and vouched:
            _check_vouch(voucher, birth, record)
        batch = prove(fragment, birth)
        is_new = stored is None
        stored = stored or StoredLog(0, school.no, name, record, voucher.device.no if voucher else None)
        planned = self._plan(stored, is_new, batch, fragment.birth)
        return replace(planned, vouched=vouched)

    def _check_home(self, birth: Birth, school: School, stored: StoredLog | None) -> None:
        office = self._office
        if birth.school != school.code or (stored is not None and stored.school_no != school.no):
            raise DomainError(ErrorCode.SCHOOL_WRONG, found=birth.school, expected=school.code)
        if birth.campaign != office.campaign:
            raise DomainError(ErrorCode.CAMPAIGN_WRONG, found=birth.campaign, expected=office.campaign)
        rate = office.rehearsal.rate if office.rehearsal else 1
        if birth.mode != office.mode or birth.rate != rate:
            raise DomainError(ErrorCode.MODE_WRONG, found=birth.mode, expected=office.mode)

    def _plan(self, stored: StoredLog, is_new: bool, batch: Batch, birth: bytes | None) -> _Planned:
        if is_new:
            branch = Branch(0, 0, -1, batch.start, "", 0)
            return self._follow(stored, True, batch, branch, 0, self._folds.start(decode_birth(stored.birth)))
        lineage = self._store.read(lambda book: Lineage(book, stored))
        place = self._store.read(lambda book: Lineage(book, stored).place(batch.start, batch.heads))
        if place is None:
            if birth is None:
                raise DomainError(ErrorCode.HEAD_UNKNOWN, seq=batch.start.seq)
            number = lineage.next_number()
            branch = Branch(number, number, -1, batch.start, "", 0, birth)
            return self._follow(stored, False, batch, branch, 0, self._folds.start(decode_birth(birth)))
        return self._at(stored, batch, place, lineage)

    def _at(self, stored: StoredLog, batch: Batch, place: Place, lineage: Lineage) -> _Planned:
        if place.matched == len(batch.heads):
            return _Planned(stored, False, batch, place.branch, place.matched, Folded(), [])
        if place.appends:
            before = self._folds.fold(stored, place.branch)
            return self._follow(stored, False, batch, place.branch, place.matched, before)
        fork = batch.start.seq + place.matched
        head = batch.heads[place.matched - 1] if place.matched else batch.start
        branch = Branch(lineage.next_number(), place.branch.no, fork, head, "", 0, place.branch.birth)
        return self._follow(stored, False, batch, branch, place.matched, self._inherited(stored, place.branch, fork))

    def _inherited(self, stored: StoredLog, parent: Branch, fork: int) -> Folded:
        lines = self._store.read(lambda book: Lineage(book, stored).lines(parent, 0, fork))
        start = self._folds.start(decode_birth(parent.birth or stored.birth))
        return self._folds.follow(stored, parent, start, lines)

    def _follow(
        self, stored: StoredLog, is_new: bool, batch: Batch, branch: Branch, matched: int, before: Folded
    ) -> _Planned:
        folded = self._folds.follow(stored, branch, before, batch.lines[matched:])
        fresh = folded.verdicts.keys() - before.verdicts.keys()
        verdicts = [Verdict(seq, folded.verdicts[seq].value) for seq in sorted(fresh)]
        return _Planned(stored, is_new, batch, branch, matched, folded, verdicts)

    def _commit(
        self,
        school: School,
        voucher: Voucher | None,
        planned: _Planned,
        note: Callable[[Books, list[Run]], None] | None = None,
    ) -> Accepted:
        batch = planned.batch
        new_lines = batch.lines[planned.matched :]
        now = self._clock.now().wall
        branch = replace(planned.branch, head=batch.end, signature=batch.signed.signature, received=now)
        signed = self._receipts.sign(school.code, batch.end, ACCEPTED)
        runs = list(_merged(_runs(planned)))

        def work(book: Books) -> StoredLog:
            stored = book.add_log(planned.log) if planned.is_new else planned.log
            if voucher is not None and voucher.in_touch:
                book.touch_device(voucher.device.no, now, None)
            if voucher is not None and planned.vouched:
                book.vouch_log(stored.no, voucher.device.no)
            if new_lines or planned.is_new:
                book.add_lines(stored, branch.no, new_lines, batch.heads[planned.matched :])
                book.set_branch(stored, branch)
                book.add_verdicts(stored, branch.no, planned.verdicts)
            book.add_head(stored, batch.signed)
            self._receipts.keep(book, stored, signed)
            if note is not None:
                note(book, runs)
            return stored

        stored = self._store.write(work)
        if new_lines or planned.is_new:
            self._folds.keep(stored, branch, planned.folded)
            for heir in self._folds.forget_heirs(stored):
                judge_again(self._store, self._folds, heir)
            self._tell(school, stored)
        return Accepted(stored, runs, signed)

    def _tell(self, school: School, stored: StoredLog) -> None:
        for listener in self._listeners:
            try:
                listener(school, stored)
            except Exception:  # the lines are committed; what somebody makes of them can be made again
                log.exception("a listener stumbled over log %s", stored.id)

    def _quarantine(
        self, school: School | None, voucher: Voucher | None, name: str, code: ErrorCode, body: bytes
    ) -> None:
        sender = voucher.device.id if voucher else None
        digest = hashlib.sha256(body).hexdigest()
        now = self._clock.now().wall
        item = Quarantined(0, school.no if school else None, name[:26], now, code.value, sender, digest, body)
        self._store.write(lambda book: book.add_quarantined(item))


_KEPT_APART = frozenset(
    {
        ErrorCode.NOT_A_LOG,
        ErrorCode.NOT_A_LINE,
        ErrorCode.LOG_KEY_MISMATCH,
        ErrorCode.HEAD_MISSING,
        ErrorCode.HEAD_SIGNATURE_WRONG,
        ErrorCode.CHAIN_BROKEN,
        ErrorCode.LOG_NOT_VOUCHED,
        ErrorCode.SCHOOL_WRONG,
        ErrorCode.CAMPAIGN_WRONG,
        ErrorCode.MODE_WRONG,
    }
)
"""Refusals that sending again would not mend: the bytes stand apart, so that no fact is lost."""


def _check_vouch(voucher: Voucher, birth: Birth, record: bytes) -> None:
    message = vouch_message(birth.log, birth_hash(record))
    if not verify(voucher.device.key, CONTEXT_VOUCH, message, voucher.signature):
        raise DomainError(ErrorCode.LOG_NOT_VOUCHED)


def _runs(planned: _Planned) -> Iterator[Run]:
    first = planned.batch.start.seq + 1
    fresh = first + planned.matched
    last = planned.batch.end.seq
    if planned.matched:
        yield Run(first, fresh - 1, DUPLICATE)
    good = FORK if planned.branch.no else STORED
    for verdict in planned.verdicts:
        if verdict.seq > fresh:
            yield Run(fresh, verdict.seq - 1, good)
        yield Run(verdict.seq, verdict.seq, _bad(good, verdict.code), verdict.code)
        fresh = verdict.seq + 1
    if fresh <= last:
        yield Run(fresh, last, good)


def _bad(good: str, code: str) -> str:
    if code == ErrorCode.NOT_A_LINE:
        return NOT_A_LINE
    return STORED_WITH_VERDICT if good == STORED else FORK


def _merged(runs: Iterable[Run]) -> Iterator[Run]:
    last: Run | None = None
    for run in runs:
        if last is not None and (last.result, last.code) == (run.result, run.code):
            last = replace(last, last=run.last)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last
