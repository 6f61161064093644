"""A time zone that somebody gave, as an offset."""

from __future__ import annotations

import re
from datetime import datetime

from wizard.errors import InputError
from wizard.typed.zones import take_zone

_OFFSET = re.compile(r"[+-]\d{1,2}(?::?\d\d)?")


def read_offset(text: str | None) -> int | None:
    """Minutes east of UTC, None for nothing given. Raises InputError for what is no time zone.

    >>> read_offset("+09:00"), read_offset("UTC-3:30"), read_offset("JST"), read_offset("Asia/Tokyo"), read_offset(None)
    (540, -210, 540, 540, None)
    """
    if text is None:
        return None
    plain = text.strip().casefold()
    rest, offset = take_zone(f"utc{plain}" if _OFFSET.fullmatch(plain) else plain, datetime.now())
    if offset is None or rest.strip():
        raise InputError("not-a-zone", text=text)
    return offset
