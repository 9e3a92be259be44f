"""What pages say of the black box and the backups: short in the strip, with what to do on the readiness page."""

from typing import Any

from flask_babel import gettext as _

from field_app.services.black_box import BoxStatus
from field_app.services.box_feed import BoxState
from field_app.services.timetable import clock_text
from field_app.web.acting import the_backups, the_box
from shared.store.backups import Backup
from shared.web.errors import say


def safekeeping() -> dict[str, Any]:
    """What the section of the readiness page shows."""
    status, backups = the_box().status(), the_backups().status()
    return {
        "box": status,
        "box_words": box_sentence(status),
        "box_owed": owed(status),
        "drives": [str(drive) for drive in the_box().drives() if str(drive) != status.place],
        "backup": backups.newest,
        "backup_words": backup_words(backups.newest) if backups.newest else "",
        "backup_problem": say(backups.problem) if backups.problem else "",
    }


def keeping_notice() -> str:
    """The strip's words on both; empty when nobody need do anything."""
    problem = the_backups().status().problem
    return box_notice(the_box().status()) or (str(_("备份没有做成，去看看")) if problem else "")


def backup_words(backup: Backup) -> str:
    """`5 月 25 日 08:15，共 128 条`."""
    date, time = backup.date, backup.time
    return str(
        _(
            "%(month)d 月 %(day)d 日 %(time)s，共 %(n)d 条",
            month=int(date[4:6]),
            day=int(date[6:]),
            time=f"{time[:2]}:{time[2:4]}",
            n=backup.seq,
        )
    )


def box_notice(status: BoxStatus) -> str:
    """The strip's words; empty when nobody need do anything."""
    words = {
        BoxState.NONE: _("还没有黑匣子，去选 U 盘"),
        BoxState.STOPPED: _("黑匣子没有在写"),
        BoxState.BEHIND: _("黑匣子写得太慢"),
        BoxState.MISSING: _("黑匣子 U 盘不在，请插回"),
        BoxState.FULL: _("黑匣子 U 盘满了，请换 U 盘"),
        BoxState.READ_ONLY: _("黑匣子 U 盘写不进，请换 U 盘"),
        BoxState.FAILED: _("黑匣子 U 盘出错，请换 U 盘"),
        BoxState.RELEASED: _("黑匣子已停写，可以拔出"),
    }
    if status.is_fine:
        return ""
    return " · ".join(filter(None, (words[status.state], owed(status) if status.state is not BoxState.NONE else "")))


def owed(status: BoxStatus) -> str:
    """How much is not in the box; empty when all is."""
    if not status.behind or status.since is None:
        return ""
    return str(_("差 %(n)d 条（从 %(time)s 起）", n=status.behind, time=clock_text(status.since)))


def box_sentence(status: BoxStatus) -> str:
    """How it stands and what to do."""
    words = {
        BoxState.NONE: _("还没有选。插一个 U 盘，点下面的按钮：电脑坏了、丢了，别的电脑能凭它接着做。"),
        BoxState.STOPPED: _("程序没有在写黑匣子。"),
        BoxState.FINE: _("每条记录两秒内也存到这里。"),
        BoxState.BEHIND: _("U 盘很慢，或没有反应。登记照常进行；请换一个 U 盘。"),
        BoxState.MISSING: _("U 盘拔掉了，或文件夹不在了。登记照常进行；插回 U 盘，缺的会自己补上。"),
        BoxState.FULL: _("U 盘满了。登记照常进行；请换一个 U 盘，或删掉上面别的文件。"),
        BoxState.READ_ONLY: _("U 盘只能读、不能写（看看侧面有没有锁）。登记照常进行；请换一个 U 盘。"),
        BoxState.FAILED: _("U 盘读写出错。登记照常进行；请换一个 U 盘。"),
        BoxState.RELEASED: _("已写完并停下，可以安全拔出。再插上会自己接着写。"),
    }
    return str(words[status.state])
