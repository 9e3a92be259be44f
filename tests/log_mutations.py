"""Seeded damage to a log file: bytes, records, JSON; some of it signed again by the log's own key or by another."""

import hashlib
import random
from collections.abc import Callable

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
    *(b"9" * 19, b"9" * 4301, b"[" * 300 + b"]" * 300, b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}', b'"\\ud83d\\ude00"'),
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


def _truncate(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _write_over, _cut, _blank, _value, _value, _key, _turn_letter, _records, _records, _truncate),
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
