"""`testday verify`: whether a log, in any form in which it is kept, is whole."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import click

from shared.domain.errors import DomainError, ErrorCode
from shared.log.birth import decode_birth
from shared.log.logfile import read_fragment
from shared.log.signing import SignedHead, SigningKey
from shared.log.verification import Report, verify_log
from shared.store.durable import read_file
from shared.store.office_file import holds_office, read_kept_logs, verify_kept
from shared.store.reading import is_database, opened, read_logs
from shared.store.sqlite import read_log
from shared.wire.bundle import read_bundle
from shared.wire.problems import sentence
from shared.wire.sealing import BEGINS
from shared.wire.terminal import SpokenCommand, say_error

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NOT_FOUND = ErrorCode.HEAD_NOT_FOUND


@click.command(cls=SpokenCommand)
@click.argument("path", type=_FILE)
@click.option("--head", help="A head, a seal code, or the text of a QR code that holds one: finds a missing tail.")
@click.option("--office-key", type=_FILE, help="The office's server.key: opens a .bundle, which is sealed to it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def verify(ctx: click.Context, path: Path, head: str | None, office_key: Path | None, as_json: bool) -> None:
    """Check an exported .log file, a bundle, or the database of a laptop or an office or its backup. 核验。

    Nothing is changed. Exit 0 when it is whole, 1 with the first bad line when it is not.
    """
    several = verify_bundle(path, head, office_key)
    if several is None:
        several = verify_office(path, head)
    reports = [verify_path(path, head), *verify_ancestors(path)] if several is None else several
    if as_json:
        logs = [_summary(report) for report in reports]
        whole = all(report.is_whole for report in reports)
        summary = logs[0] | {"ancestors": logs[1:]} if several is None else {"whole": whole, "logs": logs}
        click.echo(json.dumps(summary, ensure_ascii=False))
    else:
        for report in reports:
            _print(report)
        if not reports:
            click.echo("没有日志。No logs.")
    if not all(report.is_whole for report in reports):
        ctx.exit(1)


def verify_path(path: Path, head: str | None = None) -> Report:
    """Verify a plain log file, or a laptop's log database or its backup; raises NOT_A_LOG."""
    birth, lines, hashes, heads = read_path(path)
    return verify_log(birth, lines, heads, hashes, head)


def verify_ancestors(path: Path) -> list[Report]:
    """A report for every log that the one in a laptop's database goes on from, the newest first; none in a plain file.

    Each must end with the very line that the next log's birth record names.
    """
    logs = read_logs(path) if is_database(path) else []
    reports = []
    for older, newer in zip(reversed(logs[:-1]), reversed(logs[1:]), strict=True):
        wanted = decode_birth(newer.birth or b"").ancestor
        reports.append(verify_log(older.birth or b"", older.lines, older.heads, None, str(wanted)))
    return reports


def verify_office(path: Path, head: str | None = None) -> list[Report] | None:
    """A report for every branch of every log of an office's database; None when it is no office's.

    With a head only the logs that hold it are reported; raises NOT_A_LOG, or HEAD_NOT_FOUND when none does.
    """
    try:
        if not is_database(path):
            return None
        with opened(path) as connection:
            if not holds_office(connection):
                return None
            kept = list(read_kept_logs(connection))
    except (sqlite3.Error, OSError, ValueError) as problem:
        raise DomainError(ErrorCode.NOT_A_LOG, path=path.name) from problem
    return _holding([verify_kept(one, head) for one in kept], head)


def verify_bundle(path: Path, head: str | None = None, office_key: Path | None = None) -> list[Report] | None:
    """A report for every log of a bundle, opened with the office's key; None when it is no bundle.

    Raises FILE_UNREADABLE, BUNDLE_SEALED without the key, KEY_DAMAGED, and what `read_bundle` raises.
    """
    data = read_file(path)
    if not data.startswith(BEGINS):
        return None
    if office_key is None:
        raise DomainError(ErrorCode.BUNDLE_SEALED, path=path.name)
    try:
        key = SigningKey(office_key.read_bytes())
    except (ValueError, OSError) as problem:
        raise DomainError(ErrorCode.KEY_DAMAGED, path=office_key.name) from problem
    fragments = [read_fragment(log.file, damaged=True) for log in read_bundle(data, key, path.name).logs]
    reports = [verify_log(part.birth or b"", part.lines, part.heads, None, head) for part in fragments]
    return _holding(reports, head)


def _holding(reports: list[Report], head: str | None) -> list[Report]:
    """Of several logs those that hold the head, when one is asked for; raises HEAD_NOT_FOUND when none does."""
    if head is None:
        return reports
    holding = [report for report in reports if report.problem is None or report.problem.code is not _NOT_FOUND]
    if not holding:
        raise DomainError(_NOT_FOUND, head=head.strip()[:120])
    return holding


def read_path(path: Path) -> tuple[bytes, list[bytes], list[bytes] | None, list[SignedHead]]:
    """Birth, lines, stored hashes (None in a plain file) and heads; raises NOT_A_LOG."""
    try:
        return _database(path) if is_database(path) else _plain(path)
    except (sqlite3.Error, OSError, ValueError) as problem:  # the driver stumbles over the bytes of its own messages
        raise DomainError(ErrorCode.NOT_A_LOG, path=path.name) from problem
    except DomainError as problem:
        raise DomainError(ErrorCode.NOT_A_LOG, path=path.name) from problem


def _database(path: Path) -> tuple[bytes, list[bytes], list[bytes] | None, list[SignedHead]]:
    with opened(path) as connection:
        return read_log(connection)


def _plain(path: Path) -> tuple[bytes, list[bytes], list[bytes] | None, list[SignedHead]]:
    fragment = read_fragment(path.read_bytes(), damaged=True)
    if fragment.birth is None:
        raise DomainError(ErrorCode.NOT_A_LOG, path=path.name)
    return fragment.birth, fragment.lines, None, fragment.heads


def _summary(report: Report) -> dict[str, Any]:
    problem = report.problem
    return {
        "whole": report.is_whole,
        "log": report.birth.log,
        "school": report.birth.school,
        "mode": report.birth.mode,
        "lines": report.lines,
        "sealed": report.sealed,
        "unsealed": report.unsealed,
        "head": str(report.head),
        "first_bad": report.first_bad,
        "last_bad": report.last_bad,
        "code": problem.code.value if problem else None,
        "zh": sentence(problem, "zh") if problem else "",
        "en": sentence(problem, "en") if problem else "",
    }


def _print(report: Report) -> None:
    click.echo(f"日志 log {report.birth.log}  学校 school {report.birth.school}  {report.birth.mode}")
    click.echo(
        f"共 {report.lines} 条，签名证明到第 {report.sealed} 条，其后 {report.unsealed} 条尚未签名。"
        f" {report.lines} lines, sealed up to line {report.sealed}, {report.unsealed} unsealed after it."
    )
    if report.problem is None:
        click.echo(f"完整。Whole. {report.head}")
        return
    say_error(report.problem)
    span = f"{report.first_bad}" if report.first_bad == report.last_bad else f"{report.first_bad}–{report.last_bad}"
    click.echo(f"不完整：从第 {span} 条起。Not whole: first bad line {span}.")
