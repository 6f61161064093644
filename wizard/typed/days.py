"""The day in a text: a date in any of the usual spellings, a weekday, "yesterday", "3 days ago"."""

from __future__ import annotations

import re
from datetime import date, timedelta

from wizard.errors import InputError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_WEEKDAYS_JA = "月火水木金土日"
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_COUNT = rf"(?<!\w)(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"

_FORMS = tuple(
    map(
        re.compile,
        (
            rf"(?:{_WEEKDAY},? )?{_MONTH} +(?P<d>\d{{1,2}}) (?P<time>\d\d:\d\d(?::\d\d)?(?:\.\d+)?) (?P<y>\d{{4}})",
            r"(?<!\d)(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})(?:日|t(?=\d)|(?!\d))",
            r"(?<!\d)(?P<m>\d{1,2})月(?P<d>\d{1,2})日",
            rf"(?<![a-z]){_MONTH} +{_DAY}(?![\d:a-z])(?:,? (?P<y>\d{{4}})(?!\d|:))?",
            rf"(?<!\d){_DAY}\.?[ -](?:of )?{_MONTH}(?:,?[ -](?P<y>\d{{4}})(?!\d|:))?(?![a-z])",
            r"(?<!\d)(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})?(?!\d)",
            r"(?<![\d/])(?P<one>\d{1,2})/(?P<other>\d{1,2})(?:/(?P<y>\d{4}))?(?![\d/])",
            rf"{_COUNT} (?P<unit>day|week)s? ago(?![a-z])",
            r"(?P<count>\d{1,3})(?P<unit>日|週間)前",
            r"(?P<back2>(?:the )?day before yesterday|一昨日|おととい)",
            r"(?P<back1>(?<![a-z])yesterday|昨日|きのう|前日)",
            r"(?P<back0>(?<![a-z])today|今日|きょう|本日|当日)",
            rf"(?<![a-z])(?P<last>last )?(?P<weekday>{_WEEKDAY})(?![a-z])",
            rf"(?P<last>先週の?)?(?P<weekday_ja>[{_WEEKDAYS_JA}])曜日?",
        ),
    )
)
_WEEKDAY_BESIDE = re.compile(rf"(?<![a-z]){_WEEKDAY}(?![a-z]),?|\(?[{_WEEKDAYS_JA}]曜?日?\)")
_AHEAD = timedelta(days=2)


def take_day(text: str, today: date, lang: str) -> tuple[str, date | None]:
    """The text without its date, and that date; None where there is none. A date without a year is the latest past one.

    Raises InputError for a date that does not exist, or that may be two different ones (3/4).

    >>> take_day("mar 3 2pm", date(2026, 3, 10), "en"), take_day("昨日 14:00", date(2026, 3, 10), "ja")
    ((' 2pm', datetime.date(2026, 3, 3)), (' 14:00', datetime.date(2026, 3, 9)))
    """
    for form in _FORMS:
        found = form.search(text)
        if found:
            try:
                day = _day({name: value for name, value in found.groupdict().items() if value}, today, lang)
            except (ValueError, OverflowError) as error:
                raise InputError("no-such-day", text=found[0].strip()) from error
            time_within = found.groupdict().get("time") or ""
            return _WEEKDAY_BESIDE.sub(" ", text[: found.start()] + time_within + text[found.end() :]), day
    return text, None


def _day(found: dict[str, str], today: date, lang: str) -> date:
    if "count" in found:
        count = _NUMBERS.get(found["count"]) or int(found["count"])
        return today - timedelta(days=count * (1 if found["unit"] in {"day", "日"} else 7))
    for days in range(3):
        if f"back{days}" in found:
            return today - timedelta(days=days)
    if "weekday" in found:
        return _weekday(_WEEKDAYS.index(found["weekday"][:3]), today, "last" in found)
    if "weekday_ja" in found:
        return _weekday_ja(_WEEKDAYS_JA.index(found["weekday_ja"]), today, "last" in found)
    month, day = _month_and_day(found, lang)
    return date(int(found["y"]), month, day) if "y" in found else _latest(month, day, today)


def _month_and_day(found: dict[str, str], lang: str) -> tuple[int, int]:
    if "one" not in found:
        return _MONTHS.index(found["month"][:3]) + 1 if "month" in found else int(found["m"]), int(found["d"])
    one, other = int(found["one"]), int(found["other"])
    if lang != "ja" and one != other and one <= 12 and other <= 12:
        raise InputError("day-or-month", text=f"{one}/{other}")
    return (other, one) if one > 12 else (one, other)


def _latest(month: int, day: int, today: date) -> date:
    """The latest such day that is not ahead; leap days are looked for up to 8 years back."""
    for year in range(today.year, today.year - 9, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today + _AHEAD:
            return found
    raise ValueError


def _weekday(number: int, today: date, before_today: bool) -> date:
    back = (today.weekday() - number) % 7
    return today - timedelta(days=back or (7 if before_today else 0))


def _weekday_ja(number: int, today: date, week_before: bool) -> date:
    """The latest such day, or with 先週 that of the week before this one, which begins on Monday."""
    if week_before:
        return today - timedelta(days=today.weekday() + 7 - number)
    return _weekday(number, today, before_today=False)
