"""How far off the laptop is, in words, and what that means for what was and will be recorded."""

from flask_babel import gettext as _

from field_app.services.clock_checks import Size, parts_of, size_of
from shared.domain.clock import DisturbanceKind


def ahead_or_behind(offset: int) -> str:
    """`电脑慢 3 小时 0 分 2 秒`; an offset (ms) above zero is added to a laptop that is behind."""
    if not offset:
        return str(_("电脑与标准时间一致"))
    how_much = _how_much(offset)
    return str(_("电脑慢 %(much)s", much=how_much) if offset > 0 else _("电脑快 %(much)s", much=how_much))


def warnings(offset: int) -> list[str]:
    """What people must know of a clock that is far off; nothing for one that is nearly right."""
    size = size_of(offset)
    if size is Size.SMALL:
        return []
    said = [
        _("%(off)s，已照此对准，不影响继续工作。", off=ahead_or_behind(offset)),
        _("对时以前的记录保留当时电脑上的时间，不改动；从对时起，记录和指令都按对准后的时间。"),
    ]
    if size is Size.DAYS:
        said.append(_("差了一天以上：请再核对标准时间的日期；若填错了，按正确的日期再对一次即可。"))
    return said


def disturbance_sentence(kind: str) -> str:
    """What has happened to the clock since the last check, and what to do; empty when nothing has."""
    said = {
        DisturbanceKind.STEPPED: lambda: _("电脑时钟被改动过。指令仍按原来对准的时间走；请马上再对一次。"),
        DisturbanceKind.DRIFTED: lambda: _("电脑时钟走得不准，已差 2 秒以上。指令仍按对准的时间走；请再对一次。"),
        DisturbanceKind.SLEPT: lambda: _("电脑休眠过。请再对一次，并看一看有没有漏发的指令。"),
        DisturbanceKind.REBOOTED: lambda: _("电脑重新开过机，时钟不一定还准。请再对一次。"),
    }
    return str(said[DisturbanceKind(kind)]()) if kind in said else ""


def _how_much(offset: int) -> str:
    days, hours, minutes, seconds = parts_of(offset)
    parts = [
        _("%(n)d 天", n=days) if days else "",
        _("%(n)d 小时", n=hours) if days or hours else "",
        _("%(n)d 分", n=minutes) if days or hours or minutes else "",
        _("%(n)s 秒", n=int(seconds) if days or hours or minutes else f"{seconds:.1f}"),
    ]
    return " ".join(part for part in parts if part)
