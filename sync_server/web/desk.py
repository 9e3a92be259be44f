"""What the pages work with: the services behind them, and who is signed in."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g

from sync_server.services.account_desk import AccountDesk
from sync_server.services.board import Board
from sync_server.services.bundles import Bundles
from sync_server.services.choosing import Choosing
from sync_server.services.head_check import HeadCheck
from sync_server.services.laptops import Laptops
from sync_server.services.messages import Messages
from sync_server.services.office import Office
from sync_server.services.plan_shelf import PlanShelf
from sync_server.services.quarantine import Quarantine
from sync_server.services.school_page import SchoolPages
from sync_server.store.records import Account


@dataclass(frozen=True, slots=True)
class Desk:
    """The services of the pages."""

    office: Office
    board: Board
    schools: SchoolPages
    messages: Messages
    accounts: AccountDesk
    bundles: Bundles
    heads: HeadCheck
    quarantine: Quarantine
    choosing: Choosing
    laptops: Laptops


def make_desk(office: Office, silent_after: int) -> Desk:
    """The services over an office; `silent_after` in ms."""
    plans = PlanShelf(office.store)
    board = Board(office, plans, silent_after)
    choosing = Choosing(office.store, office.folds, office.county_logs)
    return Desk(
        office=office,
        board=board,
        schools=SchoolPages(office.store, office.folds, plans, board, choosing),
        choosing=choosing,
        laptops=Laptops(office.store, office.county_logs),
        messages=Messages(office.store, office.county_logs),
        accounts=AccountDesk(office.store),
        bundles=Bundles(office),
        heads=HeadCheck(office.store),
        quarantine=Quarantine(office, plans),
    )


def desk_of(app: Flask) -> Desk:
    """The services behind an app."""
    return cast(Desk, app.extensions["desk"])


def the_desk() -> Desk:
    """The services behind this app."""
    return desk_of(current_app)


def the_account() -> Account:
    """Who is signed in; the access rule has put it here."""
    return cast(Account, g.account)
