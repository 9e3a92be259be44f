"""The bundle: whole logs on their way to the office as one file, signed by the laptop and sealed to the office.

docs/bundle-format.md is normative. Inside the seal: gzip of a manifest record, then the log files, oldest first.
"""

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import decode_birth
from shared.log.chain import Head
from shared.log.line import read_json
from shared.log.logfile import read_fragment
from shared.log.signing import SigningKey, log_id, verify
from shared.wire.packing import unpack
from shared.wire.sealing import seal, unseal

VERSION = 1
SUFFIX = ".bundle"
CONTEXT = "bundle"
MOST_LOGS = 32
HASH_BYTES = 32
MOST_BYTES = 16 * 2**20
UNPACKED_BYTES = 64 * 2**20
"""Most bytes of a bundle as it travels, and of what is in it: anybody may seal something to an office."""

_RECORD = re.compile(rb'\{"bundle":(\{.*\}),"sig":"([0-9a-f]{128})"\}')
_KEY = re.compile(r"[0-9a-f]{64}")
_LOG = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_VOUCH = re.compile(r"|[0-9a-f]{128}")


@dataclass(frozen=True, slots=True)
class BundledLog:
    """One log file of a bundle: its last head, and the device's vouching signature (empty when it has none to give)."""

    head: Head
    vouch: str
    file: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a laptop hands over: school, campaign, its device key (hex), its clock (ms), its logs oldest first."""

    school: str
    campaign: str
    key: str
    made: int
    logs: tuple[BundledLog, ...]

    @property
    def device(self) -> str:
        """The laptop's device id."""
        return log_id(self.key)[:12]

    @property
    def name(self) -> str:
        """The file's name: school, newest log and line, never a person."""
        head = self.logs[-1].head
        return f"testday-{self.school}-{head.log[:8]}-{head.seq}{SUFFIX}"

    def manifest(self, sizes: Sequence[int] | None = None) -> bytes:
        """The text that the device signs, written in one way only; `sizes` are the files' while they are not here."""
        logs = [
            {
                "log": log.head.log,
                "seq": log.head.seq,
                "hash": log.head.hash.hex(),
                "bytes": size,
                "vouch": log.vouch,
            }
            for log, size in zip(self.logs, sizes or [len(log.file) for log in self.logs], strict=True)
        ]
        content = {
            "version": VERSION,
            "school": self.school,
            "campaign": self.campaign,
            "device": self.device,
            "key": self.key,
            "made": self.made,
            "logs": logs,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def write_bundle(bundle: Bundle, device: SigningKey, office: str) -> bytes:
    """The bundle as a file, signed with the device's key and sealed to the office's public key (hex)."""
    manifest = bundle.manifest()
    signature = device.sign(CONTEXT, manifest.decode("utf-8"))
    record = b'{"bundle":' + manifest + b',"sig":"' + signature.encode("ascii") + b'"}\n'
    content = record + b"".join(log.file for log in bundle.logs)
    return seal(gzip.compress(content, 9, mtime=0), office)


def read_bundle(data: bytes, office: SigningKey, name: str) -> Bundle:
    """The bundle in a file that was sealed to this office; its chains are for ingest or verification to check.

    Raises what `unseal` raises, PROTOCOL_UNKNOWN, BUNDLE_UNREADABLE, or BUNDLE_SIGNATURE_WRONG.
    """
    if len(data) > MOST_BYTES:
        raise DomainError(ErrorCode.BUNDLE_UNREADABLE, path=name, reason=f"> {MOST_BYTES // 2**20} MiB")
    packed = unseal(data, office, name)
    try:
        record, _, rest = unpack(packed, UNPACKED_BYTES).partition(b"\n")
        bundle, sizes = _read_manifest(record)
        return replace(bundle, logs=_with_files(bundle, sizes, rest))
    except DomainError as problem:
        if problem.code is ErrorCode.BUNDLE_SIGNATURE_WRONG:
            raise DomainError(problem.code, path=name) from problem
        if problem.code is ErrorCode.PROTOCOL_UNKNOWN:
            raise
        raise DomainError(ErrorCode.BUNDLE_UNREADABLE, path=name, reason=problem.code.value) from problem


def _read_manifest(record: bytes) -> tuple[Bundle, list[int]]:
    """The manifest, its signature checked, and the size of each log file that follows it."""
    content = read_json(record).get("bundle")
    version = content.get("version") if isinstance(content, dict) else None
    if type(version) is int and version != VERSION:  # of a later release, which may write the rest otherwise too
        raise DomainError(ErrorCode.PROTOCOL_UNKNOWN, asked=str(version)[:10], known=VERSION)
    found = _RECORD.fullmatch(record)
    if found is None or not isinstance(content, dict):
        raise DomainError(ErrorCode.NOT_A_LINE, reason="manifest")
    text, signature = found.group(1), found.group(2).decode("ascii")
    try:
        bundle, sizes = _bundle(content)
        if bundle.manifest(sizes) != text:
            raise ValueError("another way of writing")
    except (KeyError, TypeError, ValueError) as problem:
        raise DomainError(ErrorCode.NOT_A_LINE, reason="manifest") from problem
    if not verify(bundle.key, CONTEXT, text.decode("utf-8"), signature):
        raise DomainError(ErrorCode.BUNDLE_SIGNATURE_WRONG)
    return bundle, sizes


def _bundle(content: Mapping[str, Any]) -> tuple[Bundle, list[int]]:
    listed, sizes = content["logs"], [item["bytes"] for item in content["logs"]]
    numbers = [content["made"], *sizes, *(item["seq"] for item in listed)]
    if {type(content["school"]), type(content["campaign"])} != {str} or {type(number) for number in numbers} != {int}:
        raise ValueError("types")
    if not _KEY.fullmatch(content["key"]) or not 1 <= len(listed) <= MOST_LOGS:
        raise ValueError("key or logs")
    logs = []
    for item in listed:
        head = Head(item["log"], item["seq"], bytes.fromhex(item["hash"]))
        if not _LOG.fullmatch(head.log) or len(head.hash) != HASH_BYTES or not _VOUCH.fullmatch(item["vouch"]):
            raise ValueError("log")
        logs.append(BundledLog(head, item["vouch"], b""))
    made = Bundle(content["school"], content["campaign"], content["key"], content["made"], tuple(logs))
    return made, sizes


def _with_files(bundle: Bundle, sizes: Sequence[int], rest: bytes) -> tuple[BundledLog, ...]:
    """Each log with its file, which begins with a birth of the bundle's school and ends with the head that is named."""
    if sum(sizes) != len(rest) or min(sizes) < 0:
        raise DomainError(ErrorCode.BODY_DAMAGED)
    found, start = [], 0
    for log, size in zip(bundle.logs, sizes, strict=True):
        file = rest[start : start + size]
        start += size
        fragment = read_fragment(file)
        last = fragment.heads[-1].head if fragment.heads else None
        if fragment.birth is None or last != log.head:
            raise DomainError(ErrorCode.HEAD_MISSING)
        if decode_birth(fragment.birth).school != bundle.school:
            raise DomainError(ErrorCode.SCHOOL_WRONG)
        found.append(replace(log, file=file))
    return tuple(found)
