"""A school's laptop as a real process, started and reached as people do: by command and launch address."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

TESTDAY = Path(sys.executable).with_name("testday")
_FOREVER = 60.0


class LaptopProcess:
    """`testday field run` over one folder; `sound` is the command that plays its bells.

    It takes any free port, and that one again whenever it is started again after `wait`: open pages go on.
    """

    def __init__(self, folder: Path, sound: Sequence[str] = ()) -> None:
        self.folder = folder
        self._environment = {**os.environ, **({"TESTDAY_FIELD_SOUND": shlex.join(sound)} if sound else {})}
        folder.mkdir(parents=True, exist_ok=True)
        self.url = ""
        self._launch = ""
        self._output = (folder / "output.txt").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def launch_url(self) -> str:
        """The address that lets a browser in."""
        return self._launch

    @property
    def pid(self) -> int:
        """The process; 0 while there is none."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it; `wait` tells when it listens."""
        (self.folder / "launch.json").unlink(missing_ok=True)
        port = str(urlsplit(self.url).port or 0)
        command = [str(TESTDAY), "field", "--data", str(self.folder), "run", "--port", port, "--no-browser"]
        # Its own group: Ctrl-C is for the demo, which then ends its laptops in order.
        self._process = subprocess.Popen(
            command, stdout=self._output, stderr=subprocess.STDOUT, env=self._environment, start_new_session=True
        )

    def wait(self, seconds: float = _FOREVER) -> "LaptopProcess":
        """Wait until it listens; raises RuntimeError when it ends or says nothing."""
        path, until = self.folder / "launch.json", time.monotonic() + seconds
        while time.monotonic() < until and self._process is not None and self._process.poll() is None:
            if path.exists():
                self._launch = json.loads(path.read_text(encoding="utf-8"))["url"]
                self.url = self._launch.split("/?", 1)[0]
                return self
            time.sleep(0.02)
        raise RuntimeError(f"the laptop did not start; see {self._output.name}")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end(self) -> None:
        """End it in order; it may be started again."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def stop(self) -> None:
        """End it in order, for good."""
        self.end()
        self._output.close()

    def rehearsal(self) -> dict[str, int]:
        """The rehearsal that the laptop was enrolled for."""
        enrolment = json.loads((self.folder / "laptop.json").read_text(encoding="utf-8"))
        found: dict[str, int] = enrolment["rehearsal"]
        return found

    def memory_kib(self) -> int:
        """Memory that the process holds now, in KiB; 0 where the system does not tell."""
        status = Path(f"/proc/{self.pid}/status")
        if not self.pid or not status.exists():
            return 0
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
