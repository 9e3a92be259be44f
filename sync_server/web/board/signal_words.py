"""The words of the strip of signals: a shape, a tone and a word for every standing, and what a cell says when asked."""

from flask_babel import gettext as _

from shared.domain.timetable import clock_text as minute_text
from shared.domain.words import Words
from shared.web.language import language
from sync_server.services.board_row import CONCERN_WORDS, Concern, Row
from sync_server.services.local_time import clock_text
from sync_server.services.signal_strip import Cell, Standing, Strip
from sync_server.web.frame.views import seconds

MARKS = {
    Standing.MISSED: ("✕", "bad"),
    Standing.OFF: ("▲", "warn"),
    Standing.UNCONFIRMED: ("◐", "warn"),
    Standing.SKIPPED: ("–", "none"),
    Standing.UNKNOWN: ("?", "none"),
    Standing.ON_TIME: ("●", "good"),
    Standing.WAITING: ("○", "none"),
}
STANDING_WORDS = {
    Standing.MISSED: Words("没有发", "Not given"),
    Standing.OFF: Words("早或晚一分钟以上", "Over a minute off"),
    Standing.UNCONFIRMED: Words("发了没确认", "Not confirmed"),
    Standing.SKIPPED: Words("不发", "Skipped"),
    Standing.UNKNOWN: Words("不知道", "Unknown"),
    Standing.ON_TIME: Words("准时", "On time"),
    Standing.WAITING: Words("未到时间", "Not due yet"),
}


def hint(strip: Strip, cell: Cell) -> str:
    """All that is known of one signal, in one line."""
    fact, record = cell.fact, cell.fact.record
    planned = clock_text(fact.planned, True) if fact.planned is not None else minute_text(fact.signal.at)
    said = [fact.signal.title.text(language()), _("计划 %(t)s", t=planned), _standing(strip, cell)]
    if record.given is not None:
        said.append(_("已发 %(t)s", t=clock_text(record.given, True)))
        said.append(_("偏差 %(d)s", d=seconds(fact.deviation)))
        confirmed = record.confirmed is not None
        said.append(_("确认 %(t)s", t=clock_text(record.confirmed, True)) if confirmed else _("未确认"))
    return " · ".join([*said, *([record.reason] if record.reason else [])])


def bell_words(row: Row) -> tuple[str, ...]:
    """What is wrong with who rings, and which log does; empty where the only log does, as usual."""
    bells = row.facts.bells if row.facts else ()
    if all(bell.is_here for bell in bells) and len(bells) < 2:
        return ()
    wrong = [concern for concern in row.concerns if concern in (Concern.NO_BELL, Concern.TWO_BELLS)]
    said = [_("%(log)s 响铃", log=b.letter) if b.is_here else _("%(log)s 不响", log=b.letter) for b in bells]
    return (*(f"▲ {CONCERN_WORDS[concern].text(language())}" for concern in wrong), " · ".join(said))


def _standing(strip: Strip, cell: Cell) -> str:
    if cell.standing is Standing.UNKNOWN and strip.row.last_contact is not None:
        return str(_("不知道：%(t)s 以后没有联系", t=clock_text(strip.row.last_contact)))
    return STANDING_WORDS[cell.standing].text(language())
