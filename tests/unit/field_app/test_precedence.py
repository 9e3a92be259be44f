"""The signal thread comes first where the system lets it, and only that thread."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from field_app.timekeeping.precedence import come_first


def _come_first_and_look() -> tuple[bool, int]:
    return come_first(), os.sched_getscheduler(0)


def test_one_thread_comes_first_or_is_told_that_it_may_not() -> None:
    with ThreadPoolExecutor(1) as pool:
        allowed, policy = pool.submit(_come_first_and_look).result()
    assert allowed == (policy == os.SCHED_RR)
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_who_may_not_goes_on_as_before() -> None:
    rights_gone = (
        "import os, resource\n"
        "from field_app.timekeeping.precedence import come_first\n"
        "resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))\n"
        "os.getuid() or os.setuid(65534)\n"
        "print(come_first())"
    )
    told = subprocess.run([sys.executable, "-c", rights_gone], check=True, capture_output=True, text=True)
    assert told.stdout == "False\n"
