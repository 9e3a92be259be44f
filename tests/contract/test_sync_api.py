"""The API, its OpenAPI document and docs/sync-protocol.md name the same routes and refusals; junk writes nothing."""

import gzip
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import ErrorCode
from shared.web.limits import limiter
from shared.wire import routes
from shared.wire.problems import PROBLEMS
from sync_server.store.sqlite import SqliteStore
from tests.office_house import OfficeHouse, WireLaptop, fragment, open_house

PAGE = Path(__file__).parents[2] / "docs" / "sync-protocol.md"
TABLES = ("school", "device", "log", "line", "branch", "receipt", "verdict", "county_log", "county_line", "content")
ROUTES = {
    f"POST {routes.HELLO}",
    f"POST {routes.ENROL}",
    f"POST {routes.SESSION}",
    f"POST {routes.PROBE}",
    f"POST {routes.PUSH}",
    f"GET {routes.COUNTY_LOG}",
    f"GET {routes.CONTENT}/{{sha256}}",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeHouse]:
    made = open_house(tmp_path_factory.mktemp("api") / "office")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def patience() -> None:
    """Nobody has guessed yet."""
    limiter.reset()


@pytest.fixture(scope="module")
def document(house: OfficeHouse) -> dict[str, Any]:
    answer: Any = house.client.get(f"{routes.PREFIX}/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json or {})


def declared(document: dict[str, Any]) -> dict[str, dict[str, set[str]]]:
    """Route → status → codes, as the OpenAPI document has them."""
    found: dict[str, dict[str, set[str]]] = {}
    for path, views in document["paths"].items():
        for method, view in views.items():
            if method not in ("get", "post"):
                continue
            refusals = {s: set(r["description"].split(", ")) for s, r in view["responses"].items() if s[0] in "45"}
            found[f"{method.upper()} {path}"] = refusals
    return found


def page_table() -> dict[str, dict[str, set[str]]]:
    """The same from the table of refusals in the page."""
    found: dict[str, dict[str, set[str]]] = {}
    for row in re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        code, status, where = row
        for name in re.findall(r"`([^`]+)`", where):
            found.setdefault(name, {}).setdefault(status, set()).add(code)
    return found


def test_the_document_names_every_route_of_the_app(house: OfficeHouse, document: dict[str, Any]) -> None:
    served = set()
    for rule in house.app.url_map.iter_rules():
        if rule.rule.startswith(routes.PREFIX) and not rule.rule.endswith("openapi.json"):
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            path = rule.rule.replace("<", "{").replace(">", "}")
            served |= {f"{method} {path}" for method in methods}
    assert served == set(declared(document)) == ROUTES


def test_the_page_names_the_same_routes(document: dict[str, Any]) -> None:
    named = set(re.findall(r"^### `((?:GET|POST) [^`?]+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert named == ROUTES


def test_the_page_and_the_document_name_the_same_refusals(document: dict[str, Any]) -> None:
    short = {name.rpartition("/v1/")[2].partition("/")[0]: refusals for name, refusals in declared(document).items()}
    assert page_table() == short


def test_every_refusal_has_the_status_of_its_code(document: dict[str, Any]) -> None:
    for refusals in declared(document).values():
        for status, codes in refusals.items():
            assert {PROBLEMS[ErrorCode(code)].status for code in codes} == {int(status)}


def counts(house: OfficeHouse) -> dict[str, int]:
    """How many rows the office has."""
    store = house.office.store
    assert isinstance(store, SqliteStore)
    return store._reader.read(
        lambda connection: {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in TABLES}
    )


JUNK: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**30, 1.5, "", "x", "\0", "\ud800", "0" * 64, "0" * 128, "A" * 26, "é" * 40),
    *([], {}, [1], ["x"], {"log": "A" * 26}, [{"log": "A" * 26, "at": [0, 10**20]}], [{}] * 33),
)
FIELDS = ("protocol", "nonce", "code", "key", "software", "device", "sig", "wall", "logs", "more")


def junk_body(chance: random.Random) -> bytes:
    """A JSON body with fields of all kinds, or bytes that are no JSON."""
    if chance.random() < 0.2:
        return chance.choice((b"", b"{", b"[" * 50_000, b"\xff\xfe", b'{"protocol":1e999}', b"null", b'"x"'))
    names = chance.sample(FIELDS, chance.randint(0, 5))
    return json.dumps({name: chance.choice(JUNK) for name in names}).encode()


def check(house: OfficeHouse, answer: Any, path: str, document: dict[str, Any]) -> None:
    """A refusal of the declared kind."""
    assert 400 <= answer.status_code < 500, (path, answer.status_code, answer.text)
    name = next(route for route in declared(document) if route.endswith(path.partition("?")[0].rpartition("/")[2]))
    assert answer.json["code"] in declared(document)[name].get(str(answer.status_code), set()), (path, answer.json)


@pytest.mark.parametrize("path", [routes.HELLO, routes.ENROL, routes.SESSION, routes.PROBE])
def test_junk_is_refused_and_writes_nothing(house: OfficeHouse, document: dict[str, Any], path: str) -> None:
    chance, laptop = random.Random(path), house.laptop()
    before = counts(house)
    for _ in range(150):
        body = junk_body(chance)
        limiter.reset()
        kind = chance.choice(("application/json", "application/json", "text/plain", "multipart/form-data"))
        answer = house.client.post(path, data=body, headers={**laptop.headers(), "Content-Type": kind})
        if answer.status_code != 200:
            check(house, answer, path, document)
    assert counts(house) == before


def junk_push(chance: random.Random, body: bytes) -> bytes:
    """A good push body with some bytes other, missing or more."""
    data = bytearray(body)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                del data[place : place + chance.randint(1, 50)]
            case 2:
                data[place:place] = chance.randbytes(chance.randint(1, 9))
            case 3:
                data = bytearray(b"\n".join(chance.sample(parts := bytes(data).split(b"\n"), len(parts))))
    return bytes(data)


def push(house: OfficeHouse, laptop: WireLaptop, body: bytes, vouch: str, **headers: str) -> Any:
    sent = {**laptop.headers(), "Content-Type": routes.LOG_TYPE, routes.VOUCH_HEADER: vouch, **headers}
    return house.client.post(routes.PUSH, data=body, headers=sent)


def test_damaged_pushes_are_refused_and_store_no_line(house: OfficeHouse, document: dict[str, Any]) -> None:
    chance, laptop = random.Random(5), house.laptop()
    log = laptop.new_log(12)
    body, vouch = fragment(log), laptop.vouch(log)
    before = counts(house)
    for turn in range(300):
        junk = junk_push(chance, body)
        if turn % 3 == 0:  # what arrives is not even gzip, or broken gzip
            packed = junk_push(chance, gzip.compress(body))
            answer = push(house, laptop, packed, vouch, **{"Content-Encoding": "gzip"})
        else:
            answer = push(house, laptop, junk, vouch)
        if answer.status_code == 200:  # the damage undid itself, or was after the last record
            assert house.stored_lines(log.heads[0].log) in ([], log.lines)
            return
        check(house, answer, routes.PUSH, document)
    assert counts(house) == before


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"x" * (routes.BATCH_BYTES + 1), {}, ErrorCode.BODY_TOO_LARGE),
        (gzip.compress(b"0" * (routes.UNPACKED_BYTES + 1)), {"Content-Encoding": "gzip"}, ErrorCode.BODY_TOO_LARGE),
        (gzip.compress(b"{}\n" * 600), {"Content-Encoding": "gzip"}, ErrorCode.BODY_TOO_LARGE),
        (gzip.compress(b"a") + gzip.compress(b"b"), {"Content-Encoding": "gzip"}, ErrorCode.BODY_DAMAGED),
        (gzip.compress(b"abc")[:-3], {"Content-Encoding": "gzip"}, ErrorCode.BODY_DAMAGED),
        (b"plain", {"Content-Encoding": "gzip"}, ErrorCode.BODY_DAMAGED),
        (b"plain", {"Content-Encoding": "br"}, ErrorCode.BODY_INVALID),
        (b"", {}, ErrorCode.NOT_A_LOG),
    ],
    ids=["wide", "bomb", "many lines", "two members", "torn", "not gzip", "brotli", "empty"],
)
def test_bodies_out_of_bounds_are_refused(
    house: OfficeHouse, body: bytes, headers: dict[str, str], code: ErrorCode
) -> None:
    laptop = house.laptop()
    before = counts(house)
    answer = push(house, laptop, body, "", **headers)
    assert (answer.status_code, answer.json["code"]) == (PROBLEMS[code].status, code)
    assert counts(house) == before


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "²", "9999999999999", "%00", ""])
def test_a_strange_position_is_refused(house: OfficeHouse, document: dict[str, Any], after: str) -> None:
    answer = house.client.get(f"{routes.COUNTY_LOG}?after={after}", headers=house.laptop().headers())
    check(house, answer, routes.COUNTY_LOG, document)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é", "0" * 5000])
