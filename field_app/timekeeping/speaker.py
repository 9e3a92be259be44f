"""The laptop's own loudspeaker: rings when no console does."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol, cast

from field_app.timekeeping.tones import BELLS, wav
from shared.domain.timetable import SignalKind

_PIPE_BYTES = 1 << 20
_PATIENCE_S = 5
"""Longer than the longest bell, and than a player takes to try a short silence."""


class Speaker(Protocol):
    """Something that can sound."""

    def prepare(self) -> None:
        """A sound is about to be wanted."""
        ...

    def play(self, kind: SignalKind) -> None:
        """Begin to sound at once; returns when the sound has been handed over."""
        ...

    def rest(self) -> None:
        """Nothing more is wanted; what is sounding may end."""
        ...


class CommandSpeaker:
    """Plays through a program that reads a WAV from its standard input; started ahead, so that ringing is one write."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._waiting: tuple[subprocess.Popen[bytes], IO[bytes]] | None = None
        self._playing: list[subprocess.Popen[bytes]] = []
        self._sounds = {kind: wav(tones) for kind, tones in BELLS.items()}

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

    def rest(self) -> None:
        """See `Speaker.rest`; a player that does not end by itself is ended."""
        if self._waiting is not None:
            process, pipe = self._waiting
            pipe.close()
            self._playing.append(process)
        for process in self._playing:
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._waiting, self._playing = None, []

    def _ready(self) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        self._playing = [process for process in self._playing if process.poll() is None]
        if self._waiting is None or self._waiting[0].poll() is not None:
            process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            self._waiting = (process, cast(IO[bytes], process.stdin))
            _widen(self._waiting[1].fileno())
        return self._waiting


def find_speaker(command: Sequence[str] = ()) -> CommandSpeaker | None:
    """The player named by `command`, else the system's; None when there is none, or it cannot play a short silence."""
    chosen = list(command) or player_of(sys.platform)
    try:
        tried = subprocess.run(chosen, input=wav(()), capture_output=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return CommandSpeaker(chosen) if tried.returncode == 0 else None


def player_of(platform: str) -> list[str]:
    """What plays a WAV from its standard input on this system, whether it is there or not."""
    if platform in ("win32", "darwin"):
        return [sys.executable, "-I", str(Path(__file__).with_name("player.py"))]
    return [shutil.which("aplay") or "aplay", "-q", "-"]


def _widen(descriptor: int) -> None:
    """Let a pipe take a whole sound at once, so that ringing never waits for the player."""
    if sys.platform == "linux":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
