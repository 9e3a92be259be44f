"""Bundles that schools bring on a stick: opened, taken in by the one ingest, and answered with a receipt file."""

from dataclasses import dataclass

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import decode_birth
from shared.log.receipt import ACCEPTED, BACKED_UP
from shared.wire.bundle import Bundle, BundledLog, read_bundle
from shared.wire.county_log import fold_county
from shared.wire.receipt_file import ReceiptFile
from shared.wire.routes import DUPLICATE
from sync_server.services.access import Action, decide
from sync_server.services.ingest import FORK, Accepted, Run, Voucher
from sync_server.services.lineage import Lineage
from sync_server.services.office import Office
from sync_server.store.ports import Books
from sync_server.store.records import Account, Device, School


@dataclass(frozen=True, slots=True)
class TakenLog:
    """What became of one log: it is `accepted`, or there is a `problem`; `device` is the laptop that vouches for it.

    Without a device it came in as a file does: whoever imported it vouches.
    """

    log: BundledLog
    accepted: Accepted | None
    problem: DomainError | None
    device: str | None

    @property
    def new_lines(self) -> int:
        """How many lines were not here before."""
        return sum(run.last - run.first + 1 for run in self._runs() if run.result != DUPLICATE)

    @property
    def verdicts(self) -> int:
        """How many of them break a rule."""
        return sum(run.last - run.first + 1 for run in self._runs() if run.code is not None)

    @property
    def has_fork(self) -> bool:
        """Whether some lines stand beside others with the same numbers."""
        return any(run.result == FORK for run in self._runs())

    def _runs(self) -> list[Run]:
        return self.accepted.runs if self.accepted else []


@dataclass(frozen=True, slots=True)
class Taken:
    """One bundle that was opened, its school, and what became of its logs."""

    bundle: Bundle
    school: School
    logs: tuple[TakenLog, ...]

    @property
    def complete(self) -> bool:
        """Whether every log was accepted."""
        return all(log.problem is None for log in self.logs)


class Bundles:
    """Takes bundles and writes receipt files; what an account may do is decided here."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def take(self, data: bytes, name: str, account: Account | None = None) -> Taken:
        """Open a bundle and take its logs, oldest first; a log that is refused stops no other.

        Without an account it is the office's own command that asks. Raises ACTION_REFUSED, what `read_bundle` raises,
        or SCHOOL_UNKNOWN; then nothing is stored, but the logs of an unknown school stand apart.
        """
        if account is not None:
            decide(account, Action.IMPORT_BUNDLE)
        bundle = read_bundle(data, self._office.key, name)
        if account is not None:
            decide(account, Action.IMPORT_BUNDLE, bundle.school)
        school, device = self._office.store.read(lambda book: _find(book, bundle))
        if school is None:
            for log in bundle.logs:
                self._take_log(log, None, name)
            raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=bundle.school)
        taken = Taken(bundle, school, tuple(self._take_log(log, device, name) for log in bundle.logs))
        if device is not None and taken.complete:
            self._office.store.write(lambda book: _hear_again(book, device, bundle))
        return taken

    def receipt_file(self, code: str, account: Account | None = None) -> ReceiptFile:
        """What to carry back to a school; raises ACTION_REFUSED or SCHOOL_UNKNOWN."""
        if account is not None:
            decide(account, Action.IMPORT_BUNDLE, code)
        school = self._office.store.read(lambda book: book.find_school(code))
        if school is None:
            raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=code)
        county = self._office.county_logs.fragment(school, 0)
        return self._office.store.read(lambda book: _receipt_file(book, school, county))

    def _take_log(self, log: BundledLog, device: Device | None, name: str) -> TakenLog:
        """A log for which the laptop gives no word of its own comes in as a file."""
        voucher = Voucher(device, log.vouch, in_touch=False) if device is not None and log.vouch else None
        told = voucher.device.id if voucher else None
        try:
            return TakenLog(log, self._office.ingest.import_file(log.file, name, voucher), None, told)
        except DomainError as problem:
            return TakenLog(log, None, problem, told)


def _find(book: Books, bundle: Bundle) -> tuple[School | None, Device | None]:
    """The bundle's school, and its laptop when that is enrolled there with this key and not barred."""
    school, device = book.find_school(bundle.school), book.find_device(bundle.device)
    if school is None or device is None or device.barred:
        return school, None
    return school, device if (device.key, device.school_no) == (bundle.key, school.no) else None


def _hear_again(book: Books, device: Device, bundle: Bundle) -> None:
    """A laptop's bundle holds all that it has, so it counts as a contact, if it was made since the office went back."""
    restoration = book.find_restoration()
    if restoration is not None and bundle.made >= restoration.at:
        book.hear_again(device.no)


def _receipt_file(book: Books, school: School, county: bytes | None) -> ReceiptFile:
    logs = book.list_logs(school.no)
    named = {after for log in logs if (after := decode_birth(log.birth).ancestor) is not None}
    receipts = []
    for log in logs:
        heads = [*(branch.head for branch in book.branches(log)), *(head for head in named if head.log == log.id)]
        found = [book.find_receipt(log, head, ACCEPTED) for head in dict.fromkeys(heads)]
        receipts += [{"receipt": text, "sig": signature} for text, signature in filter(None, found)]
        backed_up = dict.fromkeys(Lineage(book, log).newest_receipts(BACKED_UP).values())
        receipts += [receipt.travelled() for receipt in backed_up]
    wanted = {school.plan, fold_county(book.county_lines(school.no)).plan or ""} - {""}
    contents = [content.body for sha256 in sorted(wanted) if (content := book.find_content(sha256)) is not None]
    return ReceiptFile(school.code, school.name, tuple(receipts), county, tuple(contents))
