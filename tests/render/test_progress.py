"""How far a search has come is said after a second, now and then, and taken away."""

from __future__ import annotations

import pytest

from wizard.render import progress
from wizard.render.progress import AFTER, EVERY, Progress

MB = 1_000_000


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress, "time", made)
    return made


def test_a_search_of_less_than_a_second_says_nothing(clock: Clock) -> None:
    shown: list[str] = []
    told = Progress(shown.append, "en")
    for part in range(10):
        told(part * MB, 10 * MB, part)
        clock.now += AFTER / 10.5
    told.clear()
    assert shown == []


def test_bytes_rate_time_left_and_what_was_found(clock: Clock) -> None:
    shown: list[str] = []
    told = Progress(shown.append, "en")
    told(0, 100 * MB, 0)
    clock.now += 4
    told(20 * MB, 100 * MB, 1234)
    assert shown == ["searching: 20.0 MB of 100.0 MB, 5.0 MB/s, 0:16 left, 1,234 lines found"]
    told.clear()
    told.clear()
    assert shown[1:] == [""]


def test_not_more_often_than_can_be_read(clock: Clock) -> None:
    shown: list[str] = []
    told = Progress(shown.append, "en")
    for part in range(1000):
        told(part * MB, 1000 * MB, 0)
        clock.now += 0.01
    assert 0 < len(shown) <= (1000 * 0.01 - AFTER) / EVERY + 1


def test_another_pass_begins_anew(clock: Clock) -> None:
    shown: list[str] = []
    told = Progress(shown.append, "en")
    for done, seconds in ((0, 3), (50, 0), (0, 2), (50, 0)):
        told(done * MB, 100 * MB, 7)
        clock.now += seconds
    assert [one.split(", ")[1] for one in shown] == ["16.7 MB/s", "25.0 MB/s"]
