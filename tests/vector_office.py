"""The office of the test vectors: fixed keys, a clock that stands still, real answers from the real app."""

import base64
import gzip
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from operator import methodcaller
from pathlib import Path
from typing import Any

from shared.domain.clock import Instant
from shared.log import base32
from shared.log.signing import log_id
from shared.wire import routes
from sync_server.app import create_app, open_office
from sync_server.config import ServerConfig
from sync_server.services.backups import OfficeBackups
from sync_server.services.county_log import CountyLogs
from sync_server.services.ingest import Ingest
from sync_server.services.office import Office
from sync_server.services.receipts import Receipts
from sync_server.services.schools import import_schools
from sync_server.store.copies import put_back
from sync_server.store.records import Content, EnrolCode, OfficeRow, Restoration, School
from sync_server.store.sqlite import SqliteStore
from tests.vector_log import CAMPAIGN, PLAN, SCHOOL, key_of

EPOCH = "0123456789ab"
NOW = 1_653_440_400_000
CODE = "0123456789"
SECOND_SCHOOL = "530521002"
SCHOOLS = f"学校代码,学校名称,学段\n{SCHOOL},南湖小学,小学\n{SECOND_SCHOOL},石桥小学,小学\n".encode()
LIVE = OfficeRow(EPOCH, "云溪县", CAMPAIGN, "live", None)


class StillClock:
    """A clock that stands still."""

    def now(self) -> Instant:
        """See `Clock.now`."""
        return Instant(NOW, 1_000_000, "c0ffee", None, None)

    def set_check(self, offset: int | None, error: int | None) -> None:
        """See `Clock.set_check`."""


class VectorOffice:
    """Asks a real app, and notes what was said; a laptop is called by the name of its device key."""

    def __init__(self, folder: Path, row: OfficeRow = LIVE) -> None:
        self._config = ServerConfig(folder / "office")
        self._config.folder.mkdir()
        self._config.key_file.write_bytes(key_of("office").raw)
        store = SqliteStore(self._config.database)
        store.write(lambda book: book.make_office(row))
        store.close()
        self._open()
        plan = hashlib.sha256(PLAN).hexdigest()
        self.office.store.write(lambda book: book.add_content(Content(plan, "plan", "", "", 1, PLAN), NOW))
        import_schools(self.office.store, SCHOOLS, "schools.csv")
        for code in (SCHOOL, SECOND_SCHOOL):
            self.office.store.write(methodcaller("save_school", replace(self._school(code), plan=plan)))
        self._tokens: dict[str, str] = {}

    def _open(self) -> None:
        self.office = _standing_still(open_office(self._config))
        self.app = create_app(self.office)
        self._client = self.app.test_client()

    def close(self) -> None:
        """Let go of the file."""
        self.office.close()

    def back_up(self, target: Path) -> Path:
        """Write a backup."""
        OfficeBackups(self.office).write(target)
        return target

    def go_back(self, copy: Path, epoch: str) -> None:
        """Put a backup in the database's place, and begin this epoch."""
        self.office.close()
        put_back(copy, self._config.database)
        store = SqliteStore(self._config.database)
        store.write(lambda book: book.begin_epoch(Restoration(epoch, NOW, copy.name, None, 0, 0)))
        store.close()
        self._open()

    def make_code(self, code: str = CODE, school: str = SCHOOL) -> str:
        """An enrolment code of a school."""
        digest = hashlib.sha256(f"testday enrol 1\n{base32.tidy(code)}".encode()).digest()
        number = self._school(school).no
        self.office.store.write(lambda book: book.add_code(digest, EnrolCode(number, 2**53, None)))
        return code

    def enrol(self, by: str, code: str) -> dict[str, Any]:
        """Enrol a laptop, and open a session for it; what was asked and answered at enrolment."""
        asked = {"code": code, "key": key_of(by).public, "software": "0.1.0"}
        answer = self.post(routes.ENROL, asked).json
        hello = self.post(routes.HELLO, {"protocol": 1, "nonce": secrets.token_hex(8)}).json
        message = routes.session_message(hello["nonce"], hello["server"], answer["device"])
        sig = key_of(by).sign(routes.CONTEXT_SESSION, message)
        opened = {"device": answer["device"], "nonce": hello["nonce"], "sig": sig, "wall": NOW}
        self._tokens[by] = self.post(routes.SESSION, opened).json["token"]
        return {"asked": asked, "answer": answer}

    def post(self, path: str, asked: Mapping[str, Any], by: str = "") -> Any:
        """A JSON request, by a laptop or by nobody."""
        return self._client.post(path, json=asked, headers=self._token(by))

    def push(
        self, name: str, body: bytes, vouch: str = "", *, by: str = "device", packed: bool = True
    ) -> dict[str, Any]:
        """A push of a body, with what was answered."""
        encoding = "gzip" if packed else "identity"
        headers, result = self._send(gzip.compress(body) if packed else body, encoding, vouch, by)
        return {"name": name, "headers": headers, "body": body.decode(), **result}

    def push_packed(self, name: str, packed: bytes, vouch: str = "", encoding: str = "gzip") -> dict[str, Any]:
        """A push of these very bytes by the first laptop, with what was answered."""
        headers, result = self._send(packed, encoding, vouch, "device")
        return {"name": name, "headers": headers, "packed": base64.b64encode(packed).decode(), **result}

    def _send(self, sent: bytes, encoding: str, vouch: str, by: str) -> tuple[dict[str, str], dict[str, Any]]:
        headers = {"Content-Type": routes.LOG_TYPE, "Content-Encoding": encoding}
        if vouch:
            headers[routes.VOUCH_HEADER] = vouch
        answer = self._client.post(routes.PUSH, data=sent, headers={**headers, **self._token(by)})
        said = answer.json or {}
        result = {"answer": said} if answer.status_code == 200 else {"code": said.get("code")}
        return headers, {"status": answer.status_code, **result}

    def probe(self, *several: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Probes by the first laptop."""
        asked: list[dict[str, Any]] = [{"logs": logs} for logs in several]
        return [{"asked": one, "answer": self.post(routes.PROBE, one, "device").json} for one in asked]

    def say(self, text: str) -> None:
        """Send the school a message."""
        self.write_county("message_sent", {"text": text})

    def write_county(self, name: str, data: Mapping[str, Any]) -> None:
        """Add a line to the school's county log."""
        self.office.county_logs.append(self._school(SCHOOL), name, data, "李娜")

    def pull(self, after: int) -> Any:
        """The answer to the first laptop that asks for the county log."""
        return self._client.get(f"{routes.COUNTY_LOG}?after={after}", headers=self._token("device"))

    def _token(self, by: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[by]}"} if by else {}

    def _school(self, code: str) -> School:
        return self.office.store.read(lambda book: book.find_school(code)) or School(0, code, "", "", "")


def device_of(name: str) -> str:
    """The id of a device key."""
    return log_id(key_of(name).public)[:12]


def _standing_still(office: Office) -> Office:
    clock = StillClock()
    receipts = Receipts(office.key, office.row.epoch, clock)
    return replace(
        office,
        clock=clock,
        receipts=receipts,
        ingest=Ingest(office.store, office.row, clock, office.folds, receipts),
        county_logs=CountyLogs(office.store, office.row, office.key, clock, "0.1.0"),
    )
