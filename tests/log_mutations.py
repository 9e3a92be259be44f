"""Seeded damage to a log file: bytes, records, JSON; some of it signed again by the log's own key or by another."""

import hashlib
import json
import random
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from bench.sample_log import make_log
from shared.domain.errors import DomainError
from shared.log.birth import birth_head
from shared.log.chain import Head, next_hash
from shared.log.logfile import join_records
from shared.log.signing import HEAD_PREFIX, SigningKey, sign_head

Mutation = Callable[[random.Random, bytes], bytes]

_SIGNS = (
    *(bytes([b]) for b in b'{}[]":,\\ \t\r\n09azAZ-'),
    b"\0",
    b"\xff",
    b"\xc3",
    "é".encode(),
    b"\\u00e9",
    b"\\ud83d",
)
_VALUES = (
    *(b"0", b"1", b"-1", b"-0", b"01", b"1.0", b"1e0", b"NaN", b"true", b"null", b'"1"', b'""', b"[]", b"{}", b"[1]"),
    *(b"9" * 19, b"9" * 4300, b"9" * 4301, b"-" + b"9" * 4300, b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}'),
    *(b"[" * depth + b"]" * depth for depth in (29, 30, 31, 32, 33, 300, 5000)),
    *(b'{"a":' * depth + b"1" + b"}" * depth for depth in (29, 30, 31, 32)),
    *(b'"\\ud83d\\ude00"', b'"' + b"[" * 40 + b'"', b'"\\"' + b"{" * 40 + b'"'),
)
_STRANGER = SigningKey(hashlib.sha256(b"testday vector stranger").digest())


