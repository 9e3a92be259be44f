"""Writes the vectors of docs/bundle-format.md, always the same: `python -m tests.make_bundle_vectors [FOLDER]`.

The sealed files come from the second writer (tests/contract/second_bundle.py), which makes what would be random from a
name; the product's own writer never makes the same file twice.
"""

import base64
import gzip
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from shared.domain.errors import DomainError
from shared.log.head_text import write_head
from shared.log.logfile import join_records
from shared.log.receipt import ACCEPTED, BACKED_UP, Receipt, sign_receipt
from shared.log.signing import SignedHead, log_id
from shared.wire import routes
from shared.wire.bundle import CONTEXT, read_bundle
from shared.wire.receipt_file import ReceiptFile
from shared.wire.sealing import ssh_key
from tests.contract import second_bundle, second_verifier
from tests.vector_log import CAMPAIGN, PLAN, SCHOOL, VectorLog, key_of, make_long
from tests.vector_office import EPOCH, NOW

FOLDER = Path(__file__).parent / "data" / "bundle" / "v1"
CHUNK, LONG = 65536 + 16, 195
"""Bytes of a full chunk as it is sealed, and lines of a log that does not fit into one when it is not made smaller."""
DEVICE, OFFICE = key_of("device"), key_of("office")


def entry(log: VectorLog, *, vouched: bool) -> dict[str, Any]:
    """What the manifest says of a log."""
    start, end = log.heads[0], log.heads[-1]
    vouch = DEVICE.sign(routes.CONTEXT_VOUCH, routes.vouch_message(start.log, start.hash)) if vouched else ""
    return {"log": end.log, "seq": end.seq, "hash": end.hash.hex(), "bytes": len(log.file()), "vouch": vouch}


