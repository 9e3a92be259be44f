"""The visits of the test vectors: what laptops say to the vector office one after the other, and what it answers."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.log.birth import birth_head
from shared.log.logfile import join_records
from shared.log.signing import log_id, sign_head
from shared.wire import routes
from sync_server.store.records import OfficeRow
from tests.vector_log import VectorLog, key_of
from tests.vector_office import CODE, LIVE, NOW, SECOND_SCHOOL, VectorOffice, device_of


def make_visits() -> dict[str, Any]:
    """The vectors of every visit, by the name of their file."""
    return {**_make_first()}


@contextmanager
def opened(row: OfficeRow = LIVE) -> Iterator[VectorOffice]:
    """An office of its own for one visit."""
    with tempfile.TemporaryDirectory() as folder:
        office = VectorOffice(Path(folder), row)
        try:
            yield office
        finally:
            office.close()


def _make_first() -> dict[str, Any]:
    """A laptop's whole visit: enrolment, pushes of every kind, probes, the county log."""
    log = VectorLog()
    with opened() as office:
        office.make_code(CODE)
        enrolled = office.enrol("device", "o1234-5678 9")
        pushes = [*_pushes(office, log), *_odd_pushes(office, log)]
        probes = office.probe([{"log": log.born.log, "backed_up": 0}], _asked(log))
        county = _county(office)
        probes += office.probe([])
        return {
            "enrol.json": enrolled,
            "push.json": pushes,
            "probe.json": probes,
            "county.json": county,
            "refused.json": _refusals(office),
        }


def _pushes(office: VectorOffice, log: VectorLog) -> list[dict[str, Any]]:
    vouch = log.vouch()
    first = log.fragment(0, 5, birth=True)
    other = VectorLog("other", SECOND_SCHOOL)
    elsewhere = VectorLog("log")
    elsewhere.lines, elsewhere.heads = elsewhere.lines[:6], elsewhere.heads[:7]
    for line in log.lines[6:9]:
        elsewhere.add_raw(line.replace(b'"status":"present"', b'"status":"refused"'))
    strange = join_records([log.birth, *log.lines[:9], sign_head(key_of("stranger"), log.heads[9]).record()])
    broken = log.fragment(5, 9).replace(b'"seat":1,', b'"seat":3,')
    push = office.push
    return [
        push("log_unknown: nobody sent the birth record yet", log.fragment(3, 5)),
        push("log_not_vouched: a new log without a laptop's word for it", first),
        push("stored: the first five lines, with the birth record", first, vouch),
        push("duplicate: the same again", first, vouch),
        push("duplicate: an empty batch, for a receipt that was lost", log.fragment(5, 5)),
        push("head_unknown: after a line that the office does not hold", log.fragment(9, 12)),
        push("head_missing: no head at the end", join_records(log.fragment(5, 9).splitlines()[:-1])),
        push("chain_broken: a changed line before the head", broken),
        push("head_signature_wrong: signed by another key", strange),
        push("not_a_log: no first record", join_records(log.lines[5:9])),
        push("school_wrong: a log of another school", other.fragment(0, 3, birth=True), vouch),
        push("duplicate and stored: some lines again, then new ones", log.fragment(3, 9)),
        push("stored_with_verdict: a type of a later release, a seat nobody has", log.fragment(9, 12)),
        push("fork: the same numbers, other lines", elsewhere.fragment(5, 9)),
        push("duplicate: a laptop restored at line 8 of the second branch", elsewhere.fragment(6, 8)),
    ]


def _odd_pushes(office: VectorOffice, log: VectorLog) -> list[dict[str, Any]]:
    """Bodies that two readers might judge otherwise; none of them changes what the probes show."""
    good, birth, vouch = log.fragment(5, 9), log.fragment(0, 5, birth=True), log.vouch()
    heir, unread = VectorLog("heir", ancestor=log.heads[5]), VectorLog("unread")
    unread.lines, unread.heads = unread.lines[:3], unread.heads[:4]
    unread.add_raw(b"[]")
    between = join_records([*good.splitlines()[:3], b'{"head":' + b"{}}", *good.splitlines()[3:]])
    elsewhere = replace(log.born, campaign="2023-yunxi").encode()
    rehearsal = replace(log.born, mode="rehearsal", rate=60).encode()
    push = office.push
    return [
        push("duplicate: as it is, not packed", good, packed=False),
        push("duplicate: what follows the last line feed is torn and does not count", good + log.lines[9]),
        push("stored: a birth record and no line", heir.fragment(0, 0, birth=True), heir.vouch()),
        push("not_a_line among stored: a line that cannot be read", unread.fragment(0, 4, birth=True), unread.vouch()),
        push("not_a_log: a blank before the first record", b" " + birth, vouch),
        push("not_a_line: a birth record of another version", birth.replace(b'"birth":1', b'"birth":2'), vouch),
        push("not_a_line: a damaged from record", good.replace(b'"seq":5,', b'"seq":05,', 1)),
        push("not_a_line: a damaged head between the lines", between),
        push("log_key_mismatch: a log id of no such key", birth.replace(b'"log":"7', b'"log":"8', 1), vouch),
        push("campaign_wrong", _sealed(log, elsewhere), vouch),
        push("mode_wrong: a rehearsal", _sealed(log, rehearsal), vouch),
    ]


def _sealed(log: VectorLog, birth: bytes) -> bytes:
    """A birth record alone, with its head signed by the log's key."""
    return join_records([birth, sign_head(log.key, birth_head(birth)).record()])


def _asked(log: VectorLog) -> list[dict[str, Any]]:
    return [{"log": log.born.log, "at": [0, 7, 12, 13]}, {"log": log_id(key_of("device").public)}]


def _county(office: VectorOffice) -> dict[str, Any]:
    for text in ("今天有雾，送卷车可能晚到十分钟", "请核对领卷人签名"):
        office.say(text)
    office.write_county("plan_published", {"sha256": "c" * 64, "plan": "primary", "revision": 2})
    return {"after": {str(after): office.pull(after).text for after in (0, 2, 3)}}


def _refusals(office: VectorOffice) -> list[dict[str, Any]]:
    """JSON requests that are refused; the last one without a token."""
    nonce, key, sig = "0123456789abcdef", key_of("device").public, "0" * 128
    device, office_key = device_of("device"), key_of("office").public
    asked: list[tuple[str, dict[str, Any], str]] = [
        (routes.HELLO, {"protocol": 2, "nonce": nonce}, ""),
        (routes.HELLO, {"protocol": 1, "nonce": nonce.upper()}, ""),
        (routes.HELLO, {"protocol": 1, "nonce": nonce, "more": 1}, ""),
        (routes.ENROL, {"code": "00000-00000", "key": key, "software": "0.1.0"}, ""),
        (routes.ENROL, {"code": CODE, "key": office_key, "software": "0.1.0"}, ""),
        (routes.SESSION, {"device": device, "nonce": nonce, "sig": sig, "wall": NOW}, ""),
        (routes.PROBE, {"logs": [], "more": 1}, "device"),
        (routes.PROBE, {"logs": [{"log": "0" * 25}]}, "device"),
        (routes.PROBE, {"logs": []}, ""),
    ]
    answers = [(path, one, office.post(path, one, by)) for path, one, by in asked]
    return [
        {"path": path, "asked": one, "status": answer.status_code, "code": (answer.json or {}).get("code")}
        for path, one, answer in answers
    ]
