"""Fuzzing what the office takes in: every endpoint over its real app, bundles, and enrolment files.

A refused request must leave the file as it was, but for the quarantine: an own connection looks whether anything was
committed (`data_version`), and then at the rows themselves.
"""

import gzip
import hashlib
import io
import random
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.sample_log import SampleLog, make_log
from shared.log.signing import SigningKey
from shared.web.limits import limiter
from shared.wire import routes
from tests.faults.fuzz_grammar import Pairs, dump, load, twist_bytes, twist_gzip, twist_json, twist_value
from tests.faults.fuzz_judge import judge_answer
from tests.faults.watch import MIB, Case
from tests.log_mutations import mutate
from tests.office_house import CAMPAIGN, FIRST, PLAN, SECOND, OfficeHouse, WireLaptop, fragment, open_house

LINES = 9
BOMBS = (MIB, 9 * MIB, 100 * MIB, 100 * MIB)
"""What a small body unpacks to: a push may bring 10 MiB."""

LARGE = 80 * MIB
"""More than any body may be as it travels."""

KEPT_APART = frozenset(
    (
        *("not_a_log", "not_a_line", "log_key_mismatch", "head_missing", "head_signature_wrong", "chain_broken"),
        *("log_not_vouched", "school_wrong", "campaign_wrong", "mode_wrong", "school_unknown"),
    )
)
"""Refusals of a push whose bytes the office keeps apart (docs/sync-protocol.md, section 5)."""


class Observer:
    """Sees what another connection committed to an office's file."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        names = self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        self._tables = sorted({name for (name,) in names} - {"quarantine"})
        self._version, self._digest, self._apart = self._look()

    def _look(self) -> tuple[int, bytes, int]:
        digest = hashlib.sha256()
        for table in self._tables:
            for row in self._db.execute(f"SELECT * FROM {table} ORDER BY 1"):
                digest.update(repr(row).encode())
        (apart,) = self._db.execute("SELECT count(*) FROM quarantine").fetchone()
        return self._data_version(), digest.digest(), apart

    def _data_version(self) -> int:
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        return int(version)

    def judge(self, refusal: str) -> list[str]:
        """What was written since the last look, although the answer was this refusal; empty when it was none."""
        if self._data_version() == self._version:
            return []
        digest, apart = self._digest, self._apart
        self._version, self._digest, self._apart = self._look()
        wrong = []
        if refusal and self._digest != digest:
            wrong.append(f"{refusal}, and yet something was written")
        if refusal and self._apart - apart > (refusal in KEPT_APART):
            wrong.append(f"{refusal}, and yet something was kept apart")
        return wrong

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


class Blanks(io.RawIOBase):
    """A body larger than any may be, which takes no memory until somebody reads it."""

    def __init__(self) -> None:
        super().__init__()
        self._place = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """See `io.IOBase.seek`; the client looks how long it is."""
        self._place = offset + (0, self._place, LARGE)[whence]
        return self._place

    def tell(self) -> int:
        """See `io.IOBase.tell`."""
        return self._place

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase.readinto`."""
        count = min(len(buffer), LARGE - self._place)
        buffer[:count] = b" " * count
        self._place += count
        return count


