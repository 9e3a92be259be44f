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
from shared.timepiece import Rehearsal
from shared.wire import routes
from shared.wire.enrolment_files import EnrolRequest
from shared.wire.packing import pack
from sync_server.store.records import OfficeRow
from tests.vector_log import MORNING, VectorLog, key_of, make_heir, make_long
from tests.vector_office import CODE, LIVE, NOW, SECOND_SCHOOL, VectorOffice, device_of


def make_visits() -> dict[str, Any]:
    """The vectors of every visit, by the name of their file."""
    return {
        **_make_first(),
        "rehearsal.json": _make_rehearsal(),
        "bodies.json": _make_bodies(),
        "ancestor.json": _make_ancestor(),
        "vouch.json": _make_vouch(),
        "restored.json": _make_restored(),
    }


REHEARSAL = Rehearsal(rate=60, real_start=1_650_000_000_000, shown_start=MORNING)
REHEARSING = replace(LIVE, mode="rehearsal", rehearsal=REHEARSAL)


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
    elsewhere = VectorLog("log").cut(6)
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
    heir, unread = VectorLog("heir", ancestor=log.heads[5]), VectorLog("unread").cut(3)
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


def _make_rehearsal() -> dict[str, Any]:
    """A rehearsal's enrolment on both roads, its clock, its log, and what does not belong there."""
    log, slower = VectorLog("rehearsal", rate=REHEARSAL.rate), VectorLog("rehearsal", rate=30)
    live = VectorLog()
    with opened(REHEARSING) as office:
        enrolled = office.enrol("device", office.make_code())
        request = EnrolRequest(CODE, key_of("device").public, "0.1.0").encode()
        _, by_stick = office.office.enrolments.enrol_by_file(request, "https://office.example")
        pushes = [
            office.push("mode_wrong: a live log", live.fragment(0, 5, birth=True), live.vouch()),
            office.push("mode_wrong: a rehearsal at another rate", slower.fragment(0, 5, birth=True), slower.vouch()),
            office.push("stored: the log of this rehearsal", log.fragment(0, 9, birth=True), log.vouch()),
        ]
        office.say("演练：请核对时钟")
        start = REHEARSAL.real_start
        return {
            "enrol": enrolled,
            "stick": {"request": request.decode(), "answer": by_stick.decode()},
            "clock": [
                {"wall": wall, "shown": REHEARSAL.shown(wall)}
                for wall in (start - 60_000, start, start + 1, start + 120_000)
            ],
            "pushes": pushes,
            "county": office.pull(0).text,
        }


def _make_bodies() -> list[dict[str, Any]]:
    """Bodies as they travel: as long as may be, longer by a record, and packed in other ways than one gzip member."""
    long, log = make_long(routes.BATCH_LINES + 1), VectorLog()
    most, vouch, first = long.fragment(0, 500, birth=True), long.vouch(), log.fragment(0, 5, birth=True)
    once = pack(first)
    parts = pack(first[:1000]) + pack(first[1000:])
    with opened() as office:
        office.enrol("device", office.make_code())
        push = office.push_packed
        return [
            push("body_too_large: 501 lines", pack(long.fragment(0, 501, birth=True)), vouch),
            push("body_too_large: 500 lines and a head between them", pack(_with_head(long, most, 250)), vouch),
            push("stored: 500 lines, the most", pack(most), vouch),
            push(
                "duplicate and stored: 499 lines and a head between them",
                pack(_with_head(long, long.fragment(2, 501), 250)),
            ),
            push("body_damaged: two gzip members", parts, log.vouch()),
            push("body_damaged: a second member with nothing in it", once + pack(b""), log.vouch()),
            push("body_damaged: a zero behind the member", once + bytes(1), log.vouch()),
            push("body_damaged: the member's last byte is missing", once[:-1], log.vouch()),
            push("body_damaged: not packed, and said to be", first, log.vouch()),
            push("body_invalid: a packing of no name", once, log.vouch(), "br"),
            push("not_a_log: packed, and said not to be", once, log.vouch(), "identity"),
            push("stored: one member", once, log.vouch()),
        ]


def _with_head(log: VectorLog, body: bytes, seq: int) -> bytes:
    """A body with a good head behind one of its lines."""
    line = log.lines[seq - 1] + b"\n"
    return body.replace(line, line + log.signed(seq).record() + b"\n")


def _make_ancestor() -> dict[str, Any]:
    """What a laptop sends that took over from another one, in both orders, and the first laptop that comes back."""
    log = VectorLog()
    heir, ancestor, vouch = make_heir(log, 9), log.fragment(0, 9, birth=True), log.vouch("spare")
    strange = join_records([*ancestor.splitlines()[:-1], sign_head(heir.key, log.heads[9]).record()])
    own, own_vouch = heir.fragment(0, len(heir.lines), birth=True), heir.vouch("spare")
    with opened() as office:
        ancestor_first = _row(
            _enrolled(office),
            ("spare", "stored: the ancestor, vouched for by the laptop that took over", ancestor, vouch),
            ("spare", "stored: its own log", own, own_vouch),
            ("device", "stored_with_verdict: the first laptop comes back with more", log.fragment(9, 12), ""),
            ("spare", "duplicate: an empty batch, for the receipt of the named line", log.fragment(9, 9), ""),
        )
    with opened() as office:
        heir_first = _row(
            _enrolled(office),
            ("spare", "stored_with_verdict: a log whose ancestor is not here, read alone", own, own_vouch),
            ("spare", "head_signature_wrong: the ancestor, signed by the heir's key", strange, vouch),
            ("spare", "log_not_vouched: the ancestor without a vouch", ancestor, ""),
            ("spare", "stored: the ancestor", ancestor, vouch),
            ("spare", "duplicate: its own log again", own, own_vouch),
        )
    return {"ancestor_first": ancestor_first, "heir_first": heir_first}


