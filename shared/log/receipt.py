"""Receipts: the office's signature over a head it holds."""

import json
from dataclasses import dataclass

from shared.domain.errors import DomainError, ErrorCode
from shared.log.chain import Head
from shared.log.line import read_json
from shared.log.signing import SigningKey, verify

HASH_BYTES = 32
ACCEPTED = "accepted"
BACKED_UP = "backed_up"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the office signed: it holds `head` of this school's log, how safely (`mark`), at which wall time in ms."""

    school: str
    head: Head
    mark: str
    epoch: str
    at: int

    def encode(self) -> str:
        """The exact text that is signed."""
        content = {
            "school": self.school,
            "log": self.head.log,
            "seq": self.head.seq,
            "hash": self.head.hash.hex(),
            "mark": self.mark,
            "epoch": self.epoch,
            "at": self.at,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def sign_receipt(key: SigningKey, receipt: Receipt) -> dict[str, str]:
    """The receipt as it travels: its text and the office's signature."""
    text = receipt.encode()
    return {"receipt": text, "sig": key.sign("receipt", text)}


def read_receipt(travelled: dict[str, str], server_key: str) -> Receipt:
    """The receipt, checked against the office's public key; raises NOT_A_LINE or HEAD_SIGNATURE_WRONG."""
    text = travelled["receipt"]
    receipt = receipt_of(text)
    if not verify(server_key, "receipt", text, travelled["sig"]):
        raise DomainError(ErrorCode.HEAD_SIGNATURE_WRONG, seq=receipt.head.seq)
    return receipt


def receipt_of(text: str) -> Receipt:
    """The receipt of a signed text, its signature unchecked; raises NOT_A_LINE."""
    try:
        content = read_json(text.encode("utf-8"))
        head = Head(content["log"], content["seq"], bytes.fromhex(content["hash"]))
        receipt = Receipt(content["school"], head, content["mark"], content["epoch"], content["at"])
        if {type(text) for text in (receipt.school, head.log, receipt.mark, receipt.epoch)} != {str}:
            raise TypeError("texts")
        if {type(head.seq), type(receipt.at)} != {int} or not 0 <= head.seq < 10**18 or len(head.hash) != HASH_BYTES:
            raise ValueError("head")
        return receipt
    except (KeyError, TypeError, ValueError) as problem:
        raise DomainError(ErrorCode.NOT_A_LINE, reason="receipt") from problem