def _flip(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def _write_over(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.choice(_SIGNS) + data[place + chance.randrange(2) :]


def _cut(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + data[place + chance.randint(1, 60) :]


def _blank(chance: random.Random, data: bytes) -> bytes:
    """White space between tokens, which a line may have and a head may not."""
    places = [at for at, byte in enumerate(data) if byte in b",:{}"]
    place = chance.choice(places or [0]) + chance.randrange(2)
    return data[:place] + chance.choice((b" ", b"\t", b"\r")) + data[place:]


def _value(chance: random.Random, data: bytes) -> bytes:
    """Another value behind some colon."""
    start = chance.choice([at for at, byte in enumerate(data) if byte in b":"] or [0]) + 1
    end = min((at for at in range(start, len(data)) if data[at] in b",}\n"), default=len(data))
    return data[:start] + chance.choice(_VALUES) + data[end:]


def _key(chance: random.Random, data: bytes) -> bytes:
    """One more key in some object."""
    place = chance.choice([at for at, byte in enumerate(data) if byte in b"{"] or [0]) + 1
    more = chance.choice((b'"v":1,', b'"x":null,', b'"happened":1,', b'"happened":null,', b'"seat":1,', b'"log":"x",'))
    return data[:place] + more + data[place:]


def _turn_letter(chance: random.Random, data: bytes) -> bytes:
    place = chance.choice([at for at, byte in enumerate(data) if bytes([byte]).isalpha()] or [0])
    return data[:place] + data[place : place + 1].swapcase() + data[place + 1 :]


def _records(chance: random.Random, data: bytes) -> bytes:
    """Records removed, doubled, moved, swapped or of the wrong kind."""
    records = data.split(b"\n")
    one, other = chance.randrange(len(records)), chance.randrange(len(records))
    match chance.randrange(5):
        case 0:
            del records[one]
        case 1:
            records.insert(other, records[one])
        case 2:
            records.insert(other, records.pop(one))
        case 3:
            records[one], records[other] = records[other], records[one]
        case 4:
            records[one] = records[other].replace(b'{"head":', b'{"from":')
    return b"\n".join(records)


def _head(chance: random.Random, data: bytes) -> bytes:
    """A head moved, doubled, damaged, or put in another's place."""
    records = data.split(b"\n")
    places = [place for place, record in enumerate(records) if record.startswith(HEAD_PREFIX)]
    if not places:
        return data
    place = chance.choice(places)
    match chance.randrange(4):
        case 0:
            records.insert(chance.randrange(len(records)), records.pop(place))
        case 1:
            records.insert(chance.randrange(len(records)), records[place])
        case 2:
            records[place] = chance.choice((_flip, _write_over, _cut, _turn_letter))(chance, records[place])
        case 3:
            records[place] = records[chance.choice(places)]
    return b"\n".join(records)


def _birth(chance: random.Random, data: bytes) -> bytes:
    """One value of the birth record changed to another that looks good."""
    old, new = chance.choice(_BIRTHS)
    first, feed, rest = data.partition(b"\n")
    return first.replace(old, new, 1) + feed + rest


_BIRTHS = (
    *(
        (b'"log":"7', b'"log":"8'),
        (b'"key":"d', b'"key":"e'),
        (b'"birth":1', b'"birth":2'),
        (b'"plan":"', b'"plan":"0'),
    ),
    *((b'"live","rate":1', b'"rehearsal","rate":60'), (b'"rate":1', b'"rate":2'), (b'"school":"5', b'"school":"')),
    (b'"ancestor":null', b'"ancestor":{"log":"%b","seq":5,"hash":"%b"}' % (b"0" * 26, b"a" * 64)),
)


def _windows(chance: random.Random, data: bytes) -> bytes:
    """Windows line ends, everywhere or in one place."""
    if chance.randrange(2):
        return data.replace(b"\n", b"\r\n")
    records = data.split(b"\n")
    records[chance.randrange(len(records))] += b"\r"
    return b"\n".join(records)


def _spell(chance: random.Random, data: bytes) -> bytes:
    """One record in another way of writing the same JSON."""
    records = data.split(b"\n")
    place = chance.randrange(len(records))
    with suppress(ValueError, RecursionError):
        content = json.loads(records[place])
        records[place] = chance.choice(_SPELLINGS)(content).encode("utf-8", "surrogatepass")
    return b"\n".join(records)


def _turned(content: Any) -> str:
    return json.dumps(dict(reversed(content.items())) if isinstance(content, dict) else content, ensure_ascii=False)


_SPELLINGS: tuple[Callable[[Any], str], ...] = (
    json.dumps,
    _turned,
    lambda content: json.dumps(content, separators=(",", ":")),
    lambda content: json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    lambda content: json.dumps(content, ensure_ascii=False, indent="\t").replace("\n", "\r"),
)


def _mixed(chance: random.Random, data: bytes) -> bytes:
    """A record of another log, in a record's place or between two."""
    records = data.split(b"\n")
    place = chance.randrange(len(records))
    records[place : place + chance.randrange(2)] = [chance.choice(_another_log())]
    return b"\n".join(records)


@cache
def _another_log() -> tuple[bytes, ...]:
    made = make_log("530521002", "2022-yunxi", "b" * 64, 12, seed=5)
    heads = [sign_head(made.key, head).record() for head in made.heads]
    return (made.birth, *made.lines, *heads)


def _truncate(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _write_over, _cut, _blank, _value, _value, _value, _key, _turn_letter, _records, _records, _truncate),
    *(_head, _head, _birth, _windows, _spell, _mixed),
)


def mutate(chance: random.Random, data: bytes, key: SigningKey) -> bytes:
    """The file with one to three damages; one time in three somebody chained it anew and signed its heads."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        data = chance.choice(MUTATIONS)(chance, data or b"\n")
    signer = chance.choice((None, None, None, None, key, key, _STRANGER))
    return _chained(chance, data, signer) if signer else data


def _chained(chance: random.Random, data: bytes, signer: SigningKey) -> bytes:
    """Heads for the lines as they are now, at their places; of one in five the number is wrong."""
    first, *others = data.split(b"\n")
    try:
        head = birth_head(first)
    except DomainError:
        return data
    records = [first]
    for record in others[:-1]:
        if record.startswith(HEAD_PREFIX):
            wrong = chance.choice((0, 0, 0, 0, chance.choice((-1, 1, 100))))
            record = sign_head(signer, Head(head.log, max(0, head.seq + wrong), head.hash)).record()
        else:
            head = Head(head.log, head.seq + 1, next_hash(head.hash, record))
        records.append(record)
    return join_records(records) + others[-1] if others else data
