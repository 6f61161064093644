"""A big file is sampled: the holes found so are those that looking at every line finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.maillog import survey
from wizard.maillog.asked import Window
from wizard.maillog.coverage import Gap, gaps
from wizard.maillog.survey import Survey

BEGIN = datetime(2025, 3, 3)

steps = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 9000), st.integers(0, 3)), min_size=1, max_size=9)


def entries(plan: list[tuple[int, int, int]], random: Random) -> Iterator[str]:
    """So many busy minutes, then so many seconds of silence across which the counter jumps by so much, and so on."""
    time, icid = BEGIN, 100
    for minutes, silence, jump in plan:
        for _ in range(minutes):
            time += timedelta(seconds=random.randint(0, 60))
            if random.random() < 0.5:
                icid += 1
                yield f"{time:%a %b %d %H:%M:%S %Y} Info: New SMTP ICID {icid} interface D address 192.0.2.9"
            yield f"{time:%a %b %d %H:%M:%S %Y} Info: MID {random.randint(1, 99)} {'x' * random.randint(1, 200)}"
        time += timedelta(seconds=silence)
        icid += jump


def holes(lines: list[str], size: int, every_line: int) -> list[Gap]:
    with patch.object(survey, "_EVERY_LINE", every_line), patch.object(survey, "_SHORT", timedelta()):
        surveyed = Survey(lambda stamp: stamp.time)
        number = 1
        for start in range(0, len(lines), size):
            block = "".join(f"{line}\n" for line in lines[start : start + size]).encode()
            surveyed.observe(number, block)
            number += len(lines[start : start + size])
        surveyed.observe(number, b"")
    return gaps(surveyed.extents.values(), Window())


@settings(max_examples=150, deadline=None)
@given(steps, st.randoms(use_true_random=False), st.integers(20, 400), st.booleans())
def test_sampling_finds_the_same_holes(
    plan: list[tuple[int, int, int]], random: Random, size: int, turned: bool
) -> None:
    lines = list(entries(plan, random))
    if turned:
        lines.reverse()
    assert holes(lines, size, 1000) == holes(lines, size, 1 << 30)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_blocks_that_are_passed_over_hide_no_opening(seed: int, turned: bool) -> None:
    random = Random(seed)
    lines = list(entries([(2, 3601, 0), (random.randint(40, 90), 3700, seed % 3), (60, 0, 0)], random))
    if turned:
        lines.reverse()
    assert holes(lines, 10, 1000) == holes(lines, 10, 1 << 30)


def test_the_first_opening_of_a_piece_may_stand_in_its_second_block() -> None:
    def line(second: int, icid: int | None) -> str:
        body = f"New SMTP ICID {icid} interface D address 192.0.2.9" if icid else "MID 7 queued for delivery"
        return f"{BEGIN + timedelta(seconds=second):%a %b %d %H:%M:%S %Y} Info: {body}"

    lines = [line(second, second + 1) for second in range(200)]
    lines += [line(9000 + second, None) for second in range(201)]
    lines += [line(9300 + second, second + 201) for second in range(199)]
    assert holes(lines, 200, 1000) == holes(lines, 200, 1 << 30) == []


@pytest.mark.parametrize("turned", [False, True])
def test_a_quiet_night_and_a_hole(turned: bool) -> None:
    def found(jump: int) -> list[Gap]:
        lines = list(entries([(60, 7200, jump), (60, 0, 0)], Random(1)))
        return holes(lines[::-1] if turned else lines, 1000, 1000)

    assert (len(found(0)), len(found(3))) == (0, 1)


def test_silences_of_one_appliance_among_the_lines_of_another() -> None:
    def line(minute: int, host: str, icid: int) -> str:
        time = BEGIN + timedelta(minutes=minute)
        return f"{time:%b %d %H:%M:%S %Y} {host} mail: Info: New SMTP ICID {icid} interface D address 192.0.2.9"

    lines = [line(minute, "gw1", 700 + minute) for minute in range(300)]
    lines += [line(minute, "gw2", 10 + minute) for minute in range(300) if not 100 < minute < 200]
    lines.sort(key=lambda one: one[:20])
    with patch.object(survey, "_EVERY_LINE", 1000):
        surveyed = Survey(lambda stamp: stamp.time)
        surveyed.observe(1, "".join(f"{one}\n" for one in lines).encode())
    assert {host: len(gaps([extent], Window())) for host, extent in surveyed.extents.items()} == {"gw1": 0, "gw2": 1}
