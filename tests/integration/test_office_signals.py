"""The office's signals page over a real store: a strip for every school in sight, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.made_up_log import CHIEF, TIMEKEEPER, at_clock
from tests.made_up_office import DA_HE, NAN_HU, SHI_QIAO, OfficeHouse, make_office_house

TABLE = "/board/signals/table"
FIRST = ("pre.check_in_open", "pre.check_in_close", "chinese.prepare")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[OfficeHouse]:
    made = make_office_house(tmp_path)
    made.clock.wall = at_clock("09:08")
    yield made
    made.office.close()


def morning(house: OfficeHouse, school: str):
    log = house.log(school).open(27)
    for name in FIRST:
        log.signal(name)
    return log


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row".*?title="([^"]+)"', page)


def summary(page: str) -> str:
    words = page.split('class="summary')[1].split("</div>")[0].split(">", 1)[1]
    return " ".join(re.sub("<[^>]+>", "", words).split())


def test_every_school_has_a_strip_and_the_worst_comes_first(house: OfficeHouse) -> None:
    late = morning(house, SHI_QIAO).signal("chinese.start", 95)
    house.receive(late, at="09:07")
    house.receive(morning(house, NAN_HU), at="09:07")
    page = house.client("李娜").get("/board/signals").text
    assert names(page) == ["南湖小学", "石桥小学", "大河小学"]
    assert summary(page) == "3 所学校 ● 指令都准时 0 ▲ 有偏差 1 ✕ 没有发 1 ? 不知道 1"
    assert f'href="/schools/{NAN_HU}#signals"' in page
    assert "▲ +95 秒 语文测试：开始" in page
    assert '<span class="shape">▲</span><small>+95″</small>' in page
    assert "语文测试：开始 · 计划 09:00:00 · 没有发" in page
    assert "08:20</th>" in page


def test_a_skipped_signal_says_why_and_an_unconfirmed_one_that_it_is(house: OfficeHouse) -> None:
    skipped = morning(house, NAN_HU)
    skipped.add("signal_skipped", TIMEKEEPER, {"signal": "chinese.start", "reason": "<i>广播坏了"}, at="09:01")
    house.receive(skipped, at="09:07")
    unconfirmed = morning(house, SHI_QIAO)
    ring = {"signal": "chinese.start", "planned": at_clock("09:00"), "due": at_clock("09:00"), "channel": "bell"}
    unconfirmed.add("signal_given", TIMEKEEPER, ring, at="09:00:20")
    house.receive(unconfirmed, at="09:07")
    page = house.client("李娜").get(TABLE).text
    assert "不发 · &lt;i&gt;广播坏了" in page
    assert "发了没确认 · 已发 09:00:20 · 偏差 +20 秒 · 未确认" in page
    assert names(page) == ["石桥小学", "南湖小学", "大河小学"]


def test_what_fell_due_after_the_last_word_is_a_question(house: OfficeHouse) -> None:
    house.receive(morning(house, NAN_HU), at="08:50")
    page = house.client("李娜").get(TABLE).text
    assert "不知道：08:50 以后没有联系" in page
    assert "✕ 没有发 0" in summary(page)


def test_only_those_off_their_plan(house: OfficeHouse) -> None:
    house.receive(morning(house, NAN_HU), at="09:07")
    house.receive(morning(house, SHI_QIAO).signal("chinese.start", 3), at="09:07")
    client = house.client("李娜")
    assert names(client.get("/board/signals?off=1").text) == ["南湖小学"]
    assert names(client.get(f"{TABLE}?off=1").text) == ["南湖小学"]
    assert "3 所学校" in summary(client.get(f"{TABLE}?off=1").text)
    house.receive(morning(house, NAN_HU).signal("chinese.start"), at="09:07")
    assert "没有偏差，没有漏发" in client.get(f"{TABLE}?off=1").text


def test_before_any_line_the_page_says_what_it_waits_for(house: OfficeHouse) -> None:
    page = house.client("李娜").get("/board/signals").text
    assert "还没有指令可看" in page
    assert "testday server add-plan" in page


def test_an_office_without_schools_says_what_to_do(tmp_path: Path) -> None:
    house = make_office_house(tmp_path, schools="")
    assert "testday server import-schools" in house.client("admin").get("/board/signals").text
    house.office.close()


def test_a_school_without_lines_stands_beside_the_others_as_never_seen(house: OfficeHouse) -> None:
    house.receive(morning(house, NAN_HU), at="09:07")
    row = house.client("李娜").get(TABLE).text.split("大河小学</a>")[1]
    assert "? 从未联系" in row
    assert 'colspan="20"' in row


def test_who_sees_the_board_only_gets_no_links_and_a_school_sees_itself(house: OfficeHouse) -> None:
    house.receive(morning(house, NAN_HU), at="09:07")
    house.receive(morning(house, SHI_QIAO), at="09:07")
    assert "/schools/" not in house.client("全国").get(TABLE).text
    assert names(house.client("南湖").get(TABLE).text) == ["南湖小学"]
    assert DA_HE not in house.client("南湖").get(TABLE).text


def test_the_page_speaks_english_and_the_board_leads_to_it(house: OfficeHouse) -> None:
    house.receive(morning(house, NAN_HU), at="09:07")
    client = house.client("李娜", "en")
    page = client.get("/board/signals").text
    assert [word for word in ("Signals", "All on time", "Not given", "Worst deviation") if word not in page] == []
    board = client.get("/").text
    assert board.count('href="/board/signals"') == 2


def two_laptops(house: OfficeHouse, *, both_ring: bool) -> None:
    """A school whose first log rings; the second has opened the day and, unless both ring, given up the bell."""
    house.receive(morning(house, NAN_HU), at="09:06")
    other = house.log(NAN_HU).open(27)
    if not both_ring:
        other.add("bell_given_up", TIMEKEEPER, {"day": "day1"}, CHIEF, at="08:05")
    house.receive(other, at="09:07")


def test_of_two_laptops_the_strip_and_the_school_page_say_which_rings(house: OfficeHouse) -> None:
    two_laptops(house, both_ring=False)
    client = house.client("李娜")
    assert 'class="bells" title="A 响铃 · B 不响"' in client.get(TABLE).text
    page = client.get(f"/schools/{NAN_HU}").text
    bells = re.sub("<[^>]+>|[ \n]", "", page.split('id="bells">')[1].split("</ul>")[0])
    assert bells == "日志A：♪由它响铃日志B：–不响铃，由另一台电脑响·08:05起"
    assert f"/schools/{NAN_HU}/log?log=B#line-" in page
    assert "两台电脑都响铃" not in page


def test_two_that_ring_are_pointed_out_on_the_board_the_strip_and_the_school_page(house: OfficeHouse) -> None:
    two_laptops(house, both_ring=True)
    client = house.client("李娜")
    assert 'class="bells warn" title="▲ 两台电脑都响铃 · A 响铃 · B 响铃"' in client.get(TABLE).text
    assert "两台电脑都响铃" in client.get(f"/schools/{NAN_HU}").text
    assert 'class="warn" title="已发/计划，最大偏差 · ▲ 两台电脑都响铃 · A 响铃 · B 响铃"' in client.get("/").text
    english = house.client("李娜", "en")
    assert "▲ Two laptops hold the bell · A rings · B rings" in english.get(TABLE).text
    assert "its laptop rings" in english.get(f"/schools/{NAN_HU}").text


def test_one_laptop_that_rings_is_not_spoken_of(house: OfficeHouse) -> None:
    house.receive(morning(house, NAN_HU), at="09:07")
    client = house.client("李娜")
    assert 'class="bells' not in client.get(TABLE).text
    assert 'id="bells"' not in client.get(f"/schools/{NAN_HU}").text
