"""`testday server`: makes, runs and serves the office."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from shared.domain.errors import DomainError, ErrorCode
from shared.store.durable import read_file, write_whole
from shared.store.sticks import put_on_stick
from shared.timepiece import Rehearsal, wall_ms
from shared.web.serving import answer_until_stopped, listen
from shared.wire.bundle import SUFFIX
from shared.wire.county_log import MESSAGE_SENT
from shared.wire.terminal import SpokenGroup, say_error, show_progress
from sync_server.app import create_app, open_office
from sync_server.config import ServerConfig, default_folder
from sync_server.jobs import start_jobs
from sync_server.services.accounts import ROLES, add_account
from sync_server.services.backups import OfficeBackups
from sync_server.services.bundles import Bundles
from sync_server.services.handing_back import hand_back
from sync_server.services.making import FIRST_ACCOUNT, make_key, make_office
from sync_server.services.office import Office
from sync_server.services.rebuilding import rebuild_logs
from sync_server.services.schools import import_schools
from sync_server.services.stages import find_stage
from sync_server.store.copies import check_copy, put_back
from sync_server.store.records import School
from sync_server.store.sqlite import SqliteStore
from sync_server.web.desk import desk_of

CHINA = ZoneInfo("Asia/Shanghai")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=SpokenGroup)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TESTDAY_SERVER_DATA",
    help="The office's data folder.",
)
@click.pass_context
def server(ctx: click.Context, data: Path | None) -> None:
    """The county office: receives the logs of schools and shows who has finished what. 县级服务器。"""
    ctx.obj = data or default_folder()


@server.command()
@click.option("--county", required=True, help="The county's name, as people read it.")
@click.option("--campaign", required=True, help="The campaign's id, such as 2022-yunxi.")
@click.option("--mode", type=click.Choice(["live", "rehearsal"]), default="live", help="For ever: live or rehearsal.")
@click.option("--rate", type=click.IntRange(1, 3600), default=60, help="Rehearsal only: how many times as fast.")
@click.option("--shown-start", help="Rehearsal only: the local time it begins at, such as 2022-05-25T06:30.")
@click.option("--real-start-in", type=int, default=0, help="Rehearsal only: seconds until the fast clock starts.")
@click.pass_obj
def init(  # noqa: PLR0913 - one parameter an option
    folder: Path, county: str, campaign: str, mode: str, rate: int, shown_start: str | None, real_start_in: int
) -> None:
    """Make a new office and its first account; the password is shown once. 新建。"""
    rehearsal = _rehearsal(rate, shown_start, real_start_in) if mode == "rehearsal" else None
    config = ServerConfig(folder)
    make_key(config)
    store = SqliteStore(config.database)
    password = make_office(store, county, campaign, mode, rehearsal)
    store.close()
    click.echo(f"{FIRST_ACCOUNT} {password}")


@server.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on; put a TLS reverse proxy before any other.")
@click.option("--port", type=click.IntRange(0, 65535), default=8010, help="Port to listen on; 0 takes any free one.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, help="Requests worked on at the same time.")
@click.option(
    "--backups",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TESTDAY_SERVER_BACKUPS",
    help="Folder for backups, better on another disk; `backups` in the data folder when it is not given.",
)
@click.pass_obj
def run(folder: Path, host: str, port: int, threads: int, backups: Path | None) -> None:
    """Serve the API and the county's pages until stopped. 运行。"""
    office = open_office(ServerConfig(folder, host, port, threads, backups=backups))
    try:
        app = create_app(office)
        listening = listen(app, host, port, threads)
        kept = OfficeBackups(office)
        scheduler = start_jobs(office, desk_of(app).board, kept)
        click.echo(f"http://{host}:{listening.effective_port}/")
        answer_until_stopped(listening)
        scheduler.shutdown()
        kept.look()
    finally:
        office.close()


@server.command("import-schools")
@click.argument("file", type=_FILE)
@click.pass_obj
def import_schools_command(folder: Path, file: Path) -> None:
    """Add the schools of a spreadsheet with the columns 学校代码, 学校名称, 学段. 导入学校。"""
    with _office(folder) as office:
        schools = import_schools(office.store, read_file(file), file.name)
        click.echo(f"{len(schools)} 所学校 schools")


