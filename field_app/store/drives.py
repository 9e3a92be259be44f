"""The drives that people may pull out, where the system tells: what is read here never touches the drives."""

import ctypes
import re
import string
import sys
from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
_BLOCKS = Path("/sys/class/block")
_REMOVABLE = 2
"""What Windows calls a removable drive."""


def list_drives(mounts: Path = _MOUNTS, blocks: Path = _BLOCKS) -> list[Path]:
    """Where removable drives stand now; empty where the system does not tell."""
    if sys.platform == "win32":
        kind = ctypes.windll.kernel32.GetDriveTypeW
        return [Path(f"{letter}:\\") for letter in string.ascii_uppercase if kind(f"{letter}:\\") == _REMOVABLE]
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # macOS: a person types /Volumes/…
        return []
    places = [line.split() for line in lines]
    return [Path(_unescaped(words[1])) for words in places if len(words) > 1 and _is_removable(words[0], blocks)]


def _is_removable(device: str, blocks: Path) -> bool:
    """Whether a mounted device, or the drive whose part it is, says that it can be taken out or hangs on USB."""
    if not device.startswith("/dev/"):
        return False
    block = (blocks / Path(device).name).resolve()
    flags = [block / "removable", block.parent / "removable"]
    return "/usb" in str(block) or any(flag.is_file() and flag.read_text("ascii").strip() == "1" for flag in flags)


def _unescaped(path: str) -> str:
    """A path as the kernel writes it: blanks and backslashes as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found.group(1), 8)), path)