class Attacked:
    """An office, two of its laptops, their logs, and somebody who watches its file."""

    def __init__(self, chance: random.Random, folder: Path) -> None:
        self.chance = chance
        self.house: OfficeHouse = open_house(folder / "office")
        self.laptops = [self.house.laptop(FIRST), self.house.laptop(SECOND)]
        self.logs = [self._log(laptop, seed) for seed, laptop in enumerate(self.laptops * 2)]
        self.codes = [self.house.office.enrolments.make_code(FIRST) for _ in range(3)]
        self.declared = _declared(self.house)
        self.observer = Observer(folder / "office" / "server.sqlite")

    def _log(self, laptop: WireLaptop, seed: int) -> tuple[WireLaptop, SampleLog]:
        return laptop, make_log(laptop.school, CAMPAIGN, laptop.plan, LINES, seed)

    def close(self) -> None:
        """Let go of the files."""
        self.observer.close()
        self.house.close()

    def fresh_log(self) -> tuple[WireLaptop, SampleLog]:
        """One of the logs; now and then a new one takes its place."""
        place = self.chance.randrange(len(self.logs))
        if self.chance.random() < 0.05:
            self.logs[place] = self._log(self.logs[place][0], self.chance.randrange(10**6))
        return self.logs[place]

    def send(
        self, method: str, path: str, data: bytes | None, headers: Mapping[str, str], route: str = ""
    ) -> tuple[list[str], str]:
        """One request, judged."""
        limiter.reset()
        named = {name: value.replace("\n", "").replace("\r", "") for name, value in headers.items()}
        sent: dict[str, Any] = {"data": data}
        if method == "POST" and self.chance.random() < 0.005:
            sent, named = {"input_stream": Blanks()}, named | {"Content-Length": str(LARGE)}
        response: Any = self.house.client.open(path, method=method, headers=named, **sent)
        with response:
            body = response.get_json(silent=True)
            status = response.status_code
        findings, outcome = judge_answer(status, body, self.declared.get(f"{method} {route or path}", {}))
        findings += self.observer.judge(outcome if status >= 400 else "")
        return findings, f"{(route or path).rpartition('/v1/')[2].partition('/')[0]} {outcome}"


def _declared(house: OfficeHouse) -> dict[str, dict[int, set[str]]]:
    document: Any = house.client.get(f"{routes.PREFIX}/openapi.json").json
    return {
        f"{method.upper()} {path.replace('{sha256}', '')}".rstrip("/"): {
            int(status): set(answer["description"].split(", "))
            for status, answer in view["responses"].items()
            if status.isdigit() and status >= "400"
        }
        for path, views in document["paths"].items()
        for method, view in views.items()
        if method in ("get", "post")
    }


