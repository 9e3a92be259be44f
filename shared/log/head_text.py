"""Heads as people carry them: on paper, in a QR code, scanned or pasted, with any words around them."""

import re
from dataclasses import dataclass

from shared.log.base32 import GAP, narrow, tidy
from shared.log.chain import Head
from shared.log.signing import LOG_PATTERN, SignedHead

_ALONE = r"(?<![0-9A-Z]){}(?![0-9A-Z])"
_HEAD = re.compile(
    _ALONE.format(rf"({LOG_PATTERN}):(0|[1-9][0-9]{{0,17}}):([0-9A-F]{{64}})(?::([0-9A-F]+))?"),
    re.IGNORECASE | re.ASCII,
)
"""Half a signature is a signature, and a wrong one."""

_SEAL_CODE = re.compile(
    _ALONE.format(rf"[0-9A-TV-Z]{{5}}(?:{GAP}[0-9A-TV-Z]{{5}}){{3}}"),
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class CarriedHead:
    """A head found in a text, with the signature that stood behind it, if one did."""

    head: Head
    signed: SignedHead | None


def write_head(signed: SignedHead) -> str:
    """A signed head as text: `<log>:<seq>:<hash hex>:<signature hex>`."""
    return f"{signed.head}:{signed.signature}"


def find_head(text: str) -> CarriedHead | None:
    """The first head in a text, whatever stands around it; None when there is none."""
    found = _HEAD.search(narrow(text))
    if found is None:
        return None
    head = Head(found.group(1).upper(), int(found.group(2)), bytes.fromhex(found.group(3)))
    return CarriedHead(head, SignedHead(head, found.group(4).lower()) if found.group(4) else None)


def find_seal_code(text: str) -> str | None:
    """The first seal code in a text, tidied to its twenty characters; None when there is none."""
    found = _SEAL_CODE.search(narrow(text))
    return tidy(found.group(0)) if found else None
