"""The office's epoch: a new one whenever the database holds less than it once did, so that everybody can tell."""

import json
import logging
import secrets
from dataclasses import replace
from pathlib import Path

from shared.store.durable import write_whole
from sync_server.store.ports import Store
from sync_server.store.records import OfficeRow, Restoration

NAME = "high_water.json"

log = logging.getLogger(__name__)


def note_high_water(store: Store, folder: Path) -> None:
    """Keep beside the database how many lines it holds; raises DISK_FULL or NOT_RECORDED."""
    lines = store.read(lambda book: book.count_lines())
    if lines != _high_water(folder):
        write_whole(folder / NAME, json.dumps({"lines": lines}).encode() + b"\n")


def check_epoch(store: Store, row: OfficeRow, folder: Path, at: int, source: str) -> OfficeRow:
    """The office as it goes on: with a new epoch when it was put back from `source`, or by hand.

    By hand means: the database holds less than the mark beside it says. The mark is lowered only once the epoch is
    committed; `at` is now on the office's clock (ms).
    """
    had, has = _high_water(folder), store.read(lambda book: book.count_lines())
    if has >= had and not source:
        return row
    log.warning("the database was put back: it holds %d of %d lines; the schools send the others again", has, had)
    upto = store.read(lambda book: book.last_word())
    restoration = Restoration(secrets.token_hex(6), at, source, upto, had, has)
    store.write(lambda book: book.begin_epoch(restoration))
    note_high_water(store, folder)
    return replace(row, epoch=restoration.epoch)


def _high_water(folder: Path) -> int:
    """The lines that the database held when the mark was last kept; 0 when no mark can be read."""
    try:
        lines = json.loads((folder / NAME).read_bytes())["lines"]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    return lines if isinstance(lines, int) else 0
