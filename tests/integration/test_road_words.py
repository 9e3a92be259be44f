"""Ways in which a road fails, each made to happen on a real socket: each has a sentence that says what to do."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from field_app.sync.client import OfficeClient, SyncFailure
from shared.domain.errors import ErrorCode
from shared.wire.problems import sentence
from tests.road import (
    Fault,
    Road,
    claim_length,
    cut_answer,
    lose_answer,
    reset,
    reset_answer,
    say,
    stay_silent,
    stop_in_answer,
)

PATIENCE = (2.0, 0.6)
PAGE = {"Content_Type": "text/html"}
ON_THE_ROAD: dict[str, tuple[Fault, ErrorCode]] = {
    "half open": (stay_silent, ErrorCode.OFFICE_SILENT),
    "half open in mid-answer": (stop_in_answer, ErrorCode.OFFICE_SILENT),
    "reset before the answer": (reset, ErrorCode.CONNECTION_RESET),
    "reset in mid-body": (reset_answer, ErrorCode.CONNECTION_RESET),
    "closed without an answer": (lose_answer, ErrorCode.REPLY_CUT),
    "closed in mid-headers": (cut_answer(0.3), ErrorCode.REPLY_CUT),
    "closed in mid-body": (cut_answer(0.8), ErrorCode.REPLY_CUT),
    "longer by its header than it is": (claim_length(7), ErrorCode.LENGTH_WRONG),
    "shorter by its header than it is": (claim_length(-9), ErrorCode.LENGTH_WRONG),
    "a captive portal": (say("302 Found", b"", Location="http://10.0.0.1/"), ErrorCode.LOG_IN_PAGE),
    "a proxy's page": (say("200 OK", b"<html><body>blocked</body></html>", **PAGE), ErrorCode.PROXY_ANSWERED),
    "another program": (say("200 OK", b"hello", Content_Type="text/plain"), ErrorCode.OFFICE_NOT_OURS),
}
Ask = Callable[[str], SyncFailure]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Says hello at an address, and gives why it failed."""
    with ExitStack() as stack:

        def one(url: str) -> SyncFailure:
            client = OfficeClient(url, PATIENCE)
            stack.callback(client.close)
            with pytest.raises(SyncFailure) as failure:
                client.hello(None)
            return failure.value

        yield one


@pytest.mark.parametrize("name", ON_THE_ROAD)
def test_what_happens_on_the_road_has_its_code(road: Road, ask: Ask, name: str) -> None:
    fault, code = ON_THE_ROAD[name]
    road.add("/hello", fault)
    assert ask(road.url).code is code


def test_the_office_is_asked_anew_after_an_answer_of_a_wrong_length(road: Road) -> None:
    client = OfficeClient(road.url, PATIENCE)
    road.add("/hello", claim_length(-9))
    with pytest.raises(SyncFailure):
        client.hello(None)
    assert client.hello(None)["protocol"] == [1], "what was left on the connection is no part of the next answer"
    client.close()


def test_nobody_there_no_such_name_and_no_address_are_told_apart(ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    assert ask(f"http://127.0.0.1:{port}").code is ErrorCode.OFFICE_UNREACHABLE
    assert ask("http:///").code is ErrorCode.OFFICE_UNREACHABLE
    unknown = ask("http://yunxi-office.invalid:8010")
    assert unknown.code is ErrorCode.OFFICE_ADDRESS_UNKNOWN
    assert "yunxi-office.invalid:8010" in sentence(unknown, "zh")


def serve_once(listening: socket.socket, wrap: Callable[[socket.socket], socket.socket]) -> None:
    """One answer to whatever is said, after what `wrap` makes of the connection."""

    def answer() -> None:
        visitor, _ = listening.accept()
        with visitor:
            try:
                spoken = wrap(visitor)
                spoken.recv(65536)
                spoken.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            except (ssl.SSLError, OSError):
                return

    threading.Thread(target=answer, daemon=True).start()


def strange_certificate(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_no_tls_and_a_certificate_of_nobody_send_nothing_and_say_so(ask: Ask, tmp_path: Path) -> None:
    context = strange_certificate(tmp_path)
    ways: tuple[Callable[[socket.socket], socket.socket], ...] = (
        lambda visitor: visitor,
        lambda visitor: context.wrap_socket(visitor, server_side=True),
    )
    for wrap in ways:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            serve_once(listening, wrap)
            failure = ask(f"https://localhost:{listening.getsockname()[1]}")
            assert failure.code is ErrorCode.OFFICE_TLS_FAILED


def test_every_way_has_words_of_its_own_that_name_the_place(road: Road, ask: Ask) -> None:
    said: dict[str, set[str]] = {"zh": set(), "en": set()}
    codes: set[ErrorCode] = set()
    for fault, code in ON_THE_ROAD.values():
        road.add("/hello", fault)
        failure = ask(road.url)
        codes.add(code)
        for language, sentences in said.items():
            words = sentence(failure, language)
            assert "?" not in words, words
            sentences.add(words)
    assert len(said["zh"]) == len(said["en"]) == len(codes) == 7
