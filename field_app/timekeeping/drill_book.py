"""The record of the last drills: one small file beside the log, always whole, that nothing else reads."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from field_app.timekeeping.drill import Device, Drill, DrillSignal, Outcome
from shared.domain.event import Actor
from shared.domain.plan import Signal, SignalKind, Words
from shared.store.durable import write_whole

log = logging.getLogger(__name__)
KEPT = 10


class DrillBook:
    """The last drills, newest first; at most one of them runs, and only in the program that began it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._drills = _read(path)

    def list_drills(self) -> tuple[Drill, ...]:
        """The last drills, newest first."""
        return self._drills

    def find(self, drill_id: str) -> Drill | None:
        """The drill of this id, while it is kept."""
        return next((drill for drill in self._drills if drill.id == drill_id), None)

    @property
    def running(self) -> Drill | None:
        """The drill that goes on, if one does."""
        return next((drill for drill in self._drills if drill.is_running), None)

    def begin(self, drill: Drill) -> Drill:
        """Begin a drill, or go on with the one that runs; returns that. Raises DISK_FULL or NOT_RECORDED."""
        with self._lock:
            if self.running is not None:
                return self.running
            drills = (drill, *self._drills)[:KEPT]
            self._write(drills)
            self._drills = drills
            return drill

    def change(self, drill_id: str, act: Callable[[Drill], Drill]) -> Drill | None:
        """Do something with a kept drill; returns what became of it. Raises DISK_FULL or NOT_RECORDED.

        What happened stands even when the disk refuses it: a drill that ended must not go on ringing.
        """
        with self._lock:
            found = self.find(drill_id)
            if found is None:
                return None
            changed = act(found)
            if changed != found:
                self._drills = tuple(changed if drill is found else drill for drill in self._drills)
                self._write(self._drills)
            return changed

    def _write(self, drills: tuple[Drill, ...]) -> None:
        rows = [{**asdict(drill), "by": {"person": drill.by.person, "role": drill.by.role}} for drill in drills]
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        write_whole(self._path, text.encode("utf-8"))


def _read(path: Path) -> tuple[Drill, ...]:
    """The drills of earlier programs; one that was running then was interrupted."""
    try:
        drills = [_drill(row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, LookupError, TypeError):  # practice must not keep the laptop from starting
        log.warning("the record of drills cannot be read; a new one begins: %s", path)
        return ()
    return tuple(replace(drill, outcome=Outcome.INTERRUPTED) if drill.is_running else drill for drill in drills)


def _drill(row: Mapping[str, Any]) -> Drill:
    signals = tuple(_signal(one) for one in row["signals"])
    if not signals:
        raise ValueError("a drill without signals")
    return Drill(**{**row, "by": Actor(**row["by"]), "outcome": Outcome(row["outcome"]), "signals": signals})


def _signal(row: Mapping[str, Any]) -> DrillSignal:
    told = row["signal"]
    words = {name: Words(**told[name]) for name in ("title", "script")}
    signal = Signal(**{**told, **words, "kind": SignalKind(told["kind"])})
    return DrillSignal(**{**row, "signal": signal, "device": row["device"] and Device(row["device"])})
