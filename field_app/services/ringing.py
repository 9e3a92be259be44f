"""Ringing: which signals the engine waits for, what sounds them, and what is recorded of it."""

import logging
from collections.abc import Callable, Sequence

from field_app.services import drills
from field_app.services.laptop import Laptop
from field_app.services.signals import ring
from field_app.services.timetable import Timetable, date_of
from field_app.timekeeping.engine import Cause, Deadline
from field_app.timekeeping.speaker import Speaker
from shared.domain.clock import WatchedClock
from shared.domain.errors import DomainError
from shared.domain.event import LAPTOP, Draft
from shared.domain.plan import SignalKind
from shared.domain.signals import SIGNAL_DUE, SIGNAL_MISSED
from shared.log.chain import Head

log = logging.getLogger(__name__)


class Ringing:
    """See `field_app.timekeeping.engine.House`."""

    def __init__(self, laptop: Laptop, speaker: Speaker | None) -> None:
        self._laptop = laptop
        self._speaker = speaker
        laptop.bell.has_speaker = speaker is not None
        self._looked_at: Head | None = None

    @property
    def clock(self) -> WatchedClock:
        """See `House.clock`."""
        return self._laptop.clock

    def deadlines(self) -> Sequence[Deadline]:
        """See `House.deadlines`; none before enrolment, or on a day that is neither dated today nor opened today."""
        laptop = self._laptop
        try:
            timetable = laptop.timetable()
        except DomainError:  # not enrolled, or its plan is not here yet
            return ()
        self._looked_at = laptop.journal.head
        found = _pending(laptop, timetable) if _is_on(laptop, timetable) else []
        found = sorted((*found, *drills.list_deadlines(laptop)), key=lambda deadline: deadline.due)
        if found:
            laptop.awake.hold()
        else:
            laptop.awake.let_go()
        return found

    def stands(self, deadline: Deadline) -> bool:
        """See `House.stands`; quick while nothing was recorded since the last look, for the bell is waiting."""
        laptop = self._laptop
        if deadline.drill:
            return drills.stands(laptop, deadline)
        if laptop.journal.head == self._looked_at:
            return True
        signal, day = laptop.plan.signal(deadline.signal), laptop.journal.day
        is_ours = day.bell.of(signal.day).rings(deadline.due) and day.signals.get(signal.id).is_untouched
        return is_ours and laptop.timetable().due(signal) == deadline.due

    def prepare(self, deadline: Deadline) -> None:
        """See `House.prepare`."""
        self._speak(deadline, lambda speaker: speaker.prepare())

    def sound(self, deadline: Deadline) -> Callable[[], None]:
        """See `House.sound`: the console rings by itself when it has the bell; else the loudspeaker does."""
        laptop = self._laptop
        rang = self._speak(deadline, lambda speaker: speaker.play(self._kind(deadline)))
        fired = laptop.clock.now().corrected

        def record() -> None:
            if deadline.drill:
                if rang:
                    drills.note_rung(laptop, deadline, fired)
                return
            data = {**self._times(deadline), "fired": fired}
            if rang:  # first: a kill between the two lines must not leave a bell that rang without its record
                ring(laptop, deadline.signal, fired, "speaker")
            laptop.journal.record(Draft(SIGNAL_DUE.name, LAPTOP, data), f"due-{deadline.signal}")

        return record

    def note_missed(self, deadline: Deadline, late: int, cause: Cause) -> None:
        """See `House.note_missed`."""
        if deadline.drill:  # what was not given says so by itself
            return
        data = {**self._times(deadline), "late": late, "cause": cause.value}
        self._laptop.journal.record(Draft(SIGNAL_MISSED.name, LAPTOP, data), f"missed-{deadline.signal}")

    def _speak(self, deadline: Deadline, act: Callable[[Speaker], None]) -> bool:
        """Let the loudspeaker act, unless a console will ring; whether it did."""
        bell = self._laptop.drill_bell if deadline.drill else self._laptop.bell
        if self._speaker is None or bell.is_armed(deadline.signal):
            return False
        try:
            act(self._speaker)
        except OSError:
            log.warning("no sound")
            return False
        return True

    def _kind(self, deadline: Deadline) -> SignalKind:
        drill = self._laptop.drills.find(deadline.drill)
        practised = drill.find(deadline.signal) if drill is not None else None
        return (practised.signal if practised is not None else self._laptop.plan.signal(deadline.signal)).kind

    def _times(self, deadline: Deadline) -> dict[str, object]:
        planned = self._laptop.timetable().planned(self._laptop.plan.signal(deadline.signal))
        return {
            "signal": deadline.signal,
            "planned": deadline.due if planned is None else planned,
            "due": deadline.due,
        }

    def note_clock(self) -> None:
        """See `House.note_clock`."""
        if self._laptop.is_enrolled:
            self._laptop.journal.note_clock()

    def rest(self) -> None:
        """See `House.rest`."""
        self._laptop.awake.let_go()
        if self._speaker is not None:
            self._speaker.rest()


def _is_on(laptop: Laptop, timetable: Timetable) -> bool:
    """Whether the plan gives its day this date, or it was opened on this date."""
    today = date_of(timetable.now)
    if timetable.today.date is not None:
        return timetable.today.date == today
    opened = laptop.journal.day.readiness.opened.get(timetable.today.id)
    return opened is not None and date_of(laptop.journal.event(opened).time) == today


def _pending(laptop: Laptop, timetable: Timetable) -> list[Deadline]:
    """Today's signals that are this laptop's to ring and about which the log says nothing, by their times."""
    records, holding = laptop.journal.day.signals, laptop.journal.day.bell.of(timetable.today.id)
    found = [
        Deadline(signal.id, due)
        for signal in timetable.plan.signals()
        if signal.day == timetable.today.id
        and (due := timetable.due(signal)) is not None
        and holding.rings(due)
        and records.get(signal.id).is_untouched
    ]
    return sorted(found, key=lambda deadline: deadline.due)
