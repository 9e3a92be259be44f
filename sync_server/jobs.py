"""What may be late at the office: the sweeps for silence and for rotten chains, the high-water mark, backups."""

import logging

from apscheduler.schedulers.background import BackgroundScheduler

from sync_server.services.backups import OfficeBackups
from sync_server.services.board import Board
from sync_server.services.office import Office

SILENCE_SECONDS = 60
INTEGRITY_SECONDS = 300
KEEPING_SECONDS = 5

log = logging.getLogger(__name__)


class SilenceSweep:
    """Writes down which schools fell silent and which were heard again, and keeps the board's folds warm."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.silent: frozenset[str] = frozenset()

    def run(self) -> None:
        """Look at every school once."""
        silent = frozenset(row.school.code for row in self._board.all_rows() if row.silent)
        for code in sorted(silent - self.silent):
            log.warning("school %s fell silent", code)
        for code in sorted(self.silent - silent):
            log.warning("school %s was heard again", code)
        self.silent = silent


def start_jobs(office: Office, board: Board, backups: OfficeBackups) -> BackgroundScheduler:
    """Start all of them; shut the scheduler down before the office is closed."""
    scheduler = BackgroundScheduler(
        timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    )
    scheduler.add_job(SilenceSweep(board).run, "interval", seconds=SILENCE_SECONDS, id="silence")
    scheduler.add_job(office.integrity.sweep, "interval", seconds=INTEGRITY_SECONDS, id="integrity")
    scheduler.add_job(backups.look, "interval", seconds=KEEPING_SECONDS, id="backups")
    scheduler.start()
    return scheduler
