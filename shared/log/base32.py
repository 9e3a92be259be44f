"""Crockford base32: codes that people read aloud and copy from paper (no I, L, O, U)."""

import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GAP = r"[\s\-–—]*"
"""What people put between groups: blanks and dashes."""

_GAPS = re.compile(r"[\s\-–—]")
_MISREAD = str.maketrans("OIL", "011")


def encode(data: bytes, length: int) -> str:
    """The first `length` characters (5 bits each, most significant first) of `data`."""
    bits = int.from_bytes(data, "big")
    total = len(data) * 8
    return "".join(ALPHABET[(bits >> (total - 5 * (i + 1))) & 31] for i in range(length))


def tidy(text: str) -> str:
    """What somebody typed, as the code they meant: half-width, upper case, no blanks or dashes, O→0, I and L→1."""
    return _GAPS.sub("", narrow(text)).upper().translate(_MISREAD)


def narrow(text: str) -> str:
    """A text as if no Chinese keyboard had made its letters, digits and signs full-width."""
    return unicodedata.normalize("NFKC", text)
