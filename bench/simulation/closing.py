"""The end of the day: the principal's stand-in at midday, handing in, and waiting for the county's receipt."""

import time
from collections.abc import Iterator
from functools import partial

from bench.simulation.scripted_day import Act, Scene
from bench.simulation.shown_clock import Stopped

_QUESTIONNAIRE = 11 * 60 + 1.5
_AFTER_LAST = 12.0
_PRESS_AGAIN = 3.0
_GIVE_UP = 240.0


def list_acts(scene: Scene) -> Iterator[Act]:
    """What the heads of the school do."""
    yield Act(_QUESTIONNAIRE, partial(_delegate, scene))
    yield Act(_QUESTIONNAIRE + 24, partial(_resume, scene))
    yield Act(end_of_day(scene), partial(_hand_in, scene))


def end_of_day(scene: Scene) -> float:
    """When the day is handed in, in minutes after midnight: soon after the last phase."""
    return max(phase.end or 0 for block in scene.plan.blocks for phase in block.phases) + _AFTER_LAST


def _delegate(scene: Scene) -> None:
    """The principal answers the questionnaire and the deputy stands in."""
    principal, deputy = scene.people.who("principal").person, scene.people.who("deputy").person
    form = {"to": deputy, "reason": "校长填答网络问卷"}
    data = {"person": principal, **form}
    witnessed = {**form, **scene.people.witness("inspector")}
    scene.people.record("principal", "/people/delegate", "duty_delegated", witnessed, data)


def _resume(scene: Scene) -> None:
    principal = scene.people.who("principal").person
    scene.people.record("principal", "/people/resume", "duty_resumed", {}, {"person": principal})


def _hand_in(scene: Scene) -> None:
    day = scene.plan.days[0].id
    form = {"note": "当天各场测试结束，工具已封存待回收", **scene.people.witness("chief_proctor")}
    data = {"day": day, "note": form["note"]}
    scene.people.record("principal", "/hand-in/", "day_handed_in", form, data)
    scene.ledger.handed_in = True


def wait_for_receipt(scene: Scene) -> tuple[int, int]:
    """Wait as people do, pressing the button now and then; returns lines recorded and lines received.

    Gives up after four minutes: then the account shows what is missing.
    """
    window = scene.people.window("principal")
    until, press = time.monotonic() + _GIVE_UP, 0.0
    while True:
        status = window.get("/status.json").json()
        recorded, received = int(status["recorded"]), int(status["received"])
        if received >= recorded or time.monotonic() > until:
            return recorded, received
        if time.monotonic() > press:
            window.post("/sync/now", {})
            press = time.monotonic() + _PRESS_AGAIN
        if scene.clock.stop.wait(0.3):
            raise Stopped
