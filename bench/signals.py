"""`testday bench signals`: how exactly a real laptop hands its signals over, idle and loaded, beside a bare wait."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.many_signals import ManySignals, make_many_signals

RATE = 50
"""A shown minute, and so the span between two signals, is 1.2 s."""
_SET_UP = 20
_HALF = 600_000_000
_BUSY = "while True: pass"


def measure(signals: int = 200) -> dict[str, Any]:
    """This many signals idle, and as many beside two busy processes; errors in ms, measured where the sound arrives."""
    return {"idle": _measure(signals, busy=0), "loaded": _measure(signals, busy=2)}


def _measure(signals: int, busy: int) -> dict[str, Any]:
    """A rehearsal of its own beside so many busy processes."""
    with tempfile.TemporaryDirectory(prefix="testday-") as name, ExitStack() as stack:
        many = make_many_signals(Path(name), signals, RATE, _SET_UP)
        stack.callback(many.laptop.stop)
        many.laptop.start()
        many.laptop.wait()
        for _ in range(busy):
            process = subprocess.Popen([sys.executable, "-c", _BUSY])
            stack.callback(process.wait)
            stack.callback(process.kill)
        waits = _wait_between(sorted(many.due.values()))
        return _figures(many, waits)


def _wait_between(moments: Sequence[int]) -> list[float]:
    """Wait, without any of our code, for a moment half-way after each signal; returns each wait's error in ms."""
    errors = []
    for moment in moments:
        until = moment + _HALF
        if (left := until - time.time_ns()) > 0:
            time.sleep(left / 1e9)
            errors.append((time.time_ns() - until) / 1e6)
    return errors


def _figures(many: ManySignals, waits: Sequence[float]) -> dict[str, Any]:
    heard = list(many.sounds_of(_HALF).values())
    errors = sorted(abs(found[0]) / 1e6 for found in heard if found)
    return {
        "fire_error_ms_p50": round(statistics.median(errors), 3),
        "fire_error_ms_p99": round(_percentile(errors, 99), 3),
        "fire_error_ms_max": round(errors[-1], 3),
        "missed": sum(not found for found in heard),
        "twice": sum(len(found) > 1 for found in heard),
        "signals": len(heard),
        "yardstick_ms_p99": round(_percentile(sorted(waits), 99), 3),
    }


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
