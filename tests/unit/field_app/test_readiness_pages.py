"""Getting ready: the checklist, opening the day, a plan revised by the county."""

import hashlib

from shared.domain.event import Actor, Draft
from shared.domain.readiness import PLAN_ADOPTED
from shared.log.birth import Birth, birth_head
from shared.log.chain import Head, next_hash
from shared.log.line import Place, encode_line
from shared.log.signing import SigningKey, log_id, sign_head
from shared.wire.county_log import PLAN_PUBLISHED
from shared.wire.plan_file import shipped_plans
from tests.field_house import PLAN_2022, PRINCIPAL, PROCTOR, PUPILS, FieldHouse


def test_an_item_is_answered_and_answered_anew(field: FieldHouse) -> None:
    assert "还剩 16 项" in field.read("/readiness/")
    field.say("/readiness/check", item="rooms", result="ready")
    field.say("/readiness/check", item="rooms", result="not_ready", note="门签缺两张")
    assert field.laptop.journal.day.readiness.items["rooms"].result == "not_ready"
    assert "门签缺两张" in field.read("/readiness/")


def test_every_item_settled_is_said_so(field: FieldHouse) -> None:
    for item in field.laptop.plan.readiness:
        field.say("/readiness/check", item=item.id, result="not_needed" if item.id == "headsets" else "ready")
    assert "全部就绪" in field.read("/readiness/")


def test_what_the_checklist_refuses(field: FieldHouse) -> None:
    assert field.say("/readiness/check", item="coffee", result="ready")["code"] == "field_invalid"
    assert field.say("/readiness/check", item="rooms", result="perhaps")["code"] == "field_invalid"
    named = field.say("/readiness/check", item="rooms", result="ready", note=f"{PUPILS[2].name}的桌子")
    assert named["code"] == "name_in_text"
    assert PUPILS[2].name not in named["zh"] + named["en"]


def test_the_day_opens_once_with_the_rosters_hash_as_its_anchor(field: FieldHouse) -> None:
    field.sign_in(PROCTOR)
    assert field.say("/day/open")["code"] == "not_allowed"
    field.sign_in(PRINCIPAL)
    opened = field.say("/day/open")
    assert field.laptop.journal.event(opened["seq"]).data["anchor"] == field.laptop.roster.fingerprint
    assert field.say("/day/open")["code"] == "already_open"
    assert "已开始" in field.read("/readiness/")


def test_the_countys_word_is_the_anchor_when_there_is_one(field: FieldHouse) -> None:
    field.sign_in(PRINCIPAL)
    opened = field.say("/day/open", anchor="松柏 七一四")
    assert field.laptop.journal.event(opened["seq"]).data["anchor"] == "松柏 七一四"


def test_a_revised_plan_is_shown_with_its_changes_and_adopted(field: FieldHouse) -> None:
    assert field.say("/readiness/adopt")["code"] == "plan_not_loaded"
    revised = shipped_plans()[PLAN_2022].replace(b"revision: 1", b"revision: 2").replace(b"10:40", b"10:45")
    publish(field, revised)
    field.sign_in(PRINCIPAL)
    assert "县里新发了第 2 版" in field.read("/readiness/")
    assert "有改动" in field.read("/readiness/")
    adopted = field.say("/readiness/adopt")
    assert field.laptop.journal.event(adopted["seq"]).type == PLAN_ADOPTED.name
    assert field.laptop.plan.revision == 2
    assert "县里新发了" not in field.read("/readiness/")


def publish(house: FieldHouse, plan: bytes) -> None:
    """Let the laptop have pulled a county log that publishes this plan."""
    key = SigningKey(b"c" * 32)
    log = log_id(key.public)
    sha256 = hashlib.sha256(plan).hexdigest()
    birth = Birth(log, key.public, "530521001", "2022-yunxi", "live", 1, None, sha256, "0.1.0", 1).encode()
    now = house.clock.now()
    draft = Draft(
        PLAN_PUBLISHED.name, Actor("admin", "county"), {"sha256": sha256, "plan": "2022-primary-day1", "revision": 2}
    )
    line = encode_line(draft, Place(log, 1, "530521001", "2022-yunxi", sha256[:16]), 1, now)
    head = Head(log, 1, next_hash(birth_head(birth).hash, line))
    house.house.office.add_content(plan)
    house.house.office.add_county(birth, [line], [head], sign_head(key, head))
