"""The words of a signal's state, of a deviation, and of what became of a drill."""

from collections.abc import Callable

from flask_babel import gettext as _

from field_app.services.signals import SignalLine, SignalState
from field_app.services.timetable import clock_text
from field_app.timekeeping.drill import Device, Drill, Outcome
from shared.domain.signals import SIGNAL_MISSED
from shared.web.language import language

SHAPES = {
    SignalState.WAITING: "○",
    SignalState.DUE: "▶",
    SignalState.GIVEN: "◐",
    SignalState.CONFIRMED: "●",
    SignalState.MISSED: "✕",
    SignalState.SKIPPED: "–",
    SignalState.ELSEWHERE: "–",
}


def state_text(line: SignalLine) -> str:
    """Where a signal stands, as a word with its shape."""
    words: dict[SignalState, Callable[[], object]] = {
        SignalState.WAITING: lambda: _("未到时间"),
        SignalState.DUE: lambda: _("现在该发"),
        SignalState.GIVEN: lambda: _("已发出，待确认"),
        SignalState.CONFIRMED: lambda: _("已确认"),
        SignalState.MISSED: lambda: _missed(line),
        SignalState.SKIPPED: lambda: _("不发"),
        SignalState.ELSEWHERE: lambda: _("由另一台电脑响铃"),
    }
    return f"{SHAPES[line.state]} {words[line.state]()}"


def _missed(line: SignalLine) -> str:
    late = duration_text(-(line.wait or 0))
    if not line.record.missed:
        return str(_("没有发，已过 %(late)s", late=late))
    cause = SIGNAL_MISSED.field("cause").choice(line.record.missed).text(language())
    return str(_("漏发（%(cause)s），已过 %(late)s", cause=cause, late=late))


def duration_text(ms: int) -> str:
    """A span of time in the words people use: seconds below a minute, else minutes, else hours and minutes."""
    seconds = abs(ms) // 1000
    if seconds < 60:
        return str(_("%(s)d 秒", s=seconds))
    if seconds < 3600:
        return str(_("%(m)d 分钟", m=seconds // 60))
    return str(_("%(h)d 小时 %(m)d 分", h=seconds // 3600, m=seconds // 60 % 60))


def deviation_text(ms: int | None) -> str:
    """How early or late a signal was given, to the second; a dash while that is unknown."""
    if ms is None:
        return "–"
    seconds = abs(ms) // 1000
    if not seconds:
        return str(_("准时"))
    size = f"{seconds // 60}:{seconds % 60:02}" if seconds >= 60 else _("%(s)d 秒", s=seconds)
    return str(_("早 %(size)s", size=size) if ms < 0 else _("晚 %(size)s", size=size))


def off_text(ms: int | None) -> str:
    """How early or late a signal of a drill was given: to the ms below a second; a dash while that is unknown."""
    if ms is None:
        return "–"
    return (
        deviation_text(ms) if abs(ms) >= 1000 else str(_("%(ms)s 毫秒", ms=f"{ms:+d}".replace("-", "−") if ms else "0"))
    )


def second_text(ms: int | None) -> str:
    """The nearest second of a corrected time: a bell that is 1 ms early is not of the second before."""
    return clock_text(None if ms is None else ms + 500, seconds=True)


def device_text(device: Device | None) -> str:
    """What a signal of a drill was given with; a dash when it was not given."""
    words: dict[Device | None, Callable[[], object]] = {
        Device.CONSOLE: lambda: _("报时台"),
        Device.SPEAKER: lambda: _("本机扬声器"),
        Device.VOICE: lambda: _("口头"),
        None: lambda: "–",
    }
    return str(words[device]())


def outcome_text(drill: Drill) -> str:
    """How a drill stands or ended, as a word with its shape."""
    words: dict[Outcome, Callable[[], object]] = {
        Outcome.RUNNING: lambda: _("▶ 练习正在进行"),
        Outcome.FINISHED: lambda: _("● 练习做完了"),
        Outcome.STOPPED: lambda: _("– 练习中途停止"),
        Outcome.YIELDED: lambda: _("▲ 正式指令快到了，练习已自动停止"),
        Outcome.INTERRUPTED: lambda: _("✕ 程序中断，练习没有做完"),
    }
    return str(words[drill.outcome]())


def judgement(drill: Drill) -> str:
    """What became of a drill's signals, in one sentence."""
    told = drill.figures()
    parts = [_("%(n)d 个指令，发出 %(given)d 个", n=told.all, given=told.given)]
    if told.worst is not None:
        size = duration_text(told.worst) if told.worst >= 1000 else _("%(ms)s 毫秒", ms=told.worst)
        parts.append(_("最大偏差 %(size)s", size=size))
    if told.silent:
        parts.append(_("%(n)d 个没有发", n=told.silent))
    if told.unconfirmed:
        parts.append(_("%(n)d 个没有确认", n=told.unconfirmed))
    elif told.given:
        parts.append(_("发出的都已确认"))
    if told.unreached:
        rest = _("还有 %(n)d 个", n=told.unreached) if drill.is_running else _("%(n)d 个没有练到", n=told.unreached)
        parts.append(rest)
    return str(_("，")).join(str(part) for part in parts) + str(_("。"))
