"""The sentences of open matters, and of the button that settles each."""

from flask_babel import gettext as _

from field_app.services.matters import Matter, MatterKind
from field_app.services.timetable import clock_text
from shared.domain.words import Words
from shared.web.language import language


def matter_sentence(matter: Matter, names: dict[str, Words]) -> str:
    """What is open, in one line, in the reader's language."""
    name = names[matter.subject].text(language()) if matter.subject in names else matter.subject
    number = matter.number
    said: str = {
        MatterKind.DISK_FULL: lambda: _(
            "磁盘已满，登记照常（用备用空间）：请删除下载的文件、清空回收站，再重新启动本程序"
        ),
        MatterKind.DAY_NOT_OPEN: lambda: _("今天还没有开始"),
        MatterKind.NO_ROSTER: lambda: _("名册还没有导入"),
        MatterKind.CLOCK_NOT_CHECKED: lambda: _("本机还没有对时"),
        MatterKind.CLOCK_DISTURBED: lambda: _("电脑时钟有变（改动、休眠或重新开机），请再对时"),
        MatterKind.READINESS_OPEN: lambda: _("测前准备还有 %(n)d 项未就绪", n=number),
        MatterKind.PLAN_NEWER: lambda: _("县里下发了新方案，还没有采用"),
        MatterKind.SEATS_UNRECORDED: lambda: _("%(block)s：%(n)d 人未登记", block=name, n=number),
        MatterKind.CHECK_IN_NOT_CLOSED: lambda: _("%(block)s：检录还没有结束", block=name),
        MatterKind.SIGNAL_DUE: lambda: _("%(time)s 发指令：%(signal)s", time=clock_text(matter.due), signal=name),
        MatterKind.SIGNAL_MISSED: lambda: _(
            "%(time)s 的指令没有发：%(signal)s", time=clock_text(matter.due), signal=name
        ),
        MatterKind.SIGNAL_NOT_CONFIRMED: lambda: _("指令已发，还没有确认：%(signal)s", signal=name),
        MatterKind.BLOCK_NOT_SEALED: lambda: _("%(block)s：封装没有完成", block=name),
        MatterKind.OUT_OF_BALANCE: lambda: _("%(block)s：工具数目对不上（差 %(n)d）", block=name, n=number),
        MatterKind.INCIDENT_OPEN: lambda: _("%(level)d 级事件未结：%(type)s", level=number, type=name),
        MatterKind.NOT_HANDED_IN: lambda: _("今天的记录还没有上交"),
        MatterKind.NOT_ENROLLED_HERE: lambda: _("这台接手的电脑还没有在县里登记（有网络时用登记码）"),
        MatterKind.FORGOTTEN_THERE: lambda: _("县里不认得这台电脑了，请重新登记"),
    }[matter.kind]()
    return said


def matter_button(matter: Matter) -> str:
    """What the button beside it says."""
    said: str = {
        MatterKind.DISK_FULL: lambda: _("看日志"),
        MatterKind.DAY_NOT_OPEN: lambda: _("去准备"),
        MatterKind.NO_ROSTER: lambda: _("导入名册"),
        MatterKind.CLOCK_NOT_CHECKED: lambda: _("对时"),
        MatterKind.CLOCK_DISTURBED: lambda: _("对时"),
        MatterKind.READINESS_OPEN: lambda: _("去核查"),
        MatterKind.PLAN_NEWER: lambda: _("看方案"),
        MatterKind.SEATS_UNRECORDED: lambda: _("去检录"),
        MatterKind.CHECK_IN_NOT_CLOSED: lambda: _("去检录"),
        MatterKind.SIGNAL_DUE: lambda: _("去报时"),
        MatterKind.SIGNAL_MISSED: lambda: _("去说明"),
        MatterKind.SIGNAL_NOT_CONFIRMED: lambda: _("去确认"),
        MatterKind.BLOCK_NOT_SEALED: lambda: _("去封装"),
        MatterKind.OUT_OF_BALANCE: lambda: _("去清点"),
        MatterKind.INCIDENT_OPEN: lambda: _("看事件"),
        MatterKind.NOT_HANDED_IN: lambda: _("去上交"),
        MatterKind.NOT_ENROLLED_HERE: lambda: _("去登记"),
        MatterKind.FORGOTTEN_THERE: lambda: _("去登记"),
    }[matter.kind]()
    return said
