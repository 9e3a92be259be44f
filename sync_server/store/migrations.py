"""The schema of the office's SQLite file; forward only, tested from frozen databases of every release."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from shared.store.migrations import guard

server_migrations = Migrations("server")

_OFFICE = """
CREATE TABLE office (
  id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, county TEXT NOT NULL, campaign TEXT NOT NULL,
  mode TEXT NOT NULL, rate INTEGER, real_start INTEGER, shown_start INTEGER
);
CREATE TABLE account (
  no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL, role TEXT NOT NULL,
  scope_kind TEXT NOT NULL, scope TEXT NOT NULL
);
CREATE TABLE content (
  sha256 TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, stage TEXT NOT NULL, revision INTEGER NOT NULL,
  at INTEGER NOT NULL, body BLOB NOT NULL
);
"""

_SCHOOLS = """
CREATE TABLE school (
  no INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, stage TEXT NOT NULL, plan TEXT NOT NULL
);
CREATE TABLE device (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, school_no INTEGER NOT NULL, key TEXT NOT NULL UNIQUE,
  software TEXT NOT NULL, enrolled INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0, last_contact INTEGER,
  skew INTEGER
);
CREATE TABLE enrol_code (
  hash BLOB PRIMARY KEY, school_no INTEGER NOT NULL, expires INTEGER NOT NULL, device_no INTEGER
) WITHOUT ROWID;
"""

# The school leads every key, so that the tables distribute by it unchanged; branch 0 is the first that came.
# A hash stands at every 16th line only: 32 bytes beside each would be a tenth of the file, and the lines give them.
_LOGS = """
CREATE TABLE log (
  no INTEGER PRIMARY KEY, school_no INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, birth BLOB NOT NULL, device_no INTEGER
);
CREATE INDEX log_of_school ON log (school_no);
CREATE TABLE line (
  school_no INTEGER NOT NULL, log_no INTEGER NOT NULL, branch INTEGER NOT NULL, seq INTEGER NOT NULL,
  raw BLOB NOT NULL, hash BLOB, PRIMARY KEY (school_no, log_no, branch, seq)
) WITHOUT ROWID;
CREATE TABLE branch (
  school_no INTEGER NOT NULL, log_no INTEGER NOT NULL, branch INTEGER NOT NULL, parent INTEGER NOT NULL,
  fork INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, signature TEXT NOT NULL, received INTEGER NOT NULL,
  birth BLOB, PRIMARY KEY (school_no, log_no, branch)
) WITHOUT ROWID;
CREATE TABLE receipt (
  school_no INTEGER NOT NULL, log_no INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, mark TEXT NOT NULL,
  text TEXT NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (school_no, log_no, seq, hash, mark)
) WITHOUT ROWID;
CREATE TABLE verdict (
  school_no INTEGER NOT NULL, log_no INTEGER NOT NULL, branch INTEGER NOT NULL, seq INTEGER NOT NULL,
  code TEXT NOT NULL, PRIMARY KEY (school_no, log_no, branch, seq)
) WITHOUT ROWID;
CREATE TABLE quarantine (
  no INTEGER PRIMARY KEY, school_no INTEGER, log TEXT NOT NULL, at INTEGER NOT NULL, code TEXT NOT NULL,
  sha256 BLOB NOT NULL, body BLOB NOT NULL
);
CREATE UNIQUE INDEX quarantined_once ON quarantine (sha256, code);
"""

_COUNTY = """
CREATE TABLE county_log (school_no INTEGER PRIMARY KEY, birth BLOB NOT NULL);
CREATE TABLE county_line (
  school_no INTEGER NOT NULL, seq INTEGER NOT NULL, raw BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (school_no, seq)
) WITHOUT ROWID;
"""


@server_migrations()
def m0001_office(db: Database) -> None:
    """Everything of the first release; lines, receipts and the county log can only grow."""
    for statement in (_OFFICE + _SCHOOLS + _LOGS + _COUNTY).split(";"):
        if statement.strip():
            db.execute(statement)
    for table in ("line", "receipt", "county_log", "county_line", "content"):
        guard(db, table)


@server_migrations()
def m0002_quarantine(db: Database) -> None:
    """Which laptop sent what stands apart; it can only grow: what became of it stands in the county log."""
    db.execute("ALTER TABLE quarantine ADD COLUMN device TEXT")
    guard(db, "quarantine")


@server_migrations()
def m0003_restoration(db: Database) -> None:
    """When the office was put back, and which laptops of before were heard again since: null, 0 or 1."""
    db.execute(
        "CREATE TABLE restoration (no INTEGER PRIMARY KEY, epoch TEXT NOT NULL, at INTEGER NOT NULL,"
        " source TEXT NOT NULL, upto INTEGER, had INTEGER NOT NULL, has INTEGER NOT NULL)"
    )
    guard(db, "restoration")
    db.execute("ALTER TABLE device ADD COLUMN heard_again INTEGER")


@server_migrations()
def m0004_heads(db: Database) -> None:
    """Every signed head that a batch ended with: another laptop may have gone on from that line."""
    db.execute(
        "CREATE TABLE head (school_no INTEGER NOT NULL, log_no INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " hash BLOB NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (school_no, log_no, seq, hash)) WITHOUT ROWID"
    )
    db.execute("INSERT INTO head SELECT DISTINCT school_no, log_no, seq, hash, signature FROM branch")
    guard(db, "head")
