"""How often a process asks the disk to keep what was written: counted by strace, which watches its system calls."""

import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path


def count_fsyncs(pid: int, work: Callable[[], object], record: Path) -> int | None:
    """The calls of fsync and fdatasync by any thread of the process during `work`; None without a working strace."""
    if shutil.which("strace") is None:
        return None
    command = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(record), "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        said = strace.stderr.readline() if strace.stderr else ""
        if "attached" not in said:
            strace.kill()
            return None
        work()
        strace.send_signal(signal.SIGINT)
        strace.communicate(timeout=20)
    calls = record.read_text(encoding="ascii", errors="replace").splitlines()
    return sum("fsync(" in call or "fdatasync(" in call for call in calls)
