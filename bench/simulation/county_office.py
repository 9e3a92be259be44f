"""The county office of a rehearsal, made by command, served as a process that can be killed and started again."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

from bench.office_process import Served, free_port, run_server_command
from bench.simulation.county import CAMPAIGN, NAME, School
from bench.simulation.dated_plans import DatedPlan
from bench.simulation.spreadsheets import schools_sheet

ACCOUNT = "县办"
"""Who looks at the board; the first account only manages accounts."""
SHOWN_START = "2022-05-25T06:30"


class CountyOffice:
    """One office; `account` and `password` are its county account's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.account = self.password = ""
        self._served: Served | None = None

    def make(
        self, schools: Sequence[School], plans: Mapping[str, DatedPlan], rate: int, real_start_in: int
    ) -> dict[str, str]:
        """Make it, with its schools and plans; returns an enrol code for each school."""
        self.folder.mkdir(parents=True)
        self._command(
            "init", "--county", NAME, "--campaign", CAMPAIGN, "--mode", "rehearsal", "--rate", str(rate),
            "--shown-start", SHOWN_START, "--real-start-in", str(real_start_in),
        )  # fmt: skip
        self.account, self.password = self._command("add-account", ACCOUNT, "--role", "county").split()
        sheet = self.folder / "schools.xlsx"
        sheet.write_bytes(schools_sheet(schools))
        self._command("import-schools", str(sheet))
        for dated in plans.values():
            self._command("add-plan", str(dated.file), "--stage", dated.stage)
        codes: dict[str, str] = json.loads(self._command("enrol-code", "--all", "--json"))
        return codes

    def start(self) -> None:
        """Serve it on its port."""
        self._served = Served.office(self.folder, port=self.port)

    def kill_and_start(self) -> None:
        """A power cut at the office, and its coming back."""
        if self._served is not None:
            self._served.kill()
        self.start()

    def stop(self) -> None:
        """End it in order."""
        if self._served is not None:
            self._served.stop()

    def board(self) -> dict[str, Any]:
        """The county board's cells, over HTTP."""
        account = HTTPBasicAuth(self.account.encode(), self.password.encode())
        answer = requests.get(f"{self.url}/board.json", auth=account, timeout=60)
        answer.raise_for_status()
        cells: dict[str, Any] = answer.json()
        return cells

    def backup(self, path: Path) -> Path:
        """A consistent copy of the store, made while it runs."""
        self._command("backup", str(path))
        return path

    def _command(self, *words: str) -> str:
        return run_server_command(self.folder, *words)
