"""One damage each to a log file: what somebody with an editor, or a bad stick, may do to it."""

from collections.abc import Callable

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
