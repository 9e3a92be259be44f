"""Bringing the roster in, opening it after a restart, destroying it: names are sealed, events carry seats."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from field_app.roster.preview import RosterPreview, preview_file, preview_pasted
from field_app.roster.pupil import Pupil
from field_app.roster.seat_ranges import read_seats
from field_app.roster.shelf import Shown
from field_app.services.journal import Recorded
from field_app.services.laptop import Laptop
from shared.domain.access import authorise, may_record, role_list
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Actor, Draft, Event
from shared.domain.readiness import ROSTER_DESTROYED, ROSTER_IMPORTED


class RosterState(StrEnum):
    """Whether names can be read and sealed now."""

    UNSET = "unset"  # no passphrase here: never set, destroyed, or the file is damaged
    LOCKED = "locked"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class RosterBook:
    """The roster as its page shows it; `pupils` have names only while it is open.

    `seats` are those of the log, which check-in goes by; `differs` when the names are not those of the log's import.
    """

    state: RosterState
    damaged: bool
    pupils: tuple[Pupil, ...]
    seats: tuple[int, ...]
    imported: Event | None
    differs: bool
    destroyed: bool
    handed_in: bool


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a new roster means for marks that are there: `gone` seats it lacks, `renamed` seats of somebody else."""

    before: int
    marked: tuple[int, ...]
    gone: tuple[int, ...]
    renamed: tuple[int, ...]


def look_at_roster(laptop: Laptop) -> RosterBook:
    """The roster as it stands."""
    roster, ready = laptop.roster, laptop.journal.day.readiness
    state = _state(laptop)
    pupils, readable = _pupils(laptop) if state is RosterState.OPEN else ((), True)
    imported = laptop.journal.event(ready.roster_seq) if ready.roster_seq else None
    return RosterBook(
        state=state,
        damaged=not readable or (state is RosterState.UNSET and roster.exists),
        pupils=pupils,
        seats=ready.seats,
        imported=imported,
        differs=bool(pupils) and roster.fingerprint != _recorded_fingerprint(laptop),
        destroyed=ready.roster_destroyed,
        handed_in=_is_handed_in(laptop),
    )


def preview_upload(laptop: Laptop, data: bytes, filename: str) -> Shown:
    """Read a file and keep what it would become, in memory, until it is saved; a wrong file is one problem."""
    preview = preview_file(data, filename)
    numbered = preview_file(data, filename, number_in_order=True) if preview.can_number else None
    return laptop.shelf.put(preview, "file", numbered)


def preview_text(laptop: Laptop, text: str) -> Shown:
    """The same for what was pasted."""
    preview = preview_pasted(text)
    numbered = preview_pasted(text, number_in_order=True) if preview.can_number else None
    return laptop.shelf.put(preview, "pasted", numbered, text)


def preview_seats(laptop: Laptop, text: str) -> Shown:
    """The same for seat numbers without names; raises ROSTER_SEATS_UNREADABLE."""
    return laptop.shelf.put(RosterPreview(tuple(Pupil(seat) for seat in read_seats(text))), "seats_only")


def number_in_order(laptop: Laptop, preview_id: str) -> Shown:
    """The preview with seats 1, 2, 3 … as the rows stand; raises ROSTER_PREVIEW_GONE."""
    shown = laptop.shelf.get(preview_id)
    return laptop.shelf.put(shown.numbered or shown.preview, shown.source, text=shown.text)


def compare(laptop: Laptop, preview: RosterPreview) -> Replacement | None:
    """What replacing the roster means for what is there; None when it is the first."""
    day = laptop.journal.day
    before = day.readiness.seats
    marked = {seat for marks in day.attendance.marks.values() for seat in marks}
    if not before and not marked:
        return None
    new = {pupil.seat: pupil.name for pupil in preview.pupils}
    old = {pupil.seat: pupil.name for pupil in _pupils(laptop)[0]} if _state(laptop) is RosterState.OPEN else {}
    return Replacement(
        len(before),
        tuple(sorted(marked)),
        tuple(sorted(marked - new.keys())),
        tuple(seat for seat in sorted(marked & new.keys()) if _is_another(old, new, seat)),
    )


