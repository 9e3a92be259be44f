"""The office's settings: where its data is, and where it listens."""

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

SOFTWARE = "0.1.0"


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Settings of one office; the county, campaign and mode are in its database, made by `testday server init`."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8010
    threads: int = 8
    jobs: bool = True
    backups: Path | None = None

    @property
    def database(self) -> Path:
        """The one SQLite file."""
        return self.folder / "server.sqlite"

    @property
    def backups_folder(self) -> Path:
        """Where backups go: better another disk than beside the database, which is the default."""
        return self.backups or self.folder / "backups"

    @property
    def key_file(self) -> Path:
        """The office's private key, 32 bytes."""
        return self.folder / "server.key"


def default_folder() -> Path:
    """`TESTDAY_SERVER_DATA`, else the system's usual place."""
    folder = os.environ.get("TESTDAY_SERVER_DATA")
    return Path(folder) if folder else user_data_path("testday", appauthor=False) / "server"
