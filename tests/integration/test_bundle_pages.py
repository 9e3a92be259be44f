"""The pages of the road by stick: the close-out's card, the office's import, the check of a head from paper."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from field_app.services.carrying import pack_bundle
from field_app.services.hand_in import hand_in, head_card
from shared.log.chain import Head
from shared.log.head_text import write_head
from shared.log.signing import SignedHead
from shared.wire.bundle import read_bundle
from tests.field_house import CHIEF_PROCTOR, DEPUTY, PROCTOR
from tests.made_up_office import NAN_HU, SHI_QIAO, form_token
from tests.processes import run
from tests.stick_house import StickHouse, make_stick_house


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StickHouse]:
    made = make_stick_house(tmp_path_factory.mktemp("town"))
    hand_in(made.school.laptop, CHIEF_PROCTOR, (DEPUTY,), "停电", "request-hand-in")
    yield made
    made.close()


@pytest.fixture(scope="module")
def county(town: StickHouse) -> FlaskClient:
    return town.county.client("李娜")


def bring(client: FlaskClient, *files: tuple[str, bytes]) -> str:
    """The office's page after these files were sent to it."""
    form = {
        "form_token": form_token(client.get("/bundles").text),
        "files": [(io.BytesIO(data), name) for name, data in files],
    }
    return client.post("/bundles", data=form, content_type="multipart/form-data").text


def standing(client: FlaskClient, text: str) -> str:
    """How a head stands, as the office's page says."""
    form = {"form_token": form_token(client.get("/heads").text), "text": text}
    found = re.search(r'data-standing="(\w+)"', client.post("/heads", data=form).text)
    assert found
    return found.group(1)


def record(town: StickHouse, seat: int) -> SignedHead:
    """One more line at the school; the head after it."""
    town.school.record("attendance_marked", PROCTOR, block="chinese", seat=seat, status="present")
    return head_card(town.school.laptop).signed


def test_there_and_back_through_the_pages(town: StickHouse, county: FlaskClient, tmp_path: Path) -> None:
    field = town.school
    assert "还没有办完" in field.read("/hand-in/")
    said = field.say("/hand-in/bundle", folder=f"“{tmp_path}”")["said"]
    assert "读回核对无误" in said
    path = next(tmp_path.iterdir())
    page = bring(county, (path.name, path.read_bytes()), ("letter.bundle", b"hello"))
    assert f"新收 {field.laptop.journal.head.seq} 条" in page
    assert "letter.bundle 不是学校送交的文件" in page
    assert "都已收过，没有变化" in bring(county, (path.name, path.read_bytes()))
    back = county.get(f"/bundles/receipt/{NAN_HU}")
    assert back.headers["Content-Disposition"] == f'attachment; filename="testday-{NAN_HU}.receipt"'
    told = field.say("/hand-in/receipt", file=(io.BytesIO(back.data), "x.receipt"))
    assert f"县里已收到第 {field.laptop.journal.head.seq} 条" in told["said"]
    assert "全部已到县里" in field.read("/hand-in/")


def test_the_download_is_the_same_bundle(town: StickHouse) -> None:
    answer = town.school.client.get("/hand-in/bundle")
    bundle = read_bundle(answer.data, town.county.office.key, "x")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{bundle.name}"'
    assert bundle.logs[0].head == town.school.laptop.journal.head


def test_a_stick_that_is_not_there_and_a_receipt_that_is_none_are_said_so(town: StickHouse, tmp_path: Path) -> None:
    field = town.school
    assert field.say("/hand-in/bundle", folder=tmp_path / "gone")["code"] == "stick_missing"
    assert field.say("/hand-in/bundle", folder="")["code"] == "stick_missing"
    assert field.say("/hand-in/receipt")["code"] == "receipt_unreadable"
    assert field.say("/hand-in/receipt", file=(io.BytesIO(b"hello"), "x.receipt"))["code"] == "receipt_unreadable"


def test_a_barred_laptops_bundle_names_who_vouches_for_it(town: StickHouse, county: FlaskClient) -> None:
    store = town.county.office.store
    devices = store.read(lambda book: book.list_devices(1))
    store.write(lambda book: book.set_barred(devices[0].no, True))
    packed = pack_bundle(town.school.laptop)
    assert "由导入人 李娜 担保" in bring(county, (packed.name, packed.data))


def test_a_head_is_held_then_behind_then_held(town: StickHouse, county: FlaskClient) -> None:
    before = head_card(town.school.laptop).signed
    town.bring()
    after = record(town, 4)
    assert standing(county, f"扫码得到：{write_head(before)}") == "held"
    assert standing(county, write_head(after)) == "behind"
    assert standing(county, after.head.seal_code) == "unknown"
    town.bring()
    assert standing(county, write_head(after)) == "held"
    assert standing(county, f"封条 {after.head.seal_code.lower().replace('-', ' ')}") == "held"
    assert standing(county, write_head(before)) == "held"


def test_a_head_that_differs_is_forged_or_unknown_is_said_so(town: StickHouse, county: FlaskClient) -> None:
    signed = head_card(town.school.laptop).signed
    head = signed.head
    town.bring()
    assert standing(county, str(Head(head.log, head.seq, bytes(32)))) == "differs"
    assert standing(county, f"{head}:{'0' * 128}") == "forged"
    assert standing(county, str(Head("0" * 26, head.seq, head.hash))) == "unknown"
    assert standing(county, "0" * 20) == "unknown"
    assert standing(county, "明天早上七点到校") == "unreadable"


def test_a_school_account_cannot_learn_of_another_schools_log(town: StickHouse) -> None:
    town.county.receive(town.county.log(SHI_QIAO).open(28))
    theirs = town.county.log(SHI_QIAO)
    theirs.open(28)
    town.county.receive(theirs)
    own = head_card(town.school.laptop).signed
    town.bring()
    client = town.county.client("南湖")
    assert standing(client, write_head(own)) == "held"
    assert standing(client, str(theirs.head)) == "unknown"
    assert standing(client, theirs.head.seal_code) == "unknown"


def test_the_qr_code_of_the_close_out_is_what_verify_takes(town: StickHouse, tmp_path: Path) -> None:
    page = town.school.read("/hand-in/")
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
    head = town.school.laptop.journal.head
    assert str(head) in page
    assert head.seal_code in page
    log = tmp_path / "day.log"
    log.write_bytes(town.school.client.get("/log/export").data)
    signed = head_card(town.school.laptop).signed
    text = f"测试日凭证：南湖小学\n共 {head.seq} 条\n封存码 {head.seal_code}\n{write_head(signed)}"
    assert "完整" in run("verify", log, "--head", text)
    forged = text.replace(signed.signature[:8], "00000000")
    assert "签名不对" in run("verify", log, "--head", forged, status=1)
    cut = tmp_path / "cut.log"
    cut.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:5]))
    assert "末尾缺失" in run("verify", cut, "--head", text, status=1)
