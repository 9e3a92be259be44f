"""The office of the test vectors: fixed keys, a clock that stands still, real answers from the real app."""

import gzip
import hashlib
import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.domain.clock import Instant
from shared.log import base32
from shared.log.birth import birth_head
from shared.log.logfile import join_records
from shared.log.signing import SigningKey, log_id, sign_head
from shared.wire import routes
from sync_server.app import create_app, open_office
from sync_server.config import ServerConfig
from sync_server.services.county_log import CountyLogs
from sync_server.services.ingest import Ingest
from sync_server.services.receipts import Receipts
from sync_server.services.schools import import_schools
from sync_server.store.records import EnrolCode, OfficeRow, School
from sync_server.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from tests.make_wire_vectors import VectorLog

SCHOOL, CAMPAIGN, EPOCH = "530521001", "2022-yunxi", "0123456789ab"
NOW = 1_653_440_400_000
CODE = "0123456789"
SCHOOLS = f"学校代码,学校名称,学段\n{SCHOOL},南湖小学,小学\n530521002,石桥小学,小学\n".encode()


class StillClock:
    """A clock that stands still."""

    def now(self) -> Instant:
        """See `Clock.now`."""
        return Instant(NOW, 1_000_000, "c0ffee", None, None)

    def set_check(self, offset: int | None, error: int | None) -> None:
        """See `Clock.set_check`."""


