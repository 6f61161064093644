"""The time of day in a text: "14:00", "2pm", "at two", "午後2時半"; or the part of the day: "morning", "昨夜"."""

from __future__ import annotations

import re
from datetime import time

HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PM = {"p", "午後", "夕方", "夜"}

_TIMES = (
    re.compile(r"(?P<half>午前|午後)(?P<h>\d{1,2}):(?P<m>\d{2})"),
    re.compile(
        r"(?<![\d:])(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)? ?(?:(?P<half>[ap])\.?m\.?)?(?![a-z])"
    ),
    re.compile(r"(?<!\d)(?P<h>\d{1,2}) ?(?P<half>[ap])\.?m\.?(?![a-z])"),
    re.compile(
        r"(?P<half>午前|午後|朝|昼|夕方|夜|深夜|未明)?の?(?P<h>\d{1,2})時(?:(?P<m>\d{1,2})分|(?P<semi>半))?"
        r"(?:(?P<s>\d{1,2})秒)?"
    ),
    re.compile(r"(?<!\d)(?P<h>\d{1,2})h(?P<m>\d{2})?(?![a-z0-9])"),
    re.compile(rf"(?<![a-z])(?:at )?(?P<spoken>{'|'.join(HOURS)})(?: o'? ?clock)?(?![a-z])"),
    re.compile(r"(?<![a-z])at (?P<spoken>\d{1,2})(?: o'? ?clock)?(?! ?[:\d])"),
    re.compile(r"(?<![\d:])(?P<spoken>\d{1,2}) o'? ?clock"),
    re.compile(r"(?<![a-z])(?P<named>noon|midday|midnight)(?![a-z])|(?P<named_ja>正午)"),
)
_PARTS = (
    (re.compile(r"early (?:in the )?morning|早朝|未明"), 4, 8),
    (re.compile(r"(?:in the |this )?morning|今朝|朝"), 5, 12),
    (re.compile(r"午前"), 0, 12),
    (re.compile(r"(?:in the |this )?afternoon|午後"), 12, 18),
    (re.compile(r"(?:around |at )?lunch(?: ?time)?|昼(?:休み)?"), 11, 14),
    (re.compile(r"(?:in the |this )?evening|夕方"), 16, 22),
    (re.compile(r"tonight|(?:at )?night|今夜|夜"), 18, 24),
)


def take_clock(text: str) -> tuple[str, time | None]:
    """The text without its time of day, and that time. A bare "at two" is meant to be in the afternoon.

    >>> take_clock("yesterday at two"), take_clock("at night")
    (('yesterday  ', datetime.time(14, 0)), ('at night', None))
    """
    for pattern in _TIMES:
        found = pattern.search(text)
        clock = _time(found.groupdict(default="")) if found else None
        if found and clock is not None:
            return f"{text[: found.start()]} {text[found.end() :]}", clock
    return text, None


def take_part(text: str) -> tuple[str, tuple[int, int] | None]:
    """The text without the part of the day that it names, and that part's first and last hour.

    >>> take_part("in the morning")
    (' ', (5, 12))
    """
    for pattern, first, last in _PARTS:
        found = pattern.search(text)
        if found:
            return f"{text[: found.start()]} {text[found.end() :]}", (first, last)
    return text, None


def _time(found: dict[str, str]) -> time | None:
    if found.get("named") or found.get("named_ja"):
        return time(0 if found["named"] == "midnight" else 12)
    hour, half = _hour(found), found.get("half", "")
    if (half in _PM and hour < 12) or (half == "昼" and hour < 5):
        hour += 12
    elif half in {"a", "午前"} and hour == 12:
        hour = 0
    minute = 30 if found.get("semi") else int(found.get("m") or 0)
    second = int(found.get("s") or 0)
    if (hour, minute, second) == (24, 0, 0):
        return time(23, 59, 59)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _hour(found: dict[str, str]) -> int:
    spoken = found.get("spoken", "")
    if not spoken:
        return int(found["h"])
    hour = HOURS.index(spoken) + 1 if spoken in HOURS else int(spoken)
    return hour + 12 if 1 <= hour <= 6 else hour
