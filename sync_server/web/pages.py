"""All pages of the office, feature by feature, and the access rules they name."""

from flask import Flask

from shared.web.access import Rule
from sync_server.services.board_row import SILENT_AFTER_MS
from sync_server.services.office import Office
from sync_server.web.accounts.session import account_rule, init_session, program_rule
from sync_server.web.accounts.views import bp as accounts
from sync_server.web.backups.views import bp as backups
from sync_server.web.board.views import bp as board
from sync_server.web.bundles.views import bp as bundles
from sync_server.web.desk import make_desk
from sync_server.web.frame.views import bp as frame
from sync_server.web.frame.views import init_office_frame
from sync_server.web.heads.views import bp as heads
from sync_server.web.messages.views import bp as messages
from sync_server.web.quarantine.views import bp as quarantine
from sync_server.web.school.views import bp as school

FEATURES = (frame, accounts, board, school, messages, bundles, quarantine, heads, backups)
RULES: dict[str, Rule] = {"account": account_rule, "account_or_basic": program_rule}
"""`account`: signed in, forms only from our pages; `account_or_basic`: the same, or HTTP basic, for programs."""


def register_pages(app: Flask, office: Office) -> None:
    """Give the app every page."""
    app.extensions["desk"] = make_desk(office, silent_after(office))
    init_session(app)
    init_office_frame(app)
    for blueprint in FEATURES:
        app.register_blueprint(blueprint)


def silent_after(office: Office) -> int:
    """After how long (ms on the office's clock) a running school is silent.

    In a rehearsal laptops still call twice a real minute, so a real minute of the fast clock is added.
    """
    rehearsal = office.row.rehearsal
    return SILENT_AFTER_MS + (60_000 * rehearsal.rate if rehearsal else 0)
