"""The laptop's settings: where its data is, on which port the pages are, and what plays its sounds."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

SOFTWARE = "0.1.0"
KEY_FILE = "log.key"
"""The key that signs the log's heads, in the data folder."""
RESERVE_FILE = "reserve"
"""Space in the data folder that only lines may use, once the disk is full."""


@dataclass(frozen=True, slots=True)
class FieldConfig:
    """Settings of one laptop; see docs/settings.md for the environment variables behind them."""

    folder: Path
    port: int = 8020
    open_browser: bool = True
    sync: bool = True
    sound: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls) -> "FieldConfig":
        """Settings from the environment, else the system's usual places."""
        folder = os.environ.get("TESTDAY_FIELD_DATA")
        return cls(
            folder=Path(folder) if folder else user_data_path("testday", appauthor=False) / "field",
            port=int(os.environ.get("TESTDAY_FIELD_PORT", "8020")),
            sound=tuple(shlex.split(os.environ.get("TESTDAY_FIELD_SOUND", ""))),
        )
