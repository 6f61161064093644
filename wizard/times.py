"""Times as people write them, as ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from wizard.patterns import pattern

_FORMS = (
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%a %b %d %H:%M:%S %Y",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
)
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%d %b %Y")
_ZONE = pattern(r"(?<=\d)\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)$", re.IGNORECASE)


def read_time(text: str, *, end: bool = False) -> str:
    """An ISO time, with an offset only where one is written; a bare date is that day's beginning, or its end for `end`.

    Raises ValueError for what is no time.

    >>> read_time("2024-03-01 14:00"), read_time("2024-03-01", end=True), read_time("2024-03-01T14:00:00+0900")
    ('2024-03-01T14:00:00', '2024-03-01T23:59:59', '2024-03-01T14:00:00+09:00')
    """
    text = " ".join(text.split())
    zone = _ZONE.search(text)
    plain = text[: zone.start()] if zone and ":" in text[: zone.start()] else text
    time = _read(plain, end)
    if plain is text or zone is None:
        return time.isoformat()
    offset = zone[1].upper()
    written = "+00:00" if offset in {"Z", "UTC", "GMT"} else f"{offset[:3]}:{offset[-2:]}"
    return f"{time.isoformat()}{written}"


def _read(text: str, end: bool) -> datetime:
    if "." in text:
        text = re.sub(r"\.\d{1,6}$", "", text)
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    for form in _DAYS:
        try:
            day = datetime.strptime(text, form)
        except ValueError:
            continue
        return day + timedelta(days=1, seconds=-1) if end else day
    raise ValueError(f"{text!r} is not a time")


def in_zone(iso: str | None, offset: int | None) -> datetime | None:
    """An ISO time as a naive one in the zone of `offset` (minutes east of UTC); without a zone of its own as it stands.

    Where the log does not tell its zone, this machine's is taken.

    >>> in_zone("2024-03-01T05:00:00+00:00", 540)
    datetime.datetime(2024, 3, 1, 14, 0)
    """
    if iso is None:
        return None
    time = datetime.fromisoformat(iso)
    if time.tzinfo is None:
        return time
    if offset is None:
        return time.astimezone().replace(tzinfo=None)
    utc_offset = time.utcoffset() or timedelta()
    return time.replace(tzinfo=None) - utc_offset + timedelta(minutes=offset)