@server.command("add-plan")
@click.argument("file", type=_FILE)
@click.option("--stage", help="The stage the plan is for, when it is not the plan's own grade: 小学, 初中, 4, 8.")
@click.pass_obj
def add_plan(folder: Path, file: Path, stage: str | None) -> None:
    """Add a plan, or a new revision of one, and give it to the schools of its stage. 加入方案。"""
    grade = find_stage(stage) if stage else None
    if stage and grade is None:
        raise click.BadParameter("小学 / 初中 / 1–9", param_hint="--stage")
    with _office(folder) as office:
        plan, schools = office.plans.add_plan(read_file(file), file.name, FIRST_ACCOUNT, grade)
        click.echo(f"{plan.id} {plan.revision} {plan.sha256}：{schools} 所学校 schools")


@server.command("enrol-code")
@click.option("--school", help="The code of one school.")
@click.option("--all", "everybody", is_flag=True, help="A code for every school.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: school to code.")
@click.pass_obj
def enrol_code(folder: Path, school: str | None, everybody: bool, as_json: bool) -> None:
    """Make one-time codes that enrol a laptop of a school. 登记码。"""
    with _office(folder) as office:
        schools = _chosen(office, school, everybody)
        codes = {item.code: office.enrolments.make_code(item.code) for item in schools}
        if as_json:
            click.echo(json.dumps(codes))
            return
        for item in schools:
            click.echo(f"{item.code} {item.name} {codes[item.code]}")


@server.command("enrol-file")
@click.argument("request", type=_FILE)
@click.argument("answer", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--url", required=True, help="The address at which laptops reach this office when they have a network.")
@click.pass_obj
def enrol_file(folder: Path, request: Path, answer: Path, url: str) -> None:
    """Answer a laptop's enrolment request that came on a USB stick. 用文件登记。"""
    with _office(folder) as office:
        device, told = office.enrolments.enrol_by_file(read_file(request), url)
        write_whole(answer, told)
        click.echo(f"{device} {answer}")


@server.command()
@click.argument("text")
@click.option("--school", help="The code of one school.")
@click.option("--all", "everybody", is_flag=True, help="To every school.")
@click.option("--sender", default=FIRST_ACCOUNT, help="The account that says it.")
@click.pass_obj
def message(folder: Path, text: str, school: str | None, everybody: bool, sender: str) -> None:
    """Send a message to one school or to all; laptops fetch it at their next contact. 发通知。"""
    with _office(folder) as office:
        schools = _chosen(office, school, everybody)
        for item in schools:
            office.county_logs.append(item, MESSAGE_SENT.name, {"text": text}, sender)
        click.echo(f"{len(schools)} 所学校 schools")


@server.command("add-account")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="county", help="What the account may do.")
@click.option("--school", help="The code of the one school that a school account sees.")
@click.pass_obj
def add_account_command(folder: Path, name: str, role: str, school: str | None) -> None:
    """Add a named account; its password is shown once. 新建账号。"""
    with _office(folder) as office:
        scope = ("school", _chosen(office, school, False)[0].code) if school else ("county", office.row.county)
        click.echo(f"{name} {add_account(office.store, name, role, *scope)}")


@server.command("import-log")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.pass_context
def import_log(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Take exported .log files, as if they had come by network; one that is refused stops no other. 导入日志文件。"""
    refused = False
    with _office(ctx.obj) as office:
        for file in show_progress(files, "import", len(files)):
            try:
                accepted = office.ingest.import_file(read_file(file), file.name)
            except DomainError as problem:
                refused = True
                click.echo(f"{file.name}:", err=True)
                say_error(problem)
                continue
            runs = ", ".join(f"{run.first}–{run.last} {run.result}" for run in accepted.runs)
            click.echo(f"{file.name}: {accepted.log.id} {runs or '–'}; unsealed {accepted.unsealed}")
    if refused:
        ctx.exit(1)


@server.command("export-log")
@click.argument("school")
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--url", required=True, help="The address at which laptops reach this office when they have a network.")
@click.pass_obj
def export_log(folder: Path, school: str, target: Path, url: str) -> None:
    """Write a school's logs and kit, for a spare laptop that takes its day over. 导出日志供接手。"""
    with _office(folder) as office:
        files = hand_back(office, school, url)
        target.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write_whole(target / name, data)
            click.echo(str(target / name))


@server.command("import-bundle")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--receipts",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder for the receipt files that go back to the schools; beside each bundle when it is not given.",
)
@click.pass_context
def import_bundle(ctx: click.Context, paths: tuple[Path, ...], receipts: Path | None) -> None:
    """Take what schools brought on a stick: .bundle files, or folders of them; one that is refused stops no other.

    导入学校用 U 盘送来的文件，并写出带回学校的回执文件。
    """
    files = [file for path in paths for file in (sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path])]
    if not files:
        raise DomainError(ErrorCode.NOT_A_BUNDLE, path=str(paths[0]))
    refused = False
    with _office(ctx.obj) as office:
        for file in show_progress(files, "import", len(files)):
            try:
                complete = _import_one(Bundles(office), file, receipts or file.parent)
            except DomainError as problem:
                say_error(problem)
                complete = False
            refused = refused or not complete
    if refused:
        ctx.exit(1)


