"""The laptop's loudspeaker: whatever plays on this system gets the bell of the table, whole; or there is none."""

import io
import os
import socket
import sys
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from field_app.timekeeping.speaker import find_speaker, player_of
from field_app.timekeeping.tones import BELLS, RATE, wav
from shared.domain.timetable import SignalKind

SILENCE = wav(())
START, END = wav(BELLS[SignalKind.START]), wav(BELLS[SignalKind.END])
PLAYER = """#!{python} -I
import socket, sys
from pathlib import Path
with socket.create_connection(("127.0.0.1", {port})) as ear:
    ear.sendall({sound})
"""


class Ear:
    """Hears what the stand-in of a system's player was given."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(30)

    def next(self) -> bytes:
        """The next sound, whole."""
        connection, _ = self.server.accept()
        with connection, connection.makefile("rb") as sound:
            return sound.read()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder before all others on the path."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


@pytest.fixture
def ear() -> Iterator[Ear]:
    """See `Ear`."""
    made = Ear()
    yield made
    made.server.close()


def put(program: Path, body: str) -> None:
    """A program that the system can start."""
    program.write_text(body, encoding="utf-8")
    program.chmod(0o755)


def hear(ear: Ear, command: Sequence[str]) -> list[bytes]:
    """What arrives while a speaker is found, is made ready more than once, and rings start and end."""
    speaker = find_speaker(command)
    assert speaker is not None
    heard = [ear.next()]
    for kind in (SignalKind.START, SignalKind.END):
        speaker.prepare()
        speaker.prepare()
        speaker.play(kind)
        heard.append(ear.next())
    speaker.prepare()
    speaker.rest()
    return heard


@pytest.mark.parametrize("command", [(), ("aplay", "-q", "-")])
def test_linux_plays_through_aplay(programs: Path, ear: Ear, command: Sequence[str]) -> None:
    sound = "sys.stdin.buffer.read() if sys.argv[1:] == ['-q', '-'] else b''"
    put(programs / "aplay", PLAYER.format(python=sys.executable, port=ear.server.getsockname()[1], sound=sound))
    assert hear(ear, command) == [SILENCE, START, END]


def test_macos_plays_through_afplay_from_a_file(programs: Path, ear: Ear) -> None:
    sound = "Path(sys.argv[1]).read_bytes() if sys.argv[1].endswith('.wav') else b''"
    put(programs / "afplay", PLAYER.format(python=sys.executable, port=ear.server.getsockname()[1], sound=sound))
    assert hear(ear, player_of("darwin")) == [SILENCE, START, END]


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_player_that_is_not_there_is_no_loudspeaker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_speaker(player_of(platform)) is None


@pytest.mark.parametrize(("name", "platform"), [("aplay", "linux"), ("afplay", "darwin")])
def test_a_player_without_a_sound_card_is_no_loudspeaker(programs: Path, name: str, platform: str) -> None:
    put(programs / name, "#!/bin/sh\nexit 1\n")
    assert find_speaker(player_of(platform)) is None


def test_windows_plays_through_the_same_program_as_macos() -> None:
    assert player_of("win32") == player_of("darwin")


def test_what_is_prepared_and_what_begins_and_ends_sound_different() -> None:
    kinds = (SignalKind.PREPARE, SignalKind.START, SignalKind.REMINDER, SignalKind.END)
    assert len({BELLS[kind] for kind in kinds}) == len(kinds)
    assert set(BELLS) == set(SignalKind)


@pytest.mark.parametrize("kind", SignalKind)
def test_a_bell_lasts_as_long_as_its_tones_and_never_clips(kind: SignalKind) -> None:
    with wave.open(io.BytesIO(wav(BELLS[kind]))) as sound:
        frames = sound.readframes(sound.getnframes())
    samples = memoryview(frames).cast("h")
    assert len(samples) == round(max(tone.until for tone in BELLS[kind]) * RATE)
    assert 8_000 < max(map(abs, samples)) < 32_767
    assert (samples[0], abs(samples[-1]) < 500) == (0, True)
