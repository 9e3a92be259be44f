"""A second laptop ("§" are sections of docs/sync-protocol.md).

Written by somebody who saw docs/sync-protocol.md, docs/bundle-format.md and the vectors only; it imports nothing of the
product, and must not.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.contract.second_verifier import (
    HASH,
    SIG,
    Fragment,
    Head,
    Refused,
    check_county,
    check_receipt,
    device_id,
    head_message,
    key_id,
    one,
    read_birth,
    read_json,
    read_line,
    records,
    sha,
    shaped,
    signed_by,
    small,
    whole,
    write_json,
)

SOFTWARE, LOG_TYPE, JSON_TYPE = "stranger-0.1", "application/x-testday-log", "application/json"
POINT = {"seq": small, "hash": HASH}


class NotTheOffice(Exception):
    """Nothing came, or what came is not an office's answer; it means nothing: ask again."""


class People(Exception):
    """People must decide before this laptop goes on."""


def keep(path: Path, data: bytes) -> None:
    """Write a file so that it is either the old or the new one."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
    fresh.replace(path)


def points(x: Any) -> bool:
    """A list of {seq, hash}, perhaps with more keys."""
    return isinstance(x, list) and all(isinstance(p, dict) and shaped({k: p.get(k) for k in POINT}, POINT) for p in x)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())


def chained(rows: list[bytes]) -> list[bytes]:
    """The hashes of a birth record and the lines after it."""
    hashes = [sha(row) for row in rows[:1]]
    for row in rows[1:]:
        hashes.append(sha(hashes[-1] + row))
    return hashes


@dataclass
class Laptop:
    """A school's laptop: its keys, its log and what the county said, in a folder."""

    folder: Path
    url: str
    http: requests.Session = field(default_factory=requests.Session)
    now: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    nonce: Callable[[], str] = lambda: secrets.token_hex(16)
    token: str = ""
    notices: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "state.json").exists():
            device, key = secrets.token_hex(32), secrets.token_hex(32)
            self.state: dict[str, Any] = {"device": device, "key": key, "enrolment": None, "receipts": []}
            self.save()
        self.state = json.loads((self.folder / "state.json").read_bytes())
        self.device, self.key = (
            Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.state[k])) for k in ("device", "key")
        )
        self.log, self.run = key_id(self.key.public_key().public_bytes_raw()), secrets.token_hex(3)
        self.rows, self.county = self._load("log.log"), self._load("county.log")
        self.hashes, self.county_hashes = chained(self.rows), chained(self.county)

    def _load(self, name: str) -> list[bytes]:
        """The whole records of a file; a torn end is cut off, so that the next one does not join it."""
        path = self.folder / name
        data = path.read_bytes() if path.exists() else b""
        if not data.endswith(b"\n") and data:
            keep(path, data[: data.rfind(b"\n") + 1])
        return records(data)

    def save(self) -> None:
        keep(self.folder / "state.json", json.dumps(self.state).encode())

    def sign(self, key: Ed25519PrivateKey, context: str, message: str) -> str:
        return key.sign(f"testday {context} 1\n{message}".encode()).hex()

    # ------------------------------------------------------------ the own log (§2)

    def write(self, kind: str, data: dict[str, Any], actor: tuple[str, str] = ("laptop", "laptop")) -> None:
        """Commit one more line to disk; the birth record when it is the first."""
        e, path = self.state["enrolment"], self.folder / "log.log"
        if not self.rows:
            rate = e["rehearsal"]["rate"] if e["rehearsal"] else 1
            birth = write_json(
                {
                    "birth": 1,
                    "log": self.log,
                    "key": self.key.public_key().public_bytes_raw().hex(),
                    "school": e["school"]["code"],
                    "campaign": e["campaign"],
                    "mode": e["mode"],
                    "rate": rate,
                    "ancestor": None,
                    "plan": e["plan"],
                    "software": SOFTWARE,
                    "born": self.now(),
                }
            )
            read_birth(birth)
            append(path, birth + b"\n")
            self.rows, self.hashes = [birth], [sha(birth)]
        tick = time.monotonic_ns() // 1_000_000
        line = write_json(
            {
                "v": 1,
                "log": self.log,
                "seq": len(self.rows),
                "school": e["school"]["code"],
                "campaign": e["campaign"],
                "plan": read_birth(self.rows[0])["plan"][:16],
                "type": kind,
                "tv": 1,
                "actor": {"person": actor[0], "role": actor[1]},
                "witnesses": [],
                "at": {"wall": self.now(), "tick": tick, "run": self.run, "offset": None, "error": None},
                "data": data,
            }
        )
        read_line(line)
        append(path, line + b"\n")
        self.rows.append(line)
        self.hashes.append(sha(self.hashes[-1] + line))

    def head(self, seq: int) -> Head:
        return self.log, seq, self.hashes[seq].hex()

    def received(self, mark: str = "accepted") -> int:
        """The last of the own lines for which there is such a receipt; -1: none, not even for the birth record."""
        said = [check_receipt(r, self.office) for r in self.state["receipts"]]
        return max(
            (
                r["seq"]
                for r in said
                if r["mark"] == mark
                and r["log"] == self.log
                and r["seq"] < len(self.hashes)
                and r["hash"] == self.hashes[r["seq"]].hex()
            ),
            default=-1,
        )

    def fragment(self, start: int | None, end: int) -> bytes:
        """Lines start+1 … end between their first record and their head; start None: from the birth record."""
        if start is None:
            first = self.rows[0]
        else:
            first = write_json({"from": dict(zip(("log", "seq", "hash"), self.head(start), strict=True))})
        sig = self.sign(self.key, "head", head_message(self.head(end)).decode())
        last = write_json({"head": dict(zip(("log", "seq", "hash"), self.head(end), strict=True)), "sig": sig})
        return b"".join(row + b"\n" for row in [first, *self.rows[(start or 0) + 1 : end + 1], last])

    # ------------------------------------------------------------ transport (§4, §6)

    @property
    def office(self) -> bytes:
        return bytes.fromhex(self.state["enrolment"]["server_key"])

    def call(
        self, method: str, path: str, body: bytes | None = None, wanted: str = JSON_TYPE, **headers: str
    ) -> requests.Response:
        """One request; Refused with the office's code, or NotTheOffice."""
        headers = {"Accept": JSON_TYPE} | {k.replace("_", "-"): v for k, v in headers.items()}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            r = self.http.request(
                method,
                f"{self.url.rstrip('/')}/api/v1/{path}",
                data=body,
                headers=headers,
                timeout=(5, 30),
                allow_redirects=False,
            )
        except requests.RequestException as e:
            raise NotTheOffice(str(e)) from None
        kind = r.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if r.status_code >= 400:
            try:
                said = read_json(r.content) if kind == JSON_TYPE else None
            except ValueError:
                said = None
            if not isinstance(said, dict) or not all(
                isinstance(said.get(k), str) for k in ("code", "place", "zh", "en")
            ):
                raise NotTheOffice(f"{path}: {r.status_code}")
            raise Refused(said["code"], said["en"])
        if not ((r.status_code == 200 and kind == wanted) or (r.status_code == 204 and wanted == LOG_TYPE)):
            raise NotTheOffice(f"{path}: {r.status_code} {kind}")
        return r

    def ask(
        self, path: str, body: bytes, shape: dict[str, Any], content: str = JSON_TYPE, **headers: str
    ) -> dict[str, Any]:
        """A JSON answer that has at least these keys; unknown ones are ignored."""
        try:
            said = read_json(self.call("POST", path, body, Content_Type=content, **headers).content)
        except ValueError as e:
            raise NotTheOffice(f"{path}: {e}") from None
        if not isinstance(said, dict) or not shaped({k: said[k] for k in shape if k in said}, shape):
            raise NotTheOffice(f"{path}: not such an answer")
        return said

    def hello(self) -> dict[str, Any]:
        self.token, mine = "", self.nonce()
        said = self.ask(
            "hello",
            write_json({"protocol": 1, "nonce": mine}),
            {
                "server": HASH,
                "epoch": ".*",
                "protocol": lambda x: isinstance(x, list) and any(map(one, x)),
                "time": whole,
                "nonce": ".+",
                "sig": SIG,
            },
        )
        message = f"{mine}\n{said['nonce']}\n{said['epoch']}\n".encode()
        pinned = self.state["enrolment"] and self.state["enrolment"]["server_key"]
        if (
            not signed_by(bytes.fromhex(said["server"]), "hello", message, said["sig"])
            or (pinned or said["server"]) != said["server"]
        ):
            raise NotTheOffice("hello: not signed by the office's key")
        return said

    def enrol(self, code: str) -> None:
        """Once, with the county's code, and pin the office's key."""
        public = self.device.public_key().public_bytes_raw()
        server = self.hello()["server"]
        said = self.ask(
            "enrol",
            write_json({"code": code, "key": public.hex(), "software": SOFTWARE}),
            {
                "school": lambda x: isinstance(x, dict) and all(isinstance(x.get(k), str) for k in ("code", "name")),
                "county": ".*",
                "campaign": ".*",
                "mode": "live|rehearsal",
                "plan": HASH,
                "epoch": ".*",
                "rehearsal": lambda x: (
                    x is None
                    or (isinstance(x, dict) and all(whole(x.get(k)) for k in ("rate", "real_start", "shown_start")))
                ),
                "server_key": server,
                "device": device_id(public),
            },
        )
        if (said["mode"] == "live") != (said["rehearsal"] is None):
            raise NotTheOffice("enrol: mode and rehearsal disagree")
        self.state["enrolment"] = said
        self.save()

    def session(self) -> None:
        office, device = self.hello(), self.state["enrolment"]["device"]
        message = f"{office['nonce']}\n{office['server']}\n{device}\n"
        self.token = self.ask(
            "session",
            write_json(
                {
                    "device": device,
                    "nonce": office["nonce"],
                    "sig": self.sign(self.device, "session", message),
                    "wall": self.now(),
                }
            ),
            {"token": ".+", "until": whole},
        )["token"]

    # ------------------------------------------------------------ what to send, and sending it (§5)

    def probe(self, at: list[int] | None = None) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """What the office holds of the own log, and the county log's head."""
        asked = {"log": self.log, "backed_up": max(self.received("backed_up"), 0)} | ({"at": at} if at else {})
        said = self.ask(
            "probe",
            write_json({"logs": [asked]}),
            {
                "logs": lambda x: (
                    isinstance(x, list)
                    and len(x) == 1
                    and x[0].get("log") == self.log
                    and all(map(points, (x[0].get("heads"), x[0].get("at", []))))
                ),
                "county": lambda x: x is None or points([x]),
            },
        )
        for receipt in (said["logs"][0].get("backed_up"), *said.get("backed_up_beside", [])):
            if receipt and self.own(check_receipt(receipt, self.office)):  # else another branch's
                self.keep_receipt(receipt, "backed_up")
        return said["logs"][0], said["county"]

    def own(self, point: dict[str, Any]) -> bool:
        return bool(point["seq"] < len(self.hashes) and point["hash"] == self.hashes[point["seq"]].hex())

    def common(self, heads: list[dict[str, Any]]) -> int | None:
        """The last of the own lines that the office holds; None: not even the birth record."""
        if not heads:
            return None
        mine: list[int] = [h["seq"] for h in heads if self.own(h)]
        if len(mine) < len(heads):
            self.notices.append("a fork, or the office is ahead: people must look")
        if mine:
            return max(mine)
        equal, unequal = -1, min(len(self.rows) - 1, heads[0]["seq"]) + 1
        while unequal - equal > 1:
            gap = unequal - equal - 1
            asked = sorted({equal + 1 + i * gap // min(64, gap) for i in range(min(64, gap))} | {unequal - 1})[-64:]
            found = {p["seq"]: p for p in self.probe(asked)[0].get("at", [])}
            for n in asked:
                if n in found and self.own(found[n]):
                    equal = n
                else:
                    unequal = n
                    break
        if equal == len(self.rows) - 1:
            raise People("the office is ahead: this laptop was restored from an old copy")
        return None if equal < 0 else equal

    def keep_receipt(self, receipt: dict[str, Any], mark: str, head: Head | None = None) -> None:
        """Believe a receipt, and keep it for ever."""
        receipt = {k: receipt.get(k) for k in ("receipt", "sig")}
        said = check_receipt(receipt, self.office)
        if (
            said["mark"] != mark
            or said["school"] != self.state["enrolment"]["school"]["code"]
            or said["log"] != self.log
            or not self.own(said)
            or (head and head != (said["log"], said["seq"], said["hash"]))
        ):
            raise NotTheOffice("a receipt for something else")
        if receipt not in self.state["receipts"]:
            self.state["receipts"].append(receipt)
            self.save()

    def push(self, start: int | None) -> None:
        """Send what follows start, until all is there and there is a receipt for the own head."""
        last, size = len(self.rows) - 1, 500
        while start is None or start < last or self.received() < last:
            end = min(last, (start or 0) + size)
            body = gzip.compress(self.fragment(start, end), mtime=0)
            if len(body) > 262144:
                size = (size + 1) // 2
                continue
            vouch = (
                {}
                if start is not None
                else {"Testday_Vouch": self.sign(self.device, "vouch", f"{self.log}\n{self.hashes[0].hex()}\n")}
            )
            try:
                said = self.ask(
                    "push",
                    body,
                    {"runs": lambda x: isinstance(x, list), "receipt": lambda x: isinstance(x, dict)},
                    LOG_TYPE,
                    Content_Encoding="gzip",
                    **vouch,
                )
            except Refused as why:
                if why.code != "body_too_large" or size == 1:
                    raise
                size = (size + 1) // 2
                continue
            self.keep_receipt(said["receipt"], "accepted", self.head(end))
            self.notices += [f"{r['first']}-{r['last']}: {r['result']} {r.get('code', '')}" for r in said["runs"]]
            start = end

    def send(self, heads: list[dict[str, Any]]) -> None:
        """Send what is missing; a search shows the first branch only, and another may hold all that was sent (§5)."""
        self.push(self.common(heads))
        if heads and not any(map(self.own, heads)) and not any(map(self.own, self.probe()[0]["heads"])):
            raise People("the office is ahead on another branch: this laptop was restored from an old copy")

    # ------------------------------------------------------------ what the county says (§4)

    def pull(self, head: dict[str, Any] | None) -> None:
        n = len(self.county_hashes) - 1
        if head is None or (head["seq"] <= n and self.county_hashes[head["seq"]].hex() == head["hash"]):
            return
        try:
            part = self._county(n)
        except Refused as why:
            if n <= 0 or why.code not in ("head_unknown", "chain_broken"):
                raise
            part = self._county(0)
        if part is None:
            return
        fresh = b"".join(line + b"\n" for line in part.lines)
        if part.birth is None:
            append(self.folder / "county.log", fresh)
        else:
            path = self.folder / "county.log"
            if path.exists():
                keep(self.folder / f"county-{self.now()}.log", path.read_bytes())
            keep(path, write_json(part.birth) + b"\n" + fresh)
        self.county = self._load("county.log")
        self.county_hashes = chained(self.county)

    def _county(self, after: int) -> Fragment | None:
        r = self.call("GET", f"county-log?after={max(after, 0)}", wanted=LOG_TYPE)
        own = self.county_hashes if after > 0 else []
        return (
            None
            if r.status_code == 204
            else check_county(r.content, self.office, self.state["enrolment"]["school"]["code"], own)
        )

    def messages(self) -> list[dict[str, Any]]:
        """The county's lines, those that can be read."""
        said = []
        for row in self.county[1:]:
            try:
                line = read_line(row)
            except ValueError:
                continue
            said += [line] if line["actor"]["role"] == "county" else []
        return said

    def contents(self) -> None:
        """Fetch the plans that were named and are not here yet."""
        wanted = [self.state["enrolment"]["plan"]] + [
            m["data"].get("sha256") for m in self.messages() if m["type"] == "plan_published"
        ]
        for name in wanted:
            if shaped({"name": name}, {"name": HASH}) and not (self.folder / name).exists():
                try:
                    data = self.call("GET", f"content/{name}", wanted="application/octet-stream").content
                except Refused as why:
                    if why.code != "content_unknown":
                        raise
                    self.notices.append(f"content_unknown: {name}")
                    continue
                if hashlib.sha256(data).hexdigest() != name:
                    raise NotTheOffice(f"content {name}: another hash")
                keep(self.folder / name, data)

    def one_pass(self) -> None:
        """hello → session → probe → push until all is there → county log → contents."""
        self.session()
        found, county = self.probe()
        if self.rows:
            try:
                self.send(found["heads"])
            except Refused as why:
                if why.code not in ("head_unknown", "log_unknown"):
                    raise
                self.send(self.probe()[0]["heads"])
        self.pull(county)
        self.contents()
