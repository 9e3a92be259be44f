"""Every release's frozen data keeps working: folders open and fold alike, sync, sticks and the wire are understood."""

import gzip
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from marshmallow import EXCLUDE, Schema

from field_app.app import House, create_app, open_house
from field_app.config import FieldConfig
from field_app.sync.client import OfficeClient
from field_app.sync.runner import SyncRunner
from shared.log.logfile import read_fragment
from shared.log.receipt import read_receipt
from shared.verify_cli import verify_office, verify_path
from shared.wire import routes, schemas
from shared.wire.county_log import fold_county
from sync_server.app import create_app as create_office_app
from sync_server.app import open_office
from sync_server.config import ServerConfig
from sync_server.services.bundles import Bundles
from sync_server.services.office import Office
from sync_server.services.rebuilding import rebuild_logs
from tests.field_house import LAUNCH, PRINCIPAL
from tests.make_release import RELEASES, as_bytes, plain, thaw
from tests.office_house import ServedOffice
from tests.sync_house import make_runner

ANSWERS: dict[str, Schema] = {
    routes.HELLO: schemas.HelloAnswer(),
    routes.SESSION: schemas.SessionAnswer(),
    routes.PROBE: schemas.ProbeAnswer(),
    routes.PUSH: schemas.PushAnswer(),
}


@dataclass
class Release:
    """One release's laptop and office, opened by the present code."""

    frozen: Path
    laptop: House
    office: Office

    @property
    def fold(self) -> dict[str, Any]:
        """What the release made of the laptop's lines."""
        kept: dict[str, Any] = json.loads((self.frozen / "fold.json").read_text(encoding="utf-8"))
        return kept

    @property
    def wire(self) -> list[dict[str, Any]]:
        """The first pass as it crossed the wire."""
        kept: list[dict[str, Any]] = json.loads((self.frozen / "wire.json").read_text(encoding="utf-8"))
        return kept

    def only(self, pattern: str) -> Path:
        """The one frozen file that is called so."""
        (found,) = self.frozen.glob(pattern)
        return found

    def stored(self) -> list[bytes]:
        """What the office holds of the laptop's log."""
        lines: list[bytes] = self.office.store.read(lambda book: book.lines(book.list_logs()[0], 0, 0, 10**9))
        return lines

    def runner(self, url: str) -> tuple[SyncRunner, OfficeClient]:
        """The laptop's sync with an office at this address."""
        laptop, client = self.laptop.laptop, OfficeClient(url)
        return make_runner(laptop, client), client


@pytest.fixture(params=sorted(path.name for path in RELEASES.iterdir()))
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Release]:
    """Each release in turn."""
    frozen = RELEASES / request.param
    laptop = open_house(FieldConfig(thaw(frozen / "laptop", tmp_path / "laptop"), open_browser=False, sync=False))
    office = open_office(ServerConfig(thaw(frozen / "office", tmp_path / "office")))
    yield Release(frozen, laptop, office)
    laptop.close()
    office.close()


def test_laptop_folds_its_lines_to_what_the_release_made_of_them(release: Release) -> None:
    journal = release.laptop.laptop.journal
    assert (journal.head.seq, json.loads(json.dumps(plain(journal.day)))) == (
        release.fold["lines"],
        release.fold["day"],
    )
    assert journal.folded.verdicts == {}


def test_both_databases_verify(release: Release, tmp_path: Path) -> None:
    log = thaw(release.frozen / "laptop", tmp_path / "again") / "log.sqlite"
    assert verify_path(log).is_whole
    reports = verify_office(thaw(release.frozen / "office", tmp_path / "office-again") / "server.sqlite")
    assert reports
    assert all(report.is_whole for report in reports)


def test_pages_of_the_laptop_open(release: Release) -> None:
    client = create_app(release.laptop, LAUNCH).test_client()
    client.get(f"/?launch={LAUNCH}")
    with client.session_transaction() as session:
        session["actor"] = [PRINCIPAL.person, PRINCIPAL.role, release.laptop.laptop.clock.now().tick]
    for path in ("/", "/log/", "/hand-in/", "/readiness/"):
        answer = client.get(path)
        assert (answer.status_code, path) == (200, path)
    assert "南湖小学" in client.get("/log/").text


def test_laptop_and_office_sync_and_fold_alike(release: Release) -> None:
    served = ServedOffice(release.office)
    runner, client = release.runner(served.url)
    try:
        assert 0 < runner.received < runner.recorded
        assert runner.run_pass() is None
        assert runner.received == runner.recorded == release.fold["lines"]
        assert release.stored() == release.laptop.laptop.store.lines()
        (stored,) = release.office.store.read(lambda book: book.list_logs())
        (branch,) = release.office.store.read(lambda book: book.branches(stored))
        folded = release.office.folds.fold(stored, branch)
        assert json.loads(json.dumps(plain(folded.day))) == release.fold["day"]
        assert [log.id for log in rebuild_logs(release.office.store, release.office.folds)] == [stored.id]
        assert release.office.store.read(lambda book: book.verdicts(stored, 0)) == []
        said = fold_county(release.laptop.laptop.contents.county_lines()).messages
        assert [message.text for message in said] == ["请核对领卷人签名"]
    finally:
        client.close()
        served.close()


def test_bundle_is_taken_and_the_receipt_file_read(release: Release) -> None:
    bundle = release.only("*.bundle")
    taken = Bundles(release.office).take(bundle.read_bytes(), bundle.name)
    assert taken.complete
    assert release.stored() == release.laptop.laptop.store.lines()
    runner, client = release.runner("http://127.0.0.1:1")
    back = release.only("*.receipt")
    runner.take_receipt_file(back.read_bytes(), back.name)
    assert runner.received == runner.recorded == release.fold["lines"]
    client.close()


def test_requests_of_the_release_are_answered_and_its_answers_read(release: Release) -> None:
    client = create_office_app(release.office).test_client()
    laptop = release.laptop.laptop
    assert laptop.enrolment is not None
    hello = client.post(routes.HELLO, json={"protocol": 1, "nonce": secrets.token_hex(8)}).get_json()
    message = routes.session_message(hello["nonce"], hello["server"], laptop.enrolment.device)
    asked = {
        "device": laptop.enrolment.device,
        "nonce": hello["nonce"],
        "sig": laptop.keys.device.sign(routes.CONTEXT_SESSION, message),
        "wall": 0,
    }
    token = client.post(routes.SESSION, json=asked).get_json()["token"]
    for sample in release.wire:
        if sample["path"] in ANSWERS:
            loaded = ANSWERS[sample["path"]].load(json.loads(sample["answer"]), unknown=EXCLUDE)
            if "receipt" in loaded:
                assert read_receipt(loaded["receipt"], laptop.enrolment.server_key).epoch == release.office.row.epoch
        if sample["path"] == routes.SESSION:
            continue  # its nonce was good for two minutes
        answer = client.open(
            sample["path"],
            method=sample["method"],
            data=as_bytes(sample["body"]),
            headers={**sample["headers"], "Authorization": f"Bearer {token}"},
        )
        assert (answer.status_code, sample["path"]) == (sample["status"], sample["path"])
        if sample["path"] == routes.PUSH:
            last = read_fragment(gzip.decompress(as_bytes(sample["body"]))).heads[-1].head.seq
            assert answer.get_json()["runs"] == [{"first": 1, "last": last, "result": "duplicate"}]


def test_frozen_data_stays_small(release: Release) -> None:
    assert sum(path.stat().st_size for path in release.frozen.rglob("*") if path.is_file()) < 300_000