class VectorOffice:
    """Asks a real app, and notes what was said."""

    def __init__(self, folder: Path, key: SigningKey, device: SigningKey) -> None:
        config = ServerConfig(folder / "office")
        config.folder.mkdir()
        config.key_file.write_bytes(key.raw)
        store = SqliteStore(config.database)
        store.write(lambda book: book.make_office(OfficeRow(EPOCH, "云溪县", CAMPAIGN, "live", None)))
        store.close()
        office, clock = open_office(config), StillClock()
        import_schools(office.store, SCHOOLS, "schools.csv")
        self._office = replace(
            office,
            clock=clock,
            ingest=Ingest(office.store, office.row, clock, office.folds, Receipts(key, EPOCH, clock)),
            county_logs=CountyLogs(office.store, office.row, key, clock, "0.1.0"),
        )
        self._key, self._device = key, device
        self._client = create_app(self._office).test_client()
        self._token = ""

    def close(self) -> None:
        """Let go of the file."""
        self._office.close()

    def talk(self, log: "VectorLog") -> dict[str, Any]:
        """A laptop's whole visit: enrolment, pushes of every kind, probes, the county log."""
        enrolled = self._enrol()
        self._greet(enrolled["answer"]["device"])
        pushes = self._pushes(log)
        probes = self._probes([{"log": log.born.log, "backed_up": 0}], self._asked(log))
        county = self._county()
        probes += self._probes([])
        said = {"enrol.json": enrolled, "push.json": pushes, "probe.json": probes, **county}
        return {**said, "refused.json": self._refusals(enrolled["answer"]["device"])}

    def _post(self, path: str, asked: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return self._client.post(path, json=asked, headers=headers)

    def _school(self) -> School:
        school = self._office.store.read(lambda book: book.find_school(SCHOOL))
        assert school is not None
        return school

    def _enrol(self) -> dict[str, Any]:
        school = replace(self._school(), plan=hashlib.sha256(b"a plan").hexdigest())
        digest = hashlib.sha256(f"testday enrol 1\n{base32.tidy(CODE)}".encode()).digest()
        self._office.store.write(lambda book: book.save_school(school))
        self._office.store.write(lambda book: book.add_code(digest, EnrolCode(school.no, 2**53, None)))
        asked = {"code": "o1234-5678 9", "key": self._device.public, "software": "0.1.0"}
        return {"asked": asked, "answer": self._post(routes.ENROL, asked).json}

    def _greet(self, device: str) -> None:
        hello = self._post(routes.HELLO, {"protocol": 1, "nonce": secrets.token_hex(8)}).json
        sig = self._device.sign(
            routes.CONTEXT_SESSION, routes.session_message(hello["nonce"], self._key.public, device)
        )
        asked = {"device": device, "nonce": hello["nonce"], "sig": sig, "wall": NOW}
        self._token = self._post(routes.SESSION, asked).json["token"]

    def _pushes(self, log: "VectorLog") -> list[dict[str, Any]]:
        vouch = self._device.sign(routes.CONTEXT_VOUCH, routes.vouch_message(log.born.log, log.heads[0].hash))
        first = log.fragment(0, 5, birth=True)
        other = type(log)("other", "530521002")
        elsewhere = type(log)("log")
        elsewhere.lines, elsewhere.heads = elsewhere.lines[:6], elsewhere.heads[:7]
        for line in log.lines[6:9]:
            elsewhere.add_raw(line.replace(b'"status":"present"', b'"status":"refused"'))
        stranger = SigningKey(hashlib.sha256(b"testday vector stranger").digest())
        head = log.heads[9]
        strange = join_records([log.birth, *log.lines[:9], sign_head(stranger, head).record()])
        broken = log.fragment(5, 9).replace(b'"seat":1,', b'"seat":3,')
        return [
            self._push("log_unknown: nobody sent the birth record yet", log.fragment(3, 5)),
            self._push("log_not_vouched: a new log without a laptop's word for it", first),
            self._push("stored: the first five lines, with the birth record", first, vouch),
            self._push("duplicate: the same again", first, vouch),
            self._push("duplicate: an empty batch, for a receipt that was lost", log.fragment(5, 5)),
            self._push("head_unknown: after a line that the office does not hold", log.fragment(9, 12)),
            self._push("head_missing: no head at the end", join_records(log.fragment(5, 9).splitlines()[:-1])),
            self._push("chain_broken: a changed line before the head", broken),
            self._push("head_signature_wrong: signed by another key", strange),
            self._push("not_a_log: no first record", join_records(log.lines[5:9])),
            self._push("school_wrong: a log of another school", other.fragment(0, 3, birth=True), vouch),
            self._push("duplicate and stored: some lines again, then new ones", log.fragment(3, 9)),
            self._push("stored_with_verdict: a type of a later release, a seat nobody has", log.fragment(9, 12)),
            self._push("fork: the same numbers, other lines", elsewhere.fragment(5, 9)),
            self._push("duplicate: a laptop restored at line 8 of the second branch", elsewhere.fragment(6, 8)),
            *self._odd_pushes(log, vouch),
        ]

    def _odd_pushes(self, log: "VectorLog", vouch: str) -> list[dict[str, Any]]:
        """Bodies that two readers might judge otherwise; none of them changes what the probes show."""
        good, birth = log.fragment(5, 9), log.fragment(0, 5, birth=True)
        heir = type(log)("heir", ancestor=log.heads[5])
        heirs = self._device.sign(routes.CONTEXT_VOUCH, routes.vouch_message(heir.born.log, heir.heads[0].hash))
        unread = type(log)("unread")
        unread.lines, unread.heads = unread.lines[:3], unread.heads[:4]
        unread.add_raw(b"[]")
        unreads = self._device.sign(routes.CONTEXT_VOUCH, routes.vouch_message(unread.born.log, unread.heads[0].hash))
        between = join_records([*good.splitlines()[:3], b'{"head":' + b"{}}", *good.splitlines()[3:]])
        elsewhere = replace(log.born, campaign="2023-yunxi").encode()
        rehearsal = replace(log.born, mode="rehearsal", rate=60).encode()
        return [
            self._push("duplicate: as it is, not packed", good, packed=False),
            self._push("duplicate: what follows the last line feed is torn and does not count", good + log.lines[9]),
            self._push("stored: a birth record and no line", heir.fragment(0, 0, birth=True), heirs),
            self._push(
                "not_a_line among stored: a line that cannot be read", unread.fragment(0, 4, birth=True), unreads
            ),
            self._push("not_a_log: a blank before the first record", b" " + birth, vouch),
            self._push(
                "not_a_line: a birth record of another version", birth.replace(b'"birth":1', b'"birth":2'), vouch
            ),
            self._push("not_a_line: a damaged from record", good.replace(b'"seq":5,', b'"seq":05,', 1)),
            self._push("not_a_line: a damaged head between the lines", between),
            self._push("log_key_mismatch: a log id of no such key", birth.replace(b'"log":"7', b'"log":"8', 1), vouch),
            self._push("campaign_wrong", _sealed(log, elsewhere), vouch),
            self._push("mode_wrong: a rehearsal", _sealed(log, rehearsal), vouch),
        ]

    def _push(self, name: str, body: bytes, vouch: str = "", *, packed: bool = True) -> dict[str, Any]:
        headers = {"Content-Type": routes.LOG_TYPE, "Content-Encoding": "gzip" if packed else "identity"}
        if vouch:
            headers[routes.VOUCH_HEADER] = vouch
        sent = {**headers, "Authorization": f"Bearer {self._token}"}
        answer = self._client.post(routes.PUSH, data=gzip.compress(body) if packed else body, headers=sent)
        said = answer.json or {}
        result = {"answer": said} if answer.status_code == 200 else {"code": said.get("code")}
        return {"name": name, "headers": headers, "body": body.decode(), "status": answer.status_code, **result}

    def _asked(self, log: "VectorLog") -> list[dict[str, Any]]:
        return [{"log": log.born.log, "at": [0, 7, 12, 13]}, {"log": log_id(self._device.public)}]

    def _probes(self, *several: list[dict[str, Any]]) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = [{"logs": logs} for logs in several]
        return [{"asked": one, "answer": self._post(routes.PROBE, one).json} for one in asked]

    def _refusals(self, device: str) -> list[dict[str, Any]]:
        """JSON requests that are refused; the last ones without a token."""
        nonce, key, sig = "0123456789abcdef", self._device.public, "0" * 128
        probe: dict[str, Any] = {"logs": []}
        asked: list[tuple[str, dict[str, Any]]] = [
            (routes.HELLO, {"protocol": 2, "nonce": nonce}),
            (routes.HELLO, {"protocol": 1, "nonce": nonce.upper()}),
            (routes.HELLO, {"protocol": 1, "nonce": nonce, "more": 1}),
            (routes.ENROL, {"code": "00000-00000", "key": key, "software": "0.1.0"}),
            (routes.ENROL, {"code": CODE, "key": self._key.public, "software": "0.1.0"}),
            (routes.SESSION, {"device": device, "nonce": nonce, "sig": sig, "wall": NOW}),
            (routes.PROBE, {"logs": [], "more": 1}),
            (routes.PROBE, {"logs": [{"log": "0" * 25}]}),
        ]
        answers = [(path, one, self._post(path, one)) for path, one in asked]
        self._token = ""
        answers.append((routes.PROBE, probe, self._post(routes.PROBE, probe)))
        return [
            {"path": path, "asked": one, "status": answer.status_code, "code": (answer.json or {}).get("code")}
            for path, one, answer in answers
        ]

    def _county(self) -> dict[str, Any]:
        logs = self._office.county_logs
        for text in ("今天有雾，送卷车可能晚到十分钟", "请核对领卷人签名"):
            logs.append(self._school(), "message_sent", {"text": text}, "李娜")
        logs.append(self._school(), "plan_published", {"sha256": "c" * 64, "plan": "primary", "revision": 2}, "李娜")
        bodies = {}
        for after in (0, 2, 3):
            answer = self._client.get(
                f"{routes.COUNTY_LOG}?after={after}", headers={"Authorization": f"Bearer {self._token}"}
            )
            bodies[str(after)] = answer.text
        return {"county.json": {"after": bodies}}


def _sealed(log: "VectorLog", birth: bytes) -> bytes:
    """A birth record alone, with its head signed by the log's key."""
    return join_records([birth, sign_head(log.key, birth_head(birth)).record()])
