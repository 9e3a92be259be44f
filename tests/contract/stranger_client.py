"""A second client by somebody who has docs/sync-protocol.md, and the stranger's verifier beside it."""

import gzip
import hashlib
import http.client
import json
import secrets
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.contract import stranger

LOG_TYPE = "application/x-testday-log"


class Refused(Exception):
    """The office's code, and the status."""


class Client:
    """A laptop with a device key and a log of its own; `lines` may be changed to see what the office makes of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.device_key, self.log_key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        self.token, self.told, self.server = "", dict[str, Any](), ""
        self.birth, self.lines = b"", list[bytes]()
        self.receipts: list[dict[str, Any]] = []
        self.asked = 0

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> bytes:
        """One request; raises Refused."""
        sent = {"Accept": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        office = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            office.request(method, f"/api/v1/{path}", body, sent)
            answer = office.getresponse()
            said = answer.read()
        finally:
            office.close()
        if answer.status not in (200, 204):
            raise Refused(json.loads(said)["code"], answer.status)
        return said

    def post(self, path: str, asked: dict[str, Any]) -> Any:
        """A JSON request and its JSON answer."""
        return json.loads(self.ask("POST", path, json.dumps(asked).encode(), Content_Type="application/json"))

    def hello(self) -> dict[str, Any]:
        """Section 4, hello."""
        nonce = secrets.token_hex(16)
        hello: dict[str, Any] = self.post("hello", {"protocol": 1, "nonce": nonce})
        assert stranger.is_signed(
            hello["server"], "hello", f"{nonce}\n{hello['nonce']}\n{hello['epoch']}\n", hello["sig"]
        )
        assert hello["server"] == (self.server or hello["server"])
        self.server = hello["server"]
        return hello

    def enrol(self, code: str) -> None:
        """Section 4, enrol; then a log is born."""
        self.hello()
        self.told = self.post("enrol", {"code": code, "key": public(self.device_key), "software": "stranger 1"})
        assert self.told["server_key"] == self.server
        key = public(self.log_key)
        born = {"birth": 1, "log": stranger.key_id(key), "key": key, "school": self.told["school"]["code"]}
        born |= {"campaign": self.told["campaign"], "mode": self.told["mode"], "rate": 1, "ancestor": None}
        self.birth = compact(born | {"plan": self.told["plan"], "software": "stranger 1", "born": 1653433200000})

    def open_session(self) -> None:
        """Section 4, session."""
        nonce, device = self.hello()["nonce"], self.told["device"]
        sig = sign(self.device_key, "session", f"{nonce}\n{self.server}\n{device}\n")
        self.token = self.post("session", {"device": device, "nonce": nonce, "sig": sig, "wall": 1})["token"]

    def write(self, text: str) -> None:
        """A line."""
        at = {"wall": 1653433200000, "tick": 5, "run": "r", "offset": None, "error": None}
        line = {"v": 1, "log": self.log, "seq": len(self.lines) + 1, "school": self.told["school"]["code"]}
        line |= {"campaign": self.told["campaign"], "plan": self.told["plan"][:16], "type": "note_added", "tv": 1}
        actor = {"person": "p1", "role": "principal"}
        self.lines.append(compact(line | {"actor": actor, "witnesses": [], "at": at, "data": {"text": text}}))

    @property
    def log(self) -> str:
        """The log's id."""
        return stranger.key_id(public(self.log_key))

    @property
    def hashes(self) -> list[bytes]:
        """hash(0) to hash(n)."""
        return stranger.chain(hashlib.sha256(self.birth).digest(), self.lines)

    def common(self) -> tuple[int, bool]:
        """Section 5: the common head (-1: none), and whether the office is ahead."""
        hashes, heads = self.hashes, self.probe()["heads"]
        own = [head["seq"] for head in heads if head["seq"] < len(hashes) and hashes[head["seq"]].hex() == head["hash"]]
        if own or not heads:
            return max(own, default=-1), False
        low, high = -1, min(len(hashes) - 1, heads[0]["seq"])
        while low < high:
            step = max(1, (high - low) // 63)
            points = sorted({high, *range(low + 1, high, step)})[-64:]
            found = {point["seq"]: point["hash"] for point in self.probe(at=points)["at"]}
            same = [point for point in points if found[point] == hashes[point].hex()]
            low, high = max(same, default=low), min([p for p in points if p not in same], default=high + 1) - 1
        return low, low == len(hashes) - 1

    def probe(self, **more: Any) -> Any:
        """Section 4, probe, of the own log."""
        self.asked += 1
        return self.post("probe", {"logs": [{"log": self.log, **more}]})["logs"][0]

    def send(self, after: int, size: int = 500) -> list[str]:
        """Section 5: everything after a common head; the results, and a receipt for each batch."""
        results = []
        while True:
            start, upto = max(after, 0), min(max(after, 0) + size, len(self.lines))
            answer = self.push(self.fragment(start, upto, birth=after < 0), self.vouch() if after < 0 else "")
            assert stranger.believes(answer["receipt"], self.server)
            held = json.loads(answer["receipt"]["receipt"])
            assert (held["log"], held["hash"], held["mark"]) == (self.log, self.hashes[upto].hex(), "accepted")
            self.receipts.append(held)
            results += [run["result"] for run in answer["runs"]]
            after = upto
            if upto == len(self.lines):
                return results

    def fragment(self, after: int, upto: int, *, birth: bool) -> bytes:
        """Section 2."""
        start = {"log": self.log, "seq": after, "hash": self.hashes[after].hex()}
        head = {"log": self.log, "seq": upto, "hash": self.hashes[upto].hex()}
        sig = sign(self.log_key, "head", f"{self.log}\n{upto}\n{head['hash']}\n")
        first = self.birth if birth else compact({"from": start})
        return b"".join(r + b"\n" for r in (first, *self.lines[after:upto], compact({"head": head, "sig": sig})))

    def vouch(self) -> str:
        """Section 1."""
        return sign(self.device_key, "vouch", f"{self.log}\n{self.hashes[0].hex()}\n")

    def push(self, body: bytes, vouch: str = "") -> Any:
        """Section 4, push."""
        headers = {"Content_Type": LOG_TYPE, "Content_Encoding": "gzip"} | ({"Testday_Vouch": vouch} if vouch else {})
        return json.loads(self.ask("POST", "push", gzip.compress(body), **headers))


def public(key: Ed25519PrivateKey) -> str:
    """The public key in hex."""
    return key.public_key().public_bytes_raw().hex()


def sign(key: Ed25519PrivateKey, context: str, message: str) -> str:
    """Section 1."""
    return key.sign(f"testday {context} 1\n{message}".encode()).hex()


def compact(record: dict[str, Any]) -> bytes:
    """Section 2: no spaces, characters as themselves."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
