"""`testday field`: runs the laptop, enrols it, takes its log out, and looks it over."""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from field_app.app import House, alone_in, open_house
from field_app.config import FieldConfig
from field_app.launch import running_address, serve
from field_app.services.carrying import carry
from field_app.services.damage import find_damage
from field_app.services.enrolment import enrol_by_file, enrol_online, request_file
from field_app.services.examination import examine
from field_app.services.rebuilding import rebuild
from field_app.services.records import log_file
from field_app.services.takeover import find_newest, take_over
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.takeover import REASONS
from shared.store.durable import read_file, write_whole
from shared.verify_cli import verify_path
from shared.wire.enrolment import Enrolment
from shared.wire.terminal import SpokenGroup, say_error

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TARGET = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=SpokenGroup)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The laptop's data folder.")
@click.pass_context
def field(ctx: click.Context, data: Path | None) -> None:
    """The school's laptop: check-in, signals, materials, incidents, hand-in. 校园端。"""
    config = FieldConfig.from_environment()
    ctx.obj = replace(config, folder=data) if data else config


@field.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the pages; 0 takes any free one.")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
@click.option("--no-sync", is_flag=True, help="Send nothing to the office in this run.")
@click.pass_obj
def run(config: FieldConfig, port: int | None, no_browser: bool, no_sync: bool) -> None:
    """Serve the laptop's pages on this machine until stopped, and open the browser. 运行。"""
    config = replace(
        config,
        port=config.port if port is None else port,
        open_browser=config.open_browser and not no_browser,
        sync=not no_sync,
    )
    try:
        serve(config, click.echo)
    except DomainError as problem:
        address = running_address(config.folder)
        if problem.code is not ErrorCode.DATABASE_IN_USE or address is None:
            raise
        say_error(problem)
        click.echo(address)
        if config.open_browser:
            webbrowser.open(address)


@field.command()
@click.argument("url")
@click.argument("code")
@click.pass_obj
def enrol(config: FieldConfig, url: str, code: str) -> None:
    """Enrol this laptop at the office with a one-time code. 登记本机。"""
    with _house(config) as house:
        _say_enrolled(enrol_online(house.laptop, url, code))


@field.command("enrol-request")
@click.argument("code")
@click.argument("target", type=_TARGET)
@click.pass_obj
def enrol_request(config: FieldConfig, code: str, target: Path) -> None:
    """Write the request that a USB stick carries to the office. 生成登记申请文件。"""
    with _house(config) as house:
        write_whole(target, request_file(house.laptop, code))
        click.echo(str(target))


@field.command("enrol-file")
@click.argument("answer", type=_FILE)
@click.pass_obj
def enrol_file(config: FieldConfig, answer: Path) -> None:
    """Enrol this laptop with the office's answer file. 用文件登记本机。"""
    with _house(config) as house:
        _say_enrolled(enrol_by_file(house.laptop, read_file(answer)))


@field.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--reason", type=click.Choice([choice.id for choice in REASONS]), default="broken", help="Why.")
@click.pass_obj
def takeover(config: FieldConfig, source: Path, reason: str) -> None:
    """Go on with another laptop's day, from its black box, a backup or a log file. 接手另一台电脑。"""
    with _house(config) as house:
        estate = find_newest(source)
        take_over(house.laptop, estate, reason)
        enrolled = house.laptop.enrolment
        click.echo(f"{estate.birth.log}:{estate.head.seq} {estate.head.seal_code}")
        if enrolled:
            _say_enrolled(enrolled)


@field.command()
@click.argument("target", type=_TARGET)
@click.pass_obj
def export(config: FieldConfig, target: Path) -> None:
    """Write the log as a file that anybody can read, and check with `testday verify`. 导出日志。"""
    with _house(config) as house:
        write_whole(target, log_file(house.laptop))
        click.echo(str(target))


@field.command("export-bundle")
@click.argument("folder", type=click.Path(path_type=str))
@click.pass_obj
def export_bundle(config: FieldConfig, folder: str) -> None:
    """Write the log into FOLDER, usually a stick's, sealed to the county office; `server import-bundle` takes it there.

    写出送交县里的文件（U 盘）。
    """
    with _house(config) as house:
        carried = carry(house.laptop, str(Path(folder).absolute()))
        click.echo(f"{carried.path} {carried.head.seq} {carried.head.seal_code}")


@field.command("import-receipt")
@click.argument("file", type=_FILE)
@click.pass_obj
def import_receipt(config: FieldConfig, file: Path) -> None:
    """Take in the receipt file that the county office wrote. 读入县里的回执文件。"""
    with _house(config) as house:
        taken = house.sync.take_receipt_file(read_file(file), file.name)
        status = house.sync.status()
        click.echo(f"已记录 recorded {status.recorded} · 县级已收 received {status.received}")
    if taken.finding is not None:
        raise taken.finding


@field.command()
@click.argument("target", type=_TARGET)
@click.pass_obj
def backup(config: FieldConfig, target: Path) -> None:
    """Write a copy of the log's database and verify it. 备份。"""
    with _house(config) as house:
        house.writer.backup(target)
    report = verify_path(target)
    if report.problem is not None:
        raise report.problem
    click.echo(f"{target} {report.lines} {report.head.seal_code}")


@field.command("rebuild")
@click.pass_obj
def rebuild_log(config: FieldConfig) -> None:
    """Rebuild a damaged log from backups and the black box; its file is set aside. 重建。"""
    with alone_in(config.folder):
        if find_damage(config.folder) is None:
            click.echo("记录完整，不用重建。The log is whole: nothing to rebuild.")
            return
        account = rebuild(config.folder)
    parts = ", ".join(f"{kind.value} {count}" for kind, count in account.origins.items())
    click.echo(f"已重建 rebuilt: {account.lines} ({parts}), 丢失 lost {account.lost}")


@field.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Look over everything that would be missed in the morning; exit 1 when something is wrong. 自检。"""
    with _house(ctx.obj) as house:
        findings = examine(house.laptop)
    for finding in findings:
        click.echo(f"{'●' if finding.good else '✕'} {finding.part:10} {finding.fact}")
    if not all(finding.good for finding in findings):
        ctx.exit(1)


@contextmanager
def _house(config: FieldConfig) -> Iterator[House]:
    house = open_house(replace(config, sync=False))
    try:
        yield house
    finally:
        house.close()


def _say_enrolled(enrolment: Enrolment) -> None:
    click.echo(f"{enrolment.school} {enrolment.school_name} · {enrolment.campaign} · {enrolment.mode}")
