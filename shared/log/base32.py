"""Crockford base32: codes that people read aloud and copy from paper (no I, L, O, U)."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def encode(data: bytes, length: int) -> str:
    """The first `length` characters (5 bits each, most significant first) of `data`."""
    bits = int.from_bytes(data, "big")
    total = len(data) * 8
    return "".join(ALPHABET[(bits >> (total - 5 * (i + 1))) & 31] for i in range(length))


def tidy(text: str) -> str:
    """What somebody typed, as the code they meant: upper case, no dashes, O→0, I and L→1."""
    return text.upper().translate(_MISREAD)
