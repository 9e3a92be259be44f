"""The program is killed around its signals, again and again: none is given twice, none is lost without a word.

`make signals` kills 100 times; `make test` fewer. The figures are printed with `-s`.
"""

import os
import random
import sys
import time
from pathlib import Path

from bench.many_signals import ManySignals, make_many_signals

KILLS = int(os.environ.get("TESTDAY_SIGNAL_KILLS", "6"))
RATE = 15
"""A shown minute, and so the span between two signals, is 4 s."""
_SET_UP = 20
_WITHIN_NS = 900_000_000


def wait_until(wall_ns: float) -> None:
    """Wait for a moment of the wall clock."""
    time.sleep(max(0.0, wall_ns - time.time_ns()) / 1e9)


def kill_around_signals(many: ManySignals, seed: int) -> int:
    """Kill at random moments near every signal, half of them within 20 ms; returns when the last start was, in ns."""
    chance = random.Random(seed)
    begun = 0
    many.laptop.start()
    for number, due in enumerate(list(many.due.values())[:KILLS]):
        spread = 20e6 if number % 2 else 500e6
        wait_until(due + chance.uniform(-spread, spread))
        many.laptop.kill()
        begun = time.time_ns()
        many.laptop.start()
    return begun


def test_no_signal_twice_and_none_lost(tmp_path: Path) -> None:
    many = make_many_signals(tmp_path, KILLS + 3, RATE, _SET_UP)
    kill_around_signals(many, seed=5)
    many.laptop.wait()
    wait_until(max(*many.due.values(), time.time_ns()) + _WITHIN_NS)
    many.laptop.stop()
    events = many.events()
    told = {
        name: [str(event.data["signal"]) for event in events if event.type == name]
        for name in ("signal_given", "signal_missed")
    }
    heard = many.sounds_of(_WITHIN_NS)
    given, missed = set(told["signal_given"]), set(told["signal_missed"])
    sys.stdout.write(
        f"\n{KILLS} kills around {len(many.due)} signals: {len(given & set(many.due))} given, "
        f"{len(missed & set(many.due))} marked missed, {sum(map(len, heard.values()))} heard, "
        f"{sum(bool(heard[name]) for name in missed & set(heard))} heard and cut off before they were recorded\n"
    )
    assert len(told["signal_given"]) == len(given)
    assert len(told["signal_missed"]) == len(missed)
    assert [name for name, sounds in heard.items() if len(sounds) > 1] == []
    assert [name for name in many.due if name not in given | missed] == []
    assert [name for name in given & set(heard) if not heard[name]] == []
    assert [event.data["cause"] for event in events if event.type == "signal_missed"] == ["stopped"] * len(missed)
    assert len(given & set(many.due)) >= 3