class Requests:
    """Requests that were good before something was changed in them."""

    def __init__(self, attacked: Attacked) -> None:
        self.at, self.chance = attacked, attacked.chance

    def _headers(self, laptop: WireLaptop, kind: str = "application/json") -> dict[str, str]:
        token, chance = laptop.token, self.chance
        if chance.random() < 0.03:
            value = twist_value(chance, token)
            token = value.encode("utf-8", "surrogatepass").decode("latin-1") if isinstance(value, str) else "x"
        if chance.random() < 0.03:
            kind = chance.choice(
                ("text/plain", "", "multipart/form-data", "application/json; charset=utf-16", "x" * 300)
            )
        more = {"Accept-Language": chance.choice(("zh", "en", "\0", "x" * 999))} if chance.random() < 0.05 else {}
        return {"Authorization": f"Bearer {token}", "Content-Type": kind, **more}

    def _post(self, path: str, content: dict[str, Any]) -> tuple[list[str], str]:
        chance = self.chance
        sample = load(dump(_pairs(content)))
        data = twist_json(chance, sample) if chance.random() < 0.95 else dump(sample).encode()
        return self.at.send("POST", path, data, self._headers(chance.choice(self.at.laptops)))

    def hello(self) -> tuple[list[str], str]:
        """Who is there?"""
        return self._post(routes.HELLO, {"protocol": 1, "nonce": "00112233aabbccdd"})

    def enrol(self) -> tuple[list[str], str]:
        """With a code that is good."""
        key = self.chance.choice((SigningKey.new().public, self.at.laptops[0].key.public))
        return self._post(routes.ENROL, {"code": self.chance.choice(self.at.codes), "key": key, "software": "0.1.0"})

    def session(self) -> tuple[list[str], str]:
        """With a nonce of the office and the laptop's own signature."""
        laptop = self.chance.choice(self.at.laptops)
        nonce = self.at.house.office.sessions.hello(1, "00112233aabbccdd")["nonce"]
        message = routes.session_message(str(nonce), self.at.house.office.key.public, laptop.device)
        sig = laptop.key.sign(routes.CONTEXT_SESSION, message)
        return self._post(
            routes.SESSION, {"device": laptop.device, "nonce": nonce, "sig": sig, "wall": 1_653_440_399_688}
        )

    def probe(self) -> tuple[list[str], str]:
        """About logs that are there or not."""
        logs = [
            {"log": log.heads[0].log, "at": [0, 3, LINES, 77], "backed_up": 0}
            for _, log in self.chance.sample(self.at.logs, 2)
        ]
        return self._post(routes.PROBE, {"logs": logs})

    def push(self) -> tuple[list[str], str]:
        """A fragment, its lines changed, sometimes chained and signed anew by the log's key, packed well or badly."""
        chance = self.chance
        laptop, log = self.at.fresh_log()
        after = chance.choice((0, 0, 0, *range(LINES)))
        body = fragment(log, after, chance.randint(after, LINES), birth=after == 0 or chance.random() < 0.1)
        roll = chance.random()
        if roll < 0.6:
            body = mutate(chance, body, log.key)
        elif roll < 0.75:
            body = twist_bytes(chance, body, [body, fragment(chance.choice(self.at.logs)[1])])
        vouch = laptop.vouch(log)
        if chance.random() < 0.1:
            vouch = chance.choice(("", "x", "0" * 128, vouch[:-2], vouch.upper(), self.at.laptops[1].vouch(log)))
        headers = {**self._headers(laptop, routes.LOG_TYPE), routes.VOUCH_HEADER: vouch}
        if chance.random() < 0.7:
            headers["Content-Encoding"] = chance.choice((*("gzip",) * 20, "identity", "br", "zstd", "gzip, gzip", "\0"))
            badly = chance.random() < 0.4
            body = twist_gzip(chance, body, chance.choice(BOMBS)) if badly else gzip.compress(body, 1, mtime=0)
        return self.at.send("POST", routes.PUSH, body, headers)

    def county_log(self) -> tuple[list[str], str]:
        """After some line."""
        after = self.chance.choice(("0", "1", "-1", "x", "9" * 9, "9" * 30, "%00", "%ff", "٣", "1_0", "", "0&after=1"))
        headers = self._headers(self.chance.choice(self.at.laptops))
        return self.at.send("GET", f"{routes.COUNTY_LOG}?after={after}", None, headers, routes.COUNTY_LOG)

    def content(self) -> tuple[list[str], str]:
        """The plan, or what is none."""
        name = self.chance.choice(
            (
                hashlib.sha256(PLAN).hexdigest(),
                "0" * 64,
                "x",
                "%00",
                "%ff%fe",
                "..%2fserver.key",
                "é",
                "x" * 9000,
                "a%0a",
            )
        )
        return self.at.send(
            "GET", f"{routes.CONTENT}/{name}", None, self._headers(self.chance.choice(self.at.laptops)), routes.CONTENT
        )

    def stray(self) -> tuple[list[str], str]:
        """A method, a path or a length that nobody serves."""
        chance = self.chance
        path = chance.choice((routes.HELLO, routes.PUSH, routes.PROBE, f"{routes.PREFIX}/nothing", routes.PREFIX))
        method = chance.choice(("GET", "PUT", "DELETE", "POST", "PATCH", "TRACE", "X"))
        headers = self._headers(chance.choice(self.at.laptops))
        if chance.random() < 0.5:
            headers["Content-Length"] = chance.choice(("-1", "x", "0", "99999999999", "1"))
        return self.at.send(method, path, b"{}" if method != "GET" else None, headers)


def _pairs(value: Any) -> Any:
    if isinstance(value, dict):
        return Pairs([(key, _pairs(item)) for key, item in value.items()])
    return [_pairs(item) for item in value] if isinstance(value, list) else value


def endpoint_cases(chance: random.Random, folder: Path, only: str = "") -> Iterator[Case]:
    """Requests to every endpoint, or to one alone, with a session where one is needed."""
    attacked = Attacked(chance, folder)
    ask = Requests(attacked)
    kinds = (ask.hello, ask.enrol, ask.session, ask.probe, ask.push, ask.county_log, ask.content, ask.stray)
    try:
        while True:
            yield getattr(ask, only) if only else chance.choices(kinds, (2, 3, 3, 4, 10, 1, 1, 1))[0]
    finally:
        attacked.close()
