"""Ancestry: a log that goes on from another one starts from what that one says, and can correct it."""

from collections.abc import Sequence

import pytest

from shared.domain.ancestry import cited, first_place, label, origin, places, shifts_of
from shared.domain.attendance import Status
from shared.domain.combination import combine
from shared.domain.corrections import RECORD_VOIDED
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.event import Draft, Event
from shared.domain.fold import Folded, advance, begin, standing
from shared.log.line import decode_line
from tests.made_up_log import CHIEF, PROCTOR, STAFF, MadeUpLog
from tests.made_up_office import shipped_plan

PLAN = shipped_plan()
SAFETY = {"family": "safety", "type": "ill", "level": 2, "what": "一名学生流鼻血"}


def read(log: MadeUpLog) -> list[Event]:
    return [decode_line(line) for line in log.lines]


def fold(log: MadeUpLog, *ancestors: MadeUpLog) -> Folded:
    folded, history = begin([(one.head.log, read(one)) for one in ancestors])
    own = read(log)
    together: Sequence[Event | None] = [*history, *own]
    first = first_place(folded.shifts)
    for event in own:
        folded = advance(folded, event, lambda place: standing(together, place, first))
    return folded


def first_laptop() -> MadeUpLog:
    return MadeUpLog("530521001", PLAN).open(27).check_in("chinese", 27)


def test_the_heir_starts_from_what_the_ancestor_says() -> None:
    old = first_laptop()
    new = old.take_over()
    before, after = fold(old).day, fold(new, old).day
    assert after.attendance.marks["chinese"].keys() == before.attendance.marks["chinese"].keys()
    assert after.readiness.seats == before.readiness.seats
    assert after.readiness.opened.keys() == before.readiness.opened.keys()


def test_people_come_on_duty_again_and_the_clock_is_unchecked() -> None:
    old = first_laptop()
    after = fold(old.take_over(), old).day
    assert after.duties.people.keys() == fold(old).day.duties.people.keys()
    assert after.duties.on_duty() == ()
    assert (after.readiness.offset, after.readiness.clock_seq) == (None, None)


def test_the_heir_voids_a_mark_of_the_ancestor_by_log_and_number() -> None:
    old = first_laptop()
    wrong = old.add("attendance_marked", PROCTOR, {"block": "chinese", "seat": 3, "status": "absent", "reason": "sick"})
    new = old.take_over()
    new.come_on_duty()
    new.add("record_voided", PROCTOR, {"line": wrong, "log": old.head.log, "reason": "点错"})
    folded = fold(new, old)
    assert folded.verdicts == {}
    assert folded.day.attendance.marks["chinese"][3].status is Status.PRESENT
    assert [person.id for person in folded.day.duties.on_duty()] == [who.person for who in STAFF]


def test_a_correction_inside_the_ancestor_counts_where_it_stands() -> None:
    old = first_laptop()
    wrong = old.add("attendance_marked", PROCTOR, {"block": "chinese", "seat": 3, "status": "absent", "reason": "sick"})
    old.add("record_voided", PROCTOR, {"line": wrong, "reason": "点错"})
    old.add("attendance_marked", PROCTOR, {"block": "chinese", "seat": 4, "status": "late", "reason": "traffic"})
    day = fold(old.take_over(), old).day
    assert day.attendance.marks["chinese"][3].status is Status.PRESENT
    assert day.attendance.marks["chinese"][4].status is Status.LATE


def test_a_number_without_a_log_is_the_heirs_own() -> None:
    old = first_laptop()
    new = old.take_over()
    new.come_on_duty()
    mark = new.add("attendance_marked", PROCTOR, {"block": "chinese", "seat": 1, "status": "late", "reason": "traffic"})
    new.add("record_voided", PROCTOR, {"line": mark, "reason": "点错"})
    folded = fold(new, old)
    assert folded.voided == {mark}
    assert folded.day.attendance.marks["chinese"][1].status is Status.PRESENT