def save(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], preview_id: str, request: str) -> Recorded:
    """Seal a preview's names and record its seats.

    The names are staged, the line is recorded, then they take their place: a crash between leaves old or new, whole.
    Raises ROSTER_PREVIEW_GONE, ROSTER_INVALID, ROSTER_LOCKED, ROSTER_MISSING and what the journal refuses.
    """
    with laptop.shelf.saving:
        data: Mapping[str, object] = {}
        if laptop.store.find_request(request) is None:
            shown = laptop.shelf.get(preview_id)
            _check_can_save(shown.preview)
            authorise(ROSTER_IMPORTED, actor, witnesses, laptop.journal.day.duties)
            _settle(laptop)
            seats = [pupil.seat for pupil in shown.preview.pupils]
            sha256 = laptop.roster.stage(shown.preview.pupils)
            data = {"pupils": len(seats), "seats": seats, "source": shown.source, "sha256": sha256}
        recorded = laptop.journal.record(Draft(ROSTER_IMPORTED.name, actor, data, witnesses), request)
        laptop.roster.settle(str(recorded.event.data.get("sha256")))
        laptop.shelf.clear()
    return recorded


def unlock(laptop: Laptop, passphrase: str) -> None:
    """Open the roster after a restart; raises PASSPHRASE_WRONG, ROSTER_MISSING or ROSTER_DAMAGED."""
    laptop.roster.unlock(passphrase)
    with laptop.shelf.saving, suppress(DomainError):  # what the disk refuses now is settled at the next save or start
        _settle(laptop)


def begin_again(laptop: Laptop, actor: Actor, passphrase: str) -> None:
    """Set a passphrase where there is no roster that could be opened; NOT_ALLOWED, ROSTER_EXISTS, PASSPHRASE_TOO_SHORT.

    A damaged file is put aside, and destroyed with the rest.
    """
    if not may_record(ROSTER_IMPORTED, actor.role):
        raise DomainError(ErrorCode.NOT_ALLOWED, role=actor.role, allowed=role_list(ROSTER_IMPORTED.may))
    laptop.roster.set_passphrase(passphrase)


def destroy(laptop: Laptop, actor: Actor, witnesses: tuple[Actor, ...], request: str) -> Recorded:
    """Destroy the names and record the proof; raises ROSTER_STILL_NEEDED before every day is handed in, ROSTER_MISSING.

    Destroyed first, recorded then: the log never claims what did not happen, and asked again the proof is the same.
    """
    with laptop.shelf.saving:
        proof = ""
        if laptop.store.find_request(request) is None:
            authorise(ROSTER_DESTROYED, actor, witnesses, laptop.journal.day.duties)
            if not _is_handed_in(laptop):
                raise DomainError(ErrorCode.ROSTER_STILL_NEEDED)
            if laptop.journal.day.readiness.roster_destroyed:
                raise DomainError(ErrorCode.ROSTER_MISSING)
            proof = laptop.roster.destroy()
            laptop.shelf.clear()
        return laptop.journal.record(Draft(ROSTER_DESTROYED.name, actor, {"proof": proof}, witnesses), request)


def _settle(laptop: Laptop) -> None:
    """Let staged names take their place, or go; raises NOT_RECORDED or DISK_FULL, and then they stay as they are.

    The disk is asked first: after a failed commit the line that names them may be there although nobody was told so.
    """
    laptop.journal.settle()
    laptop.roster.settle(_recorded_fingerprint(laptop))


def _check_can_save(preview: RosterPreview) -> None:
    if not preview.can_save:
        count = sum(problem.severity == "error" for problem in preview.problems)
        raise DomainError(ErrorCode.ROSTER_INVALID, count=max(count, 1))


def _state(laptop: Laptop) -> RosterState:
    if not laptop.roster.can_open:
        return RosterState.UNSET
    return RosterState.OPEN if laptop.roster.is_unlocked else RosterState.LOCKED


def _pupils(laptop: Laptop) -> tuple[tuple[Pupil, ...], bool]:
    """The pupils of the open roster, and whether its file can be read."""
    try:
        return laptop.roster.load(), True
    except DomainError as error:
        if error.code is not ErrorCode.ROSTER_DAMAGED:
            raise
        return (), False


def _recorded_fingerprint(laptop: Laptop) -> str:
    """The fingerprint that the log's newest import names; empty before the first."""
    seq = laptop.journal.day.readiness.roster_seq
    return str(laptop.journal.event(seq).data["sha256"]) if seq else ""


def _is_handed_in(laptop: Laptop) -> bool:
    handed_in = laptop.journal.day.closing.handed_in
    return all(day.id in handed_in for day in laptop.plan.days)


def _is_another(old: Mapping[int, str], new: Mapping[int, str], seat: int) -> bool:
    """Whether the seat had one name and gets another."""
    return bool(old.get(seat)) and bool(new[seat]) and old[seat] != new[seat]
