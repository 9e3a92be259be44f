"""The grammar of what nobody should send: valid samples, taken apart and put together wrongly; seeded."""

import gzip
import json
import random
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

SIGNS = (
    *(b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xef\xbb\xbf", b"\\ud800", b"\\u0000"),
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b":", b",", b"\n", b"\r\n", b" ", b"-", b"0", "é".encode(), "ſK٣".encode()),
)
DEPTHS = (2, 33, 300, 800, 900, 940, 960, 980, 990, 4000, 20_000)
NUMBERS = (
    *("0", "-0", "-1", "1", "2", "01", "1.0", "1e0", "1e999", "NaN", "Infinity", "-Infinity"),
    *(str(2**31), str(2**53 + 1), str(2**63 - 1), str(2**63), str(-(2**63) - 1), str(2**64), "9" * 18, "9" * 19),
    *("9" * 300, "9" * 4300, "9" * 4301, "-" + "9" * 20_000),
)
TEXTS = (
    *("", "\0", "x", " ", "\n", "é" * 40, "\ud800", "a\udfffb", "\u202e\u2028", "K", "0" * 64, "0" * 128, "A" * 26),
    *("x" * 41, "x" * 65, "x" * 5000, "中" * 6000, "%s{0}{zh}", "'; DROP TABLE line; --", "../../server.key"),
)


class Raw(str):
    """A value as it shall stand in the text, JSON or not."""

    __slots__ = ()


class Pairs(list[tuple[str, Any]]):
    """An object as its pairs, so that a key may come twice."""


def load(text: bytes | str) -> Any:
    """A JSON sample, its objects as `Pairs`."""
    return json.loads(text, object_pairs_hook=Pairs)


def dump(value: Any) -> str:
    """The text of a value whose objects are `Pairs`."""
    if isinstance(value, Raw):
        return value
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{json.dumps(key)}:{dump(item)}" for key, item in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def odd_value(chance: random.Random) -> Any:
    """A value of another type, size or depth than anybody expects."""
    match chance.choice((0, 0, 1, 1, 2, 2, 3, 4, 5)):
        case 0:
            return Raw(chance.choice(NUMBERS))
        case 1:
            return Raw(json.dumps(chance.choice(TEXTS), ensure_ascii=True))
        case 2:
            return chance.choice((None, True, False, [], Pairs(), [None], Pairs([("a", 1), ("a", 2)])))
        case 3:
            depth, (opens, closes) = chance.choice(DEPTHS), chance.choice((("[", "]"), ('{"a":', "}"), ("[", "")))
            return Raw(opens * depth + ("1" if closes == "}" else "") + closes * depth)
        case 4:
            return [Raw(chance.choice(NUMBERS[:-3]))] * chance.choice((1, 2, 33, 65))
        case _:
            return Raw(chance.choice(("", "tru", "'x'", "0x1", "/**/1", "undefined", '"open', "1 2", "\ufeff1")))


def twist_value(chance: random.Random, value: Any) -> Any:
    """A copy of a JSON value with one thing wrong, somewhere in it."""
    if isinstance(value, Pairs) and value and chance.random() < 0.9:
        return _twist_object(chance, value)
    if isinstance(value, list) and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return [*value[:place], twist_value(chance, value[place]), *value[place + 1 :]]
    if isinstance(value, str) and not isinstance(value, Raw) and chance.random() < 0.5:
        return _twist_text(chance, value)
    if type(value) is int and chance.random() < 0.5:
        return value + chance.choice((-1, 1, 100, 10**6, -value, -2 * value - 1))
    return odd_value(chance)


def twist_json(chance: random.Random, sample: Any, times: int = 0) -> bytes:
    """A sample as the bytes of JSON with some things wrong, now and then in another encoding."""
    for _ in range(times or chance.choice((1, 1, 1, 2, 3))):
        sample = twist_value(chance, sample)
    text = dump(sample)
    encoding = chance.choice((*("utf-8",) * 30, "utf-16", "utf-32-le", "utf-8-sig", "gb18030"))
    data = text.encode(encoding, "surrogatepass" if encoding != "gb18030" else "replace")
    return twist_bytes(chance, data, [data]) if chance.random() < 0.1 else data


