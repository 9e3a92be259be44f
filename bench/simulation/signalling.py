"""Signals, given by the timekeeper and confirmed; in some schools one is late, missed or rung twice."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from bench.simulation.browser import Refused
from bench.simulation.ledger import Given
from bench.simulation.scripted_day import Act, Scene
from shared.domain.plan import Signal

_LATE_BY = 3.5
_PAPER_AFTER = 6.0


def list_acts(scene: Scene) -> Iterator[Act]:
    """Every signal of the day that has a time."""
    signals = [signal for signal in scene.plan.signals() if signal.at is not None]
    number = scene.school.number
    late = signals[7].id if number % 6 == 2 else ""
    missed = signals[11].id if number % 7 == 3 else ""
    from_paper = signals[9].id if number % 8 == 1 else ""
    twice = signals[4].id if number % 9 == 4 else ""
    for signal in signals:
        at = float(signal.at or 0)
        if signal.id == missed:
            yield Act(at + 4, partial(_explain, scene, signal))
            continue
        if signal.id == from_paper:
            at += _PAPER_AFTER
            yield Act(at, partial(_enter_from_paper, scene, signal))
        else:
            at += _LATE_BY if signal.id == late else 0.02
            yield Act(at, partial(_give, scene, signal))
        if signal.id == twice:
            yield Act(at + 0.2, partial(_give, scene, signal))
        yield Act(at + 0.4, partial(_hear, scene, signal))


def _give(scene: Scene, signal: Signal) -> None:
    """Give it now; asked for a reason, people write one."""
    form: dict[str, Any] = {"signal": signal.id, "channel": scene.chance.choice(("bell", "broadcast"))}
    earliest = scene.clock.now() + scene.ledger.offset
    try:
        reply = scene.people.record("timekeeper", "/signals/give", "signal_given", form)
    except Refused as refusal:
        if refusal.code != "reason_missing":
            raise
        form["reason"] = "广播室有人占用，稍晚发出"
        earliest = scene.clock.now() + scene.ledger.offset
        reply = scene.people.record("timekeeper", "/signals/give", "signal_given", form)
    _note(scene, signal, Given(earliest, scene.clock.now() + scene.ledger.offset), reply)


def _enter_from_paper(scene: Scene, signal: Signal) -> None:
    """The laptop was not at hand: the signal was noted on paper and is entered minutes later, with its own time."""
    at = signal.at or 0
    form = {"signal": signal.id, "channel": "voice", "happened": f"{at // 60:02}:{at % 60:02}"}
    data = {"signal": signal.id, "channel": "voice"}
    reply = scene.people.record("timekeeper", "/signals/give", "signal_given", form, data)
    exact = scene.clock.instant(at)
    _note(scene, signal, Given(exact, exact), reply)


def _note(scene: Scene, signal: Signal, given: Given, reply: dict[str, Any]) -> None:
    """The first ring is the one the rooms acted on."""
    if not reply["repeated"]:
        scene.ledger.given.setdefault(signal.id, given)


def _hear(scene: Scene, signal: Signal) -> None:
    role = scene.chance.choice(("chief_proctor", "chief_proctor", "inspector"))
    scene.people.record(role, "/signals/confirm", "signal_confirmed", {"signal": signal.id})
    scene.ledger.heard.add(signal.id)


def _explain(scene: Scene, signal: Signal) -> None:
    """It was not given, and somebody says why."""
    form = {"signal": signal.id, "reason": "铃声故障，由监测员逐室口头通知"}
    scene.people.record("timekeeper", "/signals/skip", "signal_skipped", form)
    scene.ledger.skipped.add(signal.id)
