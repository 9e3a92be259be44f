"""How a batch's size follows the road: a third of the patience, halved by a break, never outside its bounds."""

import random

from field_app.sync.pace import FIRST_BYTES, LEAST_BYTES, Pace
from shared.wire.routes import BATCH_BYTES

PATIENCE = 30.0


def test_a_slow_answer_brings_the_next_batch_down_to_a_third_of_the_patience() -> None:
    pace = Pace()
    pace.arrived(32_000, 16.0, PATIENCE)
    assert pace.most == 20_000


def test_quick_answers_double_it_up_to_the_protocols_limit() -> None:
    pace = Pace()
    grown = []
    for _ in range(5):
        pace.arrived(pace.most, 0.1, PATIENCE)
        grown.append(pace.most // FIRST_BYTES)
    assert grown == [2, 4, 8, 8, 8]
    assert pace.most == BATCH_BYTES


def test_a_small_batch_says_little_and_changes_little() -> None:
    pace = Pace()
    pace.arrived(300, 0.4, PATIENCE)
    assert pace.most == FIRST_BYTES, "0.4 s for 300 bytes is the way there and back, not the road's width"


def test_breaks_halve_it_down_to_a_handful_of_lines() -> None:
    pace = Pace()
    halved = []
    for _ in range(6):
        pace.broke()
        halved.append(pace.most)
    assert halved == [16384, 8192, 4096, LEAST_BYTES, LEAST_BYTES, LEAST_BYTES]


def test_on_a_steady_road_every_batch_fits_after_the_first() -> None:
    chance = random.Random(7)
    for _ in range(300):
        rate, pace = chance.uniform(500, 10**6), Pace()
        pace.arrived(pace.most, pace.most / rate, PATIENCE)
        for _ in range(12):
            seconds = pace.most / rate
            assert seconds <= PATIENCE / 3 + 0.01 or pace.most == LEAST_BYTES
            pace.arrived(pace.most, seconds, PATIENCE)