def manifest(*logs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A manifest of the vector laptop."""
    key = DEVICE.public
    told = {"version": 1, "school": SCHOOL, "campaign": CAMPAIGN, "device": log_id(key)[:12], "key": key, "made": NOW}
    return {**told, **changes, "logs": list(logs)}


def signed(told: dict[str, Any], files: list[bytes], signer: str = "device") -> bytes:
    """What is in a bundle."""
    text = second_verifier.write_json(told)
    record = second_verifier.write_json({"bundle": told, "sig": key_of(signer).sign(CONTEXT, text.decode())})
    return record + b"\n" + b"".join(files)


def sealed(told: dict[str, Any], files: list[bytes], name: str = "good", signer: str = "device") -> bytes:
    """A bundle by the second writer."""
    return packed(signed(told, files, signer), name)


def packed(content: bytes, name: str) -> bytes:
    """Any content, packed and sealed to the vector office."""
    return sealed_as_it_is(gzip.compress(content, mtime=0), name)


def sealed_as_it_is(content: bytes, name: str) -> bytes:
    """Any content, sealed to the vector office."""
    return second_bundle.seal(content, bytes.fromhex(OFFICE.public), name)


def make_refused(log: VectorLog) -> list[dict[str, Any]]:
    """Bundles that must be refused, each with the code."""
    one, file = entry(log, vouched=True), log.file()
    good = sealed(manifest(one), [file])
    rows = good.splitlines(keepends=True)
    office = bytes.fromhex(OFFICE.public)
    elsewhere = second_bundle.seal(b"anything", bytes.fromhex(key_of("stranger").public), "elsewhere")
    bad = {
        "nothing": b"",
        "a letter": "各位老师".encode(),
        "cut in the middle": good[: len(good) // 2],
        "the end is zeros": good[: len(good) // 2] + bytes(100),
        "a row is missing": b"".join(rows[:20] + rows[21:]),
        "two rows changed places": b"".join([*rows[:20], rows[21], rows[20], *rows[22:]]),
        "cut within its first row": good[:11],
        "blanks only": b" \n\0\0",
        "a word behind its last row": good + b"x",
        "for another office": elsewhere,
        "not packed": second_bundle.seal(b"anything", office, "plain"),
        "no manifest": packed(file, "bare"),
        "signed by another key": sealed(manifest(one), [file], signer="stranger"),
        "of a later version": sealed(manifest(one, version=2), [file]),
        "of a later version, otherwise written, signed by another key": sealed(
            {**manifest(one, version=2), "more": 1}, [file], signer="stranger"
        ),
        "a version that is text": sealed(manifest(one, version="2"), [file]),
        "a manifest with another key, signed by another key": sealed(
            {**manifest(one), "more": 1}, [file], "good", "stranger"
        ),
        "a device that is not its key's": sealed(manifest(one, device="000000000000"), [file]),
        "a number that is text": sealed(manifest({**one, "seq": "12"}), [file]),
        "no logs": sealed(manifest(), []),
        "a size too small": sealed(manifest({**one, "bytes": one["bytes"] - 1}), [file]),
        "another head than the file's last": sealed(manifest({**one, "seq": 11}), [file]),
        "another school than the birth record's": sealed(manifest(one, school="530521002"), [file]),
    }
    return [_refused(name, data) for name, data in bad.items()]


def _refused(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "file": data.decode(), "code": _code(data)}


def _code(data: bytes) -> str:
    try:
        read_bundle(data, OFFICE, "x")
    except DomainError as problem:
        return problem.code.value
    return "none"


def make_packing(log: VectorLog) -> list[dict[str, Any]]:
    """Bundles whose content is packed in other ways than one gzip member."""
    content = signed(manifest(entry(log, vouched=True)), [log.file()])
    once, half = gzip.compress(content, mtime=0), len(content) // 2
    ways = {
        "two members": gzip.compress(content[:half], mtime=0) + gzip.compress(content[half:], mtime=0),
        "a second member with nothing in it": once + gzip.compress(b"", mtime=0),
        "a zero behind the member": once + bytes(1),
        "the member's last byte is missing": once[:-1],
    }
    return [_refused(name, sealed_as_it_is(way, "packing")) for name, way in ways.items()]


def make_chunks(bundle: bytes, told: dict[str, Any]) -> dict[str, Any]:
    """What the bundle of two chunks holds, what becomes of it when its chunks are taken apart, and other sizes."""
    file = second_bundle.unarmour(bundle)
    begin = file.index(b"\n", file.index(b"\n--- ") + 1) + 1 + 16
    border, end = begin + CHUNK, len(file)
    sizes = (0, 1, 65535, 65536, 65537, 131072)
    return {
        "manifest": told,
        "chunks": [[begin, border], [border, end]],
        "refused": [_taken_apart(file, name, parts) for name, parts in _parts(begin, border, end).items()],
        "sealed": [
            {"zeros": size, "sha256": hashlib.sha256(sealed_as_it_is(bytes(size), "zeros")).hexdigest()}
            for size in sizes
        ],
    }


def _parts(begin: int, border: int, end: int) -> dict[str, list[Any]]:
    """Spans of a file of two chunks, and bytes in hex, that make another file."""
    return {
        "the last chunk is missing": [[0, border]],
        "the first chunk is missing": [[0, begin], [border, end]],
        "the chunks changed places": [[0, begin], [border, end], [begin, border]],
        "the first chunk twice": [[0, border], [begin, end]],
        "the last chunk twice": [[0, end], [border, end]],
        "an empty last chunk behind a full one": [[0, border], _empty_last(1)],
        "an empty last chunk behind the last one": [[0, end], _empty_last(2)],
        "a byte behind the last chunk": [[0, end], "00"],
        "the last byte is missing": [[0, end - 1]],
        "no chunk": [[0, begin]],
        "nothing behind the header": [[0, begin - 16]],
    }


def _empty_last(number: int) -> str:
    """Nothing, sealed as the last chunk of the bundle of two chunks, in hex."""
    file_key, nonce = (
        hashlib.sha256(f"testday vector chunks {what}".encode()).digest()[:16] for what in ("file", "nonce")
    )
    key = second_bundle.hkdf(file_key, nonce, b"payload")
    return ChaCha20Poly1305(key).encrypt(number.to_bytes(11, "big") + b"\1", b"", None).hex()


def _taken_apart(file: bytes, name: str, parts: list[Any]) -> dict[str, Any]:
    data = put_together(file, parts)
    return {"name": name, "parts": parts, "sha256": hashlib.sha256(data).hexdigest(), "code": _code(data)}


def put_together(file: bytes, parts: list[Any]) -> bytes:
    """An armoured file of spans of another one without its armour, and of bytes in hex."""
    found = b"".join(bytes.fromhex(part) if isinstance(part, str) else file[slice(*part)] for part in parts)
    text = base64.b64encode(found)
    rows = [text[start : start + 64] for start in range(0, len(text), 64)]
    return join_records([second_bundle.BEGIN, *rows, second_bundle.END])


def make_receipt(log: VectorLog) -> bytes:
    """A receipt file of the vector office."""
    receipts = [
        sign_receipt(OFFICE, Receipt(SCHOOL, log.heads[12], mark, EPOCH, NOW)) for mark in (ACCEPTED, BACKED_UP)
    ]
    county = json.loads((FOLDER.parents[1] / "wire" / "v1" / "county.json").read_bytes())["after"]["0"]
    return ReceiptFile(SCHOOL, "南湖小学", tuple(receipts), county.encode(), (PLAN,)).encode()


def make_texts(log: VectorLog) -> list[dict[str, Any]]:
    """Texts that carry a head, as phones and people hand them on."""
    signed = log.signed(12)
    text = write_head(signed)
    said = f"测试日凭证：南湖小学（{SCHOOL}）{CAMPAIGN}\n共 12 条记录\n封存码 {signed.head.seal_code}\n{text}"
    code = signed.head.seal_code
    return [
        {"text": said, "head": str(signed.head), "signature": signed.signature},
        {"text": said.replace("\n", " ").upper(), "head": str(signed.head), "signature": signed.signature},
        {"text": f"「{signed.head}」", "head": str(signed.head), "signature": None},
        {"text": f"封条上写的是 {code.lower()}。", "seal_code": code.replace("-", "")},
        {"text": code.replace("-", " ").replace("0", "O").replace("1", "l"), "seal_code": code.replace("-", "")},
        *({"text": odd, "head": str(signed.head), "signature": sig} for odd, sig in _odd_heads(signed)),
        *({"text": odd, "seal_code": code.replace("-", "")} for odd in _odd_codes(code)),
        *({"text": odd} for odd in (f"1{code}", f"{code}A", code[:-1], f"{signed.head}0", f"x{signed.head}")),
        {"text": str(signed.head).replace(":12:", ":012:")},
        {"text": str(signed.head).replace("1", "I").replace("0", "O")},
        {"text": "明天早上七点到校"},
    ]


def _odd_heads(signed: SignedHead) -> list[tuple[str, str | None]]:
    """Texts that hold this head, with the signature that a reader sees in them."""
    text, half = write_head(signed), signed.signature[:64]
    return [
        (f"凭证：{text}。", signed.signature),
        (f"{signed.head}:{half}", half),
        (f"{signed.head}:abc", "abc"),
        (f"{signed.head}: 收好", None),
        (f"{text} {write_head(signed).replace(':12:', ':11:')}", signed.signature),
        (_wide(text), signed.signature),
        (f"{signed.head.seal_code} {signed.head}", None),
    ]


def _odd_codes(code: str) -> list[str]:
    groups = code.split("-")
    return [
        _wide(code),
        "  ".join(groups),
        "\u3000".join(groups),
        "—".join(groups),
        " – ".join(groups),
        "".join(groups),
    ]


def _wide(text: str) -> str:
    """As a Chinese keyboard writes it in full width."""
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


def make_receipt_files(log: VectorLog) -> list[dict[str, Any]]:
    """Receipt files for the laptop of the vectors' log, with the code of each that is refused."""
    good, other = json.loads(make_receipt(log)), VectorLog("heir")
    first = good["receipts"][0]
    changed = {**first, "receipt": first["receipt"].replace('"seq":12', '"seq":11')}
    strange = sign_receipt(key_of("stranger"), Receipt(SCHOOL, log.heads[12], ACCEPTED, EPOCH, NOW))
    elsewhere = sign_receipt(OFFICE, Receipt("530521002", log.heads[12], ACCEPTED, EPOCH, NOW))
    for_heir = sign_receipt(OFFICE, Receipt(SCHOOL, other.heads[12], ACCEPTED, EPOCH, NOW))
    bare = {"receipt": "{}", "sig": OFFICE.sign("receipt", "{}")}
    changes: list[tuple[str, dict[str, Any], str | None]] = [
        ("as it is", {}, None),
        ("keys of a later release", {"more": 1, "receipts": [{**first, "more": 1}]}, None),
        ("of a later version", {"receipt_file": 2}, "receipt_unreadable"),
        ("no list of receipts", {"receipts": {}}, "receipt_unreadable"),
        ("a changed receipt", {"receipts": [first, changed]}, "receipt_unreadable"),
        ("a receipt signed by another key", {"receipts": [strange]}, "receipt_unreadable"),
        ("a receipt that says nothing", {"receipts": [first, bare]}, "receipt_unreadable"),
        ("of another school", {"school": {"code": "530521002", "name": "石桥小学"}}, "receipt_for_another"),
        ("a receipt of another school", {"receipts": [first, elsewhere]}, "receipt_for_another"),
        ("no receipt for the laptop's own log", {"receipts": [for_heir]}, "receipt_for_another"),
        ("no receipt", {"receipts": []}, "receipt_for_another"),
    ]
    return [
        {"name": name, "file": json.dumps({**good, **change}, ensure_ascii=False), "code": code}
        for name, change, code in changes
    ]


def make_files() -> Mapping[str, bytes]:
    """Every vector file by its name."""
    log = VectorLog()
    heir = VectorLog("heir", ancestor=log.heads[12])
    told = manifest(entry(log, vouched=False), entry(heir, vouched=True))
    good = sealed(told, [log.file(), heir.file()])
    long = make_long(LONG)
    long_told = manifest(entry(long, vouched=True))
    chunks = sealed_as_it_is(gzip.compress(signed(long_told, [long.file()]), 0, mtime=0), "chunks")
    content: dict[str, Any] = {
        "keys.json": {"office_ssh_key": ssh_key(OFFICE.public)},
        "manifest.json": told,
        "refused.json": make_refused(log),
        "head_texts.json": make_texts(log),
        "receipt_files.json": make_receipt_files(log),
        "packing.json": make_packing(VectorLog().cut(4)),
        "chunks.json": make_chunks(chunks, long_told),
    }
    files = {name: (json.dumps(value, ensure_ascii=True, indent=1) + "\n").encode() for name, value in content.items()}
    inside = gzip.decompress(second_bundle.unseal(good, OFFICE.raw))
    return {
        **files,
        "good.bundle": good,
        "chunks.bundle": chunks,
        "inside.txt": inside,
        "good.receipt": make_receipt(log),
    }


def write_files(folder: Path) -> None:
    """Write the vectors into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in make_files().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    write_files(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
