"""Time zones as people write them, as minutes east of UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wizard.errors import InputError

_HOUR = 60
_NAMED = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "jst": 9 * _HOUR,
    "日本時間": 9 * _HOUR,
    "日本標準時": 9 * _HOUR,
    "世界標準時": 0,
    "協定世界時": 0,
    "wet": 0,
    "west": _HOUR,
    "cet": _HOUR,
    "mez": _HOUR,
    "cest": 2 * _HOUR,
    "mesz": 2 * _HOUR,
    "eet": 2 * _HOUR,
    "eest": 3 * _HOUR,
    "msk": 3 * _HOUR,
    "sgt": 8 * _HOUR,
    "hkt": 8 * _HOUR,
    "kst": 9 * _HOUR,
    "aest": 10 * _HOUR,
    "aedt": 11 * _HOUR,
    "nzst": 12 * _HOUR,
    "nzdt": 13 * _HOUR,
    "est": -5 * _HOUR,
    "edt": -4 * _HOUR,
    "cdt": -5 * _HOUR,
    "mst": -7 * _HOUR,
    "mdt": -6 * _HOUR,
    "pst": -8 * _HOUR,
    "pdt": -7 * _HOUR,
}
_SEVERAL = {"cst", "ist", "bst", "ast"}
"""Names that stand for several zones, so that none can be taken."""

_WORD = re.compile(rf"(?<![a-z/])({'|'.join(sorted({*_NAMED, *_SEVERAL}, key=len, reverse=True))})(?![a-z0-9/+-])")
_OFFSETS = (
    re.compile(r"(?P<before>)(?:utc|gmt) ?([+-]) ?(\d{1,2})(?::?(\d{2}))?(?![\d:])"),
    re.compile(
        r"(?P<before>(?::\d{2}(?:\.\d{1,9})?|[ap]\.?m\.?|\dh|[時分秒]) ?)([+-])(\d{1,2})(?::?(\d{2}))?(?![\d:])"
    ),
)
_PLACE = re.compile(r"(?<![a-z/])([a-z]{2,20}(?:/[a-z_+-]{2,30}){1,2})(?![a-z/])")
_FURTHEST = 14 * _HOUR


def take_zone(text: str, at: datetime) -> tuple[str, int | None]:
    """The text without the zone that is written in it, and that zone's offset (at about that time), None for none.

    Raises InputError for a name that stands for several zones.

    >>> take_zone("14:00 utc+9", datetime(2026, 3, 1)), take_zone("14:00", datetime(2026, 3, 1))
    (('14:00 ', 540), ('14:00', None))
    >>> take_zone("9:30 europe/berlin", datetime(2026, 7, 1))
    ('9:30 ', 120)
    """
    for pattern in _OFFSETS:
        found = pattern.search(text)
        if found:
            minutes = int(found[3]) * _HOUR + int(found[4] or 0)
            if minutes <= _FURTHEST:
                return _without(text, found), -minutes if found[2] == "-" else minutes
    found = _WORD.search(text)
    if found and found[1] in _SEVERAL:
        raise InputError("zone-of-several", text=found[1].upper())
    if found:
        return _without(text, found), _NAMED[found[1]]
    found = _PLACE.search(text)
    offset = _of_place(found[1], at) if found else None
    return (text, None) if found is None or offset is None else (_without(text, found), offset)


def _without(text: str, found: re.Match[str]) -> str:
    before = found.groupdict().get("before") or ""
    return text[: found.start()] + before + text[found.end() :]


def _of_place(name: str, at: datetime) -> int | None:
    spelt = "/".join("_".join(word.capitalize() for word in part.split("_")) for part in name.split("/"))
    try:
        offset = at.replace(tzinfo=ZoneInfo(spelt)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return None if offset is None else offset // timedelta(minutes=1)


def offset_of(time: datetime) -> int:
    """Minutes east of UTC of an aware time."""
    return (time.utcoffset() or timedelta()) // timedelta(minutes=1)


def spelt(offset: int) -> str:
    """An offset as people read it.

    >>> spelt(540), spelt(-210), spelt(0)
    ('UTC+09:00', 'UTC-03:30', 'UTC')
    """
    hours, minutes = divmod(abs(offset), _HOUR)
    return f"UTC{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}" if offset else "UTC"