def _import_one(bundles: Bundles, file: Path, receipts: Path) -> bool:
    """Take one bundle and write the school's receipt file; whether every log of it was accepted."""
    taken = bundles.take(read_file(file), file.name)
    for log in taken.logs:
        told = f"{file.name}: {taken.school.code} {taken.school.name} {log.log.head.log}"
        if log.accepted is None:
            click.echo(f"{told} ✕", err=True)
            say_error(log.problem or DomainError(ErrorCode.INTERNAL))
            continue
        runs = ", ".join(f"{run.first}–{run.last} {run.result}" for run in log.accepted.runs)
        by = f"已登记的笔记本 laptop {log.device}" if log.device else "导入人（未登记的笔记本）whoever imports it"
        click.echo(f"{told} {runs or '–'}; 担保 vouched by {by}")
    back = bundles.receipt_file(taken.school.code)
    click.echo(str(put_on_stick(receipts.absolute(), back.name, back.encode())))
    return taken.complete


@server.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_obj
def backup(folder: Path, target: Path) -> None:
    """Write a copy of the office's database, also while it runs, and verify it. 备份。"""
    with _office(folder) as office:
        copy = OfficeBackups(office).write(target)
        click.echo(f"{target}：{len(copy.heads)} 份日志 logs，{copy.lines} 条 lines")


@server.command()
@click.argument("copy", metavar="BACKUP", type=_FILE)
@click.pass_obj
def restore(folder: Path, copy: Path) -> None:
    """Put a backup in the database's place while the office stands still; schools send what it lacks again. 恢复备份。

    The backup is verified first, the old database is kept in set-aside, and a new epoch begins.
    """
    config = ServerConfig(folder)
    check_copy(copy)
    kept = put_back(copy, config.database)
    with _office(folder, copy.name) as office:
        lines = office.store.read(lambda book: book.count_lines())
        click.echo(f"已恢复 restored：{lines} 条 lines；新纪元 epoch {office.row.epoch}")
    click.echo(f"原来的数据库 the old database：{kept or '–'}")
    click.echo("缺的记录由各校笔记本下次联网时自动补传。What is missing comes from the laptops by itself.")


@server.command()
@click.pass_obj
def rebuild(folder: Path) -> None:
    """Derive every verdict and board row again from the lines. 重建。"""
    with _office(folder) as office:
        total = len(office.store.read(lambda book: book.list_logs()))
        done = sum(1 for _ in show_progress(rebuild_logs(office.store, office.folds), "rebuild", total))
        click.echo(f"{done} 份日志 logs")


@contextmanager
def _office(folder: Path, put_back_from: str = "") -> Iterator[Office]:
    office = open_office(ServerConfig(folder), put_back_from)
    try:
        yield office
    finally:
        office.close()


def _chosen(office: Office, code: str | None, everybody: bool) -> list[School]:
    if everybody == bool(code):
        raise click.UsageError("--school CODE 或 or --all")
    schools = office.store.read(lambda book: book.list_schools())
    found = schools if everybody else [school for school in schools if school.code == code]
    if not found:
        raise DomainError(ErrorCode.SCHOOL_UNKNOWN, school=code or "–")
    return found


def _rehearsal(rate: int, shown_start: str | None, real_start_in: int) -> Rehearsal:
    if shown_start is None:
        raise click.UsageError("--shown-start 2022-05-25T06:30")
    try:
        shown = datetime.fromisoformat(shown_start)
    except ValueError as problem:
        raise click.BadParameter("2022-05-25T06:30", param_hint="--shown-start") from problem
    if shown.tzinfo is None:
        shown = shown.replace(tzinfo=CHINA)
    return Rehearsal(rate, wall_ms() + real_start_in * 1000, int(shown.timestamp() * 1000))
