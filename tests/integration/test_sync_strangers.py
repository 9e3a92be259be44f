"""What is on the road besides our office: log-in pages, other offices, forged receipts; each told apart in words."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from field_app.sync.client import SyncFailure
from shared.domain.errors import ErrorCode
from shared.log.receipt import ACCEPTED
from shared.log.signing import SigningKey
from shared.wire.problems import sentence
from tests.office_house import FIRST, ServedOffice
from tests.road import Fault, Road, change, say
from tests.sync_house import SyncLaptop, enrol_laptop, serve, stored_lines

LOGIN = "<html><title>上网认证</title><form>手机号 <input></form></html>".encode()
HTML = {"Content_Type": "text/html; charset=utf-8"}
JSON = {"Content_Type": "application/json"}
BLOCKED = "<!DOCTYPE html><html><head><title>访问被拒绝</title></head><body>网站已被过滤</body></html>".encode()
STRANGERS: dict[str, tuple[Fault, ErrorCode]] = {
    "200 with a log-in form": (say("200 OK", LOGIN, **HTML), ErrorCode.LOG_IN_PAGE),
    "302 to a log-in page": (say("302 Found", b"", Location="http://10.0.0.1/login"), ErrorCode.LOG_IN_PAGE),
    "307 to a log-in page": (
        say("307 Temporary Redirect", b"", Location="http://10.0.0.1/login"),
        ErrorCode.LOG_IN_PAGE,
    ),
    "511": (say("511 Network Authentication Required", LOGIN, **HTML), ErrorCode.LOG_IN_PAGE),
    "403 with a log-in form": (say("403 Forbidden", LOGIN, **HTML), ErrorCode.LOG_IN_PAGE),
    "200 that calls a form JSON": (say("200 OK", LOGIN, **JSON), ErrorCode.LOG_IN_PAGE),
    "200 with a page": (say("200 OK", BLOCKED, **HTML), ErrorCode.PROXY_ANSWERED),
    "403 with a page": (say("403 Forbidden", BLOCKED, **HTML), ErrorCode.PROXY_ANSWERED),
    "200 with other JSON": (say("200 OK", b'{"ok":true}', **JSON), ErrorCode.OFFICE_NOT_OURS),
    "200 with a JSON list": (say("200 OK", b"[]", **JSON), ErrorCode.OFFICE_NOT_OURS),
    "200 with deep JSON": (say("200 OK", b"[" * 100_000, **JSON), ErrorCode.OFFICE_NOT_OURS),
    "204 with nothing": (say("204 No Content", b""), ErrorCode.OFFICE_NOT_OURS),
    "404 of another program": (say("404 Not Found", b'{"error":"no"}', **JSON), ErrorCode.OFFICE_NOT_OURS),
}
PATHS = ("/hello", "/session", "/probe", "/push")


@pytest.fixture
def laptop(served: ServedOffice, road: Road, tmp_path: Path) -> Iterator[SyncLaptop]:
    """A laptop with ten lines to send."""
    made = enrol_laptop(served, tmp_path / "laptop", url=road.url).record(10)
    yield made
    made.close()


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_is_not_our_office(served: ServedOffice, road: Road, laptop: SyncLaptop, name: str) -> None:
    fault, code = STRANGERS[name]
    for path in PATHS:
        road.add(path, fault)
        assert laptop.fails().code is code, path
    assert laptop.runner.received == 0
    assert laptop.runner.run_pass() is None
    assert stored_lines(served, laptop.log) == laptop.log.lines[:10]


def test_a_log_in_page_half_way_through_a_pull_is_not_our_office(
    served: ServedOffice, road: Road, laptop: SyncLaptop
) -> None:
    school = served.office.store.read(lambda book: book.find_school(FIRST))
    assert school is not None
    served.office.county_logs.append(school, "message_sent", {"text": "请核对"}, "admin")
    for end in ("/county-log", laptop.enrolment.plan):
        road.add(end, say("200 OK", LOGIN, **HTML))
        assert laptop.fails().code is ErrorCode.LOG_IN_PAGE, end
    assert laptop.runner.run_pass() is None
    assert len(laptop.office.county_lines()) == 1
    assert laptop.office.find_content(laptop.enrolment.plan) is not None


def test_a_failing_office_is_told_from_a_stranger(served: ServedOffice, road: Road, laptop: SyncLaptop) -> None:
    for status in ("500 Internal Server Error", "502 Bad Gateway", "504 Gateway Timeout"):
        road.add("/push", say(status, b"<html>nginx</html>", **HTML))
        problem = laptop.fails()
        assert (problem.code, str(problem.values["status"])) == (ErrorCode.OFFICE_FAILED, status[:3])


@pytest.mark.parametrize("status", ["503 Service Unavailable", "429 Too Many Requests"])
def test_the_time_an_office_asks_for_is_kept(road: Road, laptop: SyncLaptop, status: str) -> None:
    road.add("/hello", say(status, b"", Retry_After="77"))
    problem = laptop.fails()
    assert isinstance(problem, SyncFailure)
    assert (problem.code, problem.retry_after) == (ErrorCode.OFFICE_FAILED, 77.0)
    road.add("/hello", say(status, b"", Retry_After="Wed, 25 May 2022 08:00:00 GMT"))
    problem = laptop.fails()
    assert isinstance(problem, SyncFailure)
    assert problem.retry_after is None


def test_an_office_with_another_key_gets_nothing(served: ServedOffice, road: Road, tmp_path: Path) -> None:
    other = serve(tmp_path / "other")
    laptop = enrol_laptop(other, tmp_path / "laptop", url=road.url).record(10)
    try:
        assert laptop.fails().code is ErrorCode.OFFICE_KEY_WRONG
        assert road.seen == ["/api/v1/hello"]
    finally:
        laptop.close()
        other.close()


def test_an_office_that_cannot_prove_its_key_is_refused(road: Road, laptop: SyncLaptop, served: ServedOffice) -> None:
    road.add("/hello", change(b'"epoch":"' + served.office.row.epoch.encode()[:4], b'"epoch":"zzzz'))
    assert laptop.fails().code is ErrorCode.OFFICE_KEY_WRONG


def test_a_laptop_the_office_does_not_know_is_told_so(served: ServedOffice, laptop: SyncLaptop, tmp_path: Path) -> None:
    laptop.enrolment = replace(laptop.enrolment, device="NOBODY000000")
    laptop.runner = laptop.new_runner()
    problem = laptop.fails()
    assert isinstance(problem, SyncFailure)
    assert (problem.code, problem.refused) == (ErrorCode.OFFICE_REFUSED, ErrorCode.DEVICE_UNKNOWN)
    assert "没有登记这台笔记本" in sentence(problem, "zh")
    assert "does not know this laptop" in sentence(problem, "en")


def test_a_barred_laptop_sends_nothing_more(served: ServedOffice, laptop: SyncLaptop) -> None:
    laptop.runner.run_pass()
    device = served.office.store.read(lambda book: book.find_device(laptop.enrolment.device))
    assert device is not None
    served.office.store.write(lambda book: book.set_barred(device.no, True))
    problem = laptop.record(5).fails()
    assert isinstance(problem, SyncFailure)
    assert problem.refused == ErrorCode.DEVICE_UNKNOWN
    assert len(stored_lines(served, laptop.log)) == 10


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'\\"seq\\":10', b'\\"seq\\":11'),
        (b'\\"mark\\":\\"accepted', b'\\"mark\\":\\"acceptec'),
        (b'"sig":"', b'"sig":0'),
    ],
    ids=["another line", "another mark", "no signature"],
)
def test_a_tampered_receipt_is_not_counted(
    served: ServedOffice, road: Road, laptop: SyncLaptop, old: bytes, new: bytes
) -> None:
    road.add("/push", change(old, new))
    assert laptop.fails().code in (ErrorCode.HEAD_SIGNATURE_WRONG, ErrorCode.OFFICE_NOT_OURS)
    assert laptop.runner.received == 0
    assert laptop.office.receipts(laptop.log.heads[0].log, ACCEPTED) == []
    laptop.runner.run_pass()
    assert laptop.runner.received == 10


def test_a_receipt_for_another_head_is_not_counted(served: ServedOffice, road: Road, laptop: SyncLaptop) -> None:
    earlier: list[bytes] = []
    road.add("/push", lambda crossing: earlier.append(crossing.ask_office()))
    laptop.fails()
    laptop.record(5)
    road.add("/push", lambda crossing: crossing.answer(earlier[0]))
    assert laptop.fails().code is ErrorCode.HEAD_SIGNATURE_WRONG
    assert laptop.runner.received == 0


def test_a_receipt_signed_by_a_stranger_is_not_counted(served: ServedOffice, laptop: SyncLaptop) -> None:
    laptop.runner.run_pass()
    fresh = replace(laptop.enrolment, server_key=SigningKey.new().public)
    laptop.enrolment = fresh
    laptop.runner = laptop.new_runner()
    assert laptop.record(5).fails().code is ErrorCode.OFFICE_KEY_WRONG
