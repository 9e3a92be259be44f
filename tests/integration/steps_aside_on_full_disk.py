"""A spare on the full disk of the folder that the command line names tries to take a stick's day over."""

import json
import sys
from pathlib import Path

from shared.verify_cli import verify_path
from tests.field_house import FIRST, make_enrolled
from tests.integration.records_on_full_disk import fill
from tests.processes import Visitor, end, start


def main() -> None:
    """Print what the page said, and what was recorded once there was room, without another start."""
    folder, stick = Path(sys.argv[1]), sys.argv[2]
    field, films = folder / "field", folder / "films"
    make_enrolled(field).close()
    process, address = start("field", "--data", field, "run", "--port", 0, "--no-browser", "--no-sync")
    visitor = Visitor(address)
    fill(films)
    refused = visitor.say("/takeover/", path=stick, reason="broken")
    page = visitor.submit("/takeover/", path=stick, reason="broken")
    still = visitor.read("/")
    films.unlink()
    recorded = visitor.say("/people/first", **FIRST)
    visitor.close()
    end(process)
    report = verify_path(field / "log.sqlite")
    told = {
        "refused": refused,
        "page": page,
        "still": still,
        "recorded": recorded,
        "lines": report.lines,
        "whole": report.is_whole,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
