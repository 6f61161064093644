"""Times as people write them, in English and Japanese, as of Tuesday 10 March 2026, 15:20 in Japan."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import InputError
from wizard.typed.when import read_when

NOW = datetime(2026, 3, 10, 15, 20, tzinfo=timezone(timedelta(hours=9)))

MOMENTS = {
    "yesterday 14:00": "03-09 14:00",
    "yesterday at two": "03-09 14:00",
    "yesterday around 2 pm": "03-09 14:00",
    "yesterday at 2 o'clock": "03-09 14:00",
    "Mar 3 2pm": "03-03 14:00",
    "3 March 9:05 am": "03-03 09:05",
    "march 3rd, 2026, 5 p.m.": "03-03 17:00",
    "Tue Mar  3 09:02:40 2026": "03-03 09:02:40",
    "2026-03-03 14:00:05": "03-03 14:00:05",
    "2026/03/03 14:00:05.123": "03-03 14:00:05",
    "2026-03-03T14:00": "03-03 14:00",
    "03.03.2026 14:00": "03-03 14:00",
    "25/2 8:30": "02-25 08:30",
    "14:00": "03-10 14:00",
    "16:00": "03-09 16:00",  # the latest that is past
    "noon": "03-10 12:00",
    "monday 9:30": "03-09 09:30",
    "last tuesday 10:00": "03-03 10:00",
    "2 hours ago": "03-10 13:20",
    "half an hour ago": "03-10 14:50",
    "now": "03-10 15:20",
    "昨日 14:00": "03-09 14:00",
    "昨日の14時ごろ": "03-09 14:00",
    "２０２６年３月３日　午後２時半": "03-03 14:30",
    "3月3日14時05分": "03-03 14:05",
    "3月3日(火) 14:00": "03-03 14:00",
    "一昨日の正午": "03-08 12:00",
    "午前0時15分": "03-10 00:15",
    "先週の金曜日 10時": "03-06 10:00",
    "30分前": "03-10 14:50",
    "2時間前": "03-10 13:20",
}
STRETCHES = {
    "yesterday": ("03-09 00:00", "03-09 23:59:59"),
    "yesterday afternoon": ("03-09 12:00", "03-09 17:59:59"),
    "this morning": ("03-10 05:00", "03-10 11:59:59"),
    "last night": ("03-09 18:00", "03-10 05:59:59"),
    "3 days ago": ("03-07 00:00", "03-07 23:59:59"),
    "Mar 3": ("03-03 00:00", "03-03 23:59:59"),
    "14:00-16:00": ("03-10 14:00", "03-10 16:00"),
    "yesterday 2-3pm": ("03-09 14:00", "03-09 15:00"),
    "between 2pm and 4pm yesterday": ("03-09 14:00", "03-09 16:00"),
    "from Mar 3 10:00 to Mar 4 12:00": ("03-03 10:00", "03-04 12:00"),
    "2026-03-01 14:00 - 16:30": ("03-01 14:00", "03-01 16:30"),
    "2026-03-01 14:00-16:00": ("03-01 14:00", "03-01 16:00"),
    "yesterday 23:00 to 1:00": ("03-09 23:00", "03-10 01:00"),
    "since yesterday": ("03-09 00:00", "03-10 15:20"),
    "before noon": ("03-10 00:00", "03-10 12:00"),
    "昨日": ("03-09 00:00", "03-09 23:59:59"),
    "昨日の午後": ("03-09 12:00", "03-09 17:59:59"),
    "今朝": ("03-10 05:00", "03-10 11:59:59"),
    "昨夜": ("03-09 18:00", "03-10 05:59:59"),
    "3月3日 14:00〜16:00": ("03-03 14:00", "03-03 16:00"),
    "3月3日14時から16時まで": ("03-03 14:00", "03-03 16:00"),
    "昨日以降": ("03-09 00:00", "03-10 15:20"),
    "3日前": ("03-07 00:00", "03-07 23:59:59"),
}
ZONES = {
    "14:00 UTC": 0,
    "14:00 JST": 540,
    "14:00+09:00": 540,
    "2026-03-01 14:00 -0500": -300,
    "2026-03-01T14:00:00Z": 0,
    "14:00 utc+1": 60,
    "9:30 Europe/Berlin": 60,
    "14:00 日本時間": 540,
    "Tue, 03 Mar 2026 09:02:40 +0530": 330,
}
WRONG = {
    "": "not-a-when",
    "hello": "not-a-when",
    "14:00 hello": "not-a-when",
    "99:99": "not-a-when",
    "3/4": "day-or-month",
    "2026-02-30": "no-such-day",
    "14:00 IST": "zone-of-several",
    "Mar 4 10:00 to Mar 3 10:00": "when-backwards",
    "x" * 300: "not-a-when",
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize("text", MOMENTS)
def test_a_moment(text: str) -> None:
    found = read_when(text, NOW)
    assert (found.since, found.until, found.moment) == (at(MOMENTS[text]), at(MOMENTS[text]), True)


@pytest.mark.parametrize("text", STRETCHES)
def test_a_stretch(text: str) -> None:
    found = read_when(text, NOW)
    assert (found.since, found.until, found.moment) == (*map(at, STRETCHES[text]), False)


@pytest.mark.parametrize("text", ZONES)
def test_a_zone(text: str) -> None:
    assert read_when(text, NOW).offset == ZONES[text]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_time_or_may_be_two(text: str) -> None:
    with pytest.raises(InputError) as raised:
        read_when(text, NOW)
    assert raised.value.key == WRONG[text]


def test_month_and_day_in_japanese_are_in_one_order() -> None:
    assert read_when("3/4 10:00", NOW, "ja").since == at("03-04 10:00")


def test_a_date_without_a_year_is_the_latest_past_one() -> None:
    assert read_when("Dec 24 10:00", NOW).since == datetime(2025, 12, 24, 10)
    assert read_when("Feb 29", NOW).since == datetime(2024, 2, 29)


_WORDS = st.sampled_from(
    [
        *MOMENTS,
        *STRETCHES,
        *ZONES,
        *WRONG,
        "-",
        "to",
        "〜",
        "から",
        "ago",
        "前",
        "2",
        "99",
        "日",
        "時",
        "/",
        ":",
        "+",
        "pm",
    ]
)


@given(st.lists(_WORDS, max_size=6).map(" ".join) | st.text(max_size=60))
def test_anything_is_read_or_refused(text: str) -> None:
    for lang in ("en", "ja"):
        try:
            found = read_when(text, NOW, lang)
        except InputError:
            continue
        assert found.since <= found.until
