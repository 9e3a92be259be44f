"""A drill 练习: the day's signals squeezed into ten minutes, and what became of each; nothing of it enters the log."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate, pairwise

from shared.domain.event import Actor
from shared.domain.plan import Signal

SECONDS = 600
"""How long a drill takes, in real seconds."""
LEAD_S = 15
"""The first signal comes this long after the start: time to open the sound."""
LAST_CONFIRM_S = 30
"""The last signal may be confirmed for this long; then the drill is finished."""
FADE_S = 5
"""No bell lasts longer, so that a drill whose every signal is confirmed does not end in the middle of one."""
LEAST_GAP_S = 15
"""Two signals are not nearer to each other, as long as there is room."""


class Outcome(StrEnum):
    """How a drill stands."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"  # by a person
    YIELDED = "yielded"  # to a signal of the day
    INTERRUPTED = "interrupted"  # by the end of the program


class Device(StrEnum):
    """What a signal was given with."""

    CONSOLE = "console"
    SPEAKER = "speaker"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class DrillSignal:
    """A signal as practised: when it was due in the drill, when and by what given, when confirmed; corrected ms."""

    signal: Signal
    due: int
    given: int | None = None
    device: Device | None = None
    confirmed: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a drill's signals, in numbers.

    `silent` were due and not given, `unreached` not due before its end; `worst` is the largest deviation in real ms.
    """

    all: int
    given: int
    silent: int
    unreached: int
    unconfirmed: int
    worst: int | None


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill, from `begun` to `ended` (corrected ms) on a clock that goes `rate` times as fast as the wall's."""

    id: str
    by: Actor
    rate: int
    begun: int
    signals: tuple[DrillSignal, ...]
    ended: int | None = None
    outcome: Outcome = Outcome.RUNNING

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.outcome is Outcome.RUNNING

    def find(self, signal: str) -> DrillSignal | None:
        """The signal of this id, if the drill has it."""
        return next((one for one in self.signals if one.signal.id == signal), None)

    def deviation(self, one: DrillSignal) -> int | None:
        """Given minus due in real ms; None when it was not given."""
        return None if one.given is None else round((one.given - one.due) / self.rate)

    def figures(self) -> Figures:
        """The numbers of its record; a drill without an end is judged up to the last thing known of it."""
        moments = [moment for one in self.signals for moment in (one.given, one.confirmed) if moment is not None]
        until = self.ended if self.ended is not None else max(moments, default=self.begun)
        given = [one for one in self.signals if one.given is not None]
        return Figures(
            all=len(self.signals),
            given=len(given),
            silent=sum(one.given is None and one.due <= until for one in self.signals),
            unreached=sum(one.given is None and one.due > until for one in self.signals),
            unconfirmed=sum(one.confirmed is None for one in given),
            worst=max((abs(off) for one in given if (off := self.deviation(one)) is not None), default=None),
        )

    def is_over(self, now: int) -> bool:
        """Whether nothing is left to do: every signal confirmed, or the last one's time to confirm is up."""
        last = self.signals[-1].due
        wait = FADE_S if all(one.confirmed is not None for one in self.signals) else LAST_CONFIRM_S
        return now >= last + wait * 1000 * self.rate

    def giving(self, signal: str, at: int, device: Device) -> "Drill":
        """The drill with a signal given at `at`; the first time counts, and nothing after the end does."""
        found = self.find(signal)
        if found is None or found.given is not None or (self.ended is not None and at > self.ended):
            return self
        return self._with(replace(found, given=at, device=device))

    def confirming(self, signal: str, at: int) -> "Drill":
        """The drill with a given signal confirmed at `at`; the first time counts."""
        found = self.find(signal)
        if found is None or found.given is None or found.confirmed is not None:
            return self
        return self._with(replace(found, confirmed=at))

    def ending(self, outcome: Outcome, at: int) -> "Drill":
        """The drill as ended at `at`; one that has ended stays as it is."""
        return replace(self, outcome=outcome, ended=at) if self.is_running else self

    def _with(self, changed: DrillSignal) -> "Drill":
        signals = tuple(changed if one.signal.id == changed.signal.id else one for one in self.signals)
        return replace(self, signals=signals)


def plan_drill(
    drill_id: str, by: Actor, rate: int, begun: int, timed: Sequence[tuple[Signal, int]], seconds: int = SECONDS
) -> Drill:
    """A drill of so many real seconds over these signals, each with its time in the day (any unit), in order."""
    span = (seconds - LEAD_S - LAST_CONFIRM_S) * 1000 * rate
    offsets = squeeze([at for _, at in timed], span, LEAST_GAP_S * 1000 * rate)
    first = begun + LEAD_S * 1000 * rate
    # at full seconds, so that a countdown and its bell meet
    dues = (round((first + offset) / 1000) * 1000 for offset in offsets)
    signals = (DrillSignal(signal, due) for (signal, _), due in zip(timed, dues, strict=True))
    return Drill(drill_id, by, rate, begun, tuple(signals))


def squeeze(times: Sequence[int], span: int, least: int) -> list[int]:
    """Offsets from 0 to `span` for times in order: in proportion, except that gaps below `least` are made as long.

    Where there are so many that `least` finds no room, all gaps are equal. A single time is at 0.
    """
    gaps = [after - before for before, after in pairwise(times)]
    if not any(gaps):
        gaps = [1] * len(gaps)
    least = min(least, span // max(1, len(gaps)))
    short: set[int] = set()
    while True:
        room, rest = span - least * len(short), sum(gap for at, gap in enumerate(gaps) if at not in short)
        found = {at for at, gap in enumerate(gaps) if at not in short and gap * room < least * rest}
        if not found:
            break
        short |= found
    squeezed = [least if at in short else gap * room / rest for at, gap in enumerate(gaps)]
    return [round(offset) for offset in accumulate(squeezed, initial=0)][: len(times)]