def _make_vouch() -> dict[str, Any]:
    """For whom a laptop's word counts, and for how long it is asked for."""
    log, filed = VectorLog(), VectorLog("filed")
    first, filed_first = log.fragment(0, 5, birth=True), filed.fragment(0, 5, birth=True)
    with opened() as office:
        pushes = _row(
            _enrolled(office),
            ("device", "log_not_vouched: by another laptop of the school", first, log.vouch("spare")),
            ("device", "log_not_vouched: for another log", first, filed.vouch()),
            ("device", "log_not_vouched: in capitals", first, log.vouch().upper()),
            ("elsewhere", "school_wrong: by a laptop of another school", first, log.vouch("elsewhere")),
            ("spare", "stored: by a laptop that did not write it", first, log.vouch("spare")),
            ("device", "stored: more of it by another laptop, without a vouch", log.fragment(5, 9), ""),
            ("device", "duplicate: a vouch that is not looked at any more", first, log.vouch("elsewhere")),
        )
        imported = office.office.ingest.import_file(filed.file())
        after = _row(
            office,
            ("device", "log_not_vouched: a log that only came as a file", filed_first, log.vouch()),
            ("device", "duplicate: without its birth record nobody is asked to vouch", filed.fragment(5, 9), ""),
            ("device", "duplicate: a good vouch; the log is this laptop's from now on", filed_first, filed.vouch()),
            ("spare", "duplicate: a vouch that is not looked at any more", filed_first, log.vouch()),
        )
        file = {"file": filed.file().decode(), "receipt": imported.receipt.travelled()}
        return {"pushes": pushes, "import": file, "after_import": after}


def _enrolled(office: VectorOffice) -> VectorOffice:
    """With two laptops of one school, and one of another."""
    office.enrol("device", office.make_code())
    office.enrol("spare", office.make_code("1123456789"))
    office.enrol("elsewhere", office.make_code("2123456789", SECOND_SCHOOL))
    return office


def _row(office: VectorOffice, *pushes: tuple[str, str, bytes, str]) -> list[dict[str, Any]]:
    """Pushes one after the other, each by a laptop, with its name, body and vouch."""
    return [{"by": by, **office.push(name, body, vouch, by=by)} for by, name, body, vouch in pushes]


def each_turn(office: VectorOffice, folder: Path) -> Iterator[str]:
    """An office that goes back twice while a laptop is enrolled there, turn by turn; yields the name of each turn."""
    log = VectorLog()
    office.push("", log.fragment(0, 5, birth=True), log.vouch())
    early = office.back_up(folder / "early.sqlite")
    office.say("今天有雾，送卷车可能晚到十分钟")
    office.say("请核对领卷人签名")
    late = office.back_up(folder / "late.sqlite")
    office.push("", log.fragment(5, 9))
    office.say("送卷车已到镇上")
    yield "before"
    office.go_back(late, "ba9876543210")
    yield "put back: two of three lines are left"
    office.say("请关好窗户")
    yield "another third line"
    office.say("请报到场人数")
    yield "a fourth line"
    office.go_back(early, "456789abcdef")
    yield "put back to before its first word"
    office.say("一切照常")
    yield "another first line"


IN_FORCE = ("before", "before", "another third line", "a fourth line", "a fourth line", "another first line")
"""The turn whose county log a laptop holds that made a pass at every turn."""


def _make_restored() -> list[dict[str, Any]]:
    """An office that was put back: its epoch, what it holds, the lines that it gets again, and its county log."""
    log, turns = VectorLog(), []
    with tempfile.TemporaryDirectory() as folder, opened() as office:
        office.enrol("device", office.make_code())
        for name, in_force in zip(each_turn(office, Path(folder)), IN_FORCE, strict=True):
            turn = {"name": name, "epoch": office.office.row.epoch}
            probe = office.probe([{"log": log.born.log, "backed_up": 0}])[0]
            push = office.push("the lines after what the first backup holds", log.fragment(5, 9))
            pulls = {str(after): _pulled(office.pull(after)) for after in (0, 2, 3)}
            turns.append({**turn, "probe": probe, "push": push, "pulls": pulls, "in_force": in_force})
    return turns


def _pulled(answer: Any) -> dict[str, Any]:
    if answer.status_code >= 400:
        return {"status": answer.status_code, "code": answer.json["code"]}
    return {"status": answer.status_code, "body": answer.text}