def twist_bytes(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Bytes with one to three damages, among them a piece of another sample."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        data = chance.choice(_DAMAGES)(chance, data or b"\n", chance.choice(others))
    return data


def twist_gzip(chance: random.Random, data: bytes, bomb: int) -> bytes:
    """What is no single whole gzip member of `data`; now and then one that unpacks to `bomb` bytes."""
    packed = gzip.compress(data, 1, mtime=0)
    match chance.choice((0, 1, 2, 2, 3, 4, 5, 6)):
        case 0:
            return packed[: chance.randrange(len(packed))]
        case 1:
            return packed + chance.choice((packed, b"\0", b"x", gzip.compress(b"")))
        case 2:
            return make_bomb(bomb, chance.choice((b"\n", b"\0")))
        case 3:
            return zlib.compress(data)
        case 4:
            return packed[:10] + chance.randbytes(chance.randrange(200))
        case 5:
            return packed[:-8] + chance.randbytes(8)
        case _:
            return twist_bytes(chance, packed, [packed])


@cache
def make_bomb(size: int, filler: bytes) -> bytes:
    """A gzip member of so many equal bytes, made without holding them."""
    packer, piece = zlib.compressobj(6, wbits=31), filler * 2**20
    return b"".join([*(packer.compress(piece) for _ in range(size // 2**20)), packer.flush()])


def _twist_object(chance: random.Random, pairs: Pairs) -> Pairs:
    place = chance.randrange(len(pairs))
    key, item = pairs[place]
    changed = Pairs(pairs)
    match chance.randrange(10):
        case 0:
            del changed[place]
        case 1:
            changed.insert(chance.randrange(len(pairs) + 1), (key, chance.choice((item, odd_value(chance)))))
        case 2:
            changed.append((chance.choice(("more", "v", "", "\0", key.upper(), key + "\ud800")), odd_value(chance)))
        case 3:
            chance.shuffle(changed)
        case _:
            changed[place] = (key, twist_value(chance, item))
    return changed


def _twist_text(chance: random.Random, text: str) -> str:
    place = chance.randrange(len(text) + 1)
    match chance.randrange(5):
        case 0:
            return text[:place] + chance.choice(("\0", "\n", "\ud800", " ", "é", "0", "\u2028", "ſ")) + text[place:]
        case 1:
            return text + chance.choice(("\n", " ", "0", "\0"))
        case 2:
            return text[:place]
        case 3:
            return text.swapcase()
        case _:
            return text[:place] + chance.choice("0123456789abcdefXYZ") + text[place + 1 :]


def _flip(chance: random.Random, data: bytes, _other: bytes) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def _sign(chance: random.Random, data: bytes, _other: bytes) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.choice(SIGNS) + data[place + chance.randrange(2) :]


def _cut(chance: random.Random, data: bytes, _other: bytes) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + data[place + chance.choice((1, 4, 60, len(data))) :]


def _splice(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """The beginning of this one and the end of another."""
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other) + 1) :]


def _repeat(chance: random.Random, data: bytes, _other: bytes) -> bytes:
    start, times = chance.randrange(len(data)), chance.choice((2, 2, 2, 40, 1000))
    piece = data[start : start + chance.choice((1, 8, 100))]
    return data[:start] + piece * times + data[start:]


def _odd_token(chance: random.Random, data: bytes, _other: bytes) -> bytes:
    """Another value behind some colon."""
    start = data.find(b":", chance.randrange(len(data))) + 1
    end = min((at for at in (data.find(sign, start) for sign in (b",", b"}", b"\n")) if at >= 0), default=len(data))
    return data[:start] + dump(odd_value(chance)).encode("utf-8", "surrogatepass") + data[end:]


def _records(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Records in another order, twice, missing, or one of another sample."""
    records = data.split(b"\n")
    one, two = chance.randrange(len(records)), chance.randrange(len(records))
    match chance.randrange(5):
        case 0:
            records[one], records[two] = records[two], records[one]
        case 1:
            records.insert(two, records[one])
        case 2:
            del records[one]
        case 3:
            records.insert(one, chance.choice(other.split(b"\n")))
        case _:
            chance.shuffle(records)
    return b"\n".join(records)


_DAMAGES: tuple[Callable[[random.Random, bytes, bytes], bytes], ...] = (
    *(_flip, _sign, _sign, _cut, _splice, _repeat, _odd_token, _odd_token, _records, _records),
)
