"""The laptop's own loudspeaker: rings when no console does. Sounds are made here, of plain tones."""

import io
import math
import shutil
import struct
import subprocess
import sys
import wave
from collections.abc import Iterable, Sequence
from typing import IO, Protocol, cast

from shared.domain.timetable import SignalKind

RATE = 16_000
_PIPE_BYTES = 1 << 20
_SILENCE = 0.05


class Speaker(Protocol):
    """Something that can sound."""

    def prepare(self) -> None:
        """A sound is about to be wanted."""
        ...

    def play(self, kind: SignalKind) -> None:
        """Begin to sound at once; returns when the sound has been handed over."""
        ...


# (frequency in Hz, seconds) one after another; 0 Hz is silence
_TONES: dict[SignalKind, tuple[tuple[float, float], ...]] = {
    SignalKind.CHECK_IN_OPEN: ((659.3, 0.6), (523.3, 1.0)),
    SignalKind.PREPARE: ((659.3, 0.6), (523.3, 1.0)),
    SignalKind.START: ((880.0, 5.0),),
    SignalKind.REMINDER: ((784.0, 0.8),),
    SignalKind.END: ((880.0, 1.2), (0.0, 0.4), (880.0, 1.2), (0.0, 0.4), (880.0, 1.2)),
    SignalKind.CHECK_IN_CLOSE: ((880.0, 1.2), (0.0, 0.4), (880.0, 1.2), (0.0, 0.4), (880.0, 1.2)),
    SignalKind.SEAL_END: ((392.0, 0.8), (329.6, 1.0)),
}


class CommandSpeaker:
    """Plays through a program that reads a WAV from its standard input; started ahead, so that ringing is one write."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._waiting: tuple[subprocess.Popen[bytes], IO[bytes]] | None = None
        self._playing: list[subprocess.Popen[bytes]] = []
        self._sounds = {kind: wav(_TONES[kind]) for kind in SignalKind}

    def prepare(self) -> None:
        """See `Speaker.prepare`; raises OSError when the program cannot be started."""
        self._ready()

    def play(self, kind: SignalKind) -> None:
        """See `Speaker.play`; raises OSError when the program is gone."""
        process, pipe = self._ready()
        self._waiting = None
        self._playing.append(process)
        with pipe:
            pipe.write(self._sounds[kind])

    def _ready(self) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        self._playing = [process for process in self._playing if process.poll() is None]
        if self._waiting is None or self._waiting[0].poll() is not None:
            process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            self._waiting = (process, cast(IO[bytes], process.stdin))
            _widen(self._waiting[1].fileno())
        return self._waiting


def find_speaker(command: Sequence[str] = ()) -> CommandSpeaker | None:
    """The player named by `command`, else the system's; None when there is none, or it cannot play a short silence."""
    chosen = list(command)
    if not chosen and (player := shutil.which("aplay")) is not None:
        chosen = [player, "-q", "-"]
    if not chosen:
        return None
    try:
        tried = subprocess.run(chosen, input=wav([(0.0, _SILENCE)]), capture_output=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return CommandSpeaker(chosen) if tried.returncode == 0 else None


def wav(tones: Iterable[tuple[float, float]]) -> bytes:
    """Tones (Hz, seconds) as a WAV file: mono, 16 bits, each tone fading in and out so that it does not click."""
    samples: list[int] = []
    for frequency, seconds in tones:
        count = int(seconds * RATE)
        fade = max(1, RATE // 200)
        for number in range(count):
            swell = min(1.0, number / fade, (count - number) / fade)
            samples.append(int(24_000 * swell * math.sin(2 * math.pi * frequency * number / RATE)))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


def _widen(descriptor: int) -> None:
    """Let a pipe take a whole sound at once, so that ringing never waits for the player."""
    if sys.platform == "linux":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
