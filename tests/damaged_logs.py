"""One damage each to a log file: what somebody with an editor, or a bad stick, may do to it."""

import hashlib
from collections.abc import Callable, Sequence

from shared.log.birth import birth_head
from shared.log.chain import Head, next_hash
from shared.log.signing import HEAD_PREFIX, SigningKey, sign_head

Damage = Callable[[bytes], bytes]


def _changed(old: bytes, new: bytes) -> Damage:
    def damage(data: bytes) -> bytes:
        assert old in data, old
        return data.replace(old, new, 1)

    return damage


def _record(change: Callable[[list[bytes]], list[bytes]]) -> Damage:
    def damage(data: bytes) -> bytes:
        return b"".join(record + b"\n" for record in change(data.splitlines()))

    return damage


def _line(seq: int) -> int:
    """Where line `seq` stands among the records: heads follow lines 4 and 9."""
    return seq + (seq > 4) + (seq > 9)


def _heads(records: Sequence[bytes]) -> list[Head]:
    """The head that each line makes, 0 being the birth's."""
    heads = [birth_head(records[0])]
    for line in records[1:]:
        if not line.startswith(HEAD_PREFIX):
            heads.append(Head(heads[0].log, len(heads), next_hash(heads[-1].hash, line)))
    return heads


def _signed(head: Head) -> bytes:
    """A head as the vectors' log signs it."""
    key = SigningKey(hashlib.sha256(b"testday vector log").digest())
    return sign_head(key, head).record()


def _claimed(seq: int, other: int, log: str = "") -> Damage:
    """One more head at a line, with the hash of another line."""

    def change(records: list[bytes]) -> list[bytes]:
        heads = _heads(records)
        return [*records, _signed(Head(log or heads[0].log, seq, heads[other].hash))]

    return _record(change)


def _signed_again(records: list[bytes]) -> list[bytes]:
    records = [record for record in records if not record.startswith(HEAD_PREFIX)]
    records[3] = b"[]"
    return [*records, _signed(_heads(records)[-1])]


def _heads_first(records: list[bytes]) -> list[bytes]:
    return [records[0], *sorted(records[1:], key=lambda record: not record.startswith(HEAD_PREFIX))]


def _moved(records: list[bytes], place: int) -> list[bytes]:
    return [*records[:place], records[place + 1], records[place], *records[place + 2 :]]


DAMAGES: dict[str, Damage] = {
    "nothing": lambda data: data,
    "a letter of the birth record": _changed(b"2022-yunxi", b"2022-yunxj"),
    "the number of line 7": _changed(b'"seq":7,', b'"seq":8,'),
    "a seat in line 7": _changed(b'"seat":1,', b'"seat":3,'),
    "a bracket of line 7": _changed(b'"seat":1,', b'"seat":1;'),
    "line 3 removed": _record(lambda records: records[: _line(3)] + records[_line(3) + 1 :]),
    "lines 6 and 7 swapped": _record(lambda records: _moved(records, _line(6))),
    "line 6 twice": _record(lambda records: records[: _line(6) + 1] + records[_line(6) :]),
    "a line of another log inserted": _record(
        lambda records: [*records[:3], records[3].replace(b'"log":"', b'"log":"0'), *records[3:]]
    ),
    "the head after line 9 removed": _record(lambda records: [r for r in records if b'"seq":9,"hash"' not in r]),
    "a digit of the signature at line 4": lambda data: _resigned(data, b'"seq":4,"hash"'),
    "the number in the head at line 9": _changed(b'"seq":9,"hash"', b'"seq":8,"hash"'),
    "a capital in the hash at line 9": lambda data: _capital(data, b'"seq":9,"hash":"'),
    "a second birth record": _record(lambda records: [*records[:2], records[0], *records[2:]]),
    "a from record after the birth": _record(
        lambda records: (
            [records[0], b'{"from":{"log":"' + b"0" * 26 + b'","seq":0,"hash":"' + b"0" * 64 + b'"}}', *records[1:]]
        )
    ),
    "an empty record": _record(lambda records: [*records[:5], b"", *records[5:]]),
    "the tail cut after line 10": _record(lambda records: records[: _line(10) + 1]),
    "the last record torn": lambda data: data[:-20],
    "no birth record": _record(lambda records: records[1:]),
    "nothing at all": lambda _: b"",
    "a blank before the birth record": lambda data: b" " + data,
    "a birth record of another version": _changed(b'"birth":1', b'"birth":2'),
    "a birth record with another log id": _changed(b'"log":"7', b'"log":"8'),
    "lines 11 and 12 removed before their head": _record(
        lambda records: [*records[: _line(11)], *records[_line(12) + 1 :]]
    ),
    "a second head at line 4, with another hash": _claimed(4, 3),
    "a head at the birth record, with another hash": _claimed(0, 1),
    "a head of another log": _claimed(4, 4, "0" * 26),
    "line 3 is none, and the log's own key signed it": _record(_signed_again),
    "a bad line after a bad head": lambda data: _changed(b'"seat":1,', b'"seat":1;')(_claimed(4, 3)(data)),
    "a bad line before the end of a bad head": lambda data: _changed(b'"seat":1,', b'"seat":1;')(_claimed(9, 3)(data)),
    "the heads before their lines": _record(_heads_first),
    "Windows line ends after line 4": lambda data: data[:2000] + data[2000:].replace(b"\n", b"\r\n"),
}


def _resigned(data: bytes, head: bytes) -> bytes:
    place = data.index(b'"sig":"', data.index(head)) + len(b'"sig":"')
    digit = b"1" if data[place : place + 1] == b"0" else b"0"
    return data[:place] + digit + data[place + 1 :]


def _capital(data: bytes, head: bytes) -> bytes:
    start = data.index(head) + len(head)
    place = next(at for at in range(start, start + 64) if data[at : at + 1].isalpha())
    return data[:place] + data[place : place + 1].upper() + data[place + 1 :]
