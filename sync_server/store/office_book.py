"""The office itself, its accounts and its files, in SQLite."""

import sqlite3

from shared.timepiece import Rehearsal
from sync_server.store.records import Account, Content, OfficeRow, Restoration


class SqliteOfficeBook:
    """See `OfficeBook`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def find_office(self) -> OfficeRow | None:
        """See `OfficeBook.find_office`."""
        sql = "SELECT epoch, county, campaign, mode, rate, real_start, shown_start FROM office"
        row = self._db.execute(sql).fetchone()
        if row is None:
            return None
        epoch, county, campaign, mode, rate, real_start, shown_start = row
        rehearsal = Rehearsal(rate, real_start, shown_start) if rate is not None else None
        return OfficeRow(epoch, county, campaign, mode, rehearsal)

    def make_office(self, office: OfficeRow) -> None:
        """See `OfficeBook.make_office`."""
        rehearsal = office.rehearsal
        clock = (rehearsal.rate, rehearsal.real_start, rehearsal.shown_start) if rehearsal else (None, None, None)
        self._db.execute(
            "INSERT INTO office VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
            (office.epoch, office.county, office.campaign, office.mode, *clock),
        )

    def begin_epoch(self, restoration: Restoration) -> None:
        """See `OfficeBook.begin_epoch`."""
        now = restoration
        self._db.execute("UPDATE office SET epoch = ?", (now.epoch,))
        self._db.execute(
            "INSERT INTO restoration (epoch, at, source, upto, had, has) VALUES (?, ?, ?, ?, ?, ?)",
            (now.epoch, now.at, now.source, now.upto, now.had, now.has),
        )
        self._db.execute(
            "UPDATE device SET heard_again = CASE WHEN revoked = 0 AND (last_contact IS NOT NULL"
            " OR no IN (SELECT device_no FROM log)) THEN 0 END"
        )

    def find_restoration(self) -> Restoration | None:
        """See `OfficeBook.find_restoration`."""
        sql = "SELECT epoch, at, source, upto, had, has FROM restoration ORDER BY no DESC LIMIT 1"
        row = self._db.execute(sql).fetchone()
        return Restoration(*row) if row else None

    def last_word(self) -> int | None:
        """See `OfficeBook.last_word`."""
        sql = "SELECT max(at) FROM (SELECT last_contact AS at FROM device UNION ALL SELECT received FROM branch)"
        at: int | None = self._db.execute(sql).fetchone()[0]
        return at

    def count_lines(self) -> int:
        """See `OfficeBook.count_lines`."""
        # a branch's last number stands for its lines: this is asked every few seconds, and reads a row a log
        sql = "SELECT (SELECT coalesce(sum(seq), 0) FROM branch) + (SELECT count(*) FROM county_line)"
        return int(self._db.execute(sql).fetchone()[0])

    def find_account(self, name: str) -> Account | None:
        """See `OfficeBook.find_account`."""
        sql = "SELECT no, name, password, role, scope_kind, scope FROM account WHERE name = ?"
        row = self._db.execute(sql, (name,)).fetchone()
        return Account(*row) if row else None

    def list_accounts(self) -> list[Account]:
        """See `OfficeBook.list_accounts`."""
        sql = "SELECT no, name, password, role, scope_kind, scope FROM account ORDER BY name"
        return [Account(*row) for row in self._db.execute(sql)]

    def add_account(self, account: Account) -> None:
        """See `OfficeBook.add_account`."""
        self._db.execute(
            "INSERT INTO account (name, password, role, scope_kind, scope) VALUES (?, ?, ?, ?, ?)",
            (account.name, account.password, account.role, account.scope_kind, account.scope),
        )

    def set_password(self, name: str, password: str) -> None:
        """See `OfficeBook.set_password`."""
        self._db.execute("UPDATE account SET password = ? WHERE name = ?", (password, name))

    def find_content(self, sha256: str) -> Content | None:
        """See `OfficeBook.find_content`."""
        sql = "SELECT sha256, kind, name, stage, revision, body FROM content WHERE sha256 = ?"
        row = self._db.execute(sql, (sha256,)).fetchone()
        return Content(*row) if row else None

    def list_contents(self, kind: str) -> list[Content]:
        """See `OfficeBook.list_contents`."""
        sql = (
            "SELECT sha256, kind, name, stage, revision, body FROM content WHERE kind = ?"
            " ORDER BY at DESC, revision DESC, rowid DESC"
        )
        return [Content(*row) for row in self._db.execute(sql, (kind,))]

    def add_content(self, content: Content, at: int) -> None:
        """See `OfficeBook.add_content`."""
        row = (content.sha256, content.kind, content.name, content.stage, content.revision, at, content.body)
        self._db.execute("INSERT INTO content VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
