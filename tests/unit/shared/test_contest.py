"""Contests between two records: what counts as the same subject, and what is left of a record that gives way."""

from shared.domain.contest import Subject, SubjectKind, facts_since, without
from tests.made_up_log import PROCTOR, MadeUpLog
from tests.unit.sync_server.test_board_row import PLAN, SCHOOL, fold_of

SEAT_5 = Subject(SubjectKind.SEAT, "chinese", 5)


def morning() -> MadeUpLog:
    return MadeUpLog(SCHOOL.code, PLAN).open(27).check_in("chinese", 27)


def test_every_kind_of_subject_is_found_after_the_line_that_speaks_of_it() -> None:
    log = morning()
    before = log.head.seq + 1
    log.signal("chinese.start").count("chinese", 27).seal("chinese", 29)
    log.add("attendance_marked", PROCTOR, {"block": "chinese", "seat": 5, "status": "late", "reason": "traffic"})
    log.incident(2, "少一张")
    found = facts_since(fold_of(log).folded, before)
    material = (PLAN.block("chinese").materials[0].id, "")
    assert set(found) == {
        SEAT_5,
        Subject(SubjectKind.SIGNAL, "", "chinese.start"),
        Subject(SubjectKind.COUNT, "chinese", material),
        Subject(SubjectKind.BAG, "chinese", "chinese-1"),
    }
    assert found[SEAT_5].place == log.head.seq - 1


def test_a_signal_is_cited_by_the_line_that_gave_it_and_by_its_confirmation_when_only_that_is_new() -> None:
    log = morning().signal("chinese.start")
    folded, given = fold_of(log).folded, log.head.seq - 1
    places = {since: [fact.place for fact in facts_since(folded, since).values()] for since in (given, given + 1)}
    assert places == {given: [given], given + 1: [given + 1]}
    assert facts_since(folded, given + 2) == {}


def test_a_record_gives_way_in_the_named_subjects_only() -> None:
    log = morning().signal("chinese.start").count("chinese", 27).seal("chinese", 29)
    folded = fold_of(log).folded
    everything = set(facts_since(folded, 1))
    for subject in sorted(everything, key=str):
        assert set(facts_since(without(folded, {subject}), 1)) == everything - {subject}
    assert without(folded, set()) is folded
    assert without(folded, everything).day.readiness == folded.day.readiness
