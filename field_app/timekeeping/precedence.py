"""The signal thread comes before other programs, where the system lets it."""

import os
import sys
from contextlib import suppress

_TIME_CRITICAL = 15


def come_first() -> bool:
    """Let the calling thread run as soon as it is ready, whatever else the laptop does; whether the system allows it.

    Windows allows it to everybody; Linux to who may set real-time priorities, and a player started by this thread
    inherits it, so that its sound does not stutter either.
    """
    allowed = False
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.GetCurrentThread.restype = ctypes.c_void_p
        kernel.SetThreadPriority.argtypes = (ctypes.c_void_p, ctypes.c_int)
        allowed = bool(kernel.SetThreadPriority(kernel.GetCurrentThread(), _TIME_CRITICAL))
    elif sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(os.sched_get_priority_min(os.SCHED_RR)))
            allowed = True
    return allowed
