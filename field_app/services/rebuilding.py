"""Rebuilding the log of this laptop from its backups, its black box and what its damaged file still gives.

Nothing is deleted: the damaged file is set aside, with an account of what came from where.
"""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from field_app.services.black_box import read_place
from field_app.services.damage import DATABASE, our_boxes, own_key
from field_app.services.takeover import older_logs
from field_app.services.uniting import United, contradicts, signed_heads, unite
from field_app.store.black_box import kit_name
from field_app.store.copies import Copy, CopyKind, read_copy
from field_app.store.high_water import find_high_water
from field_app.store.log_check import check_database
from field_app.store.rebuilt import Rebuilt, Row
from shared.domain.errors import DomainError, ErrorCode
from shared.log.chain import Head
from shared.log.logfile import Fragment, write_log
from shared.log.receipt import Receipt, read_receipt
from shared.log.signing import log_id, sign_head
from shared.store.backups import FOLDER as BACKUPS
from shared.store.backups import list_backups
from shared.store.durable import publish, write_whole
from shared.store.set_aside import list_set_aside, set_aside
from shared.wire.enrolment import Enrolment, read_enrolment
from shared.wire.kit import read_kit

_NEWEST_BACKUPS = 3


@dataclass(frozen=True, slots=True)
class Account:
    """What a rebuilt log holds: so many lines, from which kinds of copy, and when the last was recorded.

    `proven` is the last line that any head, receipt or the high-water mark proves to have been there; `lost` how many
    of those no copy gives. With `agrees` false the copies contradict each other. `has_box` says whether the black box
    was read, `box_expected` whether there should be one; `has_ancestors` whether the logs in front were found.
    """

    log: str
    lines: int
    origins: dict[CopyKind, int]
    last_at: int | None
    proven: int
    lost: int
    agrees: bool
    has_box: bool
    box_expected: bool
    has_ancestors: bool

    @property
    def may_go_on(self) -> bool:
        """Whether the same log may be written on: it holds all that anybody can have been shown a proof of.

        A black box that is not here may hold more than any other copy: going on without it could fork the log.
        """
        return self.agrees and not self.lost and self.has_ancestors and (self.has_box or not self.box_expected)

    def encode(self) -> bytes:
        """The account as readable JSON."""
        content = {
            "log": self.log,
            "lines": self.lines,
            "from": {kind.value: count for kind, count in self.origins.items()},
            "proven": self.proven,
            "lost": self.lost,
            "agrees": self.agrees,
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """A rebuilding that is worked out and not done yet."""

    folder: Path
    united: United
    copies: tuple[Copy, ...]
    receipts: tuple[tuple[Receipt, dict[str, str]], ...]
    account: Account
    ancestors: tuple[Fragment, ...] = ()

    def log_file(self) -> bytes:
        """The lines that were found, as a log file for `testday verify`; it ends with the last head that was signed."""
        united = self.united
        return write_log(united.birth, united.lines, united.heads.values())


def plan_rebuilding(folder: Path) -> Rebuilding:
    """What a rebuilding would give; changes nothing; raises NOTHING_TO_REBUILD when no copy of this log is found."""
    own = log_id(own_key(folder).public)
    boxes = our_boxes(folder, own)
    copies = (*_backups(folder, own), *boxes, *_damaged(folder))
    ours = tuple(copy for copy in copies if copy.log == own)
    birth = next((copy.birth for copy in ours if copy.birth is not None), None)
    if birth is None:
        raise DomainError(ErrorCode.NOTHING_TO_REBUILD)
    united = unite(birth, ours)
    receipts = tuple(_receipts(folder, own, ours))
    heads = signed_heads(birth, ours)
    proofs = [signed.head for found in heads.values() for signed in found.values()]
    proofs += [receipt.head for receipt, _travelled in receipts]
    high_water = find_high_water(folder, own_key(folder).public)
    proofs += [high_water] if high_water is not None else []
    agrees = not any(contradicts(united, copy, heads) for copy in ours)
    ancestors = _ancestors(birth, ours)
    account = replace(
        _account(united, proofs),
        agrees=agrees and all(united.holds(head) for head in proofs if head.seq <= len(united.lines)),
        has_box=bool(boxes),
        box_expected=read_place(folder) is not None,
        has_ancestors=ancestors is not None,
    )
    return Rebuilding(folder, united, ours, receipts, account, tuple(ancestors or ()))


def rebuild(folder: Path) -> Account:
    """Put a rebuilt database in the place of the damaged one, which is set aside.

    Raises NOTHING_TO_REBUILD; LOG_MUST_BEGIN_ANEW when the same log cannot be written on; DISK_FULL or NOT_RECORDED.
    """
    planned = plan_rebuilding(folder)
    if not planned.account.may_go_on:
        raise DomainError(ErrorCode.LOG_MUST_BEGIN_ANEW, lines=planned.account.lines, proven=planned.account.proven)
    fresh = folder / f"{DATABASE}.rebuilt"
    _rebuilt(planned).write(fresh)
    check = check_database(fresh)
    if check is None or not check.is_whole or len(check.hashes) != len(planned.united.hashes):
        raise DomainError(ErrorCode.NOT_RECORDED, reason=check.problem if check else "rebuilt")
    place = set_aside(folder / DATABASE)
    write_whole(place / "account.json", planned.account.encode())
    publish(fresh, folder / DATABASE)
    return planned.account


def _backups(folder: Path, own: str) -> list[Copy]:
    newest = list_backups(folder / BACKUPS, own)[:_NEWEST_BACKUPS]
    return [read_copy(backup.path, CopyKind.BACKUP) for backup in newest]


def _ancestors(birth: bytes, copies: Sequence[Copy]) -> list[Fragment] | None:
    """The logs that this one goes on from, from a copy that has them; None when there should be some and are not."""
    own = Fragment(birth, None)
    found = (older_logs(copy.path, own, copy.ancestors) for copy in copies)
    return next((logs for logs, complete in found if complete), None)


def _damaged(folder: Path) -> list[Copy]:
    databases = [folder / DATABASE, *list_set_aside(folder / DATABASE)]
    return [read_copy(path, CopyKind.DAMAGED) for path in databases if path.exists()]


def _receipts(folder: Path, own: str, copies: Sequence[Copy]) -> list[tuple[Receipt, dict[str, str]]]:
    """Every receipt in any copy that our office signed."""
    server_key = enrolment_of(folder).server_key
    found = {}
    for receipt, travelled in (pair for copy in copies for pair in copy.receipts):
        with suppress(DomainError):
            if receipt.head.log == own and read_receipt(travelled, server_key) == receipt:
                found[travelled["receipt"]] = (receipt, travelled)
    return list(found.values())


def _account(united: United, proofs: Sequence[Head]) -> Account:
    proven = max((head.seq for head in proofs), default=0)
    lines = len(united.lines)
    last = json.loads(united.lines[-1])["at"] if united.lines else None
    return Account(
        log=united.log,
        lines=lines,
        origins=dict(Counter(copy.kind for copy in united.origins)),
        last_at=last and last["wall"] + (last["offset"] or 0),
        proven=proven,
        lost=max(0, proven - lines),
        agrees=True,
        has_box=False,
        box_expected=False,
        has_ancestors=True,
    )


def _rebuilt(planned: Rebuilding) -> Rebuilt:
    """The new database's content: the lines, sealed to the last, and what the office had given."""
    united = planned.united
    head = Head(united.log, len(united.lines), united.hashes[-1])
    heads = {head.seq: sign_head(own_key(planned.folder), head), **united.heads}
    newest = next((copy.path for copy in planned.copies if copy.kind is CopyKind.BACKUP), None)
    contents = contents_of(planned)
    return Rebuilt(united.birth, planned.ancestors, _rows(united), heads.values(), planned.receipts, contents, newest)


def _rows(united: United) -> list[Row]:
    """The lines as a database keeps them; a black box does not say which form a line came from."""
    rows, used = [], set[str]()
    for seq, (line, digest, copy) in enumerate(zip(united.lines, united.hashes[1:], united.origins, strict=True), 1):
        request = copy.requests.get(seq, "")
        if not request or request in used:
            request = f"rebuilt-{seq}"
        used.add(request)
        rows.append((seq, line, digest, request))
    return rows


def contents_of(planned: Rebuilding) -> set[bytes]:
    """Plan files from every copy, and from the kit beside a black box."""
    found = {content for copy in planned.copies for content in copy.contents}
    school = enrolment_of(planned.folder).school
    for copy in planned.copies:
        if copy.kind is CopyKind.BLACK_BOX:
            with suppress(OSError, DomainError):
                found |= set(read_kit(copy.path.with_name(kit_name(school)).read_bytes()).plans)
    return found


def enrolment_of(folder: Path) -> Enrolment:
    """What the laptop in this folder is enrolled for."""
    content: dict[str, Any] = json.loads((folder / "laptop.json").read_text(encoding="utf-8"))
    return read_enrolment(content)
