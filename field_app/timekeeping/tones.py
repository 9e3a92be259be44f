"""The bells: one table of tones, which the console plays and the laptop's loudspeaker too, so that they sound alike."""

import io
import math
import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from shared.domain.timetable import SignalKind

RATE = 16_000
PARTIALS = ((1.0, 0.7), (2.01, 0.2), (2.76, 0.1))
"""What struck metal sounds of: how many times the pitch, and its share of the loudness."""
_STRUCK, _ENDED = 0.003, 0.001
_FADED = 0.001


@dataclass(frozen=True, slots=True)
class Point:
    """The loudness `at` so many seconds after the bell began, reached in a straight line, or as a struck tone fades."""

    at: float
    loudness: float
    fading: bool = False


@dataclass(frozen=True, slots=True)
class Tone:
    """Begins `after` s, lasts so many s; `strikes` a second, or 0 when it is struck once and left to fade."""

    after: float
    lasts: float
    pitch: float
    loudness: float
    strikes: int = 0

    @property
    def until(self) -> float:
        """When it has ended, in s after the bell began."""
        return self.after + self.lasts

    def swell(self) -> Iterator[Point]:
        """How its loudness goes, from silence to silence."""
        beat = 1 / self.strikes if self.strikes else self.lasts
        yield Point(self.after, 0)
        for number in range(round(self.lasts / beat)):
            struck = self.after + number * beat
            yield Point(struck + _STRUCK, self.loudness)
            yield Point(struck + beat - _ENDED, self.loudness / 4 if self.strikes else _FADED, fading=True)
        yield Point(self.until, 0)


_CHIME = (Tone(0, 1.3, 784, 0.45), Tone(0.5, 1.8, 622, 0.45))
_BURSTS = tuple(Tone(begin, 0.5, 988, 0.4, 16) for begin in (0, 0.8, 1.6))
BELLS: dict[SignalKind, tuple[Tone, ...]] = {
    SignalKind.CHECK_IN_OPEN: _CHIME,
    SignalKind.PREPARE: _CHIME,
    SignalKind.START: (Tone(0, 4, 1047, 0.4, 16),),
    SignalKind.REMINDER: (Tone(0, 0.9, 1319, 0.3),),
    SignalKind.END: _BURSTS,
    SignalKind.CHECK_IN_CLOSE: _BURSTS,
    SignalKind.SEAL_END: (Tone(0, 1.2, 294, 0.45), Tone(0.7, 1.6, 220, 0.45)),
}


def score() -> dict[str, Any]:
    """The table as the console reads it: the partials, and of each kind every tone with its swell; times in s."""
    return {
        "partials": PARTIALS,
        "bells": {
            kind.value: [
                {
                    "from": tone.after,
                    "until": tone.until,
                    "pitch": tone.pitch,
                    "swell": [(round(point.at, 6), point.loudness, point.fading) for point in tone.swell()],
                }
                for tone in tones
            ]
            for kind, tones in BELLS.items()
        },
    }


@cache
def wav(tones: tuple[Tone, ...]) -> bytes:
    """A bell as a WAV file, mono, 16 bits; none at all is the short silence with which a loudspeaker is tried."""
    samples = [0.0] * round(max((tone.until for tone in tones), default=0.05) * RATE)
    for tone in tones:
        begins, loudness = round(tone.after * RATE), _loudness(tone)
        for times, share in PARTIALS:
            turn = 2 * math.pi * tone.pitch * times / RATE
            for number, part in enumerate(loudness):
                samples[begins + number] += part * share * math.sin(turn * number)
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *(int(32_767 * sample) for sample in samples)))
    return file.getvalue()


def _loudness(tone: Tone) -> list[float]:
    """The swell, sample by sample."""
    found: list[float] = []
    for before, after in pairwise(tone.swell()):
        span = after.at - before.at
        parts = [
            (number / RATE - before.at) / span for number in range(round(before.at * RATE), round(after.at * RATE))
        ]
        if after.fading:
            ratio = after.loudness / before.loudness
            found += [before.loudness * ratio**part for part in parts]
        else:
            rise = after.loudness - before.loudness
            found += [before.loudness + rise * part for part in parts]
    return found
