"""Beginning anew: the laptop goes on under a new log, behind what was found of the one that must not be written on."""

from pathlib import Path

from field_app.config import KEY_FILE
from field_app.services.damage import DATABASE, own_key
from field_app.services.rebuilding import Account, Rebuilding, contents_of, enrolment_of, plan_rebuilding
from field_app.services.takeover import Promise, promise_takeover
from field_app.store.black_box import box_name, kit_name
from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import birth_head
from shared.log.chain import Head
from shared.log.logfile import Fragment, write_log
from shared.log.signing import sign_head
from shared.store.durable import disk_errors, sync_folder, write_whole
from shared.store.set_aside import set_aside
from shared.wire.kit import Kit


def begin_anew(folder: Path) -> Account:
    """Set the damaged log and its key aside, with what was found of it; the next opening takes over from there.

    The key goes last: until then every start comes back to the page that asks. Raises NOTHING_TO_REBUILD, DISK_FULL or
    NOT_RECORDED.
    """
    planned = plan_rebuilding(folder)
    if not planned.united.lines:
        raise DomainError(ErrorCode.NOTHING_TO_REBUILD)
    place = set_aside(folder / DATABASE)
    enrolment = enrolment_of(folder)
    for log in (*planned.ancestors, _sealed(planned)):
        name = box_name(enrolment.school, birth_head(log.birth or b"").log)
        write_whole(place / name, write_log(log.birth or b"", log.lines, log.heads))
    plans = tuple(sorted(contents_of(planned), key=len))
    write_whole(place / kit_name(enrolment.school), Kit(enrolment, plans, b"").encode())
    write_whole(place / "account.json", planned.account.encode())
    promise_takeover(folder, Promise(str(place / box_name(enrolment.school, planned.united.log)), "damaged"))
    with disk_errors():
        (folder / KEY_FILE).rename(place / KEY_FILE)
        sync_folder(place)
        sync_folder(folder)
    return planned.account


def _sealed(planned: Rebuilding) -> Fragment:
    """The lines that were found, signed to the last by the key that is still here."""
    united = planned.united
    end = sign_head(own_key(planned.folder), Head(united.log, len(united.lines), united.hashes[-1]))
    heads = {**united.heads, end.head.seq: end}
    return Fragment(united.birth, None, list(united.lines), [heads[seq] for seq in sorted(heads)])