def test_a_strange_token_opens_nothing(house: OfficeHouse, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    answers: tuple[Any, ...] = (
        house.client.post(routes.PROBE, json={"logs": []}, headers=headers),
        house.client.post(routes.PUSH, data=b"", headers=headers),
        house.client.get(routes.COUNTY_LOG, headers=headers),
        house.client.get(f"{routes.CONTENT}/{'0' * 64}", headers=headers),
    )
    for answer in answers:
        assert (answer.status_code, answer.json["code"]) == (401, ErrorCode.SESSION_EXPIRED)


def test_guessing_codes_is_slowed_down(tmp_path: Path) -> None:
    house = open_house(tmp_path / "office")
    try:
        asked = {"code": "00000-00000", "key": "0" * 64, "software": "x"}
        headers = {"X-Forwarded-For": "10.9.8.7"}
        answers = [house.client.post(routes.ENROL, json=asked, headers=headers) for _ in range(40)]
        last = answers[-1]
        assert last.json is not None
        assert (last.status_code, last.json["code"]) == (429, ErrorCode.TOO_MANY_TRIES)
        assert int(last.headers["Retry-After"]) > 0
    finally:
        house.close()


GOOD_BODIES: dict[str, dict[str, Any]] = {
    routes.HELLO: {"protocol": 1, "nonce": "00112233aabbccdd"},
    routes.ENROL: {"code": "00000-00000", "key": "0" * 64, "software": "x"},
    routes.SESSION: {"device": "MWP05FJ6K37E", "nonce": "a.b.c", "sig": "0" * 128, "wall": 1},
    routes.PROBE: {"logs": []},
}
ODD_BODIES = {
    "half a character in a code": (routes.ENROL, {"code": "\ud800"}),
    "half a character in a version": (routes.ENROL, {"software": "\udfff"}),
    "half a character in a device": (routes.SESSION, {"device": "\ud800"}),
    "half a character in a nonce": (routes.SESSION, {"nonce": "\ud800"}),
    "a clock beyond every database": (routes.SESSION, {"wall": 10**30}),
    "a clock before all time": (routes.SESSION, {"wall": -(2**63)}),
    "a newline behind a key": (routes.ENROL, {"key": "0" * 64 + "\n"}),
    "a newline behind a nonce": (routes.HELLO, {"nonce": "00112233aabbccdd\n"}),
    "a newline behind a signature": (routes.SESSION, {"sig": "0" * 128 + "\n"}),
}


@pytest.mark.parametrize(("path", "odd"), ODD_BODIES.values(), ids=ODD_BODIES)
def test_a_value_that_nothing_could_keep_is_refused(house: OfficeHouse, path: str, odd: dict[str, Any]) -> None:
    answer: Any = house.client.post(path, json=GOOD_BODIES[path] | odd)
    assert (answer.status_code, answer.json["code"]) == (422, ErrorCode.BODY_INVALID)


@pytest.mark.parametrize(
    "body",
    [
        b'{"protocol":1,"protocol":1,"nonce":"00112233aabbccdd"}',
        b'{"protocol":' + b"9" * 5000 + b',"nonce":"00112233aabbccdd"}',
        b'\xef\xbb\xbf{"protocol":1,"nonce":"00112233aabbccdd"}',
        b'{"protocol":1,"nonce":"00112233aabbccdd"}' + b" " * routes.BATCH_BYTES,
    ],
    ids=["key twice", "number without end", "byte-order mark", "longer than a push"],
)
def test_a_body_obeys_the_rules_of_a_record(house: OfficeHouse, body: bytes) -> None:
    answer: Any = house.client.post(routes.HELLO, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (422, ErrorCode.BODY_INVALID)


def test_an_unknown_protocol_is_not_given_back_at_length(house: OfficeHouse) -> None:
    answer: Any = house.client.post(routes.HELLO, json={"protocol": 10**4000, "nonce": "00112233aabbccdd"})
    assert answer.json["code"] == ErrorCode.PROTOCOL_UNKNOWN
    assert len(answer.json["zh"]) < 200


def test_a_session_with_a_clock_that_nothing_could_keep_is_refused(house: OfficeHouse) -> None:
    laptop = house.laptop()
    hello: Any = laptop.post(routes.HELLO, GOOD_BODIES[routes.HELLO]).json
    message = routes.session_message(hello["nonce"], hello["server"], laptop.device)
    asked = {"device": laptop.device, "nonce": hello["nonce"], "sig": laptop.key.sign(routes.CONTEXT_SESSION, message)}
    answer = laptop.post(routes.SESSION, {**asked, "wall": 10**30})
    assert (answer.status_code, answer.json["code"]) == (422, ErrorCode.BODY_INVALID)


def test_the_document_knows_that_a_county_may_have_said_nothing(house: OfficeHouse, document: dict[str, Any]) -> None:
    answer: Any = house.client.get(routes.COUNTY_LOG, headers=house.laptop().headers())
    assert str(answer.status_code) == "204"
    assert "204" in document["paths"][routes.COUNTY_LOG]["get"]["responses"]
