"""The morning: enrolment, people on duty, the checklist, the clock, the day, the roster."""

import hashlib
from collections.abc import Iterator
from functools import partial

from bench.simulation.browser import Browser
from bench.simulation.people import OnDuty, People
from bench.simulation.scripted_day import Act, Scene
from bench.simulation.spreadsheets import roster_file

FIRST_ACT = 6 * 60 + 35
_CHECKLIST = 7 * 60
_CLOCK = 7 * 60 + 24
_DAY = 7 * 60 + 28
_ROSTER = 7 * 60 + 40


def enrol(launch_url: str, office_url: str, code: str) -> str:
    """Enrol the laptop with its code; returns the hash of the plan it was given."""
    answer = Browser.enter(launch_url).post("/enrol", {"url": office_url, "code": code})
    return str(answer["plan"])


def open_house(scene: Scene) -> None:
    """The principal opens the house in their own name, and puts the deputy on duty."""
    school, people = scene.school, scene.people
    window = Browser.enter(people.launch_url)
    staff = school.staff[0]
    form = {
        **_newcomer(scene, 0),
        "passphrase": school.passphrase,
        "passphrase_again": school.passphrase,
    }
    reply = window.post("/people/first", form)
    people.ledger.confirm(reply, "person_put_on_duty", {"role": staff.role, "name": staff.name})
    people.on_duty.append(OnDuty(str(reply.get("person", "p1")), staff, window))
    add_person(scene, 1)


def list_acts(scene: Scene) -> Iterator[Act]:
    """What happens before check-in."""
    for number in range(2, len(scene.school.staff)):
        yield Act(FIRST_ACT + number, partial(add_person, scene, number))
    for number, item in enumerate(scene.plan.readiness):
        yield Act(_CHECKLIST + number, partial(_check, scene, item.id))
    yield Act(_CLOCK, partial(_check_clock, scene, scene.school.number * 37 % 900 - 450))
    yield Act(_DAY, partial(_open_day, scene))
    yield Act(_ROSTER, partial(import_roster, scene))
    yield Act(13 * 60 + 20, partial(_check_clock, scene, scene.school.number * 37 % 900 - 430))


def _newcomer(scene: Scene, number: int) -> dict[str, str]:
    staff = scene.school.staff[number]
    return {
        "name": staff.name,
        "unit": staff.unit,
        "role": staff.role,
        "outsider": "1" if staff.outsider else "",
        "pin": staff.pin,
        "pin_again": staff.pin,
    }


def add_person(scene: Scene, number: int) -> None:
    """The principal puts the next person on duty; from the third on the deputy witnesses."""
    people, staff = scene.people, scene.school.staff[number]
    form = _newcomer(scene, number)
    if number >= 2:
        form |= people.witness("deputy")
    reply = people.record("principal", "/people/add", "person_put_on_duty", form, _duty_data(form))
    people.on_duty.append(OnDuty(reply["person"], staff))


def _duty_data(form: dict[str, str]) -> dict[str, object]:
    return {"name": form["name"], "unit": form["unit"], "role": form["role"], "outsider": form["outsider"] == "1"}


def _check(scene: Scene, item: str) -> None:
    """Most is ready; now and then something is not, and is put right in a second look."""
    role = scene.chance.choice(("deputy", "info_officer", "secrecy_officer", "proctor"))
    if scene.chance.random() < 0.06:
        form = {"item": item, "result": "not_ready", "note": "正在处理"}
        scene.people.record(role, "/readiness/check", "readiness_checked", form)
    form = {"item": item, "result": "ready", "note": ""}
    scene.people.record(role, "/readiness/check", "readiness_checked", form, {"item": item, "result": "ready"})


def _check_clock(scene: Scene, offset: int) -> None:
    form = {"reference": "phone", "offset": offset, "error": 500, **scene.people.witness("chief_proctor")}
    data = {"reference": "phone", "offset": offset, "error": 500}
    scene.people.record("timekeeper", "/clock", "clock_checked", form, data)
    scene.ledger.offset = offset


def _open_day(scene: Scene) -> None:
    day = scene.plan.days[0].id
    anchor = hashlib.sha256(f"{scene.school.code} {scene.chance.random()}".encode()).hexdigest()[:12]
    scene.people.record("principal", "/day/open", "day_opened", {"day": day, "anchor": anchor}, {"day": day})
    scene.ledger.opened = True


def import_roster(scene: Scene) -> None:
    """The information officer brings the file, looks at the preview, and saves it before the chief proctor's eyes."""
    people: People = scene.people
    window = people.window("info_officer")
    preview = window.post("/roster/preview", {}, files={"file": roster_file(scene.school)})
    if preview["pupils"] != len(scene.school.pupils):
        raise RuntimeError(f"{scene.school.name}: the preview shows {preview}")
    form = {"preview": preview["preview"], **people.witness("chief_proctor")}
    seats = [pupil.seat for pupil in scene.school.pupils]
    data = {"pupils": len(seats), "seats": seats, "source": "file"}
    people.record("info_officer", "/roster/save", "roster_imported", form, data)
    scene.ledger.seats = tuple(seats)
