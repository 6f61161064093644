"""The time stamps before an entry: the appliance's, syslog's with and without year, ISO 8601, Message Tracking's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from wizard.patterns import pattern

DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"

NO_YEAR = 1904
"""The year in a stamp that has none: a leap year, so that 29 February is a date. Whoever knows the year puts it in."""

_NUMBER_OF_MONTH = {name: str(number) for number, name in enumerate(MONTHS.split("|"), 1)}
_CLOCK = r"(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
_ZONE = r"(Z|[+-]\d\d:?\d\d)"
_MONTH_FIRST = pattern(
    rf"(?:(?:{DAYS}),? +)?(?:(\d{{4}}) +)?({MONTHS}) +(\d{{1,2}}) +{_CLOCK}(?: +(\d{{4}})(?=\s|:\s))?[: \t]*"
)
_DAY_FIRST = pattern(rf"(?:(?:{DAYS}),? +)?(\d{{1,2}}) +({MONTHS}) +(\d{{4}}) +{_CLOCK}(?: +\(GMT *{_ZONE}?\))?[: \t]*")
_ISO = pattern(rf"(\d{{4}})-(\d\d)-(\d\d)[T ]{_CLOCK}(?: ?{_ZONE})?[: \t]*")


_DAY = 24 * 60


class Stamp(NamedTuple):
    """A time as printed, without zone. Without a year (`has_year` False) its year is `NO_YEAR`.

    `offset_minutes` is east of UTC, where the stamp itself says it.
    """

    time: datetime
    has_year: bool
    offset_minutes: int | None


def appliance_time(parts: Sequence[str]) -> datetime | None:
    """The time of month, day, hour, minute, second and year; None where there is no such time.

    A leap second counts as the one before.

    >>> appliance_time(("Jun", "30", "23", "59", "60", "2015"))
    datetime.datetime(2015, 6, 30, 23, 59, 59)
    """
    month, day, hour, minute, second, year = parts
    try:
        return datetime(
            int(year), int(_NUMBER_OF_MONTH.get(month, month)), int(day), int(hour), int(minute), min(int(second), 59)
        )
    except ValueError:
        return None


def stamp_at(text: str, at: int) -> tuple[Stamp | None, int] | None:
    """The stamp that begins at this position, and where it ends. (None, end): in the form of a stamp, but no such time.

    >>> stamp_at("Feb 29 06:33:29 gw1 mail_logs: Info: …", 0)
    (Stamp(time=datetime.datetime(1904, 2, 29, 6, 33, 29), has_year=False, offset_minutes=None), 16)
    >>> stamp_at("13 Aug 2016 07:28:48 (GMT -04:00) Start message 6", 0)
    (Stamp(time=datetime.datetime(2016, 8, 13, 7, 28, 48), has_year=True, offset_minutes=-240), 34)
    >>> stamp_at("2024-06-01T12:00:00.5Z gw1", 0)
    (Stamp(time=datetime.datetime(2024, 6, 1, 12, 0, 0, 500000), has_year=True, offset_minutes=0), 23)
    >>> stamp_at("Sat Feb 30 06:33:29 2024 Info: …", 0), stamp_at("Info: …", 0)
    ((None, 25), None)
    """
    found = _MONTH_FIRST.match(text, at)
    if found:
        before, month, day, *clock, fraction, after = found.groups()
        year = before or after
        time = appliance_time((month, day, *clock, year or str(NO_YEAR)))
        return _stamp(time, fraction, None, has_year=year is not None), found.end()
    found = _ISO.match(text, at)
    if found:
        year, month, day, *clock, fraction, zone = found.groups()
    else:
        found = _DAY_FIRST.match(text, at)
        if found is None:
            return None
        day, month, year, *clock, fraction, zone = found.groups()
        zone = zone or ("Z" if "(GMT" in found[0] else None)
    return _stamp(appliance_time((month, day, *clock, year)), fraction, zone, has_year=True), found.end()


def _stamp(time: datetime | None, fraction: str | None, zone: str | None, *, has_year: bool) -> Stamp | None:
    if time is None:
        return None
    if fraction:
        time = time.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    minutes = _minutes(zone) if zone else None
    return Stamp(time, has_year, minutes if minutes is not None and abs(minutes) < _DAY else None)


def _minutes(zone: str) -> int:
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return -minutes if zone[0] == "-" else minutes


def with_year_of(inner: Stamp | None, outer: Stamp | None) -> Stamp | None:
    """The appliance's own stamp; if it has no year, with the one that puts it nearest to the relay's stamp.

    >>> inner, outer = (stamp_at(text, 0)[0] for text in ("Dec 31 23:59:59 ", "2025-01-01T00:00:02Z "))
    >>> with_year_of(inner, outer).time.year
    2024
    """
    if inner is None or outer is None or inner.has_year or not outer.has_year:
        return inner or outer
    candidates = []
    for year in (outer.time.year - 1, outer.time.year, outer.time.year + 1):
        try:
            candidates.append(inner.time.replace(year=year))
        except ValueError:  # 29 February
            continue
    best = min(candidates, key=lambda time: abs(time - outer.time), default=None)
    if best is None or abs(best - outer.time) > timedelta(days=180):
        return inner
    return Stamp(best, True, None)
