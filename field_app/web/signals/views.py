"""Signals: the next one large with its words to read, all of today below, and the missed ones to explain."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from field_app.services import signals
from field_app.services.bell_holding import holding_today
from field_app.services.signals import NewSignal, SignalState
from field_app.timekeeping.awake import Wakefulness
from field_app.web.acting import acting, happened, request_id, the_laptop
from field_app.web.answers import answer, form_text
from field_app.web.signals.console import bp as console
from field_app.web.signals.drill import bp as drill
from field_app.web.signals.drill import offer
from field_app.web.signals.holding import bp as holding
from field_app.web.signals.timing import bp as timing
from field_app.web.signals.words import deviation_text, duration_text, state_text
from shared.domain.access import may_record
from shared.domain.bell import BELL_TAKEN
from shared.domain.signals import SIGNAL_CONFIRMED, SIGNAL_GIVEN, SIGNAL_SKIPPED, TIMING_CHANGED
from shared.web.access import access
from shared.web.language import language

bp = Blueprint("signals", __name__, url_prefix="/signals", template_folder="templates")
for part in (console, drill, holding, timing):
    bp.register_blueprint(part)
CHANNELS = SIGNAL_GIVEN.field("channel").choices


@bp.get("/")
@access("acting")
def page() -> str:
    """Today's signals in time order, the next one large."""
    laptop, role = the_laptop(), acting().role
    lines = signals.list_signals(laptop)
    given = [line for line in lines if line.record.channel]
    return render_template(
        "signals/page.html",
        title=_("报时指令"),
        lines=lines,
        next=signals.pick_next(lines, laptop.clock.now().corrected),
        changes=signals.next_change(lines),
        has_incident=any(item.id == "signal_wrong" for item in laptop.plan.incident_types),
        missed=[line for line in lines if line.state is SignalState.MISSED],
        elsewhere=[line for line in lines if line.state is SignalState.ELSEWHERE and (line.wait or 0) <= 0],
        holding=holding_today(laptop),
        may_hold=may_record(BELL_TAKEN, role),
        states=SignalState,
        channels=CHANNELS,
        last_channel=given[-1].record.channel if given else "voice",
        may_give=may_record(SIGNAL_GIVEN, role),
        may_confirm=may_record(SIGNAL_CONFIRMED, role),
        may_skip=may_record(SIGNAL_SKIPPED, role),
        may_sleep=laptop.awake.state is Wakefulness.CANNOT,
        is_silent=laptop.bell.is_silent and holding_today(laptop).is_here,
        may_move=may_record(TIMING_CHANGED, role),
        state_text=state_text,
        duration_text=duration_text,
        deviation_text=deviation_text,
        channel_text=channel_text,
        drill=offer(),
    )


@bp.post("/give")
@access("acting")
def give() -> Any:
    """A signal was given, now or at the time stated."""
    laptop = the_laptop()
    new = NewSignal(form_text("signal"), form_text("channel") or "voice", form_text("reason"), happened())
    recorded = signals.give(laptop, acting(), new, request_id())
    line = signals.find_signal(laptop, new.signal)
    title = line.signal.title.text(language())
    if line.record.given_seq == recorded.event.seq:
        said = _("%(signal)s 已发出（%(off)s）", signal=title, off=deviation_text(line.deviation))
    else:
        said = _("%(signal)s 又发了一次，记为重复（以第一次为准）", signal=title)
    return _answer(recorded, new.signal, said)


@bp.post("/confirm")
@access("acting")
def confirm() -> Any:
    """A given signal was heard."""
    signal = form_text("signal")
    recorded = signals.confirm(the_laptop(), acting(), signal, request_id())
    return _answer(recorded, signal, _("%(signal)s 已确认", signal=_title(signal)))


@bp.post("/skip")
@access("acting")
def skip() -> Any:
    """A signal is not given, and why."""
    signal = form_text("signal")
    recorded = signals.skip(the_laptop(), acting(), signal, form_text("reason"), request_id())
    return _answer(recorded, signal, _("%(signal)s 记为不发", signal=_title(signal)))


@bp.get("/sheet")
@access("acting")
def sheet() -> str:
    """The signal sheet on paper, to go on with when the laptop fails."""
    laptop = the_laptop()
    return render_template(
        "signals/sheet.html",
        title=_("报时指令单"),
        lines=signals.list_signals(laptop),
        day=laptop.timetable().today,
        channels=CHANNELS,
        deviation_text=deviation_text,
        head=laptop.journal.head,
    )


def channel_text(channel: str) -> str:
    """The word of a channel."""
    return SIGNAL_GIVEN.field("channel").choice(channel).text(language())


def _title(signal: str) -> str:
    return the_laptop().plan.signal(signal).title.text(language())


def _answer(recorded: Any, signal: str, said: str) -> Any:
    state = signals.find_signal(the_laptop(), signal).state.value
    back = url_for("signals.page")
    return answer(recorded, said, back, signal=signal, state=state, next=back)
