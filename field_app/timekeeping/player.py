"""Plays one WAV from standard input, on systems whose own players read none there; a process of its own.

Windows plays it from memory through winsound, macOS from a temporary file through afplay. Exit 1 when it did not sound.
"""

import shutil
import subprocess
import sys
import tempfile


def play(sound: bytes) -> bool:
    """Sound it to its end; whether that worked."""
    if sys.platform == "win32":
        import winsound

        try:
            winsound.PlaySound(sound, winsound.SND_MEMORY | winsound.SND_NODEFAULT)
        except RuntimeError:
            return False
        return True
    player = shutil.which("afplay")
    if player is None:
        return False
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(sound)
        file.flush()
        return subprocess.run([player, file.name], check=False).returncode == 0


if __name__ == "__main__":
    wanted = sys.stdin.buffer.read()  # nothing when it was started ahead and never wanted
    sys.exit(0 if not wanted or play(wanted) else 1)