def test_an_incident_of_the_ancestor_is_closed_by_the_heir() -> None:
    old = first_laptop()
    number = old.add("incident_opened", CHIEF, SAFETY)
    new = old.take_over()
    new.come_on_duty()
    own = new.add("incident_opened", CHIEF, {**SAFETY, "what": "停电"})
    new.add("incident_closed", CHIEF, {"incident": number, "log": old.head.log, "result": "已止血"})
    incidents = fold(new, old).day.incidents
    assert [(one.number, one.is_open) for one in incidents.by_number.values()] == [(-1, False), (own, True)]


def test_a_school_with_both_laptops_going_on_counts_an_inherited_incident_once() -> None:
    old = first_laptop()
    number = old.add("incident_opened", CHIEF, SAFETY)
    new = old.take_over().come_on_duty()
    new.add("incident_closed", CHIEF, {"incident": number, "log": old.head.log, "result": "已止血"})
    new.add("incident_opened", CHIEF, {**SAFETY, "what": "停电"})
    old.add("incident_opened", CHIEF, {**SAFETY, "what": "下雨"})
    day = combine([fold(old), fold(new, old)])
    assert [(one.what, one.is_open) for one in day.incidents.by_number.values()] == [
        ("一名学生流鼻血", False),
        ("下雨", True),
        ("停电", True),
    ]


def test_two_generations_keep_their_places() -> None:
    oldest = first_laptop()
    wrong = oldest.add(
        "attendance_marked", PROCTOR, {"block": "chinese", "seat": 3, "status": "absent", "reason": "sick"}
    )
    middle = oldest.take_over()
    middle.come_on_duty()
    newest = middle.take_over()
    newest.come_on_duty()
    newest.add("record_voided", PROCTOR, {"line": wrong, "log": oldest.head.log, "reason": "点错"})
    folded = fold(newest, oldest, middle)
    assert folded.verdicts == {}
    assert folded.day.attendance.marks["chinese"][3].status is Status.PRESENT
    assert label(min(folded.voided), folded.shifts) == f"A{wrong}"


def test_a_line_of_a_foreign_log_cannot_be_corrected() -> None:
    old, stranger = first_laptop(), first_laptop()
    new = old.take_over()
    new.come_on_duty()
    seq = new.add("record_voided", PROCTOR, {"line": 5, "log": stranger.head.log, "reason": "点错"})
    assert fold(new, old).verdicts == {seq: ErrorCode.NOTHING_TO_CORRECT}


def test_an_unreadable_line_of_the_ancestor_keeps_its_place() -> None:
    old = first_laptop()
    events: list[Event | None] = [*read(old)]
    events[-1] = None
    folded, history = begin([(old.head.log, events)])
    assert folded.verdicts == {-1: ErrorCode.NOT_A_LINE}
    assert (len(history), folded.seq) == (len(events), 0)


def test_places_and_origins_are_each_others_inverse() -> None:
    shifts = shifts_of([("A" * 26, 3), ("B" * 26, 2)])
    assert list(places(-5, 3)) == [-5, -4, -3, -2, -1, 1, 2]
    assert list(places(-5, -2)) == [-5, -4, -3]
    assert list(places(1, 3)) == [1, 2]
    assert [origin(place, shifts) for place in range(-5, 0)] == [
        ("A" * 26, 1),
        ("A" * 26, 2),
        ("A" * 26, 3),
        ("B" * 26, 1),
        ("B" * 26, 2),
    ]
    with pytest.raises(DomainError):
        origin(-6, shifts)
    assert [label(place, shifts) for place in (-5, -1, 7)] == ["A1", "B2", "7"]


def test_a_draft_names_an_ancestors_line_by_log_and_number() -> None:
    shifts = shifts_of([("A" * 26, 3)])
    draft = Draft(RECORD_VOIDED.name, PROCTOR, {"line": -1, "reason": "点错"})
    assert cited(draft, shifts).data == {"line": 3, "log": "A" * 26, "reason": "点错"}
    assert cited(Draft(RECORD_VOIDED.name, PROCTOR, {"line": 4, "reason": "点错"}), shifts).data["line"] == 4
