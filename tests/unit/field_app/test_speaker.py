"""The laptop's loudspeaker: whatever plays on this system gets the bell of the table, whole; or there is none."""

import io
import os
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from field_app.timekeeping.speaker import find_speaker, player_of
from field_app.timekeeping.tones import BELLS, RATE, wav
from shared.domain.timetable import SignalKind

SILENCE = wav(())
Standing = Callable[[str, str], Path]


@pytest.fixture
def standing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Standing:
    """Put a program of this name and body before all others; what it hears it writes to the pipe that is returned."""

    def put(name: str, body: str) -> Path:
        programs, heard = tmp_path / "bin", tmp_path / "heard"
        programs.mkdir()
        os.mkfifo(heard)
        program = programs / name
        program.write_text(f"#!/bin/sh\nheard={heard}\n{body}\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        return heard

    return put


def hear(heard: Path, command: list[str]) -> list[bytes]:
    """What arrives while a speaker is found, made ready twice, and rings the start and the end."""
    with ThreadPoolExecutor() as pool:
        arrived = pool.submit(lambda: [heard.read_bytes() for _ in range(3)])
        speaker = find_speaker(command)
        assert speaker is not None
        speaker.prepare()
        speaker.prepare()
        speaker.play(SignalKind.START)
        first = arrived.result  # the order of two players is theirs: the end rings when the start has been heard
        speaker.play(SignalKind.END)
        return first(30)


@pytest.mark.parametrize("command", [[], ["aplay", "-q", "-"]])
def test_linux_plays_through_aplay(standing: Standing, command: list[str]) -> None:
    heard = standing("aplay", '[ "$*" = "-q -" ] && cat > "$heard"')
    silence, *bells = hear(heard, command)
    assert silence == SILENCE
    assert sorted(bells) == sorted(wav(BELLS[kind]) for kind in (SignalKind.START, SignalKind.END))


def test_macos_plays_through_afplay_from_a_file(standing: Standing) -> None:
    heard = standing("afplay", 'case "$1" in *.wav) cat "$1" > "$heard";; *) exit 1;; esac')
    silence, *bells = hear(heard, player_of("darwin"))
    assert silence == SILENCE
    assert sorted(bells) == sorted(wav(BELLS[kind]) for kind in (SignalKind.START, SignalKind.END))


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_player_that_is_not_there_is_no_loudspeaker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_speaker(player_of(platform)) is None


@pytest.mark.parametrize(("name", "platform"), [("aplay", "linux"), ("afplay", "darwin")])
def test_a_player_without_a_sound_card_is_no_loudspeaker(standing: Standing, name: str, platform: str) -> None:
    standing(name, "exit 1")
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
