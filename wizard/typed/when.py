"""When it happened, as people say it: "yesterday 14:00", "Mar 3 2pm", "14:00 to 16:00 UTC", "昨日の午後"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from wizard.errors import InputError
from wizard.typed.clock import HOURS, take_clock, take_part
from wizard.typed.days import take_day
from wizard.typed.zones import take_zone

LONGEST = 200
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class When:
    """A stretch of time, both ends naive, in the zone of `offset` (minutes east of UTC) where one was written.

    `moment`: a point in time was meant, and both ends are that point.
    """

    since: datetime
    until: datetime
    offset: int | None = None
    moment: bool = False


_CLOCK = r"\d{1,2}(?::\d{2}){0,2} ?(?:[ap]\.?m\.?|時|h)?"
_CLOCKS = re.compile(rf"^(.*?)(?<![\d/.-])({_CLOCK}) ?[-–—~〜] ?({_CLOCK})(?![\d:/.-])(.*)$")
_RANGE = re.compile(
    r"^(?:from |between )?(.*\S)(?: (?:to|till|until|through|and) | ?(?:[–—~〜]|\.\.\.?|から) ?| - )(\S.*?)"
    r"(?:まで)?(?:の間)?$"
)
_AFTER = re.compile(r"^(?:after|since|from) (.+)$|^(.+?)(?:以降|以後|から|より後)$")
_BEFORE = re.compile(r"^(?:before|until|till|by) (.+)$|^(.+?)(?:以前|まで|より前)$")
_AGO = re.compile(
    r"(?P<n>\d{1,4}|an?|half an|one|two|three|four|five|six) (?P<unit>minute|min|hour)s? ago"
    r"|(?P<n_ja>\d{1,4})(?P<unit_ja>分|時間)前|(?<![a-z])(?:just )?now(?![a-z])|たった今|さっき"
)
_LAST_NIGHT = re.compile(r"last night|昨夜|昨晩")
_FILLERS = re.compile(
    r"\b(?:at|on|the|in|around|about|approximately|approx|circa|ca|of|roughly|local|time|sharp)\b\.?"
    r"|頃|ごろ|ころ|くらい|ぐらい|に|の|は|を|[,.。、]"
)


def read_when(text: str, now: datetime, lang: str = "en") -> When:
    """What a text says of when. `now` is aware: days and weekdays are counted from it, in its zone.

    Raises InputError for what is no time, or may mean two different ones.

    >>> from datetime import timezone
    >>> tuesday = datetime(2026, 3, 10, 12, 0, tzinfo=timezone.utc)
    >>> str(read_when("yesterday at two", tuesday).since), str(read_when("昨日の午後", tuesday, "ja").until)
    ('2026-03-09 14:00:00', '2026-03-09 17:59:59')
    """
    plain = " ".join(unicodedata.normalize("NFKC", text[: LONGEST + 1]).casefold().split())
    found = _read(plain, now, lang) if 0 < len(plain) <= LONGEST else None
    if found is None:
        raise InputError("not-a-when", text=text[:LONGEST])
    if found.since > found.until:
        raise InputError("when-backwards", text=text)
    return found


def _read(text: str, now: datetime, lang: str) -> When | None:
    return _clocks(text, now, lang) or _range(text, now, lang) or _half_open(text, now, lang) or _one(text, now, lang)


@dataclass(frozen=True, slots=True)
class _Said:
    """The parts of one point in time, as far as they were said; `part`: first and last hour of a part of the day."""

    day: date | None
    clock: time | None
    part: tuple[int, int] | None
    offset: int | None

    def start(self, day: date) -> datetime:
        hours = self.part[0] if self.part else 0
        return datetime.combine(day, self.clock or time()) + timedelta(hours=hours)

    def end(self, day: date) -> datetime:
        if self.clock:
            return datetime.combine(day, self.clock)
        return datetime.combine(day, time()) + timedelta(hours=self.part[1] if self.part else 24) - _SECOND


def _said(text: str, now: datetime, lang: str) -> _Said | None:
    """What a text says; None where nothing, or where something else is left in it."""
    text, offset = take_zone(text, now.replace(tzinfo=None))
    night = _LAST_NIGHT.search(text)
    if night:
        text = f"{text[: night.start()]} {text[night.end() :]}"
    text, day = take_day(text, now.date(), lang)
    text, clock = take_clock(text)
    text, part = (text, None) if clock or night else take_part(text)
    if night:
        day, part = now.date() - _DAY, None if clock else (18, 30)
    if _FILLERS.sub(" ", text).strip() or (day is None and clock is None and part is None):
        return None
    return _Said(day, clock, part, offset)


def _one(text: str, now: datetime, lang: str) -> When | None:
    """A moment, a day or a part of a day; without a day the latest that is past."""
    here = now.replace(tzinfo=None, second=0, microsecond=0)
    ago = _AGO.search(text)
    if ago and not _FILLERS.sub("", text[: ago.start()] + text[ago.end() :]).strip():
        moment = here - _how_long(ago)
        return When(moment, moment, None, True)
    said = _said(text, now, lang)
    if said is None:
        return None
    day = said.day or here.date()
    if said.day is None and said.start(day) > here + timedelta(minutes=5):
        day -= _DAY
    return When(said.start(day), said.end(day), said.offset, said.clock is not None)


def _clocks(text: str, now: datetime, lang: str) -> When | None:
    """Two times of one day with a dash between them: "14:00-16:00", "yesterday 2-3pm"."""
    found = _CLOCKS.match(text)
    if found is None:
        return None
    half = re.search(r"[ap]\.?m\.?$|時$", found[3].strip())
    first = found[2] if half is None or re.search(r"[:ap時h]", found[2]) else f"{found[2].strip()}{half[0]}"
    start, end = take_clock(first)[1], take_clock(found[3])[1]
    if start is None or end is None or start >= end:
        return None
    return _between(f"{found[1]} {first}", f"{found[3]} {found[4]}", now, lang)


def _range(text: str, now: datetime, lang: str) -> When | None:
    found = _RANGE.match(text)
    return _between(found[1], found[2], now, lang) if found else None


def _between(first: str, last: str, now: datetime, lang: str) -> When | None:
    """From one point to another; what only one of them says of day and zone holds for both."""
    start, end = _said(first, now, lang), _said(last, now, lang)
    if start is None or end is None:
        return None
    day = start.day or end.day or now.date()
    since, until = start.start(day), end.end(end.day or day)
    if until < since and end.day is None:
        until += _DAY
    return When(since, until, end.offset if start.offset is None else start.offset)


def _half_open(text: str, now: datetime, lang: str) -> When | None:
    """ "since …" reaches to the present, "before …" from the beginning of that day."""
    after, before = _AFTER.match(text), _BEFORE.match(text)
    if after and (one := _one(after[1] or after[2], now, lang)):
        return When(one.since, max(one.until, now.replace(tzinfo=None, microsecond=0)), one.offset)
    if before and (one := _one(before[1] or before[2], now, lang)):
        return When(datetime.combine(one.until.date(), time()), one.until, one.offset)
    return None


def _how_long(found: re.Match[str]) -> timedelta:
    if found["n_ja"]:
        return timedelta(**{"minutes" if found["unit_ja"] == "分" else "hours": int(found["n_ja"])})
    number = found["n"]
    if not number:
        return timedelta()
    if number == "half an":
        return timedelta(minutes=30)
    count = 1 if number in {"a", "an"} else HOURS.index(number) + 1 if number in HOURS else int(number)
    return timedelta(**{"hours" if found["unit"] == "hour" else "minutes": count})
