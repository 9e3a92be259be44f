"""An office as a real process, made and driven through the `testday` command only."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import requests

TESTDAY = Path(sys.executable).with_name("testday")


def run_server_command(folder: Path, *words: str) -> str:
    """What `testday server --data FOLDER …` prints; raises RuntimeError with its own words when it fails."""
    command = [str(TESTDAY), "server", "--data", str(folder), *words]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"testday server {words[0]}: {done.stderr.strip()[-500:]}")
    return done.stdout


def make_office(
    folder: Path, schools: Sequence[tuple[str, str, str]], plans: Sequence[tuple[Path, str]]
) -> dict[str, str]:
    """A live office with these schools (code, name, stage) and plans (file, stage); returns an enrol code a school."""
    run_server_command(folder, "init", "--county", "云溪县", "--campaign", "2022-yunxi")
    for plan, stage in plans:
        run_server_command(folder, "add-plan", str(plan), "--stage", stage)
    sheet = folder / "schools.csv"
    rows = ["学校代码,学校名称,学段", *(",".join(school) for school in schools)]
    sheet.write_text("\n".join(rows) + "\n", encoding="utf-8")
    run_server_command(folder, "import-schools", str(sheet))
    codes: dict[str, str] = json.loads(run_server_command(folder, "enrol-code", "--all", "--json"))
    return codes


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Served:
    """A process that listens on a port until it is stopped."""

    def __init__(self, command: Sequence[str], port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._log = log.open("ab")
        # Its own group: Ctrl-C is for whoever started it, who then ends it in order.
        self._process = subprocess.Popen(
            list(command), stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True
        )

    @classmethod
    def office(cls, folder: Path, *options: str, port: int = 0) -> "Served":
        """`testday server run` over a folder, on this port, or on a free one."""
        port = port or free_port()
        command = [str(TESTDAY), "server", "--data", str(folder), "run", "--port", str(port), *options]
        return cls(command, port, folder / "server.log").wait()

    def wait(self, seconds: float = 20.0) -> "Served":
        """Wait until it answers; raises RuntimeError when it ends or stays silent."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._process.poll() is None:
            try:
                requests.get(self.url, timeout=1)
                return self
            except requests.RequestException:
                time.sleep(0.05)
        raise RuntimeError(f"no answer from {self.url}; see {self._log.name}")

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def cpu_seconds(self) -> float:
        """CPU time that the process has used; only Linux tells."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._end()

    def stop(self) -> None:
        """End it in order."""
        self._process.send_signal(signal.SIGTERM)
        self._end()

    def _end(self) -> None:
        self._process.wait(20)
        self._log.close()
