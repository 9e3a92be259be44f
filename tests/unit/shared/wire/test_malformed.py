"""What an office or a stick brings is as its types say, or refused in words: no half characters, no other types."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.domain.errors import DomainError, ErrorCode
from shared.log.chain import Head
from shared.log.receipt import ACCEPTED, Receipt, read_receipt
from shared.log.signing import SigningKey, log_id
from shared.wire.enrolment_files import EnrolRequest, encode_answer, read_answer, read_request
from shared.wire.kit import read_kit

KEY = SigningKey.new()
GOOD_RECEIPT = Receipt("530521001", Head("0" * 26, 5, b"h" * 32), ACCEPTED, "e", 1)
TOLD: Mapping[str, Any] = {
    "school": {"code": "530521001", "name": "南湖小学"},
    "county": "云溪县",
    "campaign": "2022-yunxi",
    "mode": "live",
    "rehearsal": None,
    "plan": "a" * 64,
    "server_key": "b" * 64,
    "epoch": "0123456789ab",
    "device": log_id(KEY.public)[:12],
}


def signed(text: str) -> dict[str, str]:
    """A receipt of our own office, whatever it says."""
    return {"receipt": text, "sig": KEY.sign("receipt", text)}


def test_a_good_receipt_is_read() -> None:
    assert read_receipt(signed(GOOD_RECEIPT.encode()), KEY.public) == GOOD_RECEIPT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("seq", [1]), ("seq", True), ("seq", -1), ("seq", 10**18), ("seq", "5"), ("log", 1), ("hash", "00")),
        *(("school", None), ("mark", ["accepted"]), ("epoch", {}), ("at", "1")),
    ],
    ids=str,
)
def test_a_receipt_with_other_types_is_none(name: str, value: object) -> None:
    text = json.dumps(json.loads(GOOD_RECEIPT.encode()) | {name: value})
    with pytest.raises(DomainError) as refused:
        read_receipt(signed(text), KEY.public)
    assert refused.value.code is ErrorCode.NOT_A_LINE


def test_a_receipt_with_half_a_character_is_none() -> None:
    text = GOOD_RECEIPT.encode().replace("530521001", "\ud800")
    with pytest.raises(DomainError) as refused:
        read_receipt({"receipt": text, "sig": "0" * 128}, KEY.public)
    assert refused.value.code is ErrorCode.NOT_A_LINE


def test_a_good_answer_is_read() -> None:
    enrolment, plan = read_answer(encode_answer(dict(TOLD), b"plan", "http://office"), KEY.public)
    assert (enrolment.school_name, enrolment.server_url, plan) == ("南湖小学", "http://office", b"plan")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("county", 1), ("mode", None), ("epoch", []), ("plan", True), ("server_key", "\ud800"), ("server_url", 7)),
        *(("school", {"code": 1, "name": "x"}), ("school", "x"), ("plan_file", "\ud800"), ("plan_file", None)),
        ("rehearsal", {"rate": "8", "real_start": 1, "shown_start": 1}),
        ("rehearsal", {"rate": 0, "real_start": 1, "shown_start": 1}),
        ("rehearsal", "x"),
    ],
    ids=str,
)
def test_an_answer_with_other_types_is_refused(name: str, value: object) -> None:
    data = json.dumps(json.loads(encode_answer(dict(TOLD), b"plan", "http://office")) | {name: value})
    with pytest.raises(DomainError) as refused:
        read_answer(data.encode("ascii"), KEY.public)
    assert refused.value.code is ErrorCode.ENROLMENT_UNREADABLE


@pytest.mark.parametrize(
    ("name", "value"),
    [("code", "\ud800"), ("code", "x" * 41), ("key", "x" * 64), ("key", "0" * 64 + "\n"), ("software", "\udfff")],
    ids=str,
)
def test_a_request_that_no_office_could_keep_is_refused(name: str, value: object) -> None:
    good = EnrolRequest("00000-00000", KEY.public, "0.1.0")
    assert read_request(good.encode()) == good
    with pytest.raises(DomainError) as refused:
        read_request(json.dumps(json.loads(good.encode()) | {name: value}).encode("ascii"))
    assert refused.value.code is ErrorCode.ENROLMENT_UNREADABLE


def test_a_kit_of_brackets_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        read_kit(b"[" * 50_000)
    assert refused.value.code is ErrorCode.ENROLMENT_UNREADABLE
